import Casework
import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

@Suite struct KeyringTests {
    @Test func aKeyringComesBackFromItsBytes() throws {
        var town = try TestCommunity()
        var ben = try town.member("Ben")
        _ = town.ana.invite(
            seeds: [], preSharedKey: nil, expiry: town.now.adding(seconds: 60),
            random: town.random)
        town.ana.step(to: Week(town.now.slot.week.number + 3))
        ben.joinSecret = .fixed(1)
        for keyring in [town.ana, ben] {
            let back = try Keyring(decoding: keyring.encoded)
            #expect(back.encoded == keyring.encoded)
            #expect(back.person.personaID == keyring.person.personaID)
            #expect(back.newestEpoch?.groupKey == keyring.newestEpoch?.groupKey)
            #expect(back.openInvites.count == keyring.openInvites.count)
            #expect(back.members.count == keyring.members.count)
            #expect(back.joinSecret == keyring.joinSecret)
            #expect(back.office?.roster.publicKey == keyring.office?.roster.publicKey)
        }
        #expect(ben.office == nil)
    }

    @Test func changedBytesAreRefusedOrAnotherKeyring() throws {
        var town = try TestCommunity()
        _ = try town.member("Ben")
        let good = town.ana.encoded
        #expect(throws: RecordError.self) { try Keyring(decoding: []) }
        for count in stride(from: 0, to: good.count, by: 7) {
            #expect(throws: RecordError.self) {
                try Keyring(decoding: [UInt8](good.prefix(count)))
            }
        }
        var random = SeededRandom(31)
        for _ in 0..<3000 { _ = try? Keyring(decoding: random.mutated(good)) }
    }

    @Test func weeksGoneByKeepTheirKeysForAWhile() throws {
        var town = try TestCommunity()
        let first = town.now.slot.week
        let key = try #require(town.ana.intakeKeys(first).first?.publicKey)
        let next = try #require(
            town.ana.intakeKeys(Week(first.number + 1)).first?.publicKey)
        #expect(next != key)
        #expect(town.manifest.intakeKey(Week(first.number + 1)) == next)

        town.ana.step(to: Week(first.number + 1))
        #expect(town.ana.intakeKeys(first).first?.publicKey == key)
        #expect(town.ana.intakeKeys(Week(first.number + 1)).first?.publicKey == next)
        // 92 days and a little: then nothing that came in that week can be opened any more.
        town.ana.step(to: Week(first.number + 15))
        #expect(town.ana.intakeKeys(first).count == 1)
        town.ana.step(to: Week(first.number + 16))
        #expect(town.ana.intakeKeys(first).isEmpty)
        #expect(town.ana.intakeKeys(Week(first.number + 16)).count == 1)
    }

    @Test func aKeyBeyondReachIsNotLookedFor() throws {
        let town = try TestCommunity()
        let week = town.now.slot.week.number
        #expect(town.ana.intakeKeys(Week(week + 16)).count == 1)
        #expect(town.ana.intakeKeys(Week(week + 17)).isEmpty)
        #expect(town.ana.intakeKeys(Week(.max)).isEmpty)
        #expect(town.ana.intakeKeys(Week(0)).isEmpty)
    }

    @Test func oneEpochIsTakenInOnce() throws {
        var town = try TestCommunity()
        var ben = try town.member("Ben")
        let letter = try #require(town.desk(ben).book.letters.first)
        let isNew = ben.accept(letter)
        #expect(!isNew)
        #expect(ben.epochs.count == 1)
        #expect(ben.intakes.count == 1)
    }
}
