import NIOConcurrencyHelpers

/// Tells whether the disk is nearly full, asking the system at most once a second.
final class DiskSpace: Sendable {
    private struct Answer {
        var at: ContinuousClock.Instant
        var isLow: Bool
    }

    private let folder: String
    private let leastBytes: UInt64
    private let last = NIOLockedValueBox<Answer?>(nil)

    init(folder: String, leastBytes: UInt64) {
        self.folder = folder
        self.leastBytes = leastBytes
    }

    /// False where the system does not say: then only the write itself can fail.
    var isLow: Bool {
        last.withLockedValue { last in
            let now = ContinuousClock.now
            if let last, now - last.at < .seconds(1) { return last.isLow }
            let isLow = Files.freeBytes(at: folder).map { $0 < leastBytes } ?? false
            last = Answer(at: now, isLow: isLow)
            return isLow
        }
    }
}
