import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

@testable import Casework

/// What members and strangers send that they should not.
@Suite struct HostilityTests {
    typealias Scene = CaseStoryTests.Scene

    /// A case in which everything happened once.
    func scene() throws -> Scene {
        var scene = try Scene()
        try scene.reply("We believe you.", by: scene.ben)
        try scene.say("Thank you.")
        try scene.reply("You are welcome.", by: scene.cleo)
        scene.town.board.post(
            try scene.town.composer(scene.ben).claim(try scene.item(scene.ben), seconds: 3600))
        scene.town.board.post(
            try scene.town.composer(scene.ben).status(
                .inProgress, explanation: "We look.", language: nil, of: scene.item(scene.ben)))
        let thread = scene.town.found().threads[0]
        scene.town.board.post(
            try scene.town.seeker().act(
                .withdraw, counter: 1, under: thread.key, manifest: scene.town.manifest))
        return scene
    }

    func shown(_ book: CaseBook, _ scene: Scene) throws -> [String] {
        let item = try #require(book.cases[scene.town.caseID])
        let holder = item.claims.holder(scene.town.now)?.claimant.bytes.hex ?? "nobody"
        return item.shown + [holder] + book.colleagues.map { $0.persona.bytes.hex }
    }

    @Test func anyOrderGivesTheSameBook() throws {
        let scene = try scene()
        for keyring in [scene.town.ana, scene.ben, scene.cleo] {
            let desk = scene.town.desk(keyring)
            let expected = try shown(desk.book, scene)
            var random = SeededRandom(41)
            for _ in 0..<60 {
                let book = desk.book(of: desk.parts.shuffled(using: &random))
                #expect(try shown(book, scene) == expected)
            }
        }
        let expected = scene.town.found().threads[0]
        var random = SeededRandom(42)
        for _ in 0..<5 {
            var book = SeekerBook(
                scene.town.code, network: scene.town.ana.network,
                community: scene.town.ana.community, rosters: scene.town.roots.rosters)
            book.read(scene.town.board.envelopes.shuffled(using: &random))
            let thread = book.threads[0]
            #expect(thread.messages.map { $0.text } == expected.messages.map { $0.text })
            #expect(thread.key == expected.key)
            #expect(thread.helpers == expected.helpers)
            let terms = scene.town.terms
            #expect(thread.retractions(terms).count == expected.retractions(terms).count)
        }
    }

    @Test func whatIsPostedAgainChangesNothing() throws {
        let scene = try scene()
        let desk = scene.town.desk(scene.ben)
        let expected = try shown(desk.book, scene)
        var book = desk.book
        for (number, part) in desk.parts.enumerated() {
            book.add(part)  // the very envelope
            let again = OpenedPart(
                id: ItemID([UInt8](repeating: UInt8(number), count: 32)) ?? .zero,
                header: part.header, content: part.content, arrival: 1000 + Int64(number),
                caseID: part.caseID)
            book.add(again)  // its content in another
        }
        #expect(try shown(book, scene) == expected)
    }

    /// Signed payloads under another message id, and other payloads under a used one.
    @Test func whatIsAimedAtAnotherMessageChangesNothing() throws {
        let scene = try scene()
        let desk = scene.town.desk(scene.ben)
        let expected = try shown(desk.book, scene)
        let signed: [ContentKind] = [.act, .status, .grant, .claim, .release, .epochLetter]
        for part in desk.parts where signed.contains(where: { $0.rawValue == part.content.kind }) {
            var moved = part.content
            moved.messageID = MessageID([UInt8](repeating: 7, count: 16)) ?? .zero
            var book = desk.book
            book.add(self.part(like: part, moved))
            #expect(try shown(book, scene) == expected)
            #expect(book.letters.count == desk.book.letters.count)
        }
        for part in desk.parts {
            for other in desk.parts where other.content.kind == part.content.kind {
                var taken = other.content
                taken.messageID = part.content.messageID
                var book = desk.book
                book.add(self.part(like: part, taken))
                #expect(try shown(book, scene) == expected)
            }
        }
    }

