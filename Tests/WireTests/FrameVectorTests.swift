import Model
import TestKit
import Testing
import Wire

/// The shape of frames. What a peer record's or a receipt's signature is worth is a question for
/// GossipTests/FrameVectorTests.swift.
@Suite struct FrameVectorTests {
    @Test(arguments: try VectorFile.accepted("frames"))
    func theLastFrameIsWhatTheScenarioSays(_ vector: VectorFile) throws {
        let bytes = try vector.bytes("frames")
        let frames = try FrameVectors.read(bytes)
        let last = try #require(frames.last)
        let skipped = try frames.dropLast().map { frame in
            guard case .unknown(let type) = frame else { throw FrameVectors.NotSkipped() }
            return type
        }
        #expect(skipped.count == Int(vector.text("skipped") ?? "0"))
        #expect(bytes.suffix(last.encoded.count) == last.encoded[...])
        if skipped.isEmpty { #expect(last.encoded == bytes) }
        try FrameVectors.check(last, vector)
    }

    @Test(arguments: try VectorFile.refused("frames"))
    func aFrameOfAnotherShapeIsRefusedForItsReason(_ vector: VectorFile) throws {
        let bytes = try vector.bytes("frames")
        let reason = try #require(vector.refusal)
        if ["bad-signature", "expired", "too-far-ahead", "no-common-version"].contains(reason) {
            // Well shaped: what is wrong shows only to who knows the network and the time.
            #expect(try FrameVectors.read(bytes).map { $0.encoded }.flatMap { $0 } == bytes)
            return
        }
        do {
            let frames = try FrameVectors.read(bytes)
            Issue.record("read as \(frames)")
        } catch let error as FrameError {
            #expect(error.reason == reason)
        }
    }
}

enum FrameVectors {
    struct NotSkipped: Error {}
    struct Incomplete: Error {}

    static func read(_ bytes: [UInt8]) throws -> [Frame] {
        var buffer = FrameBuffer()
        buffer.append(bytes)
        var frames: [Frame] = []
        while let frame = try buffer.next() { frames.append(frame) }
        if buffer.pendingBytes > 0 { throw Incomplete() }
        return frames
    }

