import Bridging
import Model
import Sealing
import TestKit
import Testing
import Wire

/// What seekers are told: every change once, in order, and nothing that is not known.
@Suite struct AnsweringTests {
    let first = ConsentDraft(number: 1)
    let id = BridgeScript.id(1)

    @Test func everyChangeIsToldOnce() throws {
        var script = BridgeScript()
        var told: [Answer] = []
        func tell(_ script: inout BridgeScript) throws {
            told += try script.answer()
            script.restart()
            #expect(script.book.dueAnswers(script.now).isEmpty)
        }
        try script.arrive(first)
        try tell(&script)
        try script.approve(1)
        try tell(&script)
        script.pass(BridgeScript.cooling)
        try script.send(1)
        #expect(script.book.dueAnswers(script.now).isEmpty)
        try script.came(.unreachable("Busy.", after: nil), 1)
        try tell(&script)
        script.pass(60)
        try script.send(1)
        try script.came(DeliveryOutcome.token("t"), 1)
        try tell(&script)
        try script.came(TokenOutcome.resolved(id: "77"), 1)
        try tell(&script)
        try script.came(.known(AuthorityStatus(isClosed: false, notes: nil)), 1)
        try tell(&script)
        try script.came(.known(AuthorityStatus(isClosed: true, notes: "Painted over.")), 1)
        try tell(&script)
        try script.withdraw(first)
        try tell(&script)
        try script.came(TellOutcome.told, 1)
        try tell(&script)
        let states: [ConsentState] = [
            .waiting, .approved, .delayed, .forwarded, .forwarded, .open, .closed,
            .withdrawnAfter, .withdrawnAfter,
        ]
        #expect(told.map { $0.state } == states.map { $0.rawValue })
        #expect(told.map { $0.counter } == Array(1...UInt64(states.count)))
        #expect(told.map { $0.reference?.string }.suffix(5) == ["77", "77", "77", "77", "77"])
        #expect(told[3].reference == nil)
        #expect(told.suffix(6).allSatisfy { $0.forwards.count == 1 })
        #expect(told.prefix(3).allSatisfy { $0.forwards.isEmpty })
    }

    @Test(arguments: Stage.allCases)
    func anAnswerSurvivesItsEncoding(_ stage: Stage) throws {
        var script = try BridgeScript.at(stage)
        for answer in try script.answer() {
            #expect(try Answer(decoding: answer.encoded) == answer)
        }
        #expect(script.book.dueAnswers(script.now).isEmpty)
    }

    @Test func nothingIsToldWhileAnOrderIsOut() throws {
        var script = try BridgeScript.at(.approved)
        try script.answer()
        try script.send(1)
        for _ in 0..<3 {
            #expect(script.book.dueAnswers(script.now).isEmpty)
            script.pass(86400)
            script.restart()
        }
    }

    @Test func countersNeverGoBack() throws {
        var script = try BridgeScript.at(.approved)
        let early = try script.answer()[0]
        try script.refuse(1)
        let late = try script.answer()[0]
        #expect(late.counter == early.counter + 1)
        // What does not belong to it changes nothing.
        var foreign = late
        foreign.consent = BridgeScript.id(2)
        foreign.counter = 99
        for message in [early.encoded, foreign.encoded, [0xFF], []] {
            script.book.apply(.answered(id, message: message))
        }
        #expect(script.book.dueAnswers(script.now).isEmpty)
        script.book.apply(.answered(BridgeScript.id(9), message: late.encoded))
        #expect(script.book.all.count == 1)
    }

    @Test func answersOfSeveralComeOldestFirst() throws {
        var script = BridgeScript()
        for number: UInt8 in [5, 3, 4] { try script.arrive(ConsentDraft(number: number)) }
        #expect(try script.answer().map { $0.consent.bytes[0] } == [5, 3, 4])
    }

    @Test func aClosedDayBringsTheProof() throws {
        var script = try BridgeScript.at(.sent)
        #expect(try script.answer()[0].forwards[0].proof == nil)
        script.now = testStart.adding(seconds: 86400)
        #expect(script.book.dueAnswers(script.now).isEmpty)
        try script.closeDays()
        let answer = try #require(script.answer().first)
        #expect(answer.forwards[0].proof != nil)
        #expect(answer.counter == 2)
    }

    /// Found by tools/fuzz: the answer after it could not be counted.
    @Test func theLargestCounterIsNoAnswerOfOurs() throws {
        var script = BridgeScript()
        try script.arrive(first)
        let message = Answer(
            consent: id, counter: .max, state: .refused, text: nil, reference: nil, forwards: [])
        script.book.apply(.answered(id, message: message.encoded))
        #expect(script.book.dueAnswers(script.now).map(\.answer.counter) == [1])
    }
}