    /// A void message that comes first does not keep a good one of its id out.
    @Test func aForgeryThatComesFirstKeepsNothingOut() throws {
        let scene = try scene()
        let desk = scene.town.desk(scene.cleo)
        let expected = try shown(desk.book, scene)
        let signed: [ContentKind] = [.act, .status, .claim, .directory]
        var random = SeededRandom(43)
        let forged = desk.parts.filter { part in
            part.content.parts == 1 && signed.contains { $0.rawValue == part.content.kind }
        }.map { part in
            var broken = part.content
            broken.payload[random.number(below: broken.payload.count)] ^= 1
            return self.part(like: part, broken)
        }
        #expect(forged.count >= 4)
        #expect(try shown(desk.book(of: forged + desk.parts), scene) == expected)
    }

    @Test func whatAnotherRosterCertifiedChangesNothing() throws {
        let scene = try scene()
        let town = scene.town
        let mallory = Keyring.Person(name: "Mallory", random: SeededRandom.source(50))
        // An own roster key, and a certificate that is perfect but for it.
        let certificate = Certificate(
            persona: mallory.personaID, memberKey: mallory.memberKey.publicKey,
            roles: [.supporter], epoch: 9, name: "Ben", community: town.ana.community,
            by: SigningKey(seed: .fixed(0x66)))
        let id = MessageID([UInt8](repeating: 9, count: 16)) ?? .zero
        func said(_ map: CBOR) -> [UInt8] {
            Said.sign(map, town.ana.network, town.ana.community, id, by: mallory.persona).encoded
        }
        let status = Status(
            caseID: town.caseID, state: .closed, explanation: "Go away.", language: nil,
            certificate: certificate.signed)
        let claim = Claim(
            caseID: town.caseID, parent: .zero, notBefore: town.now,
            expires: town.now.adding(seconds: 60), certificate: certificate.signed)
        let held = try #require(try scene.item(scene.ben).claims.holder(town.now))
        let release = Release(
            caseID: town.caseID, claim: held.id, certificate: certificate.signed, heir: nil)
        let directory = MemberDirectory(epoch: 9, certificates: [certificate.signed])

        let desk = town.desk(scene.cleo)
        let expected = try shown(desk.book, scene)
        var book = desk.book
        for (kind, payload) in [
            (ContentKind.status, said(status.cbor)), (.claim, said(claim.cbor)),
            (.release, said(release.cbor)), (.directory, said(directory.cbor)),
        ] {
            let content = ContentPart(
                kind: kind.rawValue, part: 0, parts: 1, messageID: id, payload: payload)
            book.add(part(like: desk.parts[0], content))
        }
        #expect(try shown(book, scene) == expected)
    }

    @Test func aGrantByAStrangerGivesTheSeekerNothing() throws {
        var scene = try Scene()
        let town = scene.town
        let keys = town.code.caseKeys(town.ana.community, 0)
        let mallory = Keyring.Person(name: "Mallory", random: SeededRandom.source(51))
        let certificate = Certificate(
            persona: mallory.personaID, memberKey: mallory.memberKey.publicKey, roles: [],
            epoch: 1, name: "Ben", community: town.ana.community,
            by: SigningKey(seed: .fixed(0x66)))
        let grant = Grant(
            caseID: keys.caseID, caseKey: .fixed(5), generation: 99,
            certificate: certificate.signed, words: Words(text: "Trust me."))
        let id = MessageID([UInt8](repeating: 9, count: 16)) ?? .zero
        let payload = Said.sign(
            grant.cbor, town.ana.network, town.ana.community, id, by: mallory.persona)
        let posting = Posting(
            network: town.ana.network, topic: Topics.intake(town.ana.community, town.now.slot.week),
            slot: town.now.slot, ttlClass: .quarter, workBits: 4, tagKey: keys.grantTag,
            eraseKey: nil)
        scene.town.board.post(
            try Sealer.seal(
                .grant, payload.encoded, id: id, to: .key(keys.thread.publicKey),
                community: town.ana.community, posting, random: town.random))
        let thread = scene.town.found().threads[0]
        #expect(thread.messages.isEmpty && thread.key == nil && thread.helpers.isEmpty)
        try scene.reply("We believe you.", by: scene.ben)
        #expect(scene.town.found().threads[0].messages.map { $0.text } == ["We believe you."])
    }

    private func part(like part: OpenedPart, _ content: ContentPart) -> OpenedPart {
        OpenedPart(
            id: ItemID([UInt8](repeating: 0xEE, count: 32)) ?? .zero, header: part.header,
            content: content, arrival: 5000, caseID: part.caseID)
    }
}