    /// Compares every field the scenario gives.
    static func check(_ frame: Frame, _ vector: VectorFile) throws {
        #expect([UInt8](frame.encoded.prefix(1)).hex == vector.text("type"))
        switch frame {
        case .pad(let count): #expect(UInt64(count) == (try? vector.number("bytes")) ?? 0)
        case .hello(let hello): try check(hello, vector)
        case .ping(let value), .pong(let value): #expect(try value == vector.number("value"))
        case .bye(let reason): #expect(try UInt64(reason) == vector.number("reason"))
        case .membership(let frame): try check(frame, vector)
        case .graft(let id, let hops):
            #expect(try UInt64(hops) == vector.number("hops"))
            #expect(try vector.number("count") == (id == nil ? 0 : 1))
            try check(id.map { [$0] } ?? [], vector)
        case .prune(let backoff): #expect(try UInt64(backoff) == vector.number("backoff"))
        case .dontWant(let ids):
            #expect(try UInt64(ids.count) == vector.number("count"))
            try check(ids, vector)
        case .stem(.envelope(let envelope)):
            #expect(try vector.number("kind") == 0)
            #expect(try envelope.bytes == vector.bytes("envelope"))
        case .stem(.retraction): #expect(try vector.number("kind") == 1)
        case .syncOpen(let open): try check(open, vector)
        case .syncMessage(let session, let message):
            #expect(try UInt64(session) == vector.number("session"))
            #expect(try message == vector.bytes("message"))
        case .syncEnd(let session, let end):
            #expect(try UInt64(session) == vector.number("session"))
            #expect(try UInt64(end.reason) == vector.number("reason"))
            #expect(try UInt64(end.value) == vector.number("value"))
        case .push(let hops, let envelope):
            #expect(try UInt64(hops) == vector.number("hops"))
            #expect(try envelope.bytes == vector.bytes("envelope"))
        case .announce(let items):
            #expect(try UInt64(items.count) == vector.number("count"))
            for item in items { #expect(try UInt64(item.hops) == vector.number("hops")) }
            try check(items.map { $0.id }, vector)
        case .retract(let retraction):
            #expect(try retraction.header.encoded == vector.bytes("header"))
            #expect(try retraction.bodyHash == vector.bytes("body hash"))
            #expect(try retraction.opening == vector.bytes("opening"))
        case .receipt(let receipt):
            #expect(try UInt64(receipt.slot.number) == vector.number("slot"))
            #expect(try receipt.retraction.bytes == vector.bytes("retraction id"))
        case .want(let session, let ids), .gone(let session, let ids):
            #expect(try UInt64(session) == vector.number("session"))
            #expect(try UInt64(ids.count) == vector.number("count"))
            try check(ids, vector)
        case .unknown: Issue.record("the last frame is never a skipped one")
        }
    }

    private static func check(_ frame: MembershipFrame, _ vector: VectorFile) throws {
        switch frame {
        case .join(let record): #expect(try record.encoded == vector.bytes("record"))
        case .forwardJoin(let ttl, let record):
            #expect(try UInt64(ttl) == vector.number("ttl"))
            #expect(try record.encoded == vector.bytes("record"))
        case .neighbor(let isHighPriority):
            #expect(try vector.number("priority") == (isHighPriority ? 1 : 0))
        case .neighborReply(let isAccepted):
            #expect(try vector.number("accept") == (isAccepted ? 1 : 0))
        case .disconnect(let reason, let backoff):
            #expect(try UInt64(reason) == vector.number("reason"))
            #expect(try UInt64(backoff) == vector.number("backoff"))
        case .shuffle(let nonce, let ttl, let records):
            #expect(try nonce == vector.number("nonce"))
            #expect(try UInt64(ttl) == vector.number("ttl"))
            #expect(try UInt64(records.count) == vector.number("count"))
        case .shuffleReply(let nonce, let records):
            #expect(try nonce == vector.number("nonce"))
            #expect(try UInt64(records.count) == vector.number("count"))
        }
    }

    private static func check(_ open: SyncOpen, _ vector: VectorFile) throws {
        #expect(try UInt64(open.session) == vector.number("session"))
        #expect(try UInt64(open.ttlClass.rawValue) == vector.number("class"))
        #expect(try UInt64(open.from.number) == vector.number("slotFrom"))
        #expect(try UInt64(open.topics.count) == vector.number("topics"))
        #expect(try open.topics.map { $0.bytes } == vector.bytesList("topic"))
        #expect(try open.message == vector.bytes("message"))
    }

    private static func check(_ ids: [ItemID], _ vector: VectorFile) throws {
        let expected = try vector.bytesList("id")
        if !expected.isEmpty { #expect(ids.map { $0.bytes } == expected) }
    }

    private static func check(_ hello: Hello, _ vector: VectorFile) throws {
        #expect(try UInt64(hello.lowestVersion) == vector.number("minVer"))
        #expect(try UInt64(hello.highestVersion) == vector.number("maxVer"))
        #expect(try UInt64(hello.capabilities) == vector.number("caps"))
        #expect(try UInt64(hello.clock) == vector.number("clock"))
        #expect(try UInt64(hello.charterSeq) == vector.number("charterSeq"))
        #expect(try hello.record.seq == vector.number("seq"))
        #expect(try UInt64(hello.record.notAfter) == vector.number("notAfter"))
        #expect(try UInt64(hello.record.addresses.count) == vector.number("addresses"))
        #expect(try hello.record.node.bytes == vector.bytes("node"))
        #expect(try hello.record.encoded == vector.bytes("record"))
    }
}

extension FrameError {
    /// The word of protocol/vectors/README.md.
    var reason: String {
        switch self {
        case .tooLong: "too-long"
        case .unknownType: "unknown-type"
        case .malformed: "malformed"
        case .badEnvelope: "bad-envelope"
        }
    }
}
