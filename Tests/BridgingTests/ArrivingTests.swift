import Bridging
import Model
import Sealing
import TestKit
import Testing
import Wire

/// What comes in: from anybody, in any order, more than once.
@Suite struct ArrivingTests {
    let first = ConsentDraft(number: 1)

    @Test func aConsentThatHoldsWaitsForPeople() throws {
        var script = BridgeScript()
        let event = try #require(script.considered(first))
        #expect(event == .consented(message: first.message, recipient: .city, at: testStart))
        try script.put(event)
        let entry = try script.entry(1)
        #expect(entry.phase == .waiting)
        #expect(entry.report.fields == first.fields)
        #expect(entry.report.authority == Recipient.city.uri)
        #expect(script.orders.isEmpty)
        #expect(script.due(1) == Told(state: .waiting))
    }

    @Test func theSameAgainIsNoSecondConsent() throws {
        var script = BridgeScript()
        try script.arrive(first)
        #expect(script.considered(first) == nil)
        // Nor with a reply key of somebody else's.
        let copied = Consent(presentation: first.presentation.bytes, replyKey: .fixed(0xEE))
        #expect(
            script.book.considered(
                consent: copied.encoded, authorities: script.authorities, now: script.now) == nil)
        script.book.apply(
            .consented(message: copied.encoded, recipient: .city, at: script.now))
        #expect(script.book.all.count == 1)
        #expect(script.book.dueAnswers(script.now)[0].replyKey == first.keys.replyKey(first.id))
    }

    @Test func otherBytesOfATakenIdAreForged() throws {
        var script = BridgeScript()
        try script.arrive(first)
        var forged = first
        forged.fields = [.account("Something else.")]
        #expect(script.considered(forged) == nil)
        forged.key = 0xDD
        #expect(script.considered(forged) == nil)
        #expect(try script.entry(1).report.fields == first.fields)
    }

    @Test func aConsentForAnotherBridgeIsNobodysHere() throws {
        var other = first
        other.bridge = [UInt8](repeating: 9, count: 32)
        #expect(BridgeScript().considered(other) == nil)
    }

    @Test func mutatedMessagesAreNobodys() throws {
        var random = SeededRandom(7)
        let script = BridgeScript()
        for _ in 0..<300 {
            let bytes = random.mutated(first.message)
            let event = script.book.considered(
                consent: bytes, authorities: script.authorities, now: script.now)
            guard case .consented(let message, _, _)? = event else { continue }
            // Another reply key is no other consent.
            let consent = try Consent(decoding: message)
            #expect(consent.presentation == first.presentation.bytes)
        }
    }

    @Test func whatMayNotBeForwardedIsRefusedWithAReason() throws {
        var old = first
        old.issued = testStart.moved(seconds: -30 * 86400)
        var early = first
        early.issued = testStart.adding(seconds: 2 * 86400)
        var unnamed = first
        unnamed.to.uri = "https://other.example/"
        var shown = first
        shown.to = .board
        for draft in [old, early, unnamed, shown] {
            var script = BridgeScript()
            let event = try #require(script.considered(draft))
            guard case .rejected = event else {
                Issue.record("\(event)")
                continue
            }
            try script.put(event)
            #expect(script.due(1)?.state == .refused)
            #expect(script.due(1)?.text != nil)
            #expect(throws: BridgeBook.DecisionError.self) {
                try script.book.approval(of: script.entry(1), now: script.now)
            }
            // The same again brings nothing, even where it would hold by now.
            script.authorities.append(unnamed.to)
            script.pass(86400)
            #expect(script.considered(draft) == nil)
        }
    }

    @Test func aConsentHoldsUntilTheSecondItEnds() throws {
        var script = BridgeScript()
        script.now = testStart.adding(seconds: 30 * 86400 - 1)
        guard case .consented? = script.considered(first) else {
            Issue.record("refused a second too early")
            return
        }
        script.pass(1)
        guard case .rejected? = script.considered(first) else {
            Issue.record("taken a second too late")
            return
        }
    }

    @Test func freeTextGoesToAPublishingAuthorityOnlyWherePublicIsSaid() throws {
        var draft = first
        draft.to = .board
        draft.isPublic = true
        #expect(BridgeScript().considered(draft)?.isConsented == true)
        draft.isPublic = false
        draft.fields = [.kinds([.init(number: 3, iccs: "0407")]), .area("Harbour")]
        #expect(BridgeScript().considered(draft)?.isConsented == true)
    }

    // MARK: Withdrawals

    @Test func aWithdrawalCountsOnceAndWhateverCameFirst() throws {
        for isBefore in [true, false] {
            var script = BridgeScript()
            if isBefore { try script.withdraw(first) }
            try script.arrive(first)
            if !isBefore { try script.withdraw(first) }
            #expect(script.book.considered(withdrawal: first.withdrawal, now: script.now) == nil)
            #expect(script.due(1) == Told(state: .withdrawn))
            #expect(throws: BridgeBook.DecisionError.withdrawn) {
                try script.book.approval(of: script.entry(1), now: script.now)
            }
            #expect(throws: BridgeBook.DecisionError.withdrawn) {
                try script.book.refusal(of: script.entry(1), reason: "x", now: script.now)
            }
            script.restart()
            #expect(script.due(1) == Told(state: .withdrawn))
        }
    }

    @Test func othersOpeningsVoidNothing() throws {
        var script = BridgeScript()
        try script.arrive(first)
        var other = first
        other.key = 0xDD
        try script.withdraw(other)
        #expect(script.due(1) == Told(state: .waiting))
    }

    @Test func strangersOpeningsLeaveRoomForThoseOfKnownConsents() throws {
        var script = BridgeScript()
        let second = ConsentDraft(number: 2)
        try script.withdraw(second)
        for number in 1..<65_536 as Range<UInt64> {
            var opening = [UInt8](repeating: 0, count: 8)
            opening.append(bigEndian: number)
            script.book.apply(.withdrawn(opening: opening, at: script.now))
        }
        let stray = ConsentDraft(number: 3).withdrawal
        #expect(script.book.considered(withdrawal: stray, now: script.now) == nil)
        try script.arrive(first)
        #expect(script.book.considered(withdrawal: stray, now: script.now) == nil)
        try script.withdraw(first)
        #expect(script.due(1) == Told(state: .withdrawn))
        // Once its consent has come, an opening is no stranger's any more.
        try script.arrive(second)
        #expect(script.book.considered(withdrawal: stray, now: script.now) != nil)
    }

    @Test func malformedWithdrawalsAreNone() {
        let script = BridgeScript()
        for bytes in [[], [0xA0], Withdrawal(opening: [1, 2, 3]).encoded] {
            #expect(script.book.considered(withdrawal: bytes, now: script.now) == nil)
        }
    }
}

extension BridgeEvent {
    var isConsented: Bool { if case .consented = self { true } else { false } }
}
