import CSodium

/// Bytes that are wiped when the last copy of the value goes away.
///
/// Copies of the value share one buffer; a copy of the bytes (`copied()`) is the caller's to wipe.
public struct Secret: Sendable {
    private final class Storage: @unchecked Sendable {
        let bytes: UnsafeMutableBufferPointer<UInt8>

        init(count: Int) {
            bytes = .allocate(capacity: count)
            bytes.initialize(repeating: 0)
        }

        deinit {
            if let start = bytes.baseAddress { sodium_memzero(start, bytes.count) }
            bytes.deallocate()
        }
    }

    private let storage: Storage

    public var count: Int { storage.bytes.count }

    /// Copies `bytes`; the source stays the caller's to wipe.
    public init(_ bytes: some Collection<UInt8>) {
        storage = Storage(count: bytes.count)
        var index = 0
        for byte in bytes {
            storage.bytes[index] = byte
            index += 1
        }
    }

    /// Copies `bytes` and wipes the source.
    public init(wiping bytes: inout [UInt8]) {
        self.init(bytes)
        wipe(&bytes)
    }

    /// A secret of `count` bytes written by `fill`, which sees them zeroed.
    public init(count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        storage = Storage(count: count)
        if let start = storage.bytes.baseAddress { fill(start) }
    }

    public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        body(UnsafeBufferPointer(storage.bytes))
    }

    /// The bytes as an array that is not wiped by itself.
    public func copied() -> [UInt8] { withBytes { [UInt8]($0) } }

    /// The bytes from `start` up to `end` as a secret of their own.
    public func slice(_ start: Int, _ end: Int) -> Secret {
        withBytes { Secret($0[start..<end]) }
    }
}

extension Secret: Equatable {
    /// Compares in constant time for equal lengths.
    public static func == (l: Secret, r: Secret) -> Bool {
        guard l.count == r.count else { return false }
        return l.withBytes { left in
            r.withBytes { right in
                guard let a = left.baseAddress, let b = right.baseAddress else { return true }
                return sodium_memcmp(a, b, left.count) == 0
            }
        }
    }
}

/// Overwrites `bytes` with zeros in a way no optimiser removes, and empties it.
public func wipe(_ bytes: inout [UInt8]) {
    sodium_memzero(&bytes, bytes.count)
    bytes = []
}

/// Compares two byte strings in constant time for equal lengths.
public func constantTimeEqual(_ l: some Collection<UInt8>, _ r: some Collection<UInt8>) -> Bool {
    guard l.count == r.count else { return false }
    var difference: UInt8 = 0
    for (a, b) in zip(l, r) { difference |= a ^ b }
    return difference == 0
}
