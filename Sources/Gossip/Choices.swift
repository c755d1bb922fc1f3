/// A small generator for choices: jitter, order, whom to ask. Never for keys. The state is part of
/// the machine, so that a run can be repeated. SplitMix64 (Steele, Lea, Flood 2014).
public struct Choices: Sendable, Equatable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A generator of its own, for a machine that makes its own choices.
    public mutating func fork() -> Choices { Choices(seed: next()) }

    /// A number from 0 to `bound` − 1, all alike. Lemire's multiplication; its bias is below 2^-32
    /// for the small bounds there are here.
    /// - Precondition: `bound` > 0.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a choice among none")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    public mutating func chance(_ probability: Double) -> Bool {
        Double(next() >> 11) < probability * Double(1 << 53)
    }

    /// One of them; nil if there is none.
    public mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }

    /// Up to `count` of them, in random order (Fisher and Yates).
    public mutating func some<Element>(_ count: Int, of elements: [Element]) -> [Element] {
        var elements = elements
        let count = min(count, elements.count)
        for index in 0..<count {
            elements.swapAt(index, index + below(elements.count - index))
        }
        return [Element](elements.prefix(count))
    }

    /// `value` milliseconds, more or less by up to a fifth.
    public mutating func jittered(_ value: UInt64) -> UInt64 {
        value - value / 5 + UInt64(below(Int(clamping: 2 * (value / 5) + 1)))
    }

    /// An exponentially distributed whole number with this mean.
    public mutating func exponential(mean: UInt64) -> UInt64 {
        // −ln(u) by halving: count leading zeros for the whole part in units of ln 2, and a linear
        // piece within the octave; the error against the true distribution is below 6 %.
        let draw = next() | 1
        let zeros = UInt64(draw.leadingZeroBitCount)
        let fraction = Double((draw << zeros) >> 11) / Double(1 << 53)  // 0.5 ..< 1
        let logarithm = (Double(zeros) + 2 * (1 - fraction)) * 0.693_147_180_56
        return UInt64(logarithm * Double(mean))
    }
}
