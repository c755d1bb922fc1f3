import Gossip
import Model
import Sealing
import TestKit
import Testing
import Wire

@Suite struct AdmissionTests {
    let network = TestNetwork(workBase: 3)
    let now = testStart

    var admission: Admission { Admission(network: network.network, workBase: 3) }

    func header(
        slot: Int64 = 0, ttl: TTLClass = .week, suite: UInt8 = 1, workBits: UInt8? = nil
    ) -> EnvelopeHeader {
        EnvelopeHeader(
            suite: suite, ttlClass: ttl, size: 0, workBits: workBits ?? 3 + ttl.rawValue,
            slot: Slot(UInt32(Int64(now.slot.number) + slot)), topic: .zero, mailbox: .zero,
            commitment: .zero)
    }

    // MARK: Slot

    @Test func anEnvelopeOfTheNextSlotIsTaken() throws {
        try admission.check(header(slot: 1), path: .unsolicited, now: now)
    }

    @Test func anEnvelopeTwoSlotsAheadIsNot() {
        for path in [Path.unsolicited, .solicited, .own] {
            #expect(throws: Refusal.slotAhead(slots: 2)) {
                try admission.check(header(slot: 2), path: path, now: now)
            }
        }
    }

    @Test func theLastSlotOfAllOverflowsNothing() {
        var last = header()
        last.slot = Slot(.max)
        #expect(throws: Refusal.slotAhead(slots: .max - now.slot.number)) {
            try admission.check(last, path: .own, now: now)
        }
    }

    @Test func anUnaskedEnvelopeMayBeSixSlotsOld() throws {
        try admission.check(header(slot: -6), path: .unsolicited, now: now)
        #expect(throws: Refusal.tooOldUnasked(slots: 7)) {
            try admission.check(header(slot: -7), path: .unsolicited, now: now)
        }
    }

    @Test func whatWasAskedForMayBeOlder() throws {
        try admission.check(header(slot: -7), path: .solicited, now: now)
        try admission.check(header(slot: -7), path: .own, now: now)
    }

    // MARK: Expiry

    @Test(arguments: TTLClass.allCases)
    func moreThanTwentyMinutesMustBeLeft(_ ttl: TTLClass) throws {
        let header = header(ttl: ttl)
        let end = header.expiry.seconds
        let last = WallTime(seconds: end - 1201)
        try admission.check(header, path: .solicited, now: last)
        #expect(throws: Refusal.expired) {
            try admission.check(
                header, path: .solicited, now: last.adding(seconds: 1))
        }
    }

    // MARK: Public records

    @Test func aPublicEnvelopeHasNoMailbox() throws {
        var header = header(ttl: .quarter, suite: 0)
        try admission.check(header, path: .solicited, now: now)
        header.mailbox = Identifier16([UInt8](repeating: 1, count: 16)) ?? .zero
        #expect(throws: Refusal.suite(0)) {
            try admission.check(header, path: .solicited, now: now)
        }
    }

    @Test func aPublicEnvelopeHasNoCommitment() {
        var header = header(ttl: .quarter, suite: 0)
        header.commitment = Identifier16([UInt8](repeating: 1, count: 16)) ?? .zero
        #expect(throws: Refusal.suite(0)) {
            try admission.check(header, path: .solicited, now: now)
        }
    }

    @Test func aPublicEnvelopeLivesForAQuarter() {
        #expect(throws: Refusal.suite(0)) {
            try admission.check(header(ttl: .month, suite: 0), path: .solicited, now: now)
        }
    }

    @Test func unknownSuitesAreCarried() throws {
        try admission.check(header(suite: 2), path: .unsolicited, now: now)
        try admission.check(header(suite: 255), path: .unsolicited, now: now)
    }

    // MARK: Work

    @Test(arguments: TTLClass.allCases)
    func theLeastWorkGrowsWithTheLife(_ ttl: TTLClass) throws {
        let least = 3 + ttl.rawValue
        try admission.check(header(ttl: ttl, workBits: least), path: .own, now: now)
        #expect(throws: Refusal.workClaim(bits: least - 1, least: least)) {
            try admission.check(header(ttl: ttl, workBits: least - 1), path: .own, now: now)
        }
    }

    @Test func noMoreThanSixtyFourBitsAreClaimed() throws {
        try admission.check(header(workBits: 64), path: .own, now: now)
        #expect(throws: Refusal.workClaim(bits: 65, least: 5)) {
            try admission.check(header(workBits: 65), path: .own, now: now)
        }
    }

    @Test func theNonceMustDoWhatIsClaimed() throws {
        let good = network.envelope(1)
        try admission.checkWork(good.header, id: network.id(good))
        let bad = network.underworked(good)
        #expect(network.id(bad) == network.id(good))
        #expect(throws: Refusal.self) {
            try admission.checkWork(bad.header, id: network.id(bad))
        }
    }

    // MARK: Retractions

    @Test func aRetractionNamesItsTarget() throws {
        let envelope = network.envelope(7)
        let target = try admission.check(network.retraction(7, of: envelope), now: now)
        #expect(target == network.id(envelope))
    }

    @Test func anotherOpeningRetractsNothing() {
        let envelope = network.envelope(7)
        #expect(throws: Refusal.opening) {
            try admission.check(network.retraction(8, of: envelope), now: now)
        }
    }

    @Test func aRetractionWithoutTheEnvelopesWorkIsRefused() {
        let bad = network.underworked(network.envelope(7))
        #expect(throws: Refusal.self) {
            try admission.check(network.retraction(7, of: bad), now: now)
        }
    }

    @Test func aRetractionMayClaimNoLessWorkThanItsTargetHadTo() {
        let cheap = TestNetwork(workBase: 3).envelope(7, workBits: 4)
        #expect(throws: Refusal.workClaim(bits: 4, least: 5)) {
            try admission.check(network.retraction(7, of: cheap), now: now)
        }
    }

    @Test func publicRecordsAreNotRetracted() {
        let record = network.envelope(7, suite: 0)
        #expect(throws: Refusal.suite(0)) {
            try admission.check(network.retraction(7, of: record), now: now)
        }
    }

    @Test func aRetractionIsTakenUntilADayAfterItsTarget() throws {
        let envelope = network.envelope(7)
        let retraction = network.retraction(7, of: envelope)
        let end = envelope.header.expiry.adding(seconds: 86400)
        _ = try admission.check(retraction, now: WallTime(seconds: end.seconds - 1))
        #expect(throws: Refusal.expired) { try admission.check(retraction, now: end) }
    }

    @Test func aRetractionIsNotTakenBeforeItsTargetWouldBe() {
        let envelope = network.envelope(7, at: now.adding(seconds: 1200))
        #expect(throws: Refusal.slotAhead(slots: 2)) {
            try admission.check(network.retraction(7, of: envelope), now: now)
        }
    }
}
