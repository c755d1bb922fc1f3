import Casework
import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

/// One case between a page and the desks of a community, with nothing between them but a board.
@Suite struct VisitStoryTests {
    struct Scene {
        var town: TestCommunity
        var ben: Keyring
        var page: PageVisit
        let code: ReturnCode

        init() throws {
            town = try TestCommunity(seed: 3)
            ben = try town.member("Ben")
            page = PageVisit(random: SeededRandom.source(4))
            _ = try page.ask(
                "follow",
                PageVisit.following(
                    network: town.ana.network, community: town.ana.community,
                    charters: town.charters.content, manifest: town.record, now: town.now))
            let groups = try page.ask("newCode").member("groups")?.asArray ?? []
            code = try ReturnCode(groups.compactMap { $0.asText?.string }.joined())
            try post("compose", #"{"what":"request","incident":{"account":"My door."}"#)
        }

        /// Composes at the town's time and puts what comes out on the board.
        mutating func post(_ call: String, _ request: String) throws {
            try page.ask(call, request + #","slot":\#(town.now.slot.number)}"#)
            for envelope in try page.drafts() { town.board.post(envelope) }
            town.now = town.now.adding(seconds: 600)
        }

        mutating func reply(_ text: Text) throws {
            let item = try item()
            town.board.post(
                try town.composer(ben).reply(text, language: "de", to: item, colleagues: []))
            town.now = town.now.adding(seconds: 600)
        }

        /// What the erasure that was composed last takes back.
        mutating func targets() throws -> Set<ItemID> {
            var targets: Set<ItemID> = []
            let bytes = try page.bytes("retractions")
            for at in stride(from: 0, to: bytes.count, by: Retraction.bytes) {
                let one = try Retraction(decoding: bytes[at..<(at + Retraction.bytes)])
                targets.insert(
                    Naming.envelopeID(
                        network: town.ana.network, header: one.header, bodyHash: one.bodyHash))
            }
            return targets
        }

        func item() throws -> Case { try #require(town.desk(ben).book.cases.values.first) }

        /// What a page with the code alone finds, in batches as a relay gives them.
        func found() throws -> JSON {
            var other = PageVisit(random: SeededRandom.source(5))
            _ = try other.ask(
                "follow",
                PageVisit.following(
                    network: town.ana.network, community: town.ana.community,
                    charters: town.charters.content, manifest: town.record, now: town.now))
            try other.ask("enterCode", #"{"text":"\#(code.groups.joined())"}"#)
            let bytes = town.board.envelopes.map { $0.envelope.bytes }
            try other.read([bytes.prefix(3).flatMap { $0 }, bytes.dropFirst(3).flatMap { $0 }])
            return try other.ask("cases", #"{"now":\#(town.now.seconds)}"#)
        }
    }

    @Test func wordsGoBothWaysBetweenAPageAndADesk() throws {
        var scene = try Scene()
        try scene.reply("We believe you.")
        let batch = scene.town.board.envelopes.flatMap { $0.envelope.bytes }
        try scene.page.read([batch])
        try scene.post("compose", #"{"what":"words","case":0,"text":"Thank you.","language":"uk""#)
        try scene.reply("You are welcome.")

        let cases = try scene.found()
        let said = cases.at("cases", 0, "messages")?.asArray ?? []
        #expect(
            said.map { $0.member("text")?.asText } == [
                "We believe you.", "Thank you.", "You are welcome.",
            ])
        #expect(
            said.map { $0.member("from")?.asText } == ["supporter", "you", "supporter"])
        #expect(said[1].member("language")?.asText == "uk")
        #expect(cases.at("cases", 0, "helpers", 0)?.asText == "Ben")
        #expect(cases.at("cases", 0, "canAnswer") == .bool(true))
        let desk = try scene.item()
        #expect(desk.messages.map { $0.speaker } == [.supporter, .seeker, .supporter])
        #expect(desk.requests.map { $0.body.account } == ["My door."])
    }

    /// A diary: entries of one note, each of its day, until a request opens the note's own case.
    /// Nobody but its writer reads the entries, also afterwards.
    @Test func aNoteGoesOnAndARequestOpensItsCaseWithoutIt() throws {
        var scene = try Scene()
        func readOwn() throws {
            try scene.page.read([scene.town.board.envelopes.flatMap { $0.envelope.bytes }])
        }
        try readOwn()
        try scene.post("compose", #"{"what":"note","incident":{"account":"Monday."}"#)
        for day in ["Tuesday.", "Wednesday."] {
            try readOwn()
            scene.town.now = scene.town.now.adding(seconds: 86400)
            try scene.post(
                "compose", #"{"what":"note","case":1,"incident":{"account":"\#(day)"}"#)
        }
        var note = try #require(try scene.found().at("cases", 1))
        #expect(note.member("isNote") == .bool(true))
        let entries = note.member("requests")?.asArray ?? []
        #expect(
            entries.map { $0.at("incident", "account")?.asText } == [
                "Monday.", "Tuesday.", "Wednesday.",
            ])
        let slots = entries.compactMap { $0.member("slot")?.asNumber }
        #expect(slots.last.map { $0 - slots[0] } ?? 0 >= 2 * 144)
        #expect(note.at("told", "account")?.asText == "Monday.\n\nTuesday.\n\nWednesday.")
        #expect(try scene.found().at("freeNumber")?.asNumber == 2)
        #expect(scene.town.desk(scene.ben).book.cases.count == 1)

        try readOwn()
        try scene.post(
            "compose", #"{"what":"request","case":1,"incident":{"account":"He waits outside."}"#)
        let told = scene.town.desk(scene.ben).book.cases.values.map { $0.requests }
        #expect(told.count == 2 && told.allSatisfy { $0.count == 1 })
        #expect(told.contains { $0[0].body.account == "He waits outside." })
        // And once more a note, in the case that is open now.
        try readOwn()
        try scene.post("compose", #"{"what":"note","case":1,"incident":{"account":"Friday."}"#)
        #expect(scene.town.desk(scene.ben).book.cases.values.allSatisfy { $0.requests.count == 1 })

        note = try #require(try scene.found().at("cases", 1))
        #expect(note.member("isNote") == .bool(false))
        #expect(note.member("requests")?.asArray?.count == 1)
        let kept = note.member("notes")?.asArray ?? []
        #expect(kept.count == 4)
        #expect(kept.last?.at("incident", "account")?.asText == "Friday.")
        #expect(note.at("told", "account")?.asText == "He waits outside.")
        try readOwn()
        #expect(
            try scene.page.ask("erase", #"{"case":1,"slot":\#(scene.town.now.slot.number)}"#)
                .member("retractions")?.asNumber == 6)
    }

    @Test func aStatusIsReadAndAClosedCaseTakenUpAgain() throws {
        var scene = try Scene()
        try scene.reply("We believe you.")
        scene.town.board.post(
            try scene.town.composer(scene.ben).status(
                .closed, explanation: "It is mended.", language: "de", of: scene.item()))
        scene.town.now = scene.town.now.adding(seconds: 600)
        var cases = try scene.found()
        #expect(cases.at("cases", 0, "state")?.asText == "closed")
        #expect(cases.at("cases", 0, "statuses", 0, "explanation")?.asText == "It is mended.")
        #expect(cases.at("cases", 0, "statuses", 0, "by")?.asText == "Ben")

        try scene.page.read([scene.town.board.envelopes.flatMap { $0.envelope.bytes }])
        try scene.post("compose", #"{"what":"reopen","case":0"#)
        cases = try scene.found()
        #expect(cases.at("cases", 0, "state")?.asText == "in_progress")
        #expect(cases.at("cases", 0, "isReopened") == .bool(true))
        #expect(try scene.item().state == .inProgress)
    }

    @Test func anErasureReachesTheDeskAndTakesEverythingBack() throws {
        var scene = try Scene()
        try scene.reply("We believe you.")
        try scene.page.read([scene.town.board.envelopes.flatMap { $0.envelope.bytes }])
        try scene.post("erase", #"{"all":true"#)
        let targets = try scene.targets()
        // A request, its copy, a grant and words under the key.
        #expect(targets.count == 4)
        #expect(try scene.item().isErased)
        scene.town.board.remove(targets, of: scene.town.ana.network)
        let cases = try scene.found()
        #expect(cases.at("cases")?.asArray?.isEmpty == true)
    }

    /// Somebody answered who had not heard of it, and nothing else is left: it can be taken back.
    @Test func whatWasAnsweredAfterAnErasureIsErasedToo() throws {
        var scene = try Scene()
        let item = try scene.item()
        try scene.page.read([scene.town.board.envelopes.flatMap { $0.envelope.bytes }])
        try scene.post("erase", #"{"all":true"#)
        scene.town.board.remove(try scene.targets(), of: scene.town.ana.network)
        #expect(try scene.found().at("cases")?.asArray?.isEmpty == true)
        scene.town.board.post(
            try scene.town.composer(scene.ben).reply(
                "We believe you.", language: "de", to: item, colleagues: []))
        var cases = try scene.found()
        #expect(cases.at("cases", 0, "isErased") == .bool(true))
        #expect(cases.at("cases", 0, "requests")?.asArray?.isEmpty == true)
        #expect(cases.at("cases", 0, "messages")?.asArray?.count == 1)

        try scene.page.read([scene.town.board.envelopes.flatMap { $0.envelope.bytes }])
        try scene.post("erase", #"{"all":true"#)
        scene.town.board.remove(try scene.targets(), of: scene.town.ana.network)
        cases = try scene.found()
        #expect(cases.at("cases")?.asArray?.isEmpty == true)
        #expect(try scene.item().isErased)
    }

    /// Two passes: what lies under a key may have come before the key did.
    @Test func wordsThatCameBeforeTheirKeyAreFoundInTheSecondPass() throws {
        var scene = try Scene()
        try scene.reply("One.")
        try scene.reply("Two.")
        let all = scene.town.board.envelopes.map { $0.envelope.bytes }
        let code = try scene.code.stretched()
        var book = SeekerBook(
            code, network: scene.town.ana.network, community: scene.town.ana.community,
            rosters: scene.town.roots.rosters)
        for one in all.reversed() { try book.scan(one) }
        #expect(book.needsSecondPass)
        for one in all.reversed() { try book.scanAgain(one) }
        #expect(!book.needsSecondPass)
        #expect(Set(book.threads[0].messages.map { $0.text }) == ["One.", "Two."])
        // From now on the first pass knows the key.
        try scene.reply("Three.")
        try book.scan(scene.town.board.envelopes.last?.envelope.bytes ?? [])
        #expect(book.threads[0].messages.map { $0.text }.last == "Three.")
        #expect(!book.needsSecondPass)
    }
}
