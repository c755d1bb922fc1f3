import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A node's folder, and its process while it runs.
final class Node {
    let name: String
    let data: String
    let port: UInt16
    let log: String
    /// For relays.
    var invite = ""
    private(set) var child: Child?
    /// Of the node itself, where something else started it.
    private(set) var pid: Int32 = 0
    private unowned let scene: Scene

    init(_ name: String, _ data: String, port: UInt16, _ scene: Scene) {
        self.name = name
        self.data = data
        self.port = port
        self.scene = scene
        log = "\(scene.folder)/\(name).log"
    }

    var listen: String { "127.0.0.1:\(port)" }
    var socket: String { data + "/kith.sock" }
    var database: String { data + "/kith.sqlite" }

    /// Its two secret keys as a log might spell them.
    var keys: [String] {
        let bytes = FileManager.default.contents(atPath: data + "/node.key") ?? Data()
        guard bytes.count == 65 else { return [] }
        return [Data(bytes[1..<33]), Data(bytes[33..<65])].flatMap { key in
            [key.map { String(format: "%02x", $0) }.joined(), key.base64EncodedString()]
        }
    }

    // MARK: Its process

    func start(_ more: String..., by wrapper: [String] = []) async throws {
        let before = Child.text(of: log).utf8.count
        // Nodes of many tests at once would all want the usual place.
        let hasPage = more.contains { $0.hasPrefix("--page") }
        let page = hasPage ? [] : ["--no-page"]
        let call = Program.kith.call(
            ["run", "--data", data, "--stem-gap", "0"] + page + more, by: wrapper)
        let child = try Child(call, input: "", folder: scene.folder, appendingTo: log)
        self.child = child
        try await eventually("\(name) to serve", every: 20) {
            let said = String(decoding: Child.text(of: log).utf8.dropFirst(before), as: UTF8.self)
            guard child.isRunning else { throw Failed("\(name) ended: \(said)") }
            return said.contains("kith: ready")
        }
        let lock = Child.text(of: data + "/kith.lock").split(separator: "\n").first
        pid = lock.flatMap { Int32($0) } ?? child.pid
    }

    /// Starts it where commands may hold the folder for a moment.
    func startBesideOthers() async throws {
        try await eventually("the folder to be free", within: 30, every: 50) {
            do {
                try await start()
                return true
            } catch let failed as Failed {
                guard failed.description.contains("is using this folder") else { throw failed }
                return false
            }
        }
    }

    /// Ends it in order; it must succeed.
    func stop(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        guard child?.isRunning == true else { return }
        sendSignal(pid, SIGTERM)
        let status = try await child?.end(within: 15, name)
        #expect(status == 0, "\(Child.text(of: log))", sourceLocation: sourceLocation)
    }

    /// It keeps its sockets and answers nobody, until it is woken.
    func hang() { sendSignal(pid, SIGSTOP) }

    func wake() { sendSignal(pid, SIGCONT) }

    /// Ends it whatever its state, when its scene is over.
    func close() {
        guard let child, child.isRunning else { return }
        // Another process than the child where a wrapper stands between.
        if pid != child.pid, pid > 0 { sendSignal(pid, SIGKILL) }
        child.kill()
    }

    func kill() async throws {
        guard child?.isRunning == true else { return }
        sendSignal(pid, SIGKILL)
        try await child?.end(within: 5, name)
    }

    // MARK: Commands

    /// Prints JSON.
    @discardableResult
    func run(
        _ words: String..., input: String = "", by wrapper: [String] = [],
        within seconds: Double = 30
    ) async throws -> Outcome {
        try await scene.run(
            words + ["--data", data, "--json"], input: input + "\n", by: wrapper, within: seconds)
    }

    /// Prints text.
    func tell(_ words: String..., input: String = "") async throws -> Outcome {
        try await scene.run(words + ["--data", data], input: input + "\n")
    }

    /// A member's command: their passphrase comes on its input.
    @discardableResult
    func desk(_ words: String..., as person: String? = nil) async throws -> Outcome {
        try await scene.run(
            words + ["--data", data, "--json", "--passphrase-stdin"]
                + (person.map { ["--as", $0] } ?? []),
            input: scene.passphrase + "\n")
    }

