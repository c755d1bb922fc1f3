import Casework
import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

/// What a seeker takes back.
@Suite struct ErasingTests {
    /// A case in which both sides wrote, one of the answers in several envelopes.
    func scene() throws -> CaseStoryTests.Scene {
        var scene = try CaseStoryTests.Scene()
        let long = Text(String(repeating: "A long first answer. ", count: 500))
        try scene.reply(long, by: scene.ben)
        try scene.say("Thank you.")
        try scene.reply("You are welcome.", by: scene.cleo)
        scene.town.board.post(
            try scene.town.composer(scene.ben).status(
                .resolved, explanation: "Done.", language: nil, of: try scene.item(scene.ben)))
        return scene
    }

    func retractions(_ town: TestCommunity) -> [Retraction] {
        town.found().threads[0].retractions(town.terms)
    }

    @Test func erasingTakesBackEverythingOfTheCaseButTheLetters() throws {
        var scene = try scene()
        let thread = scene.town.found().threads[0]
        scene.town.board.post(
            try scene.town.seeker().act(
                .erase, counter: thread.nextCounter, under: thread.key,
                manifest: scene.town.manifest))
        let retractions = retractions(scene.town)
        for retraction in retractions { #expect(RetractCommitment.isOpened(by: retraction)) }
        let network = scene.town.ana.network
        let targets = Set(
            retractions.map {
                Naming.envelopeID(network: network, header: $0.header, bodyHash: $0.bodyHash)
            })
        #expect(targets.count == retractions.count)

        let group = try #require(scene.ben.newestEpoch).topic
        let membership = scene.town.board.envelopes.map { $0.envelope }.filter { envelope in
            let id = Naming.envelopeID(network: network, envelope)
            return !targets.contains(id) && envelope.header.topic != group
        }
        // Two joins and two epoch letters are left on the intake topic: no part of the case.
        #expect(membership.count == 4)

        scene.town.board.remove(targets, of: network)
        let left = scene.town.found().threads[0]
        #expect(left.isEmpty && left.messages.isEmpty)
        #expect(left.retractions(scene.town.terms).isEmpty)
        #expect(scene.town.found().freeNumber == 0)
    }

    @Test func supportersLearnThatItWasErased() throws {
        var scene = try scene()
        #expect(try !scene.item(scene.cleo).isErased)
        let thread = scene.town.found().threads[0]
        scene.town.board.post(
            try scene.town.seeker().act(
                .erase, counter: thread.nextCounter, under: thread.key,
                manifest: scene.town.manifest))
        for keyring in [scene.town.ana, scene.ben, scene.cleo] {
            let item = try scene.item(keyring)
            #expect(item.isErased)
            #expect(!item.actItems.isEmpty)
            #expect(Set(item.actItems).isSubset(of: Set(item.items)))
        }
    }

    @Test func nobodyElseCanTakeTheSeekersWordsBack() throws {
        let scene = try scene()
        let key = try #require(scene.town.found().threads[0].key)
        let theirs = RetractCommitment.eraseKey(of: key)
        let mine = scene.town.code.caseKeys(scene.town.ana.community, 0).erase
        var counts = (mine: 0, theirs: 0)
        for item in retractions(scene.town) {
            let opens = (
                mine: RetractCommitment.opens(mine, item.header),
                theirs: RetractCommitment.opens(theirs, item.header)
            )
            #expect(opens.mine != opens.theirs)
            if opens.mine { counts.mine += 1 } else { counts.theirs += 1 }
        }
        // A request, its copy, and words; a grant, words of three parts, words, and a status.
        #expect(counts.mine == 3)
        #expect(counts.theirs == 6)
    }
}
