import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

/// A community with two bridges, of which the first has a card, and a visit of its page.
struct VisitScene {
    let network = TestNetwork()
    var page: PageVisit
    let following: JSON
    let slot = testStart.slot.number
    /// As it is typed.
    private(set) var code = ""
    static let police = "https://police.example/"
    static let city = "https://city.example/"

    init(seed: UInt64 = 1, now: WallTime = testStart) throws {
        page = PageVisit(random: SeededRandom.source(seed))
        var bridges = TestNetwork.bridges(1, 2)
        bridges[0].authorities = [
            Presentation.Recipient(
                uri: Text(Self.police), name: "Police", isPublishing: false),
            Presentation.Recipient(uri: Text(Self.city), name: "City", isPublishing: true),
        ]
        following = PageVisit.following(
            network: network.network, community: network.community,
            charters: .array([network.signedCharter.cbor]),
            manifest: try Record(body: network.manifest(bridges: bridges).body),
            cards: [try Record(body: network.card(1).body)], now: now)
    }

    /// Follows the community and makes a code.
    mutating func begin() throws {
        _ = try page.ask("follow", following)
        let groups = try page.ask("newCode").member("groups")?.asArray ?? []
        code = groups.compactMap { $0.asText?.string }.joined(separator: " ")
    }

    /// Composes, and lets the visit read what it wrote; the envelopes.
    @discardableResult
    mutating func post(_ call: String, _ request: String) throws -> [Envelope] {
        try page.ask(call, request)
        let envelopes = try page.drafts()
        try page.bytes("scan", envelopes.flatMap { $0.bytes })
        return envelopes
    }

