import Gossip
import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

@Suite struct RecordBookTests {
    let network = TestNetwork()
    let now = testStart

    func book(carried: [CommunityID] = []) -> RecordBook {
        RecordBook(network: network.network, carried: carried)
    }

    /// A book that knows the network's charter.
    func charteredBook() throws -> RecordBook {
        var book = book()
        _ = try consider(network.charters(), &book)
        return book
    }

    @discardableResult
    func consider(
        _ envelope: Envelope, _ book: inout RecordBook, now: WallTime? = nil
    ) throws(Refusal) -> RecordBook.Verdict {
        try book.consider(envelope, id: network.id(envelope), now: now ?? self.now)
    }

    // MARK: Charters

    @Test func theCharterTellsTheLeastWork() throws {
        var book = book()
        #expect(book.workBase == nil)
        let charter = network.charters()
        #expect(try consider(charter, &book) == .current(replaces: []))
        #expect(book.workBase == 0)
        #expect(book.currentIDs == [network.id(charter)])
        #expect(book.subjects == [network.community])
    }

    @Test func anotherNetworksCharterIsNone() {
        var book = book()
        let other = TestNetwork(2)
        #expect(throws: Refusal.unknownSubject) { try consider(other.charters(), &book) }
    }

    @Test func aCharterNotSignedByItsSignerIsRefused() {
        var book = book()
        let charter = network.charters(by: SigningKey(seed: .fixed(0x99)))
        #expect(throws: Refusal.record(.notSigned)) { try consider(charter, &book) }
    }

    @Test func aSuccessorTakesTheChartersPlace() throws {
        var book = try charteredBook()
        let first = network.charters()
        let next = network.successor(of: [network.signedCharter], workBase: 2)
        let second = network.charters([network.signedCharter, next], seq: 1)
        #expect(try consider(second, &book) == .current(replaces: [network.id(first)]))
        #expect(book.workBase == 2)
        #expect(throws: Refusal.outdatedRecord) { try consider(first, &book) }
    }

    @Test func theFirstSuccessorSeenIsFollowed() throws {
        var book = try charteredBook()
        let start = [network.signedCharter]
        let followed = network.charters(
            start + [network.successor(of: start, workBase: 2)], seq: 1)
        let fork = network.charters(
            start + [network.successor(of: start, workBase: 3)], seq: 9)
        _ = try consider(followed, &book)
        #expect(throws: Refusal.outdatedRecord) { try consider(fork, &book) }
        #expect(book.workBase == 2)
    }

