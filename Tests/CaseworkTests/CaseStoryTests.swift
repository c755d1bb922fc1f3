import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

@testable import Casework

/// One case from its request to its end, with nothing between the people but a board.
@Suite struct CaseStoryTests {
    /// A community of three where Ben has answered a request.
    struct Scene {
        var town: TestCommunity
        var ben: Keyring
        var cleo: Keyring

        init(seed: UInt64 = 1) throws {
            town = try TestCommunity(seed: seed)
            ben = try town.member("Ben")
            cleo = try town.member("Cleo")
            town.board.post(
                try town.seeker().request(incident("They broke my door."), manifest: town.manifest))
            town.now = town.now.adding(seconds: 600)
        }

        func item(_ keyring: Keyring) throws -> Case {
            try #require(town.desk(keyring).book.cases[town.caseID])
        }

        mutating func reply(_ text: Text, by keyring: Keyring, deputies: Bool = true) throws {
            let desk = town.desk(keyring)
            let item = try #require(desk.book.cases[town.caseID])
            town.board.post(
                try town.composer(keyring).reply(
                    text, language: "de", to: item,
                    colleagues: deputies ? desk.book.colleagues : []))
            town.now = town.now.adding(seconds: 600)
        }

        mutating func say(_ text: Text) throws {
            let key = try #require(town.found().threads[0].key)
            town.board.post(try town.seeker().words(text, language: nil, under: key))
            town.now = town.now.adding(seconds: 600)
        }
    }

    @Test func everyMemberReadsTheRequest() throws {
        let scene = try Scene()
        for keyring in [scene.town.ana, scene.ben, scene.cleo] {
            let item = try scene.item(keyring)
            #expect(item.requests.map { $0.body.account } == ["They broke my door."])
            #expect(item.state == .received)
            #expect(item.key == nil)
        }
        let thread = scene.town.found().threads[0]
        #expect(thread.requests.map { $0.body.account } == ["They broke my door."])
        #expect(thread.key == nil)
        #expect(scene.town.found().freeNumber == 1)
    }

