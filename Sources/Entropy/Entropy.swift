import CSodium

/// The operating system's randomness, through libsodium. Only shells import this.
public enum Entropy {
    /// Chooses libsodium's fastest code for this processor; false if the system has no randomness.
    public static func start() -> Bool { sodium_init() >= 0 }

    public static func bytes(_ count: Int) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: count)
        randombytes_buf(&out, count)
        return out
    }

    public static func uint64() -> UInt64 {
        bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
