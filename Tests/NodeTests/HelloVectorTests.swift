import Gossip
import Model
import Node
import Sodium
import TestKit
import Testing
import Wire

/// What a node does with the frames whose signatures and versions count.
@Suite struct HelloVectorTests {
    static let reasons = ["bad-signature", "expired", "too-far-ahead", "no-common-version"]
    static let link = LinkID(1)
    static let moment = Moment(milliseconds: 1000)

    static func some(_ files: [VectorFile], _ name: String) -> [VectorFile] {
        files.filter { $0.name.hasPrefix("frames/\(name)") }
    }

    static func refused() throws -> [VectorFile] {
        some(try VectorFile.refused("frames"), "hello").filter {
            reasons.contains($0.refusal ?? "")
        }
    }

    /// A node of the scenario's network, just linked to the peer that speaks in it.
    private func node(_ vector: VectorFile, peer: NodeID) throws -> (RelayNode, WallTime) {
        let configuration = RelayNode.Configuration(
            network: try #require(NetworkID(try vector.bytes("network"))),
            nodeKey: TestNetwork.nodeKey(1), addresses: [], carried: [], seed: 1)
        let wall = WallTime(seconds: try vector.number("now"))
        var node = RelayNode(configuration, now: Self.moment, wall: wall)
        _ = node.handle(.opened(Self.link, peer, dialled: nil), now: Self.moment, wall: wall)
        return (node, wall)
    }

    private func hello(_ vector: VectorFile) throws -> Hello {
        var buffer = FrameBuffer()
        buffer.append(try vector.bytes("frames"))
        guard case .hello(let hello) = try buffer.next() else {
            throw VectorFileError.missing(file: vector.name, name: "HELLO")
        }
        return hello
    }

    @Test(arguments: some(try VectorFile.accepted("frames"), "hello"))
    func aGoodHelloMakesAPeer(_ vector: VectorFile) throws {
        let hello = try hello(vector)
        var (node, wall) = try node(vector, peer: hello.record.node)
        let effects = node.handle(
            .heard(Self.link, .hello(hello)), now: Self.moment, wall: wall)
        #expect(effects.contains(.note(.peerUp(hello.record.node, dialled: false))))
        #expect(!effects.contains(.close(Self.link)))
    }

    @Test(arguments: try refused())
    func aHelloWithAFaultEndsTheLink(_ vector: VectorFile) throws {
        let hello = try hello(vector)
        var (node, wall) = try node(vector, peer: hello.record.node)
        let effects = node.handle(
            .heard(Self.link, .hello(hello)), now: Self.moment, wall: wall)
        let isVersion = vector.refusal == "no-common-version"
        let why: RelayNode.PeerRefusal = isVersion ? .noCommonVersion : .badRecord
        #expect(effects.contains(.close(Self.link)))
        #expect(effects.contains(.note(.peerRefused(hello.record.node, why: why))))
    }

    @Test func aHelloOfAnotherNodeThanTheLinksEndsTheLink() throws {
        let vector = try #require(Self.some(try VectorFile.accepted("frames"), "hello.txt").first)
        let hello = try hello(vector)
        var (node, wall) = try node(vector, peer: TestNetwork.node(9))
        let effects = node.handle(
            .heard(Self.link, .hello(hello)), now: Self.moment, wall: wall)
        #expect(effects.contains(.close(Self.link)))
    }

    // MARK: Receipts

    @Test(arguments: some(try VectorFile.all("frames"), "receipt").filter { $0.has("node") })
    func aReceiptCountsFromItsSignerAlone(_ vector: VectorFile) throws {
        let signer = try #require(NodeID(try vector.bytes("node")))
        let greeting = try #require(
            Self.some(try VectorFile.accepted("frames"), "hello.txt").first)
        let hello = try hello(greeting)
        #expect(hello.record.node == signer)
        var buffer = FrameBuffer()
        buffer.append(try vector.bytes("frames"))
        guard case .receipt(let receipt) = try buffer.next() else {
            throw VectorFileError.missing(file: vector.name, name: "RECEIPT")
        }
        var (node, wall) = try node(vector, peer: signer)
        let inputs: [RelayNode.Input] = [
            .recallOwn([receipt.retraction]), .heard(Self.link, .hello(hello)),
        ]
        for input in inputs { _ = node.handle(input, now: Self.moment, wall: wall) }
        let effects = node.handle(
            .heard(Self.link, .receipt(receipt)), now: Self.moment, wall: wall)
        let witness = RelayNode.Effect.witness(receipt.retraction, signer, isReceipt: true)
        #expect(effects == (vector.isAccepted ? [witness] : []))
    }
}
