import Bridging
import Model
import Sealing
import TestKit
import Testing
import Wire

/// Withdrawals and ends of consents, in every phase.
@Suite struct WithdrawingTests {
    let first = ConsentDraft(number: 1)
    let id = BridgeScript.id(1)

    @Test(arguments: Stage.allCases)
    func whatIsWithdrawnIsNeverSentFromThenOn(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage)
        try script.withdraw(first)
        for _ in 0..<3 {
            for order in script.orders {
                if case .send = order { Issue.record("sent in \(stage)") }
            }
            #expect(script.book.sendingStarts(id, script.circumstances) == nil)
            script.pass(86400)
            script.restart()
        }
        #expect(throws: BridgeBook.DecisionError.self) {
            try script.book.approval(of: script.entry(1), now: script.now)
        }
    }

    @Test(arguments: Stage.allCases)
    func theAnswerToAWithdrawalIsTrue(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage)
        try script.withdraw(first)
        let expected: Told =
            switch stage {
            case .waiting, .approved, .retrying, .parked: Told(state: .withdrawn)
            case .sending, .unclear:
                Told(
                    state: .delayed,
                    text: "You took it back. We are finding out whether it was received.")
            case .doubtful:
                Told(
                    state: .withdrawnAfter,
                    text: "It could not be found out whether the authority has it.")
            case .pending, .sent:
                Told(state: .withdrawnAfter, text: "We are telling the authority.")
            case .refused: Told(state: .refused, text: "Not here.")
            }
        #expect(script.due(1) == expected)
    }

    @Test(arguments: [Stage.sending, .unclear])
    func whatWasUnderWayIsLookedForAndTold(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage)
        try script.withdraw(first)
        script.pass(60)
        let mark = Report.mark(of: id)
        #expect(script.orders == [.find(id, mark: mark, since: BridgeScript.firstSending)])
        var found = script
        try found.came(FindOutcome.found(id: "9"), 1)
        #expect(found.orders == [.tell(id, id: "9")])
        #expect(found.due(1)?.state == .withdrawnAfter)
        var absent = script
        try absent.came(FindOutcome.absent, 1)
        #expect(try absent.phase(1) == .unfound(isSure: true))
        #expect(
            absent.due(1) == Told(state: .withdrawn, text: "It was not found at the authority."))
        try script.came(FindOutcome.unknown("No list."), 1)
        #expect(try script.phase(1) == .unfound(isSure: false))
        #expect(script.due(1)?.state == .withdrawnAfter)
        #expect(script.orders.isEmpty && absent.orders.isEmpty)
    }

    @Test(arguments: [FindOutcome.absent, .unknown("No list.")])
    func whatWaitsToBeSentAgainMayBeThereAlready(_ outcome: FindOutcome) throws {
        var script = try BridgeScript.at(.sending)
        try script.came(outcome, 1)
        try script.withdraw(first)
        let state: ConsentState = outcome == .absent ? .withdrawn : .withdrawnAfter
        #expect(script.due(1)?.state == state)
        #expect(script.due(1)?.text != nil)
        #expect(script.orders.isEmpty)
    }

    // MARK: Telling

    @Test func theAuthorityIsToldAtOnce() throws {
        var script = try BridgeScript.at(.sent)
        // However long ago it was asked last, and however long it was to wait.
        for _ in 0..<20 {
            _ = script.book.came(StatusOutcome.unknown("?"), of: id, now: script.now)
        }
        #expect(script.orders.isEmpty)
        try script.withdraw(first)
        #expect(script.orders == [.tell(id, id: "4711")])
        try script.came(TellOutcome.failed("Busy."), 1)
        script.pass(59)
        #expect(script.orders.isEmpty)
        script.pass(1)
        #expect(script.orders == [.tell(id, id: "4711")])
        try script.came(TellOutcome.told, 1)
        script.pass(7 * 86400)
        #expect(script.orders.isEmpty)
        #expect(
            script.due(1)
                == Told(state: .withdrawnAfter, text: "The authority was told to erase it."))
    }

    @Test func tellingIsGivenUpAfterFiveTimes() throws {
        var script = try BridgeScript.at(.sent)
        try script.withdraw(first)
        for _ in 0..<5 {
            #expect(script.orders == [.tell(id, id: "4711")])
            try script.came(TellOutcome.failed("Busy."), 1)
            script.pass(86400)
        }
        #expect(script.orders.isEmpty)
        script.restart()
        #expect(script.orders.isEmpty)
        #expect(script.due(1)?.text?.contains("could not be told") == true)
    }

    @Test func whereThereIsNoWayTheSeekerIsToldSo() throws {
        var script = try BridgeScript.at(.sent)
        try script.withdraw(first)
        try script.came(TellOutcome.impossible, 1)
        script.restart()
        #expect(script.orders.isEmpty)
        #expect(script.due(1)?.text?.contains("no way") == true)
        #expect(script.book.dueAnswers(script.now).first?.answer.forwards.count == 1)
    }

    @Test func aTokenIsResolvedFirst() throws {
        var script = try BridgeScript.at(.pending)
        try script.withdraw(first)
        #expect(script.orders == [.resolve(id, token: "t-1")])
        try script.came(TokenOutcome.resolved(id: "3"), 1)
        #expect(script.orders == [.tell(id, id: "3")])
    }

    @Test func aWithdrawalAfterTheEndIsToldToo() throws {
        var script = try BridgeScript.at(.sent)
        script.pass(40 * 86400)
        #expect(script.orders.isEmpty)
        try script.withdraw(first)
        #expect(script.orders == [.tell(id, id: "4711")])
    }

    // MARK: Ends

    @Test(arguments: Stage.allCases)
    func nothingIsSentOnceItEnded(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage)
        script.now = testStart.adding(seconds: 30 * 86400)
        for order in script.orders {
            if case .send = order { Issue.record("sent in \(stage)") }
        }
        #expect(script.book.sendingStarts(id, script.circumstances) == nil)
    }

    @Test(arguments: Stage.allCases)
    func theAnswerAtTheEndIsTrue(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage)
        script.now = testStart.adding(seconds: 30 * 86400)
        let expected: Told? =
            switch stage {
            case .waiting, .approved: Told(state: .ended)
            case .retrying: Told(state: .ended, text: "Too busy.")
            case .parked: Told(state: .ended, text: "No such service.")
            case .doubtful:
                Told(
                    state: .ended, text: "It could not be found out whether the authority has it.")
            case .sending: nil
            case .unclear:
                Told(
                    state: .delayed, text: "No answer came from the authority. We are looking.")
            case .pending, .sent: Told(state: .forwarded)
            case .refused: Told(state: .refused, text: "Not here.")
            }
        #expect(script.due(1) == expected)
    }

    @Test func whatEndedUnderWayIsNotSentAgain() throws {
        for outcome in [FindOutcome.absent, .unknown("No list.")] {
            var script = try BridgeScript.at(.sending)
            script.now = testStart.adding(seconds: 30 * 86400)
            try script.came(outcome, 1)
            #expect(try script.phase(1) == .unfound(isSure: outcome == .absent))
            #expect(script.orders.isEmpty)
            #expect(script.due(1)?.state == .ended)
            #expect(script.due(1)?.text != nil)
        }
        var script = try BridgeScript.at(.sending)
        script.now = testStart.adding(seconds: 30 * 86400)
        try script.came(FindOutcome.found(id: "2"), 1)
        #expect(script.due(1)?.state == .forwarded)
    }

    @Test func aRefusalOfWhatMayBeThereSaysSo() throws {
        var script = try BridgeScript.at(.doubtful)
        try script.refuse(1)
        #expect(
            script.due(1)
                == Told(
                    state: .refused,
                    text: "Not here. It could not be found out whether the authority has it."))
    }

    @Test func everythingIsForgottenAfterHundredAndTwentyDays() throws {
        var script = try BridgeScript.at(.sent)
        let renewal = ConsentDraft(number: 2, days: 31, renews: id)
        try script.arrive(renewal)
        script.now = testStart.adding(seconds: 151 * 86400 - 1)
        #expect(script.book.forgettable(script.now).isEmpty)
        script.pass(1)
        // Together: a withdrawal of the second is one of the first.
        #expect(script.book.forgettable(script.now) == [id, BridgeScript.id(2)])
    }
}
