import Bridging
import Model
import Sealing
import TestKit
import Testing
import Wire

/// Consents that take the place of others, in every phase of those.
@Suite struct RenewingTests {
    let first = ConsentDraft(number: 1)
    let second = ConsentDraft(number: 2, days: 60, renews: BridgeScript.id(1))
    let third = ConsentDraft(number: 3, days: 90, renews: BridgeScript.id(2))
    let id = (BridgeScript.id(1), BridgeScript.id(2), BridgeScript.id(3))

    @Test(arguments: Stage.allCases)
    func aRenewalStandsBesideWhatItRenews(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage)
        try script.arrive(second)
        let phases = try (script.phase(1), script.phase(2))
        switch stage {
        case .waiting, .approved, .retrying, .parked, .doubtful:
            #expect(phases == (.replaced, .waiting))
        case .sending, .unclear: #expect(phases.1 == .behind(id.0))
        case .pending, .sent: #expect(phases.1 == .follows(id.0))
        case .refused: #expect(phases == (.refused(reason: "Not here."), .waiting))
        }
        #expect(try script.entry(2).isPerhapsTwice == (stage == .doubtful))
        script.restart()
        #expect(try phases == (script.phase(1), script.phase(2)))
    }

    @Test(arguments: Stage.allCases)
    func atMostOneOfTheTwoIsSent(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage)
        try script.arrive(second)
        for number: UInt8 in [1, 2] { try? script.approve(number) }
        script.pass(86400)
        let sent = script.orders.filter { if case .send = $0 { true } else { false } }
        #expect(sent == (stage.mayHaveLeft && stage != .doubtful ? [] : [.send(id.1)]))
    }

    @Test(arguments: [Stage.waiting, .approved])
    func whatComesAfterItsRenewalIsNotSentAnyMore(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage, second)
        try script.arrive(first)
        #expect(try script.phase(1) == .replaced)
        script.pass(86400)
        #expect(script.orders == (stage == .approved ? [.send(id.1)] : []))
        #expect(script.book.dueAnswers(script.now).last?.answer.state == 11)
    }

    @Test(arguments: [Stage.sending, .unclear, .doubtful, .pending, .sent])
    func whatComesAfterItsRenewalLeftIsNotSentEither(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage, second)
        try script.arrive(first)
        #expect(try script.phase(1) == .replaced)
    }

    @Test func aRefusedRenewalLeavesWhatComesLaterAlone() throws {
        var script = try BridgeScript.at(.refused, second)
        try script.arrive(first)
        #expect(try script.phase(1) == .waiting)
    }

    @Test func aRenewalElsewhereOrOfNothingIsAConsentOfItsOwn() throws {
        var script = try BridgeScript.at(.sent)
        var elsewhere = second
        elsewhere.to = .police
        try script.arrive(elsewhere)
        #expect(try script.phase(2) == .waiting)
        try script.arrive(ConsentDraft(number: 3, renews: BridgeScript.id(99)))
        #expect(try script.phase(3) == .waiting)
        var late = ConsentDraft(number: 99)
        late.to = .police
        try script.arrive(late)
        #expect(try script.phase(99) == .waiting)
    }

    @Test func aRenewalThatMayNotBeForwardedReplacesNothing() throws {
        var script = try BridgeScript.at(.approved)
        var ended = second
        ended.issued = testStart.moved(seconds: -86400)
        ended.days = 1
        try script.arrive(ended)
        #expect(try script.phase(2) != .waiting)
        #expect(script.orders == [.send(id.0)])
    }

    @Test func ofTwoRenewalsTheLaterCounts() throws {
        var also = second
        also.number = 3
        for stage in [Stage.approved, .sending, .sent] {
            var script = try BridgeScript.at(stage)
            try script.arrive(second)
            try script.arrive(also)
            switch stage {
            case .approved:
                #expect(try script.phase(2) == .replaced)
                #expect(try script.phase(3) == .waiting)
            case .sending: #expect(try script.phase(3) == .behind(id.1))
            default: #expect(try script.phase(3) == .follows(id.1))
            }
        }
    }

    @Test func consentsThatRenewEachOtherEndSomewhere() throws {
        var script = BridgeScript()
        try script.arrive(ConsentDraft(number: 1, renews: id.2))
        try script.arrive(second)
        try script.arrive(third)
        try script.arrive(ConsentDraft(number: 4, renews: id.0))
        #expect(script.book.all.filter { $0.phase == .waiting }.count == 1)
        for entry in script.book.all { _ = script.book.isWithdrawn(entry) }
        _ = script.book.dueAnswers(script.now)
    }

    // MARK: Outcomes

    @Test func aChainBehindAnOrderFollowsItOnceItWasTaken() throws {
        var script = try BridgeScript.at(.sending)
        try script.arrive(second)
        try script.arrive(third)
        #expect(script.due(2) == Told(state: .waiting))
        try script.came(.accepted(id: "6", notice: nil), 1)
        #expect(try script.phase(2) == .follows(id.0))
        #expect(try script.phase(3) == .follows(id.1))
        #expect(script.due(3)?.state == .forwarded)
        let answers = try script.answer()
        #expect(answers.map { $0.reference?.string } == ["6", "6", "6"])
        #expect(script.book.expiry(try script.entry(1)) == testStart.adding(seconds: 90 * 86400))
    }

    @Test(arguments: [
        DeliveryOutcome.refused("No."), .unreachable("Busy.", after: nil),
    ])
    func aChainBehindAnOrderTakesItsPlaceWhereItWasNotTaken(_ outcome: DeliveryOutcome) throws {
        var script = try BridgeScript.at(.sending)
        try script.arrive(second)
        try script.arrive(third)
        try script.came(outcome, 1)
        for number: UInt8 in [1, 2] { #expect(try script.phase(number) == .replaced) }
        #expect(try script.phase(3) == .waiting)
        // Nothing is approved on behalf of another.
        script.pass(86400)
        #expect(script.orders.isEmpty)
        try script.bring(3, to: .sent)
        #expect(try script.entry(3).forward?.isPerhapsTwice == false)
    }

    @Test(arguments: [FindOutcome.absent, .unknown("No list.")])
    func aDoubtGoesOverToTheRenewal(_ outcome: FindOutcome) throws {
        var script = try BridgeScript.at(.sending)
        try script.arrive(second)
        try script.arrive(third)
        try script.came(outcome, 1)
        #expect(script.due(1)?.state == .replaced)
        #expect(script.due(1)?.text != nil)
        try script.bring(3, to: .sent)
        #expect(try script.entry(3).forward?.isPerhapsTwice == true)
    }

    @Test func aRenewalOfWhatWasSentLengthensTheTime() throws {
        var script = try BridgeScript.at(.sent)
        try script.arrive(second)
        script.now = testStart.adding(seconds: 45 * 86400)
        #expect(script.orders == [.status(id.0, id: "4711")])
        try script.came(.known(AuthorityStatus(isClosed: true, notes: "Done.")), 1)
        #expect(script.due(1) == Told(state: .closed, text: "Done."))
        #expect(script.due(2) == Told(state: .closed, text: "Done."))
    }

    // MARK: Withdrawals

    @Test(arguments: Stage.allCases, [true, false])
    func withdrawingARenewalIsTheSameWhicheverCameFirst(
        _ stage: Stage, _ isBefore: Bool
    ) throws {
        var script = try BridgeScript.at(stage)
        if isBefore { try script.withdraw(second) }
        try script.arrive(second)
        if !isBefore { try script.withdraw(second) }
        script.pass(60)
        let orders: [BridgeOrder] =
            switch stage {
            case .waiting, .approved, .retrying, .parked, .doubtful, .refused: []
            case .sending, .unclear:
                [
                    .find(
                        id.0, mark: Report.mark(of: id.0), since: BridgeScript.firstSending)
                ]
            case .pending: [.resolve(id.0, token: "t-1")]
            case .sent: [.tell(id.0, id: "4711")]
            }
        #expect(script.orders == orders)
        let state: ConsentState =
            switch stage {
            case .waiting, .approved, .retrying, .parked, .doubtful, .refused: .withdrawn
            case .sending, .unclear: .delayed
            case .pending, .sent: .withdrawnAfter
            }
        #expect(script.due(2)?.state == state)
    }

    @Test(arguments: Stage.allCases, [true, false])
    func withdrawingWhatIsRenewedIsTheSameWhicheverCameFirst(
        _ stage: Stage, _ isBefore: Bool
    ) throws {
        var script = try BridgeScript.at(stage)
        if isBefore { try script.withdraw(first) }
        try script.arrive(second)
        if !isBefore { try script.withdraw(first) }
        let states: (ConsentState, ConsentState) =
            switch stage {
            case .waiting, .approved, .retrying, .parked: (.withdrawn, .waiting)
            case .doubtful: (.withdrawnAfter, .waiting)
            case .sending, .unclear: (.delayed, .waiting)
            case .pending, .sent: (.withdrawnAfter, .withdrawnAfter)
            case .refused: (.refused, .waiting)
            }
        #expect(script.due(1)?.state == states.0)
        #expect(script.due(2)?.state == states.1)
    }

    @Test func aLongChainNeedsNoDeepStack() throws {
        var script = try BridgeScript.at(.sent)
        // Straight into the book: events made by hand.
        for number: UInt8 in 2...250 {
            try script.arrive(ConsentDraft(number: number, renews: BridgeScript.id(number - 1)))
        }
        #expect(try script.phase(250) == .follows(BridgeScript.id(249)))
        try script.withdraw(ConsentDraft(number: 250))
        #expect(script.orders == [.tell(id.0, id: "4711")])
        #expect(script.book.dueAnswers(script.now).allSatisfy { $0.answer.state == 9 })
    }
}
