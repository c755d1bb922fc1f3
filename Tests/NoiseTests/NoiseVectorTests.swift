import Model
import Sodium
import TestKit
import Testing

@testable import Noise

@Suite struct NoiseVectorTests {
    // MARK: Handshakes

    @Test(arguments: try VectorFile.accepted("noise"))
    func bothSidesWriteWhatTheScenarioSays(_ vector: VectorFile) throws {
        let network = try #require(NetworkID(try vector.bytes("network")))
        #expect(try LinkIdentity.prologue(network: network) == vector.bytes("prologue"))
        var near = try handshake(.initiator, vector)
        var far = try handshake(.responder, vector)
        for number in 1...3 {
            let payload = try vector.bytes("payload \(number)")
            let message: [UInt8]
            let read: [UInt8]
            if number == 2 {
                message = try far.writeMessage(payload: payload)
                read = try near.readMessage(message)
            } else {
                message = try near.writeMessage(payload: payload)
                read = try far.readMessage(message)
            }
            #expect(try message == vector.bytes("message \(number)"))
            #expect(try HandshakeFraming.frame(message) == vector.bytes("flight \(number)"))
            #expect(read == payload)
        }
        #expect(try near.hash == vector.bytes("handshake hash"))
        #expect(far.hash == near.hash)
        try checkIdentity("responder", in: 2, near.remoteStatic, vector)
        try checkIdentity("initiator", in: 3, far.remoteStatic, vector)
        try checkRecords("initiator", near.split().send, far.split().receive, vector)
        try checkRecords("responder", far.split().send, near.split().receive, vector)
    }

