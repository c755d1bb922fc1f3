import Bridging
import Model
import Sealing
import TestKit
import Testing
import Wire

/// From a person's yes to the order to send: nothing leaves that does not hold at that second.
@Suite struct SendingTests {
    let send = BridgeOrder.send(BridgeScript.id(1))

    @Test func nothingIsSentWithoutApproval() throws {
        var script = try BridgeScript.at(.waiting)
        script.pass(86400)
        #expect(script.orders.isEmpty)
        #expect(script.book.sendingStarts(BridgeScript.id(1), script.circumstances) == nil)
        #expect(script.book.sendingStarts(BridgeScript.id(9), script.circumstances) == nil)
    }

    @Test func theCoolingOffEndsAtItsSecond() throws {
        var script = try BridgeScript.at(.waiting)
        try script.approve(1)
        script.pass(BridgeScript.cooling - 1)
        #expect(script.orders.isEmpty)
        #expect(script.book.sendingStarts(BridgeScript.id(1), script.circumstances) == nil)
        script.pass(1)
        #expect(script.orders == [send])
        #expect(
            script.book.sendingStarts(BridgeScript.id(1), script.circumstances)
                == .sending(BridgeScript.id(1), at: script.now))
    }

    @Test func itIsSentOnlyInSync() throws {
        var script = try BridgeScript.at(.approved)
        for peers in 0...1 {
            script.peers = peers
            #expect(script.orders.isEmpty)
            #expect(script.book.sendingStarts(BridgeScript.id(1), script.circumstances) == nil)
        }
        script.peers = 3
        #expect(script.orders == [send])
    }

    @Test(arguments: [Stage.approved, .retrying])
    func whatSpeaksAgainstItIsSeenAtTheLastMoment(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage)
        script.pass(60)
        #expect(script.orders == [send])
        let changes: [(inout BridgeScript) throws -> Void] = [
            { try $0.withdraw(ConsentDraft(number: 1)) },
            { $0.authorities = [.police, .board] },
            { $0.authorities[0].isPublishing = true },
            { $0.now = testStart.adding(seconds: 30 * 86400) },
            { $0.now = testStart.moved(seconds: -86401) },
            { $0.peers = 1 },
            { try $0.refuse(1) },
            { try $0.arrive(ConsentDraft(number: 2, renews: BridgeScript.id(1))) },
        ]
        for (number, change) in changes.enumerated() {
            var changed = script
            try change(&changed)
            #expect(changed.orders.isEmpty, "change \(number)")
            #expect(
                changed.book.sendingStarts(BridgeScript.id(1), changed.circumstances) == nil,
                "change \(number)")
        }
    }

    @Test func anAuthorityThatIsNamedAgainGetsIt() throws {
        var script = try BridgeScript.at(.approved)
        script.authorities = []
        #expect(script.orders.isEmpty)
        script.authorities = [.city]
        #expect(script.orders == [send])
    }

    @Test func theLastSecondOfAConsentCounts() throws {
        var script = try BridgeScript.at(.approved)
        script.now = testStart.adding(seconds: 30 * 86400 - 1)
        #expect(script.orders == [send])
        script.pass(1)
        #expect(script.orders.isEmpty)
    }

    @Test func olderConsentsGoFirst() throws {
        var script = try BridgeScript.at(.waiting)
        try script.arrive(ConsentDraft(number: 2))
        try script.approve(2)
        try script.approve(1)
        script.pass(BridgeScript.cooling)
        #expect(script.orders == [send, .send(BridgeScript.id(2))])
    }

    @Test func anOrderToSendIsNotGivenTwice() throws {
        let script = try BridgeScript.at(.sending)
        #expect(script.book.sendingStarts(BridgeScript.id(1), script.circumstances) == nil)
        #expect(
            script.orders == [
                .find(
                    BridgeScript.id(1), mark: Report.mark(of: BridgeScript.id(1)),
                    since: BridgeScript.firstSending)
            ])
    }

    // MARK: People

    @Test(arguments: Stage.allCases)
    func peopleDecideOnlyWhatIsOpen(_ stage: Stage) throws {
        let script = try BridgeScript.at(stage)
        let entry = try script.entry(1)
        let canApprove = [Stage.waiting, .parked, .doubtful].contains(stage)
        let canRefuse = canApprove || [.approved, .retrying].contains(stage)
        let approval = try? script.book.approval(of: entry, now: script.now)
        let refusal = try? script.book.refusal(of: entry, reason: "No.", now: script.now)
        #expect((approval != nil) == canApprove)
        #expect((refusal != nil) == canRefuse)
    }

    @Test(arguments: Stage.allCases)
    func nothingIsDecidedOnceItEnded(_ stage: Stage) throws {
        let script = try BridgeScript.at(stage)
        let entry = try script.entry(1)
        let end = testStart.adding(seconds: 30 * 86400)
        #expect(throws: BridgeBook.DecisionError.self) {
            try script.book.approval(of: entry, now: end)
        }
        #expect(throws: BridgeBook.DecisionError.self) {
            try script.book.refusal(of: entry, reason: "No.", now: end)
        }
    }

    @Test(arguments: Stage.allCases)
    func aDecisionThatComesLateChangesNothing(_ stage: Stage) throws {
        guard ![Stage.waiting, .parked, .doubtful].contains(stage) else { return }
        var script = try BridgeScript.at(stage)
        let before = try script.phase(1)
        script.book.apply(.approved(BridgeScript.id(1), at: script.now.adding(seconds: 9)))
        #expect(try script.phase(1) == before)
        guard ![Stage.approved, .retrying].contains(stage) else { return }
        script.book.apply(.refused(BridgeScript.id(1), reason: "No.", at: script.now))
        #expect(try script.phase(1) == before)
    }

    @Test(arguments: Stage.allCases)
    func outcomesWithoutAnOrderChangeNothing(_ stage: Stage) throws {
        let (id, now) = (BridgeScript.id(1), testStart.adding(seconds: 999_999))
        let outcomes: [BridgeEvent] = [
            .sending(id, at: now), .delivered(id, id: "x", salt: BridgeScript.salt, at: now),
            .tokened(id, token: "x", salt: BridgeScript.salt, at: now),
            .resolved(id, id: "x", at: now), .failed(id, why: "x", next: now, at: now),
            .failed(id, why: "x", next: nil, at: now),
            .unclear(id, why: "x", next: now, at: now), .notFound(id, isSure: true, at: now),
        ]
        let fitting: [Int] =
            switch stage {
            case .approved, .retrying: [0]
            case .sending: [1, 2, 4, 5, 6, 7]
            case .unclear: [1, 7]
            case .pending: [3]
            case .waiting, .parked, .doubtful, .sent, .refused: []
            }
        for (number, outcome) in outcomes.enumerated() {
            var script = try BridgeScript.at(stage)
            let before = try script.phase(1)
            script.book.apply(outcome)
            #expect(try (script.phase(1) != before) == fitting.contains(number), "\(outcome)")
        }
    }

    @Test func eventsOfUnknownConsentsChangeNothing() {
        var script = BridgeScript()
        script.book.apply(.approved(BridgeScript.id(9), at: script.now))
        script.book.apply(
            .delivered(BridgeScript.id(9), id: "x", salt: BridgeScript.salt, at: script.now))
        #expect(script.book.all.isEmpty)
    }

    @Test func anEntryIsFoundByTheBeginningOfItsId() throws {
        var script = try BridgeScript.at(.waiting)
        try script.arrive(ConsentDraft(number: 0x11))
        #expect(script.book.entry(prefix: "01")?.id == BridgeScript.id(1))
        #expect(script.book.entry(prefix: "11")?.id == BridgeScript.id(0x11))
        #expect(script.book.entry(prefix: "") == nil)
        #expect(script.book.entry(prefix: "2") == nil)
    }
}
