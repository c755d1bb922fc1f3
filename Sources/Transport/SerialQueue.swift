import Dispatch

/// A serial executor on a queue of its own, so that the relay never waits behind the process's
/// other tasks, stretching a passphrase for one.
final class SerialQueue: SerialExecutor {
    private let queue: DispatchQueue

    init(_ label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }

    func async(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }
}
