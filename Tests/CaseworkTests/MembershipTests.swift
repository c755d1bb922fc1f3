import Casework
import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

/// How people come in and go.
@Suite struct MembershipTests {
    @Test func aFoundedCommunityHoldsTogether() throws {
        let founded = try Founding.found(
            name: "Harbour", founder: "Ana", networkName: "test", seeds: [], isTest: true,
            workBase: 3, now: testStart, random: SeededRandom.source(1))
        let office = try #require(founded.keyring.office)
        let record = Founding.charterRecord(founded.charters, by: office.charter, now: testStart)
        #expect(try record.charters() == founded.charters)
        #expect(founded.charters.network == founded.keyring.network)
        #expect(founded.charters.newest.workBase == 3)
        #expect(
            founded.charters.newest.communities.map { $0.community }
                == [founded.keyring.community])
        #expect(founded.keyring.isMember)

        let town = try TestCommunity()
        #expect(town.roots.community == town.ana.community)
        #expect(town.roots.newest.roster == town.ana.office?.roster.publicKey)
        #expect(town.manifest.groupTopics == [try #require(town.ana.newestEpoch).topic])
        let week = testStart.slot.week
        #expect(
            town.manifest.intakeKey(week) == town.ana.intakeKeys(week).first?.publicKey)
    }

    @Test func aMemberJoinsWithAnInviteAndMeetsTheOthers() throws {
        var town = try TestCommunity()
        let ben = try town.member("Ben")
        #expect(ben.newestEpoch?.groupKey == town.ana.newestEpoch?.groupKey)
        #expect(ben.intakeKeys(town.now.slot.week).count == 1)
        let cleo = try town.member("Cleo")
        for keyring in [town.ana, ben, cleo] {
            let names = town.desk(keyring).book.colleagues.map { $0.name }
            #expect(Set(names) == ["Ana", "Ben", "Cleo"])
        }
        #expect(town.ana.openInvites.isEmpty)
    }

    @Test func anInviteAdmitsOnePersonAndEnds() throws {
        var town = try TestCommunity()
        _ = try town.member("Ben")
        let join = try #require(town.desk(town.ana).book.joins.first?.join)
        #expect(!town.ana.isInvited(join, now: town.now))
        let again = town.ana.approve(join, roles: [.supporter], now: town.now)
        #expect(again == nil)

        let expiry = town.now.adding(seconds: 60)
        let invite = town.ana.invite(
            seeds: [], preSharedKey: nil, expiry: expiry, random: town.random)
        let late = Join(
            persona: join.persona, memberKey: join.memberKey, tagKey: join.tagKey,
            secret: try #require(invite.oneTimeSecret), name: nil, network: town.ana.network,
            community: town.ana.community)
        #expect(town.ana.isInvited(late, now: town.now.adding(seconds: 59)))
        #expect(!town.ana.isInvited(late, now: expiry))
        let approved = town.ana.approve(late, roles: [.supporter], now: expiry)
        #expect(approved == nil)
    }

    @Test func aRemovedMemberReadsNothingOfTheNewEpoch() throws {
        var town = try TestCommunity()
        let ben = try town.member("Ben")
        var cleo = try town.member("Cleo")
        let removed = town.ana.remove(
            ben.person.personaID, now: town.now, random: town.random)
        let (letters, directory) = try #require(removed)
        #expect(letters.map { $0.member.name } == ["Cleo"])
        for letter in letters { town.board.post(try town.composer(town.ana).epochLetter(letter)) }
        town.board.post(try town.composer(town.ana).directory(directory))
        let record = town.ana.manifest(relays: [], languages: [], now: town.now)
        let manifest = try #require(record).manifest().manifest

        cleo = town.desk(cleo).keyring
        #expect(cleo.newestEpoch?.number == 2)
        #expect(Set(town.desk(cleo).book.colleagues.map { $0.name }) == ["Ana", "Cleo"])
        let after = town.desk(ben)
        #expect(after.keyring.newestEpoch?.number == 1)
        #expect(after.book.colleagues.map { $0.name }.contains("Ben"))

        // A new request goes to the new intake key; claims and letters to the new group.
        town.board.post(try town.seeker().request(incident("New."), manifest: manifest))
        #expect(town.desk(ben).book.cases.isEmpty)
        for keyring in [town.ana, cleo] {
            #expect(town.desk(keyring).book.cases[town.caseID]?.requests.count == 1)
        }
        let desk = town.desk(cleo)
        let item = try #require(desk.book.cases[town.caseID])
        town.board.post(
            try town.composer(cleo).reply(
                "Here.", language: nil, to: item, colleagues: desk.book.colleagues))
        town.board.post(try town.composer(cleo).claim(item, seconds: 60))
        #expect(town.desk(ben).book.cases.isEmpty)
        #expect(town.desk(town.ana).book.cases[town.caseID]?.allKeys.count == 1)
        #expect(town.desk(town.ana).book.cases[town.caseID]?.claims.entries.count == 1)
    }

    @Test func onlyTheRosterRemovesAndNobodyRemovesThemselves() throws {
        var town = try TestCommunity()
        var ben = try town.member("Ben")
        let (ana, own) = (town.ana.person.personaID, ben.person.personaID)
        let tries = [
            ben.remove(ana, now: town.now, random: town.random),
            town.ana.remove(ana, now: town.now, random: town.random),
            town.ana.remove(own, now: town.now, random: town.random),
            town.ana.remove(own, now: town.now, random: town.random),
        ]
        #expect(tries.map { $0 != nil } == [false, false, true, false])
        let manifest = ben.manifest(relays: [], languages: [], now: town.now)
        #expect(manifest == nil)
        #expect(town.ana.newestEpoch?.number == 2)
    }
}