    mutating func cases() throws -> JSON {
        try page.ask("cases", #"{"now":\#(testStart.seconds)}"#)
    }

    var key: String {
        String(
            decoding: Base64URL.encode(TestNetwork.bridgeKey(1).publicKey), as: UTF8.self)
    }
}

/// What a page asks and hears.
@Suite struct VisitTests {
    let told = #"""
        {"account":"They broke my door.","language":"de","kinds":[{"kind":14,"iccs":"0504"}],
        "bias":[1,3],"reported":4,"reasons":[10],"safety":4,"needs":[1,6],"contact":"after 18:00",
        "when":"on Sunday","where":"at home","danger":false}
        """#

    @Test func aCommunityIsFollowedByItsRecords() throws {
        var scene = try VisitScene()
        let reply = try scene.page.ask("follow", scene.following)
        #expect(reply.member("name")?.asText == "Test community")
        #expect(reply.member("networkName")?.asText == "Test network")
        #expect(reply.member("isTest") == .bool(true))
        #expect(reply.at("bridges", 0, "ready") == .bool(true))
        #expect(reply.at("bridges", 0, "name")?.asText == "Bridge")
        #expect(reply.at("bridges", 0, "authorities", 1, "publishing") == .bool(true))
        #expect(reply.at("bridges", 1, "ready") == .bool(false))
        let until = testStart.adding(seconds: 45 * 86400).seconds
        #expect(reply.member("manifestUntil")?.asNumber == until)
    }

    @Test func recordsThatDoNotHoldAreRefusedForAReason() throws {
        let network = TestNetwork()
        let other = TestNetwork(2)
        func refusal(
            of subject: TestNetwork? = nil, charters: CBOR? = nil, manifest: Envelope? = nil,
            community: CommunityID? = nil, now: WallTime = testStart
        ) throws -> VisitError? {
            var page = PageVisit(random: SeededRandom.source(1))
            let request = PageVisit.following(
                network: network.network, community: community ?? network.community,
                charters: charters ?? .array([network.signedCharter.cbor]),
                manifest: try Record(body: (manifest ?? network.manifest()).body), now: now)
            return page.refusal("follow", String(decoding: request.encoded, as: UTF8.self))
        }
        #expect(try refusal() == nil)
        let stranger = CommunityID([UInt8](repeating: 9, count: 32))
        #expect(try refusal(community: stranger) == .notCarried)
        #expect(try refusal(charters: .array([other.signedCharter.cbor])) == .wrongCommunity)
        #expect(try refusal(charters: .array([])) == .wrongCommunity)
        #expect(try refusal(charters: .null) == .damaged)
        #expect(try refusal(manifest: network.manifest(by: network.signer)) == .notSigned)
        #expect(try refusal(manifest: network.manifest(days: 46)) == .damaged)
        #expect(try refusal(manifest: network.card(1)) == .wrongCommunity)
        let late = testStart.adding(seconds: 46 * 86400)
        #expect(try refusal(now: late) == .expired)
        #expect(try refusal(now: testStart.moved(seconds: -3600)) == .notYetValid)
        // A manifest that goes on for longer than the keys it names.
        let old = testStart.moved(seconds: -70 * 86400)
        #expect(
            try refusal(manifest: network.manifest(from: old, days: 45), now: testStart)
                == .expired)
    }

    @Test func callsThatNeedACodeOrACommunitySaySo() throws {
        var scene = try VisitScene()
        let calls = ["cases", "compose", "reseal", "erase", "preview", "withdraw"]
        let request = #"{"now":1,"slot":1,"case":0,"what":"note","incident":{"account":"x"}}"#
        for call in calls { #expect(scene.page.refusal(call, request) == .noCode) }
        #expect(scene.page.refusal("scan") == .noCode)
        try scene.page.ask("newCode")
        for call in calls { #expect(scene.page.refusal(call, request) == .noCommunity) }
        _ = try scene.page.ask("follow", scene.following)
        #expect(scene.page.refusal("give", #"{"slot":1}"#) == .noPreview)
        #expect(scene.page.refusal("nothing") == .unknownCall)
        #expect(scene.page.refusal("cases", "[]") == .malformed)
        #expect(scene.page.refusal("cases", "{}") == .malformed)
        #expect(scene.page.refusal("cases", #"{"now":-1}"#) == .malformed)
    }

    @Test func whatIsAskedIsFoundAgainWithNothingButTheCode() throws {
        var scene = try VisitScene()
        _ = try scene.page.ask("follow", scene.following)
        let groups = try #require(scene.page.ask("newCode").member("groups")?.asArray)
        #expect(groups.count == 7)
        let code = groups.compactMap { $0.asText?.string }
        let request = #"{"what":"request","incident":\#(told),"slot":\#(scene.slot)}"#
        #expect(
            try scene.page.ask("compose", request).encoded
                == JSON(decoding: [UInt8](#"{"envelopes":2,"retractions":0,"case":0}"#.utf8))
                .encoded)
        var posted = try scene.page.drafts()
        try scene.page.bytes("scan", posted.flatMap { $0.bytes })
        posted += try scene.post(
            "compose", #"{"what":"note","incident":{"account":"For me."},"slot":\#(scene.slot)}"#)

        var other = try VisitScene(seed: 2)
        _ = try other.page.ask("follow", other.following)
        var wrong = code
        wrong[6] = code[6] == "0000" ? "1111" : "0000"
        #expect(
            other.page.refusal("enterCode", #"{"text":"\#(wrong.joined())"}"#) == .mistyped)
        #expect(other.page.refusal("enterCode", #"{"text":""}"#) == .mistyped)
        try other.page.ask("enterCode", #"{"text":"\#(code.joined(separator: " - "))"}"#)
        try other.page.read([posted.reversed().flatMap { $0.bytes }])
        let cases = try other.cases()
        #expect(cases.at("cases", 0, "number")?.asNumber == 0)
        #expect(cases.at("cases", 0, "isNote") == .bool(false))
        #expect(cases.at("cases", 0, "state")?.asText == "received")
        let incident = try #require(cases.at("cases", 0, "requests", 0, "incident"))
        #expect(incident.encoded == (try JSON(decoding: [UInt8](told.utf8))).encoded)
        #expect(cases.at("cases", 1, "isNote") == .bool(true))
        #expect(cases.at("freeNumber")?.asNumber == 2)
        let last = testStart.slot.start.adding(seconds: 90 * 86400).seconds
        #expect(cases.at("cases", 0, "lastDay")?.asNumber == last)
    }

    @Test func moreWorkIsClaimedWhereItIsAskedForUpToFourBits() throws {
        var scene = try VisitScene()
        try scene.begin()
        func claimed(_ more: String) throws -> [UInt8] {
            let incident = #""incident":{"account":"x"}"#
            _ = try scene.page.ask(
                "compose", #"{"what":"request",\#(incident),"slot":\#(scene.slot)\#(more)}"#)
            return try scene.page.drafts().map { $0.header.workBits }
        }
        let least = try claimed("")
        #expect(try claimed(#","moreBits":0"#) == least)
        #expect(try claimed(#","moreBits":4"#) == least.map { $0 + 4 })
        #expect(try claimed(#","moreBits":3,"ttl":2"#) == least.map { $0 + 1 })
        #expect(throws: VisitError.malformed) { try claimed(#","moreBits":5"#) }
        #expect(throws: VisitError.malformed) { try claimed(#","moreBits":300"#) }
    }

    @Test func aCodeHoldsEightCasesAndNoMore() throws {
        var scene = try VisitScene()
        try scene.begin()
        let note = #"{"what":"note","incident":{"account":"x"},"slot":\#(scene.slot)}"#
        for _ in 0..<8 { try scene.post("compose", note) }
        #expect(try scene.cases().at("freeNumber") == .null)
        #expect(scene.page.refusal("compose", note) == .full)
    }

    @Test func nothingIsSentWhereThereIsNothingToSay() throws {
        var scene = try VisitScene()
        try scene.begin()
        let slot = scene.slot
        for incident in ["{}", #"{"language":"de"}"#, #"{"account":" \n"}"#] {
            let request = #"{"what":"request","incident":\#(incident),"slot":\#(slot)}"#
            #expect(scene.page.refusal("compose", request) == .nothingToSend)
        }
        #expect(
            scene.page.refusal("compose", #"{"what":"poem","slot":\#(slot)}"#) == .malformed)
        let long = String(repeating: "x", count: 70_000)
        let request = #"{"what":"note","incident":{"account":"\#(long)"},"slot":\#(slot)}"#
        #expect(scene.page.refusal("compose", request) == .tooLong)
        // The community's keys end.
        let late = slot + 6 * 144 * 10
        #expect(
            scene.page.refusal(
                "compose", #"{"what":"request","incident":{"account":"x"},"slot":\#(late)}"#)
                == .noKeyForThisWeek)
        #expect(try scene.page.drafts().isEmpty)
    }

    @Test func beforeAnybodyAnsweredMoreWordsAreAnotherRequest() throws {
        var scene = try VisitScene()
        try scene.begin()
        let slot = scene.slot
        #expect(
            scene.page.refusal("compose", #"{"what":"words","case":0,"text":"x","slot":1}"#)
                == .noSuchCase)
        try scene.post(
            "compose", #"{"what":"request","incident":{"account":"One."},"slot":\#(slot)}"#)
        try scene.post(
            "compose",
            #"{"what":"words","case":0,"text":"Two.","language":"de","slot":\#(slot + 1)}"#)
        try scene.post(
            "compose", #"{"what":"contactRules","case":0,"text":"by mail","slot":\#(slot + 2)}"#)
        let cases = try scene.cases()
        #expect(cases.at("cases", 0, "requests")?.asArray?.count == 2)
        #expect(cases.at("cases", 0, "requests", 1, "incident", "account")?.asText == "Two.")
        #expect(cases.at("cases", 0, "contact")?.asText == "by mail")
        #expect(cases.at("cases", 0, "told", "account")?.asText == "One.\n\nTwo.")
        #expect(cases.at("cases", 0, "told", "contact")?.asText == "by mail")
        #expect(cases.at("cases", 0, "canAnswer") == .bool(false))
        try scene.post(
            "compose", #"{"what":"note","incident":{"account":"x"},"slot":\#(slot)}"#)
        #expect(
            scene.page.refusal("compose", #"{"what":"reopen","case":1,"slot":\#(slot)}"#)
                == .noRequest)
    }
}
