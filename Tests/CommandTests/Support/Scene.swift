import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A temporary folder with the nodes that live in it; all are ended and removed when it is over,
/// and then no log and no complaint may hold any of its secrets.
final class Scene {
    let folder: String
    let passphrase = "lantern \(UUID().uuidString.prefix(8))"
    /// What nobody may find in a log or complaint.
    var secrets: [String]
    private(set) var nodes: [Node] = []
    private var complaints: [Outcome] = []

    private init() throws {
        // Not FileManager's: on some systems too long for a socket's path.
        folder = "/tmp/kith-command-\(UUID().uuidString.prefix(13))"
        secrets = [passphrase]
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o711])
    }

    /// Few at a time: what is timed must not wait for what runs beside it.
    static func play(_ body: (Scene) async throws -> Void) async throws {
        guard FileManager.default.isExecutableFile(atPath: Program.kith.path) else {
            throw Failed("no program at \(Program.kith.path): build it, or set KITH_BINARY")
        }
        try await Turns.shared.take()
        do {
            let scene = try Scene()
            defer { scene.close() }
            try await body(scene)
            scene.expectSilence()
        } catch {
            await Turns.shared.giveBack()
            throw error
        }
        await Turns.shared.giveBack()
    }

    private func close() {
        for node in nodes { node.close() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Making

    func file(_ text: String) throws -> String { try file(Data(text.utf8)) }

    func file(_ data: Data) throws -> String {
        let path = "\(folder)/\(UUID().uuidString).txt"
        try data.write(to: URL(filePath: path))
        return path
    }

    /// A node that has not been made yet.
    func place(_ name: String, at path: String? = nil) throws -> Node {
        let node = Node(name, path ?? "\(folder)/\(name)", port: try Port.free(), self)
        nodes.append(node)
        return node
    }

    /// A node with a community of its own, running unless told otherwise.
    func founder(
        _ name: String = "a", at path: String? = nil, isRunning: Bool = true
    ) async throws -> Node {
        let node = try place(name, at: path)
        let made = try await node.run(
            "init", "--test-network", "--listen", node.listen, "--name", "Ada", "--community",
            "Harbour", "--passphrase-stdin", input: passphrase)
        node.invite = try made.answer()["invite"]?.text ?? ""
        if isRunning { try await node.start() }
        return node
    }

    /// A relay that has joined another's network and runs.
    func relay(_ name: String = "b", of other: Node, by wrapper: [String] = []) async throws -> Node
    {
        let node = try place(name)
        let made = try await node.run("init", "--listen", node.listen, "--join", other.invite)
        _ = try made.answer()
        try await node.start(by: wrapper)
        return node
    }

    // MARK: Running

    @discardableResult
    func run(
        _ words: [String], input: String, by wrapper: [String] = [], within seconds: Double = 30
    ) async throws -> Outcome {
        let child = try Child(Program.kith.call(words, by: wrapper), input: input, folder: folder)
        let began = ContinuousClock.now
        let status = try await child.end(within: seconds, "kith \(words.prefix(2))")
        let took = (ContinuousClock.now - began) / .seconds(1)
        let outcome = Outcome(
            words: words, status: status, out: Child.text(of: child.out),
            err: Child.text(of: child.err), seconds: took)
        if status != 0 { complaints.append(outcome) }
        return outcome
    }

    // MARK: Looking

    /// No log and no complaint says a secret; called once more at the end.
    func expectSilence(sourceLocation: SourceLocation = #_sourceLocation) {
        for node in nodes {
            let log = Child.text(of: node.log)
            for secret in secrets + node.keys where log.contains(secret) {
                Issue.record("the log of \(node.name) tells", sourceLocation: sourceLocation)
            }
        }
        for outcome in complaints {
            for secret in secrets where outcome.err.contains(secret) {
                Issue.record(
                    "a complaint of \(outcome.words.prefix(2)) tells",
                    sourceLocation: sourceLocation)
            }
        }
    }

    /// The call was refused as it should be: in the house's words, and telling nothing.
    func expectRefusal(
        _ outcome: Outcome, _ status: Int32, _ error: String, hint: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let lines = outcome.err.split(separator: "\n").map(String.init)
        let errors = lines.filter { $0.hasPrefix("kith: error: ") }
        let hints = lines.filter { $0.hasPrefix("kith: hint: ") }
        let isAsWanted =
            outcome.status == status && errors.count == 1 && errors[0].contains(error)
            && hints.count == 1 && (hint.map { hints[0].contains($0) } ?? true)
        #expect(
            isAsWanted, "wanted status \(status), \(error), \(hint ?? "any hint"): \(outcome)",
            sourceLocation: sourceLocation)
        for secret in secrets where outcome.err.contains(secret) || outcome.out.contains(secret) {
            Issue.record("it tells a secret", sourceLocation: sourceLocation)
        }
    }
}

/// How many scenes play at once.
private actor Turns {
    static let shared = Turns()

    private var free = 3
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async throws {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        // Whoever was cancelled meanwhile must not begin.
        if Task.isCancelled {
            giveBack()
            throw CancellationError()
        }
    }

    func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
