import Model
import Node
import Noise
import Sodium
import TestKit
import Testing
import Wire

/// The handshakes of protocol/vectors/noise through the machine that nodes run.
@Suite struct LinkVectorTests {
    private let start = Moment(milliseconds: 1000)

    private func link(_ side: String, _ vector: VectorFile) throws -> Link {
        // Refused scenarios name no node: what a side would say of itself is not looked at.
        let seed = vector.optionalBytes("\(side) node seed").map { Secret($0) } ?? .fixed(1)
        let secrets = LinkSecrets(
            network: try #require(NetworkID(try vector.bytes("network"))),
            nodeKey: SigningKey(seed: seed),
            linkKey: AgreementKey(secret: Secret(try vector.bytes("\(side) link secret"))),
            preSharedKey: vector.optionalBytes("pre-shared key").map { Secret($0) })
        let ephemeral = Secret(try vector.bytes("\(side) ephemeral secret"))
        return Link(
            role: side == "initiator" ? .initiator : .responder, secrets, ephemeral: ephemeral,
            now: start)
    }

    /// Both sides sign for a day, as the scenario's nodes do.
    @Test(arguments: try VectorFile.accepted("noise"))
    func bothSidesSendTheScenariosFlights(_ vector: VectorFile) throws {
        let wall = WallTime(seconds: try vector.number("now"))
        var near = try link("initiator", vector)
        var far = try link("responder", vector)
        let flights = try (1...3).map { try vector.bytes("flight \($0)") }
        func node(_ side: String) throws -> NodeID {
            let key = SigningKey(seed: Secret(try vector.bytes("\(side) node seed")))
            return try #require(NodeID(key.publicKey))
        }
        #expect(near.start(wall) == [.write(flights[0])])
        #expect(far.handle(.bytes(flights[0]), now: start, wall: wall) == [.write(flights[1])])
        #expect(
            try near.handle(.bytes(flights[1]), now: start, wall: wall)
                == [.write(flights[2]), .authenticated(node("responder"))])
        #expect(
            try far.handle(.bytes(flights[2]), now: start, wall: wall)
                == [.authenticated(node("initiator"))])

        for (side, number) in [("initiator", 0), ("initiator", 1)] {
            let frames = try vector.bytes("\(side) plaintext \(number)")
            guard case .ping(let value) = try first(frames) else {
                throw VectorFileError.missing(file: vector.name, name: "PING")
            }
            let record = try vector.bytes("\(side) record \(number)")
            #expect(
                near.handle(.send([.ping(value)]), now: start, wall: wall) == [.write(record)])
            #expect(
                far.handle(.bytes(record), now: start, wall: wall) == [.heard(.ping(value))])
        }
    }

    @Test(arguments: try VectorFile.refused("noise"))
    func theReaderEndsTheLinkWithoutAnotherByte(_ vector: VectorFile) throws {
        // Three scenarios are about a prologue that no link of this version has.
        let wall = WallTime(seconds: try vector.number("now"))
        let side = try vector.words("reader")
        var reader = try link(side, vector)
        let last = vector.has("message 3") ? 3 : vector.has("message 2") ? 2 : 1
        if side == "initiator" { _ = reader.start(wall) }
        if last == 3 {
            // The reader's own second message is another one here, and so message 3 is not for
            // it: that it ends the link is all that shows.
            let first = HandshakeFraming.frame(try vector.bytes("message 1"))
            _ = reader.handle(.bytes(first), now: start, wall: wall)
        }
        let flight = HandshakeFraming.frame(try vector.bytes("message \(last)"))
        let effects = reader.handle(.bytes(flight), now: start, wall: wall)
        #expect(effects.count == 1)
        guard case .close? = effects.first else {
            Issue.record("\(vector.name): \(effects)")
            return
        }
        #expect(reader.handle(.bytes(flight), now: start, wall: wall).isEmpty)
    }

    private func first(_ frames: [UInt8]) throws -> Frame? {
        var buffer = FrameBuffer()
        buffer.append(frames)
        return try buffer.next()
    }
}
