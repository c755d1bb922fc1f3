import Foundation

/// A founder's node with a bridge at work on it, towards an authority where nobody listens.
struct BridgeScene {
    let scene: Scene
    let node: Node
    let file: String
    let uri: String
    private(set) var key = ""
    private(set) var worker: Child

    static let authority = "City police"

    /// - Parameter isPrivate: whether the authority keeps to itself what it gets.
    init(_ scene: Scene, isPrivate: Bool = true) async throws {
        self.scene = scene
        node = try await scene.founder("a")
        uri = "http://127.0.0.1:\(try Port.free())/open311"
        let entry = #"{"uri":"\#(uri)","adapter":"open311","services":{"*":"1"},"place":"Town"}"#
        file = try scene.file(#"{"authorities":[\#(entry)]}"#)
        let made = try await node.desk(
            "bridge", "init", "--name", "Quay", "--peers", "1", "--cooling-off", "0")
        key = try made.answer()["key"]?.text ?? ""
        var named = ["community", "bridge", key, "--authority", uri, "--name", Self.authority]
        if isPrivate { named.append("--private") }
        let call = named + ["--data", node.data, "--json", "--passphrase-stdin"]
        _ = try await scene.run(call, input: scene.passphrase + "\n").answer()
        worker = try Self.work(scene, node, file)
        let (node, uri) = (node, uri)
        try await eventually("the bridge's card to be known") {
            let bridges = try await node.run("community", "show").answer()["bridges"]?.list ?? []
            return bridges.contains {
                $0["reachable"] == .bool(true)
                    && $0["authorities"]?.list.first?["uri"]?.text == uri
            }
        }
    }

    static func work(_ scene: Scene, _ node: Node, _ file: String) throws -> Child {
        let words = ["bridge", "run", "--authorities", file, "--every", "1", "--data", node.data]
        return try Child(
            Program.kith.call(words + ["--json", "--passphrase-stdin"]),
            input: scene.passphrase + "\n", folder: scene.folder)
    }

    func close() { worker.kill() }

    /// The consent dialogue, with the code and a yes; to help and for a month, unless told.
    func consent(_ code: String, _ words: String..., answer: String = "yes") async throws -> Outcome
    {
        let terms = [["--for", "help"], ["--days", "30"]].filter { !words.contains($0[0]) }
        let call =
            ["consent", "--to", Self.authority] + words + terms.joined()
            + ["--data", node.data, "--json"]
        return try await scene.run(call, input: code + "\n" + answer + "\n")
    }

    /// The consents that a code finds.
    func consents(_ code: String) async throws -> [JSON] {
        try await node.open(code).answer()["cases"]?.list.first?["consents"]?.list ?? []
    }
}
