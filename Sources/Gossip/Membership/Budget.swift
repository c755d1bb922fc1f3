import Model

/// So many at once, and one more after each while: what a link may cost.
struct Budget: Sendable {
    private let most: UInt64
    private let milliseconds: UInt64
    private var left: UInt64
    private var counted: Moment

    init(most: UInt64, every milliseconds: UInt64, now: Moment) {
        self.most = most
        self.milliseconds = milliseconds
        left = most
        counted = now
    }

    /// Takes one; false, and nothing taken, if none is left.
    mutating func take(_ now: Moment) -> Bool {
        if now > counted {
            let more = (now.milliseconds - counted.milliseconds) / milliseconds
            if more >= most - left {
                left = most
                counted = now
            } else {
                left += more
                counted = counted.adding(milliseconds: more * milliseconds)
            }
        }
        guard left > 0 else { return false }
        left -= 1
        return true
    }
}
