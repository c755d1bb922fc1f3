import Wire

/// What went over links and how fast things got there, in all.
public struct Traffic: Sendable, Equatable {
    /// Delays beyond are counted here, milliseconds.
    public static let mostDelay = 20_000

    /// By frame type.
    public private(set) var frames = [UInt64](repeating: 0, count: 256)
    public private(set) var bytes = [UInt64](repeating: 0, count: 256)
    /// Deliveries by milliseconds since the item was submitted.
    public private(set) var delays: [UInt32] = []
    /// Deliveries by links travelled; the last for those that nobody can tell.
    public private(set) var hops = [UInt32](repeating: 0, count: 256)
    public private(set) var deliveries: UInt64 = 0

    mutating func count(_ frame: Frame) {
        frames[Int(frame.type)] += 1
        bytes[Int(frame.type)] += UInt64(frame.bytes)
    }

    mutating func delivered(after delay: UInt64, hop: UInt8) {
        let delay = Int(min(delay, UInt64(Self.mostDelay)))
        while delays.count <= delay { delays.append(0) }
        delays[delay] += 1
        hops[Int(hop)] += 1
        deliveries += 1
    }

    /// Milliseconds after which this part of all deliveries had been made.
    public func delay(of part: Double) -> Int {
        let wanted = part * Double(deliveries)
        var sum = 0.0
        for (delay, count) in delays.enumerated() {
            sum += Double(count)
            if sum >= wanted { return delay }
        }
        return 0
    }

    public var allBytes: UInt64 { bytes.reduce(0, +) }
}