    private func checkIdentity(
        _ side: String, in message: Int, _ linkKey: [UInt8]?, _ vector: VectorFile
    ) throws {
        let payload = try vector.bytes("payload \(message)")
        let network = try #require(NetworkID(try vector.bytes("network")))
        let linkKey = try #require(linkKey)
        let made = LinkIdentity(
            node: SigningKey(seed: Secret(try vector.bytes("\(side) node seed"))),
            linkKey: linkKey, network: network,
            notAfter: try #require(UInt32(exactly: try vector.number("notAfter"))))
        #expect(made.encoded == payload)
        let read = try LinkIdentity(
            verifying: payload, linkKey: linkKey, network: network,
            now: WallTime(seconds: try vector.number("now")))
        #expect(read == made)
    }

    private func checkRecords(
        _ side: String, _ send: CipherState, _ receive: CipherState, _ vector: VectorFile
    ) throws {
        let key = Secret(try vector.bytes("\(side) key"))
        #expect(send == CipherState(key: key))
        #expect(receive == send)
        var after = send
        after.rekey()
        #expect(try after == CipherState(key: Secret(vector.bytes("\(side) key after"))))
        // The first two records, and the two around the change of keys.
        for first in [0, 65535] as [UInt64] {
            let state = CipherState(key: key, nonce: first)
            var (near, far) = (
                Session(send: state, receive: state), Session(send: state, receive: state)
            )
            for number in [first, first + 1] {
                let plaintext = try vector.bytes("\(side) plaintext \(number)")
                let record = near.seal(plaintext)
                #expect(try record == vector.bytes("\(side) record \(number)"))
                var read: [UInt8] = []
                try far.open(record, into: &read)
                #expect(read == plaintext)
            }
        }
    }

    @Test(arguments: try VectorFile.refused("noise"))
    func theReaderRefusesTheLastMessage(_ vector: VectorFile) throws {
        let isResponder = try vector.words("reader") == "responder"
        let last = vector.has("message 3") ? 3 : vector.has("message 2") ? 2 : 1
        var reader = try handshake(isResponder ? .responder : .initiator, vector)
        do {
            if last > 1 { try advance(&reader, to: last, vector) }
            let payload = try reader.readMessage(try vector.bytes("message \(last)"))
            #expect(vector.optionalBytes("payload \(last)") ?? [] == payload)
            guard let linkKey = reader.remoteStatic else {
                // Message 1 says nothing, and its key shows what it is worth in the answer. What a
                // responder does with a payload: NodeTests/LinkVectorTests.swift.
                if payload.isEmpty { _ = try reader.writeMessage() }
                #expect(vector.refusal == "bad-length")
                return
            }
            _ = try LinkIdentity(
                verifying: payload, linkKey: linkKey,
                network: try #require(NetworkID(try vector.bytes("network"))),
                now: WallTime(seconds: try vector.number("now")))
            Issue.record("\(vector.name) was accepted")
        } catch let error as NoiseError {
            #expect(error.reason == vector.refusal)
        } catch let error as LinkIdentityError {
            #expect(error.reason == vector.refusal)
        }
    }

    /// The messages before the last one, as the reader writes and reads them.
    private func advance(
        _ reader: inout Handshake, to last: Int, _ vector: VectorFile
    ) throws {
        let first = try vector.bytes("message 1")
        guard last == 3 else {
            #expect(try reader.writeMessage() == first)
            return
        }
        // What message 2 says is known to who reads it.
        var other = try handshake(.initiator, vector)
        #expect(try other.writeMessage() == first)
        let second = try vector.bytes("message 2")
        let payload = try other.readMessage(second)
        _ = try reader.readMessage(first)
        #expect(try reader.writeMessage(payload: payload) == second)
    }

    private func handshake(_ role: HandshakeRole, _ vector: VectorFile) throws -> Handshake {
        let side = role == .initiator ? "initiator" : "responder"
        let key = vector.optionalBytes("pre-shared key").map { PresharedKey(key: Secret($0)) }
        #expect(try vector.words("pattern") == (key == nil ? "XX" : "XXpsk0"))
        return Handshake(
            role: role, prologue: try vector.bytes("prologue"),
            static: AgreementKey(secret: Secret(try vector.bytes("\(side) link secret"))),
            ephemeral: Secret(try vector.bytes("\(side) ephemeral secret")),
            presharedKeys: key.map { [$0] } ?? [])
    }

    // MARK: Records

    @Test(arguments: try VectorFile.accepted("link-record"))
    func aFlushIsPaddedAndCutAsTheScenarioSays(_ vector: VectorFile) throws {
        guard try vector.words("check") == "flush" else {
            let length = try #require(UInt16(exactly: try vector.number("length")))
            var session = Self.session
            var plaintext: [UInt8] = []
            try session.open([UInt8(length >> 8), UInt8(length & 0xFF)], into: &plaintext)
            #expect(session.pendingBytes == 2)
            return
        }
        let frames = try vector.bytes("frames")
        let plaintexts = try vector.bytesList("plaintext")
        #expect(Session.padded(frames) == plaintexts.flatMap { $0 })

        var (near, far) = (Self.session, Self.session)
        var records = near.seal(frames)[...]
        for plaintext in plaintexts {
            let count = 2 + plaintext.count + CipherState.overhead
            var read: [UInt8] = []
            try far.open([UInt8](records.prefix(count)), into: &read)
            #expect(read == plaintext)
            records = records.dropFirst(count)
        }
        #expect(records.isEmpty)
    }

    @Test(arguments: try VectorFile.refused("link-record"))
    func anotherLengthIsRefusedBeforeTheRecord(_ vector: VectorFile) throws {
        #expect(vector.refusal == "bad-length")
        #expect(try vector.words("check") == "length")
        let length = try #require(UInt16(exactly: try vector.number("length")))
        var session = Self.session
        #expect(throws: NoiseError.recordLength(claimed: Int(length))) {
            var plaintext: [UInt8] = []
            try session.open([UInt8(length >> 8), UInt8(length & 0xFF)], into: &plaintext)
        }
    }

    private static let session = Session(
        send: CipherState(key: .fixed(1)), receive: CipherState(key: .fixed(1)))
}

extension NoiseError {
    /// The word of protocol/vectors/README.md.
    var reason: String {
        switch self {
        case .outOfTurn, .noncesExhausted: "none"
        case .tooLong, .recordLength: "bad-length"
        case .truncated: "truncated"
        case .notAuthentic: "cannot-open"
        case .weakKey: "zero-agreement"
        }
    }
}

extension LinkIdentityError {
    /// The word of protocol/vectors/README.md.
    var reason: String {
        switch self {
        case .wrongLength: "bad-length"
        case .wrongSignature: "not-signed"
        case .expired: "expired"
        }
    }
}
