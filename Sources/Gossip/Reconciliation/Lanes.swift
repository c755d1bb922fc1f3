import Model
import Sodium

/// A sum over items that does not depend on their order: LtHash16 of 1024 lanes. Who can choose ids
/// cannot find two sets of one sum. Source: protocol/22-reconciliation.md, "Fingerprints".
struct Lanes: Sendable, Equatable {
    static let count = 1024

    /// Empty stands for all zeros, so that what is not known yet takes no room.
    private var lanes: [UInt16] = []

    private static let label = Label("kith1:lthash")
    private static let rangeLabel = Label("kith1:range")

    init() {}

    /// The sum of these items.
    ///
    /// - Parameter scratch: room for one item's keystream, the same for all calls.
    init(_ ids: some Sequence<ItemID>, scratch: inout [UInt8]) {
        for id in ids { add(id, scratch: &scratch) }
    }

    static var scratch: [UInt8] { [UInt8](repeating: 0, count: 2 * count) }

    mutating func add(_ id: ItemID, scratch: inout [UInt8]) {
        chacha20Keystream(key: hash(Self.label, id.bytes), into: &scratch)
        combine(scratch) { $0 &+ $1 }
    }

    mutating func subtract(_ id: ItemID, scratch: inout [UInt8]) {
        chacha20Keystream(key: hash(Self.label, id.bytes), into: &scratch)
        combine(scratch) { $0 &- $1 }
    }

    mutating func add(_ other: Lanes) { combine(other) { $0 &+ $1 } }

    mutating func subtract(_ other: Lanes) { combine(other) { $0 &- $1 } }

    /// The first 16 bytes of `PRF(k, "kith1:range", lanes little-endian ‖ count u64)`.
    func fingerprint(count: Int, key: Secret) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * Self.count + 8)
        if lanes.isEmpty {
            bytes = Self.scratch
        } else {
            for lane in lanes {
                bytes.append(UInt8(truncatingIfNeeded: lane))
                bytes.append(UInt8(truncatingIfNeeded: lane >> 8))
            }
        }
        bytes.append(bigEndian: UInt64(count))
        return prf(key, Self.rangeLabel, bytes).withBytes { [UInt8]($0.prefix(16)) }
    }

    @inline(__always)
    private mutating func combine(_ bytes: [UInt8], _ operation: (UInt16, UInt16) -> UInt16) {
        if lanes.isEmpty { lanes = [UInt16](repeating: 0, count: Self.count) }
        // Raw memory, so that the loop becomes vector instructions: this is what items cost.
        lanes.withUnsafeMutableBufferPointer { lanes in
            bytes.withUnsafeBytes { bytes in
                let words = bytes.assumingMemoryBound(to: UInt16.self)
                for lane in 0..<Self.count {
                    lanes[lane] = operation(lanes[lane], UInt16(littleEndian: words[lane]))
                }
            }
        }
    }

    @inline(__always)
    private mutating func combine(_ other: Lanes, _ operation: (UInt16, UInt16) -> UInt16) {
        if other.lanes.isEmpty { return }
        if lanes.isEmpty { lanes = [UInt16](repeating: 0, count: Self.count) }
        lanes.withUnsafeMutableBufferPointer { lanes in
            other.lanes.withUnsafeBufferPointer { words in
                for lane in 0..<Self.count {
                    lanes[lane] = operation(lanes[lane], words[lane])
                }
            }
        }
    }
}
