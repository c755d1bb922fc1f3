public import Sealing

/// Numbers that look random and are the same on every run. SplitMix64 (Steele, Lea, Flood 2014).
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(_ seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// From 0 up to and without `end`.
    public mutating func number(below end: Int) -> Int { Int(next() % UInt64(end)) }

    /// The bytes with a few of them changed, lost, repeated or cut off: mostly not the same any more.
    public mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var out = bytes
        for _ in 0...number(below: 3) {
            let place = number(below: out.count + 1)
            switch number(below: 6) {
            case 0: out.insert(UInt8(truncatingIfNeeded: next()), at: place)
            case 1 where place < out.count: out.remove(at: place)
            case 2: out = [UInt8](out.prefix(place))
            case 3: out += out.suffix(number(below: 40))
            case 4 where place < out.count: out[place] = [0, 0x7F, 0x80, 0xFF][number(below: 4)]
            default:
                if place < out.count { out[place] ^= 1 << UInt8(number(below: 8)) }
            }
        }
        return out
    }

    /// What the composers take their random bytes from.
    public static func source(_ seed: UInt64) -> RandomSource {
        var random = SeededRandom(seed)
        return { random.bytes($0) }
    }
}
