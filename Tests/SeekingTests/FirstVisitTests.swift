import Model
import Sealing
import Seeking
import TestKit
import Testing
import Wire

/// The small program of the first view, and how the whole one goes on from it.
@Suite struct FirstVisitTests {
    let scene: VisitScene
    var first = FirstVisit(random: SeededRandom.source(9))

    init() throws { scene = try VisitScene() }

    @discardableResult
    mutating func ask(_ call: String, _ request: String = "{}") throws -> JSON {
        try PageVisit.read(first.answer([UInt8](call.utf8), [UInt8](request.utf8)))
    }

    mutating func refusal(_ call: String, _ request: String = "{}") -> VisitError? {
        do { _ = try first.answer([UInt8](call.utf8), [UInt8](request.utf8)) } catch {
            return error
        }
        return nil
    }

    mutating func begin() throws -> JSON {
        let reply = try first.answer([UInt8]("follow".utf8), scene.following.encoded)
        try ask("newCode")
        return try PageVisit.read(reply)
    }

    @Test mutating func itSaysOfACommunityWhatTheWholeVisitSays() throws {
        var whole = scene
        let reply = try begin()
        #expect(try reply.encoded == whole.page.ask("follow", whole.following).encoded)
    }

    @Test mutating func theWholeVisitGoesOnWithItsCode() throws {
        _ = try begin()
        let slot = scene.slot
        let request =
            #"{"what":"request","incident":{"account":"My door."},"slot":\#(slot)}"#
        #expect(try ask("compose", request).member("case")?.asNumber == 0)
        let drafts = try first.answer([UInt8]("drafts".utf8), [])
        var reader = ByteReader(drafts)
        var posted: [UInt8] = []
        while let length: UInt32 = reader.integer() {
            _ = reader.take(32)
            posted += reader.take(Int(length)) ?? []
        }
        let secret = try first.answer([UInt8]("handOver".utf8), [])
        #expect(secret.count == 32)

        var whole = scene
        _ = try whole.page.ask("follow", whole.following)
        try whole.page.bytes("takeOver", secret)
        try whole.page.bytes("scan", posted)
        let cases = try whole.cases()
        #expect(cases.at("cases", 0, "requests", 0, "incident", "account")?.asText == "My door.")
        #expect(cases.at("freeNumber")?.asNumber == 1)
    }

    @Test mutating func withoutACodeNothingIsHandedOver() throws {
        #expect(try first.answer([UInt8]("handOver".utf8), []).isEmpty)
        var whole = scene
        _ = try whole.page.ask("follow", whole.following)
        try whole.page.bytes("takeOver", [])
        #expect(whole.page.refusal("cases", #"{"now":1}"#) == .noCode)
        #expect(throws: VisitError.malformed) {
            try whole.page.bytes("takeOver", [1, 2, 3])
        }
    }

    @Test mutating func whatItDoesNotKnowItRefuses() throws {
        let note = #"{"what":"note","incident":{"account":"x"},"slot":\#(scene.slot)}"#
        #expect(refusal("compose", note) == .noCommunity || refusal("compose", note) == .noCode)
        _ = try begin()
        #expect(refusal("compose", note) == nil)
        for call in ["scan", "cases", "preview", "enterCode", ""] {
            #expect(refusal(call) == .unknownCall)
        }
        #expect(refusal("compose", #"{"what":"words","slot":1}"#) == .nothingToSend)
        #expect(
            refusal(
                "compose", #"{"what":"words","incident":{"account":"x"},"slot":1}"#) == .malformed)
        #expect(refusal("compose", #"{"what":"note","incident":{},"slot":1}"#) == .nothingToSend)
    }
}
