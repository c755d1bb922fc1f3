import Wire

/// What went over links and how fast things got there, in all.
public struct Traffic: Sendable, Equatable {
    /// By frame type.
    public private(set) var frames = [UInt64](repeating: 0, count: 256)
    public private(set) var bytes = [UInt64](repeating: 0, count: 256)
    /// Deliveries by time since the item was submitted, in buckets a sixty-fourth wide.
    public private(set) var delays: [UInt32] = []
    /// Deliveries by links travelled; the last for those that nobody can tell.
    public private(set) var hops = [UInt32](repeating: 0, count: 256)
    public private(set) var deliveries: UInt64 = 0

    mutating func count(_ frame: Frame) {
        frames[Int(frame.type)] += 1
        bytes[Int(frame.type)] += UInt64(frame.bytes)
    }

    mutating func delivered(after delay: UInt64, hop: UInt8) {
        let bucket = Self.bucket(ofTime: delay)
        while delays.count <= bucket { delays.append(0) }
        delays[bucket] += 1
        hops[Int(hop)] += 1
        deliveries += 1
    }

    /// Milliseconds to 127 have buckets of their own; above, each octave has 64.
    static func bucket(ofTime time: UInt64) -> Int {
        guard time >= 128 else { return Int(time) }
        let octave = 63 - time.leadingZeroBitCount - 6
        return octave * 64 + Int(time >> UInt64(octave))
    }

    /// The longest time that falls into a bucket.
    public static func time(ofBucket bucket: Int) -> UInt64 {
        guard bucket >= 128 else { return UInt64(max(bucket, 0)) }
        let octave = UInt64(bucket / 64 - 1)
        return (UInt64(bucket % 64 + 64) + 1) << octave - 1
    }

    /// Milliseconds within which this part of all deliveries had been made.
    public func delay(of part: Double) -> Int {
        let wanted = part * Double(deliveries)
        var sum = 0.0
        for (bucket, count) in delays.enumerated() where count > 0 {
            sum += Double(count)
            if sum >= wanted { return Int(clamping: Self.time(ofBucket: bucket)) }
        }
        return 0
    }

    public var allBytes: UInt64 { bytes.reduce(0, +) }
}
