#if canImport(Glibc)
    import Glibc
#endif

/// How this process takes and gives back memory.
enum Memory {
    /// Blocks from this size on are given back as soon as they are free, bytes. Left alone, glibc
    /// raises its own bound to the largest block ever freed: then what visitors once sent stays with
    /// the process. Measured: 60 visitors with 8 MiB each, 75 MiB at the most instead of 225.
    private static let givenBackBytes: Int32 = 256 << 10

    static func giveBackLargeBlocks() {
        #if canImport(Glibc)
            // Swift's module of glibc leaves malloc.h out; another C library has no such function.
            guard let found = dlsym(nil, "mallopt") else { return }
            typealias Setting = @convention(c) (_ option: Int32, _ value: Int32) -> Int32
            let threshold: Int32 = -3  // M_MMAP_THRESHOLD
            _ = unsafeBitCast(found, to: Setting.self)(threshold, givenBackBytes)
        #endif
    }
}
