import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

@Suite struct RecordTests {
    let network = TestNetwork()

    func body(_ count: Int) throws -> (Envelope, [UInt8]) {
        let record = [UInt8](repeating: 0xA1, count: count)
        let draft = try Sealer.publish(
            record, network: network.network, subject: network.community.bytes,
            slot: testStart.slot, workBits: 4)
        return (draft.finished(nonce: 0), record)
    }

    /// Source: protocol/14-public-records.md: c is the smallest that holds it.
    @Test func aRecordTravelsInTheSmallestEnvelopeThatHoldsIt() throws {
        for size in UInt8(0)...7 {
            let most = (512 << Int(size)) - EnvelopeHeader.bytes - 4
            #expect(try body(most).0.header.size == size)
            if size < 7 { #expect(try body(most + 1).0.header.size == size + 1) }
        }
        #expect(throws: SealError.tooLong(bytes: 65469, limit: 65468)) { try body(65469) }
    }

    @Test func aPublishedRecordIsReadOutOfItsEnvelope() throws {
        let envelope = network.manifest()
        let record = try Record(body: envelope.body)
        let (manifest, roots) = try record.manifest()
        #expect(manifest.roots == [network.signedRoot])
        #expect(roots.community == network.community)
        #expect(envelope.header.topic == Topics.records(of: network.community.bytes))
    }

    @Test func aRecordHoldsFromItsStartToItsEnd() throws {
        let record = Record(
            .manifest, subject: network.community.bytes, seq: 1, notBefore: testStart,
            notAfter: testStart.adding(seconds: 60), content: .null, by: network.operations)
        try record.checkTime(testStart.moved(seconds: -1200))
        #expect(throws: RecordError.notYetValid) {
            try record.checkTime(testStart.moved(seconds: -1201))
        }
        try record.checkTime(testStart.adding(seconds: 59))
        #expect(throws: RecordError.expired) {
            try record.checkTime(testStart.adding(seconds: 60))
        }
    }

    @Test func rootsFollowRootsThatBeginAlike() throws {
        let chain = try RootChain([network.signedRoot], community: network.community)
        let other = TestNetwork(2)
        #expect(chain.follows(chain))
        #expect(throws: RecordError.wrongSubject) {
            try RootChain([other.signedRoot], community: CommunityID.zero)
        }
        #expect(throws: RecordError.wrongSubject) {
            try RootChain([], community: network.community)
        }
    }

    /// Thirty signatures to check for each of a thousand names of one parent took seconds.
    @Test func aParentThatIsNamedManyTimesIsLookedAtOnce() throws {
        let stewards = (UInt8(1)...30).map { SigningKey(seed: .fixed($0)) }
        let keys = stewards.map(\.publicKey).sorted { $0.lexicographicallyPrecedes($1) }
        var root = Root(
            stewards: keys, threshold: 30, operations: keys[0], roster: keys[0],
            moderation: keys[0], name: "Large")
        let first = SignedMap(root.cbor, Labels.root, by: stewards)
        root.seq = 1
        root.parents = [[UInt8]](repeating: hash(Labels.root, first.map), count: 1000)
        let second = SignedMap(root.cbor, Labels.root, by: stewards)
        let community = Root.communityID(of: first)
        var chain: RootChain?
        let took = ContinuousClock().measure {
            chain = try? RootChain([first, second], community: community)
        }
        #expect(chain?.newest == root)
        #expect(took < .seconds(1))
    }

    /// Weeks after the last could not be counted.
    @Test func aLetterOfAWeekThatNoClockTellsIsRefused() throws {
        let steward = SigningKey(seed: .fixed(1))
        let certificate = SignedMap(.map([]), Labels.cert, by: [steward])
        for (week, isRead) in [(Week.last, true), (Week(Week.last.number + 1), false)] {
            let letter = EpochLetter(
                epoch: 1, groupKey: .fixed(2), certificate: certificate,
                intake: IntakeSeed(week: week, seed: .fixed(3)))
            let read = try? EpochLetter(Fields(letter.cbor))
            #expect((read != nil) == isRead)
            #expect(read?.intake.keys(Manifest.weeks).count ?? 8 == 8)
        }
    }
}
