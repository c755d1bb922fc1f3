import Casework
import Model
import Sealing
import Seeking
import TestKit
import Testing
import Wire

/// Who holds a case, and how it is handed on.
@Suite struct ClaimStoryTests {
    typealias Scene = CaseStoryTests.Scene

    func holder(_ keyring: Keyring, _ scene: Scene) throws -> PersonaID? {
        try scene.item(keyring).claims.holder(scene.town.now)?.claimant
    }

    @Test func ofTwoClaimsAtOnceAllSeeOneHolder() throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            var scene = try Scene(seed: seed)
            let items = [try scene.item(scene.ben), try scene.item(scene.cleo)]
            for (keyring, item) in zip([scene.ben, scene.cleo], items) {
                scene.town.board.post(try scene.town.composer(keyring).claim(item, seconds: 3600))
            }
            let holders = try [scene.town.ana, scene.ben, scene.cleo].map {
                try holder($0, scene)
            }
            #expect(Set(holders).count == 1)
            let first = try #require(holders[0])
            let loser = first == scene.ben.person.personaID ? scene.cleo : scene.ben
            #expect(throws: MemberComposer.Failure.held(by: first)) {
                try scene.town.composer(loser).claim(try scene.item(loser), seconds: 60)
            }
            #expect(throws: MemberComposer.Failure.held(by: first)) {
                try scene.town.composer(loser).release(try scene.item(loser), heir: nil)
            }
        }
    }

    @Test func aLeaseEndsOrIsRenewed() throws {
        var scene = try Scene()
        #expect(throws: MemberComposer.Failure.notHeld) {
            try scene.town.composer(scene.ben).release(try scene.item(scene.ben), heir: nil)
        }
        let ben = scene.ben.person.personaID
        scene.town.board.post(
            try scene.town.composer(scene.ben).claim(try scene.item(scene.ben), seconds: 3600))
        scene.town.now = scene.town.now.adding(seconds: 3000)
        scene.town.board.post(
            try scene.town.composer(scene.ben).claim(
                try scene.item(scene.ben), seconds: 100 * 3600))
        scene.town.now = scene.town.now.adding(seconds: 72 * 3600 - 1)
        #expect(try holder(scene.cleo, scene) == ben)
        scene.town.now = scene.town.now.adding(seconds: 1)
        #expect(try holder(scene.cleo, scene) == nil)
        scene.town.board.post(
            try scene.town.composer(scene.cleo).claim(try scene.item(scene.cleo), seconds: 60))
        #expect(try holder(scene.ben, scene) == scene.cleo.person.personaID)
    }

    /// Dana joined after the answers, so no letter was for her; Ben hands the case to her.
    @Test func theHeirReadsEverythingAndGoesOn() throws {
        var scene = try Scene()
        let items = [try scene.item(scene.ben), try scene.item(scene.cleo)]
        for (keyring, item) in zip([scene.ben, scene.cleo], items) {
            scene.town.board.post(
                try scene.town.composer(keyring).reply(
                    "Here.", language: nil, to: item,
                    colleagues: scene.town.desk(keyring).book.colleagues))
        }
        for key in try scene.item(scene.ben).allKeys {
            scene.town.board.post(
                try scene.town.seeker().words("Under each key.", language: nil, under: key))
        }
        let dana = try scene.town.member("Dana")
        #expect(try scene.item(dana).allKeys.isEmpty)

        scene.town.board.post(
            try scene.town.composer(scene.ben).claim(try scene.item(scene.ben), seconds: 3600))
        let colleagues = scene.town.desk(scene.ben).book.colleagues
        let heir = try #require(colleagues.first { $0.name == "Dana" })
        scene.town.board.post(
            try scene.town.composer(scene.ben).release(try scene.item(scene.ben), heir: heir))

        let item = try scene.item(dana)
        #expect(item.claims.holder(scene.town.now) == nil)
        #expect(item.claims.heir(scene.town.now) == dana.person.personaID)
        #expect(item.messages.filter { $0.speaker == .seeker }.count == 2)
        // She chooses the key that all others choose.
        let key = try #require(scene.town.found().threads[0].key)
        for keyring in [scene.town.ana, scene.ben, scene.cleo, dana] {
            #expect(try scene.item(keyring).key?.secrets.caseKey == key)
        }
        scene.town.board.post(try scene.town.composer(dana).claim(item, seconds: 3600))
        for keyring in [scene.town.ana, scene.ben, scene.cleo, dana] {
            #expect(try holder(keyring, scene) == dana.person.personaID)
            #expect(try scene.item(keyring).claims.heir(scene.town.now) == nil)
        }
        try scene.reply("I go on.", by: dana)
        #expect(scene.town.found().threads[0].messages.last?.text == "I go on.")
    }
}
