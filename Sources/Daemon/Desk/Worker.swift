import Entropy
import Model
public import Sealing
import Sodium
public import Wire

/// Does the work of drafts on all cores, telling how far it is.
public enum Worker {
    /// - Parameter progress: called with drafts done and drafts in all.
    public static func finish(
        _ drafts: [EnvelopeDraft], progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) async -> [Envelope] {
        await withTaskGroup(of: (Int, Envelope).self) { group in
            var next = 0
            func start() {
                guard next < drafts.count else { return }
                let (index, draft) = (next, drafts[next])
                next += 1
                group.addTask { (index, draft.worked(from: Entropy.uint64())) }
            }
            for _ in 0..<4 { start() }
            var done: [(Int, Envelope)] = []
            for await result in group {
                done.append(result)
                progress(done.count, drafts.count)
                start()
            }
            return done.sorted { $0.0 < $1.0 }.map { $0.1 }
        }
    }
}
