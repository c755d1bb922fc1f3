import CSodium

/// `H(l, x)` of bytes that come piece by piece, so that nobody has to hold all of them.
/// Source: protocol/01-conventions.md.
public struct HashStream: Sendable {
    /// libsodium's own state between two calls. The type is over-aligned, which Swift does not
    /// import: it is a value here, and lies where it must for each call.
    private var state: [UInt8]

    private static let alignment = 64

    public init(_ label: Label) {
        state = [UInt8](repeating: 0, count: crypto_generichash_blake2b_statebytes())
        let status = withState {
            crypto_generichash_blake2b_init_salt_personal($0, nil, 0, 32, nil, label.padded)
        }
        precondition(status == 0, "BLAKE2b starts without a key")
    }

    public mutating func add(_ bytes: [UInt8]) {
        let status = withState {
            crypto_generichash_blake2b_update($0, bytes, UInt64(bytes.count))
        }
        precondition(status == 0, "BLAKE2b takes every length")
    }

    /// The digest of all that was added, 32 bytes; more may be added afterwards.
    public var digest: [UInt8] {
        var copy = self
        var out = [UInt8](repeating: 0, count: 32)
        let status = copy.withState { crypto_generichash_blake2b_final($0, &out, 32) }
        precondition(status == 0, "a stream ends once")
        return out
    }

    private mutating func withState(_ body: (OpaquePointer) -> Int32) -> Int32 {
        let place = UnsafeMutableRawPointer.allocate(
            byteCount: state.count, alignment: Self.alignment)
        defer {
            sodium_memzero(place, state.count)
            place.deallocate()
        }
        state.withUnsafeBytes { place.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        let status = body(OpaquePointer(place))
        state.withUnsafeMutableBytes {
            $0.baseAddress!.copyMemory(from: place, byteCount: $0.count)
        }
        return status
    }
}
