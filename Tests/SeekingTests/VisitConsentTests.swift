import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

/// Consents in a visit: shown, given, taken back, and what an erasure does with them.
@Suite struct VisitConsentTests {
    /// A visit that has asked for support.
    func asked() throws -> VisitScene {
        var scene = try VisitScene()
        try scene.begin()
        try scene.post(
            "compose",
            #"""
            {"what":"request","slot":\#(scene.slot),
            "incident":{"account":"They broke my door.","needs":[1],"safety":2}}
            """#)
        return scene
    }

    func wish(_ scene: VisitScene, _ more: String = "", to uri: String = VisitScene.police)
        -> String
    {
        #"""
        {"case":0,"bridge":"\#(scene.key)","authority":"\#(uri)",
        "purpose":"dpv:RightsFulfilment","now":\#(testStart.seconds)\#(more)}
        """#
    }

    @Test func whatIsShownIsWhatLeavesAndNothingElse() throws {
        var scene = try asked()
        let shown = try scene.page.ask(
            "preview",
            wish(
                scene,
                #","fields":["safety","account","safety"],"extra":{"area":"Harbour"},"days":14"#))
        let names = shown.member("fields")?.asArray?.compactMap { $0.member("name")?.asText }
        #expect(names == ["account", "safety", "area"])
        #expect(shown.member("recipient")?.asText?.string == VisitScene.police)
        #expect(shown.member("purpose")?.asText == "dpv:RightsFulfilment")
        let midnight = testStart.seconds
        #expect(shown.member("expires")?.asNumber == midnight + 14 * 86400)
        #expect(try scene.page.drafts().count == 2, "a preview drops nothing that was written")

        // Sealed with too little work, and again before it is sent.
        _ = try scene.page.ask("give", #"{"slot":\#(scene.slot)}"#)
        let envelopes = try scene.post("give", #"{"slot":\#(scene.slot),"moreBits":1}"#)
        // The bridge of the test network, with the key of its first week.
        let seed = IntakeSeed(week: testStart.slot.week, seed: .fixed(1))
        let parts = envelopes.compactMap {
            Sealer.open($0, with: .key(seed.key), community: scene.network.community)
        }
        #expect(parts.count == 1)
        let consent = try Consent(decoding: try #require(parts.first).payload)
        let sent = try Presentation(decoding: consent.presentation)
        #expect(sent.fields.map { $0.fieldName } == [.account, .safety, .area])
        #expect(Base64URL.encode(sent.terms.id.bytes) == shown.member("id")?.asText?.utf8)
        #expect(ReportMark.of(sent.terms.id) == shown.member("mark")?.asText)

        let found = try scene.cases()
        #expect(found.at("cases", 0, "consents", 0, "id") == shown.member("id"))
        #expect(
            found.at("cases", 0, "consents", 0, "fields")?.encoded
                == shown.member("fields")?.encoded)
        #expect(found.at("cases", 0, "consents", 0, "isLive") == .bool(true))
        #expect(scene.page.refusal("give", #"{"slot":\#(scene.slot)}"#) == .noPreview)
    }

    /// Codes, the mark and the latest rules included; nothing that turns directions.
    @Test func theTextThatTheAuthorityGetsIsShownBefore() throws {
        var scene = try asked()
        try scene.post(
            "compose",
            #"""
            {"what":"request","case":0,"slot":\#(scene.slot + 1),"incident":{
            "account":"And again.\nA\u202edoor.","contact":"by mail",
            "kinds":[{"kind":2,"iccs":"02012"},{"kind":13,"iccs":"0502"}]}}
            """#)
        try scene.post(
            "compose",
            #"{"what":"contactRules","case":0,"text":"not on Mondays","slot":\#(scene.slot + 2)}"#)
        let fields = #","days":7,"fields":["account","kinds","contact"]"#
        let shown = try scene.page.ask("preview", wish(scene, fields))
        let mark = try #require(shown.member("mark")?.asText?.string)
        #expect(
            shown.member("report")?.asText?.string == """
                What happened: They broke my door.
                  
                  And again.
                  Adoor.
                Kind of incident: threat (ICCS 02012), burglary or theft (ICCS 0502)
                How to be in touch safely: not on Mondays
                Reference: \(mark)
                """)
        try scene.post("give", #"{"slot":\#(scene.slot + 2)}"#)
        let given = try scene.cases().at("cases", 0, "consents", 0, "report")
        #expect(given == shown.member("report"))
    }

    @Test func answersStandInTheirOrderWithTheTimeOfEach() throws {
        var scene = try asked()
        let shown = try scene.page.ask("preview", wish(scene, #","days":30,"fields":["needs"]"#))
        try scene.post("give", #"{"slot":\#(scene.slot)}"#)
        let id = try #require(shown.member("id")?.asBytes(16).flatMap { ConsentID($0) })
        let town = scene.network
        let keys = try ReturnCode(scene.code).stretched().caseKeys(town.community, 0)
        let key = ConsentKeys(keys.consent).replyKey(id)
        var batch: [UInt8] = []
        let told: [(UInt64, ConsentState, UInt32)] = [(2, .approved, 150), (1, .waiting, 6)]
        for (counter, state, later) in told {
            let slot = Slot(scene.slot + later)
            let answer = Answer(
                consent: id, counter: counter, state: state, text: nil, reference: nil,
                forwards: [])
            let posting = Posting(
                network: town.network, topic: Topics.intake(town.community, slot.week),
                slot: slot, ttlClass: .quarter, workBits: 8, tagKey: Mailbox.tagKey(of: key),
                eraseKey: RetractCommitment.eraseKey(of: key))
            let message = try #require(MessageID([UInt8](repeating: UInt8(counter), count: 16)))
            let drafts = try Sealer.seal(
                .answer, answer.encoded, id: message, to: .shared(key), community: town.community,
                posting, random: SeededRandom.source(counter))
            batch += drafts.flatMap { $0.finished(nonce: 0).bytes }
        }
        try scene.page.read([batch])
        let answers = try scene.cases().at("cases", 0, "consents", 0, "answers")?.asArray ?? []
        #expect(answers.map { $0.member("state")?.asText } == ["waiting", "approved"])
        #expect(
            answers.map { $0.member("slot")?.asNumber } == [
                UInt64(scene.slot) + 6, UInt64(scene.slot) + 150,
            ])
    }

    @Test func aConsentThatCanNotBeIsRefused() throws {
        var scene = try asked()
        let all = #","days":30,"fields":["account"]"#
        func refusal(_ request: String) -> VisitError? { scene.page.refusal("preview", request) }
        #expect(refusal(wish(scene, #","days":30,"fields":[]"#)) == .nothingChosen)
        #expect(refusal(wish(scene, #","days":30,"fields":["when"]"#)) == .nothingChosen)
        #expect(refusal(wish(scene, all, to: "https://else.example/")) == .noSuchAuthority)
        #expect(refusal(wish(scene, all, to: VisitScene.city)) == .wouldBePublic)
        #expect(refusal(wish(scene, all + #","willBePublic":true"#, to: VisitScene.city)) == nil)
        #expect(
            refusal(wish(scene, #","days":30,"fields":["needs"]"#, to: VisitScene.city)) == nil)
        for days in ["", #","days":0"#, #","days":91"#] {
            #expect(refusal(wish(scene, days + #","fields":["account"]"#)) == .malformed)
        }
        #expect(
            refusal(wish(scene, all + #","renews":"AAAAAAAAAAAAAAAAAAAAAA""#)) == .noSuchConsent)
        #expect(
            refusal(
                wish(scene, all).replacing("RightsFulfilment", with: "Curiosity")) == .malformed)
    }

    @Test func anErasureTakesConsentsBackFirstAndEverythingElseAfter() throws {
        var scene = try asked()
        _ = try scene.page.ask("preview", wish(scene, #","days":30,"fields":["needs"]"#))
        try scene.post("give", #"{"slot":\#(scene.slot)}"#)
        let done = try scene.page.ask("erase", #"{"all":true,"slot":\#(scene.slot)}"#)
        // Two of the request, two of the consent.
        #expect(done.member("retractions")?.asNumber == 4)
        // A withdrawal and its copy, an act to intake and its copy.
        #expect(done.member("envelopes")?.asNumber == 4)
        let retractions = try scene.page.bytes("retractions")
        #expect(retractions.count == 4 * Retraction.bytes)
        for at in stride(from: 0, to: retractions.count, by: Retraction.bytes) {
            let one = try Retraction(decoding: retractions[at..<(at + Retraction.bytes)])
            #expect(RetractCommitment.isOpened(by: one))
        }
        let envelopes = try scene.page.drafts()
        try scene.page.bytes("scan", envelopes.flatMap { $0.bytes })
        let found = try scene.cases()
        #expect(found.at("cases", 0, "isErased") == .bool(true))
        #expect(found.at("cases", 0, "consents", 0, "isWithdrawn") == .bool(true))
        #expect(
            scene.page.refusal("compose", #"{"what":"words","case":0,"text":"x","slot":1}"#)
                == .erased)
        #expect(scene.page.refusal("reseal", #"{"case":0,"slot":1}"#) == .erased)
    }

    /// A bridge that is named no more sends nothing; one without a card must not be forgotten.
    @Test func aConsentThatCanNotBeTakenBackNowHoldsTheErasureUp() throws {
        var scene = try asked()
        _ = try scene.page.ask("preview", wish(scene, #","days":30,"fields":["needs"]"#))
        try scene.post("give", #"{"slot":\#(scene.slot)}"#)
        func follow(_ bridges: [NamedBridge]) throws {
            let manifest = scene.network.manifest(seq: 2, bridges: bridges)
            _ = try scene.page.ask(
                "follow",
                PageVisit.following(
                    network: scene.network.network, community: scene.network.community,
                    charters: .array([scene.network.signedCharter.cbor]),
                    manifest: try Record(body: manifest.body), now: testStart))
        }
        let erase = #"{"all":true,"slot":\#(scene.slot)"#
        try follow(TestNetwork.bridges(1))
        #expect(scene.page.refusal("erase", erase + "}") == .noBridgeCard)
        #expect(scene.page.refusal("erase", erase + #","leaveConsents":true}"#) == nil)
        try follow(TestNetwork.bridges(2))
        #expect(scene.page.refusal("erase", erase + "}") == nil)
        let id = try #require(try scene.cases().at("cases", 0, "consents", 0, "id")?.asText)
        #expect(
            scene.page.refusal(
                "withdraw", #"{"case":0,"consent":"\#(id.string)","slot":\#(scene.slot)}"#)
                == .bridgeGone)
    }

    @Test func aCopyThatWasSealedAnewKeepsItsDayAndLastsLonger() throws {
        var scene = try asked()
        let later = scene.slot + 80 * 144
        let copies = try scene.post("reseal", #"{"case":0,"slot":\#(later)}"#)
        #expect(copies.count == 1)
        var cases = try scene.cases()
        #expect(cases.at("cases", 0, "requests")?.asArray?.count == 1)
        #expect(cases.at("cases", 0, "requests", 0, "slot")?.asNumber == UInt64(scene.slot))
        let last = Slot(later).start.adding(seconds: 90 * 86400).seconds
        #expect(cases.at("cases", 0, "lastDay")?.asNumber == last)

        // Once the first is gone the new one tells the day.
        var other = try VisitScene(seed: 2)
        _ = try other.page.ask("follow", other.following)
        try other.page.ask("enterCode", #"{"text":"\#(scene.code)"}"#)
        try other.page.read([copies.flatMap { $0.bytes }])
        cases = try other.cases()
        #expect(cases.at("cases", 0, "requests", 0, "slot")?.asNumber == UInt64(scene.slot))
    }
}