    @Test func aReplyBringsTheSeekerAKeyAndTheDeputiesALetter() throws {
        var scene = try Scene()
        try scene.reply("We believe you.", by: scene.ben)
        let thread = scene.town.found().threads[0]
        #expect(thread.messages.map { $0.text } == ["We believe you."])
        #expect(thread.messages.map { $0.speaker } == [.supporter])
        #expect(thread.helpers == ["Ben"])
        for keyring in [scene.town.ana, scene.ben, scene.cleo] {
            #expect(try scene.item(keyring).key?.secrets.caseKey == thread.key)
        }
        #expect(throws: MemberComposer.Failure.requestMissing) {
            let other = try TestCommunity(seed: 2)
            let empty = Case(id: other.caseID)
            _ = try other.composer(other.ana).reply("?", language: nil, to: empty, colleagues: [])
        }
    }

    @Test func wordsGoBothWaysAndSayWhoWroteThem() throws {
        var scene = try Scene()
        try scene.reply("We believe you.", by: scene.ben)
        try scene.say("Thank you. Can you come with me?")
        try scene.reply("Yes, on Monday.", by: scene.cleo)
        try scene.say("Good.")
        let thread = scene.town.found().threads[0]
        #expect(
            thread.messages.map { $0.text } == [
                "We believe you.", "Thank you. Can you come with me?", "Yes, on Monday.", "Good.",
            ])
        #expect(thread.messages.map { $0.speaker } == [.supporter, .seeker, .supporter, .seeker])
        // A member who wrote none of it reads it all.
        let item = try scene.item(scene.town.ana)
        #expect(item.messages.map { $0.text } == thread.messages.map { $0.text })
        #expect(item.messages.map { $0.speaker } == thread.messages.map { $0.speaker })
    }

    @Test func aStatusReachesBothSides() throws {
        var scene = try Scene()
        #expect(throws: MemberComposer.Failure.notAnswered) {
            try scene.town.composer(scene.ben).status(
                .inProgress, explanation: nil, language: nil, of: try scene.item(scene.ben))
        }
        try scene.reply("We believe you.", by: scene.ben)
        let item = try scene.item(scene.cleo)
        scene.town.board.post(
            try scene.town.composer(scene.cleo).status(
                .waitingForYou, explanation: "We need the date.", language: "en", of: item))
        let thread = scene.town.found().threads[0]
        #expect(thread.state == .waitingForYou)
        #expect(thread.statuses.map { $0.explanation } == ["We need the date."])
        #expect(thread.statuses.map { $0.by } == ["Cleo"])
        #expect(Set(thread.helpers) == ["Ben", "Cleo"])
        #expect(try scene.item(scene.ben).state == .waitingForYou)
    }

    @Test func contactRulesAndAReopeningAreTheSeekersToSay() throws {
        var scene = try Scene()
        try scene.reply("We believe you.", by: scene.ben)
        scene.town.board.post(
            try scene.town.composer(scene.ben).status(
                .closed, explanation: nil, language: nil, of: try scene.item(scene.ben)))
        scene.town.now = scene.town.now.adding(seconds: 600)
        for deed in [Act.Deed.contactRules, .reopen] {
            let thread = scene.town.found().threads[0]
            scene.town.board.post(
                try scene.town.seeker().act(
                    deed, value: deed == .contactRules ? .string("only by mail") : nil,
                    counter: thread.nextCounter, under: thread.key, manifest: scene.town.manifest))
            scene.town.now = scene.town.now.adding(seconds: 600)
        }
        let item = try scene.item(scene.cleo)
        #expect(item.contactRules == "only by mail")
        #expect(scene.town.found().threads[0].contactRules == "only by mail")
        #expect(item.state == .inProgress)
        // Each went to intake and under the key, and is one act.
        #expect(item.acts.map { $0.act.counter } == [1, 2])
        #expect(scene.town.found().threads[0].nextCounter == 3)

        // Whatever tells them last counts, on both sides.
        var again = Incident()
        again.contactRules = "never by mail"
        scene.town.board.post(
            try scene.town.seeker().request(again, manifest: scene.town.manifest))
        #expect(try scene.item(scene.cleo).contactRules == "never by mail")
        #expect(scene.town.found().threads[0].contactRules == "never by mail")
    }

    @Test func twoWhoAnswerAtOnceWriteUnderOneKeyAndReadUnderBoth() throws {
        for seed in [1, 2, 3, 4] as [UInt64] {
            var scene = try Scene(seed: seed)
            let (ben, cleo) = (try scene.item(scene.ben), try scene.item(scene.cleo))
            for (keyring, item, text) in [
                (scene.ben, ben, "Ben here." as Text), (scene.cleo, cleo, "Cleo here."),
            ] {
                scene.town.board.post(
                    try scene.town.composer(keyring).reply(
                        text, language: nil, to: item,
                        colleagues: scene.town.desk(keyring).book.colleagues))
            }
            let thread = scene.town.found().threads[0]
            #expect(Set(thread.messages.map { $0.text }) == ["Ben here.", "Cleo here."])
            let key = try #require(thread.key)
            for keyring in [scene.town.ana, scene.ben, scene.cleo] {
                let item = try scene.item(keyring)
                #expect(item.allKeys.count == 2)
                #expect(item.key?.secrets.caseKey == key)
            }
            // Somebody who saw one grant only still writes under the other key.
            let other = try #require(try scene.item(scene.ben).allKeys.first { $0 != key })
            scene.town.board.post(
                try scene.town.seeker().words("To the other.", language: nil, under: other))
            try scene.say("To the one.")
            for keyring in [scene.town.ana, scene.ben, scene.cleo] {
                let texts = try scene.item(keyring).messages.map { $0.text }
                #expect(texts.suffix(2) == ["To the other.", "To the one."])
            }
            #expect(scene.town.found().threads[0].messages.count == 4)
        }
    }

    @Test func aNoteIsKeptForItsWriterAlone() throws {
        var scene = try Scene()
        scene.town.board.post(try scene.town.seeker(1).note(incident("For me.")))
        let book = scene.town.found()
        #expect(book.threads[1].notes.map { $0.body.account } == ["For me."])
        #expect(book.threads[1].requests.isEmpty)
        #expect(book.freeNumber == 2)
        for keyring in [scene.town.ana, scene.ben] {
            #expect(scene.town.desk(keyring).book.cases.count == 1)
        }
    }
}