    func status() async throws -> JSON { try await run("status").answer() }

    func items() async throws -> Int { try await status()["items"]?.int ?? -1 }

    func warnings() async throws -> [String] { try await status()["warnings"]?.texts ?? [] }

    func inbox(as person: String? = nil) async throws -> [JSON] {
        try await desk("inbox", as: person).answer()["cases"]?.list ?? []
    }

    /// The case as the inbox shows it; nil while it is not there.
    func row(_ item: String, as person: String? = nil) async throws -> JSON? {
        try await inbox(as: person).first { $0["case"]?.text == item }
    }

    func open(_ code: String) async throws -> Outcome { try await run("open", input: code) }

    /// The accounts of the cases that a code opens here; none where nothing is found.
    func accounts(_ code: String) async throws -> [String] {
        let found = try await open(code)
        guard found.status != 66 else { return [] }
        return try found.answer()["cases"]?.list.compactMap { $0["request"]?["account"]?.text }
            ?? []
    }

    func waitForPeers(_ count: Int = 1, within seconds: Double = 20) async throws {
        try await eventually("\(name) to have \(count) peers", within: seconds) {
            try await status()["peers"]?.list.count ?? 0 >= count
        }
    }

    // MARK: Seekers

    struct Asked: Sendable {
        let code: String
        let `case`: String
    }

    /// Asks, types the groups back rightly, and must be heard.
    func ask(_ text: String) async throws -> Asked {
        scene.secrets.append(text)
        let talk = try await asking(try scene.file(text))
        guard let sent = talk.sent, let item = sent["case"]?.text else {
            throw Failed("not sent: \(talk.outcome)")
        }
        return Asked(code: talk.code, case: item)
    }

    /// Asks, whatever comes of it.
    ///
    /// - Parameter isRight: whether the groups are typed back rightly.
    func asking(
        _ file: String, isRight: Bool = true, by wrapper: [String] = []
    ) async throws -> Asking {
        let words = ["ask", "--file", file, "--data", data, "--json"]
        let talk = try await Asking.play(words, scene.folder, isRight: isRight, by: wrapper)
        if !talk.code.isEmpty {
            scene.secrets += [talk.code, talk.code.filter { $0 != " " }]
        }
        return talk
    }
}

/// One dialogue of `kith ask`.
struct Asking: Sendable {
    private(set) var code = ""
    private(set) var sent: JSON?
    /// How often groups were asked for.
    private(set) var confirmations = 0
    private(set) var outcome: Outcome

    /// Does not touch a scene, so that many can be played at once.
    static func play(
        _ words: [String], _ folder: String, isRight: Bool = true, by wrapper: [String] = []
    ) async throws -> Asking {
        let call = Program.kith.call(words, by: wrapper)
        let child = try Child(call, input: nil, folder: folder)
        defer { child.kill() }
        var talk = Asking(outcome: Outcome(words: words, status: 0, out: "", err: "", seconds: 0))
        var heard = 0
        while true {
            try await eventually("kith ask to go on", within: 30, every: 10) {
                Self.lines(child).count > heard || !child.isRunning
            }
            let lines = Self.lines(child)
            guard heard < lines.count else { break }
            try talk.hear(JSON(lines[heard]), child, isRight)
            heard += 1
        }
        let status = try await child.end(within: 5, "kith ask")
        talk.outcome = Outcome(
            words: words, status: status, out: Child.text(of: child.out),
            err: Child.text(of: child.err), seconds: 0)
        return talk
    }

    private static func lines(_ child: Child) -> [String] {
        // The last one may not be whole yet.
        Child.text(of: child.out).components(separatedBy: "\n").dropLast()
    }

    private mutating func hear(_ event: JSON, _ child: Child, _ isRight: Bool) throws {
        switch event["event"]?.text {
        case "code": code = event["code"]?.text ?? ""
        case "confirm":
            confirmations += 1
            let groups = code.split(separator: " ")
            let asked = event["groups"]?.list.compactMap { $0.int } ?? []
            let typed = asked.map { groups[isRight ? $0 - 1 : $0 % 7] }
            try child.say(typed.joined(separator: " "))
        case "sent": sent = event
        default: break
        }
    }
}