    @Test func aForkIsNotFollowedEvenWhenItIsLonger() throws {
        var book = try charteredBook()
        let start = [network.signedCharter]
        _ = try consider(
            network.charters(start + [network.successor(of: start, workBase: 2)], seq: 1),
            &book)
        var fork = start + [network.successor(of: start, workBase: 3)]
        fork.append(network.successor(of: fork, workBase: 4))
        #expect(throws: Refusal.outdatedRecord) {
            try consider(network.charters(fork, seq: 2), &book)
        }
    }

    @Test func aCharterWhoseParentIsMissingIsRefused() throws {
        var book = try charteredBook()
        let next = network.successor(of: [network.signedCharter])
        let last = network.successor(of: [network.signedCharter, next])
        #expect(throws: Refusal.record(.wrongParent)) {
            try consider(network.charters([network.signedCharter, last], seq: 1), &book)
        }
    }

    @Test func whatWasRefusedIsRefusedAgainUncheckedUntilSomethingChanges() throws {
        var book = try charteredBook()
        let next = network.successor(of: [network.signedCharter], workBase: 2)
        _ = try consider(network.charters([network.signedCharter, next], seq: 1), &book)
        let (old, stray) = (network.charters(), TestNetwork(2).charters())
        #expect(throws: Refusal.outdatedRecord) { try consider(old, &book) }
        #expect(throws: Refusal.unknownSubject) { try consider(stray, &book) }
        // Under the same ids even what is no record is not looked at.
        let nothing = network.envelope(1)
        #expect(throws: Refusal.outdatedRecord) {
            try book.consider(nothing, id: network.id(old), now: now)
        }
        #expect(throws: Refusal.unknownSubject) {
            try book.consider(nothing, id: network.id(stray), now: now)
        }
        let last = network.successor(of: [network.signedCharter, next], workBase: 3)
        _ = try consider(
            network.charters([network.signedCharter, next, last], seq: 2), &book)
        var refusal: Refusal?
        do {
            _ = try book.consider(nothing, id: network.id(stray), now: now)
        } catch {
            refusal = error
        }
        #expect(refusal != nil)
        #expect(refusal != .unknownSubject)
    }

    // MARK: Manifests

    @Test func aManifestOfAnUncarriedCommunityIsRefused() throws {
        var book = try charteredBook()
        let stray = network.publish(
            .manifest, subject: [UInt8](repeating: 9, count: 32), seq: 1, from: now, days: 45,
            content: .null, by: network.operations)
        #expect(throws: Refusal.unknownSubject) { try consider(stray, &book) }
    }

    @Test func aCommunityCarriedByChoiceNeedsNoCharter() throws {
        var book = book(carried: [network.community])
        #expect(try consider(network.manifest(), &book) == .current(replaces: []))
        #expect(book.communities[network.community]?.manifest.epoch == 1)
    }

    @Test func aManifestWaitsForTheCharterThatNamesIt() throws {
        var book = book()
        let manifest = network.manifest()
        #expect(try consider(manifest, &book) == .waiting)
        #expect(try consider(manifest, &book) == .waiting)
        #expect(book.takeWaiting().isEmpty)
        _ = try consider(network.charters(), &book)
        let waiting = book.takeWaiting()
        #expect(waiting.map(\.id) == [network.id(manifest)])
        #expect(book.takeWaiting().isEmpty)
        #expect(try consider(waiting[0].envelope, &book) == .current(replaces: []))
    }

    @Test func sixtyFourRecordsWaitAndNoMore() throws {
        var book = book()
        for seq in 1...64 {
            #expect(try consider(network.manifest(seq: UInt64(seq)), &book) == .waiting)
        }
        #expect(throws: Refusal.unknownSubject) {
            try consider(network.manifest(seq: 65), &book)
        }
    }

    @Test func aHigherSeqTakesTheManifestsPlace() throws {
        var book = try charteredBook()
        let first = network.manifest(seq: 1)
        let second = network.manifest(seq: 2, epoch: 2)
        _ = try consider(first, &book)
        #expect(try consider(second, &book) == .current(replaces: [network.id(first)]))
        #expect(throws: Refusal.outdatedRecord) { try consider(first, &book) }
        #expect(book.communities[network.community]?.manifest.epoch == 2)
    }

    @Test func ofTwoWithOneSeqAllHoldersKeepTheSame() throws {
        let (one, two) = (network.manifest(epoch: 1), network.manifest(epoch: 2))
        var forward = try charteredBook()
        var backward = try charteredBook()
        _ = try consider(one, &forward)
        _ = try? consider(two, &forward)
        _ = try consider(two, &backward)
        _ = try? consider(one, &backward)
        #expect(forward.currentIDs == backward.currentIDs)
    }

    @Test func theSameRecordPostedLaterTakesItsOwnPlace() throws {
        var book = try charteredBook()
        let first = network.manifest()
        let later = network.manifest(slot: Slot(now.slot.number + 1))
        _ = try consider(first, &book)
        #expect(try consider(later, &book) == .current(replaces: [network.id(first)]))
        #expect(throws: Refusal.outdatedRecord) { try consider(first, &book) }
    }

    @Test func aManifestHeldTwiceReplacesNothing() throws {
        var book = try charteredBook()
        _ = try consider(network.manifest(), &book)
        #expect(try consider(network.manifest(), &book) == .current(replaces: []))
    }

    @Test func aManifestIsSignedByOperations() throws {
        var book = try charteredBook()
        #expect(throws: Refusal.record(.notSigned)) {
            try consider(network.manifest(by: network.signer), &book)
        }
    }

    @Test func aManifestHoldsForFortyFiveDaysAndNoLonger() throws {
        var book = try charteredBook()
        #expect(throws: Refusal.record(.validForTooLong)) {
            try consider(network.manifest(days: 46), &book)
        }
        let manifest = network.manifest()
        let end = now.adding(seconds: 45 * 86400)
        _ = try consider(manifest, &book, now: WallTime(seconds: end.seconds - 1))
        #expect(throws: Refusal.record(.expired)) { try consider(manifest, &book, now: end) }
    }

    @Test func aRecordMayBeginTwoSlotsAhead() throws {
        var book = try charteredBook()
        let soon = network.manifest(from: now.adding(seconds: 1200))
        _ = try consider(soon, &book)
        let later = network.manifest(seq: 2, from: now.adding(seconds: 1201))
        #expect(throws: Refusal.record(.notYetValid)) { try consider(later, &book) }
    }

    @Test func aRecordTravelsUnderItsSubjectsTopicOnly() throws {
        var book = try charteredBook()
        let manifest = network.manifest()
        var header = manifest.header
        header.topic = Topics.records(of: network.network.bytes)
        let moved = Envelope(header: header, body: manifest.body)
        #expect(throws: Refusal.record(.wrongSubject)) { try consider(moved, &book) }
    }

    // MARK: Roots

    func root(seq: UInt64, parents: [SignedMap], name: Text) -> SignedMap {
        let stewards = SigningKey(seed: .fixed(0x51))
        let root = Root(
            seq: seq, parents: parents.map { hash(Labels.root, $0.map) },
            stewards: [stewards.publicKey], threshold: 1,
            operations: network.operations.publicKey,
            roster: SigningKey(seed: .fixed(0x53)).publicKey,
            moderation: SigningKey(seed: .fixed(0x54)).publicKey, name: name)
        return SignedMap(root.cbor, Labels.root, by: [stewards])
    }

    @Test func aSecondBranchOfRootsIsReportedAndNotFollowed() throws {
        var book = try charteredBook()
        let first = network.signedRoot
        let left = [first, root(seq: 1, parents: [first], name: "left")]
        let right = [first, root(seq: 1, parents: [first], name: "right")]
        _ = try consider(network.manifest(roots: left, seq: 2), &book)
        #expect(book.forked == [])
        #expect(throws: Refusal.outdatedRecord) {
            try consider(network.manifest(roots: right, seq: 3), &book)
        }
        #expect(book.forked == [network.community])
        #expect(book.communities[network.community]?.roots.newest.name == "left")
    }

    @Test func aManifestWithOlderRootsIsOutdatedAndNoFork() throws {
        var book = try charteredBook()
        let first = network.signedRoot
        let grown = [first, root(seq: 1, parents: [first], name: "grown")]
        _ = try consider(network.manifest(roots: grown, seq: 2), &book)
        #expect(throws: Refusal.outdatedRecord) {
            try consider(network.manifest(roots: [first], seq: 3), &book)
        }
        #expect(book.forked == [])
    }

    // MARK: Renewal

    @Test func nothingIsRenewedEarly() throws {
        let book = try charteredBook()
        let due = Slot(now.slot.number + 12000)
        #expect(book.renewals(now: WallTime(seconds: due.start.seconds - 1)).isEmpty)
        #expect(book.renewals(now: due.start).count == 1)
    }

    @Test(arguments: [0, 1, 3, 6, 30, 200])
    func allHoldersRenewAlikeHoweverLate(_ daysLate: UInt64) throws {
        let due = Slot(now.slot.number + 12000).start
        let time = due.adding(seconds: daysLate * 86400)
        // One holder has had the record all the time, the other reads it from its store.
        var other = book()
        _ = try consider(network.charters(), &other, now: time)
        let one = try charteredBook().renewals(now: time)
        let two = other.renewals(now: time.adding(seconds: 3600))
        #expect(one.map(\.id) == two.map(\.id))
        #expect(one.count == 1)
        let header = try #require(one.first?.header)
        #expect((header.slot.number - now.slot.number - 12000) % 144 == 0)
        #expect(header.slot <= time.slot)
        #expect(header.expiry.seconds > time.seconds + 1200)
    }

    @Test func aRecordThatHoldsNoLongerIsNotRenewed() throws {
        var book = try charteredBook()
        _ = try consider(network.manifest(), &book)
        let time = Slot(now.slot.number + 12000).start
        // The manifest ended after 45 days, the charter's record holds for 400.
        #expect(
            book.renewals(now: time).map(\.header.topic) == [
                Topics.records(of: network.network.bytes)
            ])
    }
}
