import Foundation
import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

@testable import Seeking

/// Guidance as the page asks for it.
@Suite struct GuideTests {
    let network = TestNetwork()
    let source = #"""
        {"language":"en","title":"Help","reviewed":"2026-11-01","area":"Here",
        "contacts":[{"id":"e","name":"Emergency","phones":["112"],"emergency":true}],
        "sections":[{"id":"s","heading":"Safety","body":["Go."]}],
        "questions":[{"id":"q","text":"Safe?","answers":[{"id":"no","text":"No"}]}],
        "tables":[{"id":"t","mode":"all","rows":[{"when":{"q":"no"},"now":["s"]}]}]}
        """#

    /// One that follows the test network's community.
    func follower() throws -> Guide {
        var guide = Guide()
        let manifest = try Record(body: network.manifest().body)
        let request = JSON.object([
            .init("network", base64(network.network.bytes)),
            .init("community", base64(network.community.bytes)),
            .init("charters", base64(CBOR.array([network.signedCharter.cbor]).encoded)),
            .init("manifest", base64(manifest.encoded)), .init("cards", .array([])),
            .init("now", .number(testStart.seconds)),
        ])
        _ = try guide.answer([UInt8]("follow".utf8), request.encoded)
        return guide
    }

    func base64(_ bytes: [UInt8]) -> JSON { .text(Text(utf8: Base64URL.encode(bytes))) }

    func ask(
        _ guide: inout Guide, _ call: String, _ request: String
    ) throws -> JSON {
        try JSON(decoding: guide.answer([UInt8](call.utf8), [UInt8](request.utf8)))
    }

    func guidance(
        _ guide: inout Guide, _ records: [Envelope], language: String = "en",
        now: WallTime = testStart
    ) throws -> Found {
        let records = try records.map { base64(try Record(body: $0.body).encoded) }
        let request = JSON.object([
            .init("records", .array(records)), .init("language", .text(Text(language))),
            .init("now", .number(now.seconds)),
        ])
        // Deeper than a request may be: for the page's own reader.
        let reply = Data(try guide.answer([UInt8]("guidance".utf8), request.encoded))
        let object = try JSONSerialization.jsonObject(with: reply) as? [String: Any]
        let pack = object?["pack"] as? [String: Any]
        return Found(
            languages: object?["languages"] as? [String] ?? [],
            title: pack?["title"] as? String, language: pack?["language"] as? String)
    }

    struct Found {
        let languages: [String]
        let title: String?
        let language: String?
    }

    func pack(_ language: Text, title: Text = "Help") throws -> CBOR {
        var pack = try GuidancePack(source: [UInt8](source.utf8))
        pack.language = language
        pack.title = title
        return pack.cbor
    }

    // MARK: The shipped pack

    @Test func aShippedPackIsGivenBackAndAdvises() throws {
        var guide = Guide()
        let pack = try ask(&guide, "guidancePack", source)
        #expect(pack.member("title")?.asText == "Help")
        let advice = try ask(
            &guide, "advise", #"{"from":"shipped","answers":[{"question":"q","answer":"no"}]}"#)
        #expect(
            advice.encoded
                == [UInt8](
                    #"{"contacts":[{"id":"e","urgency":"now"}],"sections":[{"id":"s","urgency":"now"}]}"#
                        .utf8))
        let silent = try ask(&guide, "advise", #"{"from":"shipped","answers":[]}"#)
        #expect(silent.member("sections")?.asArray?.isEmpty == true)
    }

    @Test func aBrokenPackAndAnswersNobodyAskedForAreRefused() throws {
        var guide = Guide()
        #expect(throws: VisitError.noGuidance) {
            try ask(&guide, "advise", #"{"from":"shipped","answers":[]}"#)
        }
        let broken = source.replacingOccurrences(of: "112", with: "call")
        #expect(throws: VisitError.badGuidance) { try ask(&guide, "guidancePack", broken) }
        #expect(throws: VisitError.badGuidance) { try ask(&guide, "guidancePack", "[") }
        _ = try ask(&guide, "guidancePack", source)
        // One that was refused takes nothing away.
        #expect(throws: VisitError.badGuidance) { try ask(&guide, "guidancePack", broken) }
        _ = try ask(&guide, "advise", #"{"from":"shipped","answers":[]}"#)
        #expect(throws: VisitError.notAsked) {
            try ask(
                &guide, "advise", #"{"from":"shipped","answers":[{"question":"q","answer":"x"}]}"#)
        }
        #expect(throws: VisitError.malformed) {
            try ask(&guide, "advise", #"{"from":"elsewhere","answers":[]}"#)
        }
        #expect(throws: VisitError.noCommunity) { try guidance(&guide, []) }
    }

    // MARK: The community's

    @Test func theCommunitysPackInTheLanguageAskedForIsKept() throws {
        var guide = try follower()
        let records = [
            network.guidance("en", pack: try pack("en", title: "Local help")),
            network.guidance("es", pack: try pack("es", title: "Ayuda")),
        ]
        let found = try guidance(&guide, records, language: "es")
        #expect(found.languages == ["en", "es"])
        #expect(found.title == "Ayuda")
        _ = try ask(&guide, "advise", #"{"from":"community","answers":[]}"#)
        #expect(try guidance(&guide, records, language: "fr").title == nil)
        #expect(throws: VisitError.noGuidance) {
            try ask(&guide, "advise", #"{"from":"community","answers":[]}"#)
        }
    }

    @Test func aPackOfTheSameLanguageElsewhereIsBetterThanNone() throws {
        var guide = try follower()
        let found = try guidance(
            &guide, [network.guidance("pt-br", pack: try pack("pt-br"))], language: "pt")
        #expect(found.language == "pt-br")
    }

    @Test func whatIsNotTheCommunitysOwnOrBreaksARuleCountsAsAbsent() throws {
        var guide = try follower()
        let stranger = SigningKey(seed: .fixed(0x66))
        let absent = [
            network.guidance("en", pack: try pack("en"), by: stranger),
            network.guidance("en", pack: .fields(.string("Help"))),
            network.guidance("en", pack: nil),
            network.guidance("en", from: testStart, days: 0, pack: try pack("en")),
            TestNetwork(2).manifest(),
            network.card(1),
        ]
        for record in absent {
            let found = try guidance(&guide, [record])
            #expect(found.languages == [])
            #expect(found.title == nil)
        }
        let ended = network.guidance("en", days: 1, pack: try pack("en"))
        let later = testStart.adding(seconds: 86400)
        #expect(try guidance(&guide, [ended], now: later).title == nil)
        #expect(try guidance(&guide, [ended]).title != nil)
    }
}
