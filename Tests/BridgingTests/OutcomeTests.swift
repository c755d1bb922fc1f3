import Bridging
import Model
import Sealing
import TestKit
import Testing
import Wire

/// What comes of an order: taken, refused, tried again, looked for.
@Suite struct OutcomeTests {
    let id = BridgeScript.id(1)

    func find(since: WallTime = BridgeScript.firstSending) -> BridgeOrder {
        .find(id, mark: Report.mark(of: id), since: since)
    }

    @Test func whatWasTakenIsAskedAbout() throws {
        let script = try BridgeScript.at(.sent)
        #expect(try script.phase(1) == .sent(id: "4711"))
        #expect(script.orders == [.status(id, id: "4711")])
        let forward = try #require(script.entry(1).forward)
        #expect(!forward.isPerhapsTwice && forward.at == script.now)
    }

    @Test func aTokenIsAskedAboutUntilItBringsAnId() throws {
        var script = try BridgeScript.at(.pending)
        #expect(script.orders == [.resolve(id, token: "t-1")])
        let sent = try #require(script.entry(1).forward)
        for outcome in [TokenOutcome.pending, .unknown("?")] {
            #expect(script.book.came(outcome, of: id, now: script.now) == nil)
        }
        // A minute, then half as long again.
        script.pass(89)
        #expect(script.orders.isEmpty)
        script.pass(1)
        #expect(script.orders == [.resolve(id, token: "t-1")])
        try script.came(TokenOutcome.resolved(id: "12"), 1)
        #expect(script.orders == [.status(id, id: "12")])
        #expect(try script.entry(1).forward == sent)
    }

    @Test func anUnreachableAuthorityIsTriedAgainEverLater() throws {
        var script = try BridgeScript.at(.approved)
        var wait: UInt64 = 60
        for _ in 0..<14 {
            try script.send(1)
            try script.came(.unreachable("Busy.", after: nil), 1)
            script.pass(wait - 1)
            #expect(script.orders.isEmpty)
            script.pass(1)
            #expect(script.orders == [.send(id)])
            wait = min(wait * 2, 6 * 3600)
        }
        #expect(try script.entry(1).attempts == 14)
        #expect(try !script.entry(1).isPerhapsTwice)
    }

    @Test func theAuthoritysOwnWaitIsKeptUpToSixHours() throws {
        for (asked, waited) in [(0, 60), (600, 600), (21600, 21600), (UInt64.max, 21600)] {
            var script = try BridgeScript.at(.sending)
            try script.came(.unreachable("Busy.", after: asked), 1)
            #expect(
                try script.phase(1)
                    == .retrying(next: script.now.adding(seconds: UInt64(waited)), why: "Busy."))
        }
    }

    @Test func whatWasRefusedWaitsForPeopleAndCoolsOffAgain() throws {
        var script = try BridgeScript.at(.parked)
        script.pass(7 * 86400)
        #expect(script.orders.isEmpty)
        try script.approve(1)
        script.pass(BridgeScript.cooling - 1)
        #expect(script.orders.isEmpty)
        script.pass(1)
        #expect(script.orders == [.send(id)])
    }

    // MARK: Unknown outcomes

    @Test func anOrderWithoutOutcomeIsLookedForFirst() throws {
        var script = try BridgeScript.at(.sending)
        script.restart()
        #expect(script.orders == [find()])
        try script.came(FindOutcome.found(id: "88"), 1)
        #expect(try script.phase(1) == .sent(id: "88"))
        #expect(try script.entry(1).forward?.isPerhapsTwice == false)
    }

    @Test func anUnclearOutcomeIsLookedForAfterAMinute() throws {
        var script = try BridgeScript.at(.unclear)
        script.pass(59)
        #expect(script.orders.isEmpty)
        script.pass(1)
        #expect(script.orders == [find()])
        #expect(script.book.sendingStarts(id, script.circumstances) == nil)
    }

    @Test(arguments: [FindOutcome.absent, .unknown("No list.")])
    func whatIsNotFoundIsSentAgainAndMarked(_ outcome: FindOutcome) throws {
        var script = try BridgeScript.at(.unclear)
        script.pass(60)
        try script.came(outcome, 1)
        #expect(script.orders == [.send(id)])
        try script.send(1)
        try script.came(.accepted(id: "5", notice: nil), 1)
        #expect(try script.entry(1).forward?.isPerhapsTwice == true)
        let told = try #require(script.answer().last)
        #expect(told.forwards.map { $0.isPerhapsTwice } == [true])
    }

    @Test func afterThreeDoubtsPeopleLook() throws {
        var script = try BridgeScript.at(.approved)
        for round in 1...3 {
            #expect(script.orders == [.send(id)])
            try script.send(1)
            #expect(script.orders == [find()])
            try script.came(FindOutcome.absent, 1)
            #expect(try script.entry(1).doubts == round)
        }
        #expect(try script.entry(1).attempts == 3)
        script.pass(86400)
        #expect(script.orders.isEmpty)
        #expect(script.due(1)?.state == .delayed)
        // People may send it once more; it stays marked.
        try script.approve(1)
        script.pass(BridgeScript.cooling)
        try script.send(1)
        try script.came(.accepted(id: "5", notice: nil), 1)
        #expect(try script.entry(1).forward?.isPerhapsTwice == true)
    }

    @Test func aSecondDoubtOfAnotherKindCountsToo() throws {
        var script = try BridgeScript.at(.unclear)
        script.pass(60)
        try script.came(FindOutcome.absent, 1)
        try script.send(1)
        try script.came(.unreachable("Busy.", after: nil), 1)
        #expect(try script.entry(1).doubts == 1)
        script.pass(120)
        try script.send(1)
        script.restart()
        try script.came(FindOutcome.found(id: "7"), 1)
        #expect(try script.entry(1).forward?.isPerhapsTwice == true)
    }

    @Test func aClockThatWentBackWidensTheLook() throws {
        var script = try BridgeScript.at(.approved)
        try script.put(.sending(id, at: testStart.moved(seconds: -100)))
        #expect(script.orders == [find(since: testStart.moved(seconds: -100))])
    }

    // MARK: How it stands there

    @Test func aStatusIsAskedForEverLessOften() throws {
        var script = try BridgeScript.at(.sent)
        var wait: UInt64 = 900
        for _ in 0..<20 {
            #expect(script.orders == [.status(id, id: "4711")])
            #expect(script.book.came(StatusOutcome.unknown("?"), of: id, now: script.now) == nil)
            script.pass(wait - 1)
            #expect(script.orders.isEmpty)
            script.pass(1)
            wait = min(wait * 3 / 2, 86400)
        }
        #expect(wait == 86400)
        script.restart()
        #expect(script.orders == [.status(id, id: "4711")])
    }

    @Test func aChangeIsTakenOnceAndAskedForSoonAgain() throws {
        var script = try BridgeScript.at(.sent)
        let open = AuthorityStatus(isClosed: false, notes: "Seen.")
        for _ in 0..<5 {
            _ = script.book.came(StatusOutcome.unknown("?"), of: id, now: script.now)
        }
        try script.came(StatusOutcome.known(open), 1)
        script.pass(899)
        #expect(script.orders.isEmpty)
        script.pass(1)
        #expect(script.orders == [.status(id, id: "4711")])
        #expect(script.book.came(StatusOutcome.known(open), of: id, now: script.now) == nil)
    }

    @Test func whatIsClosedIsAskedAboutForFourteenDays() throws {
        var script = try BridgeScript.at(.sent)
        try script.came(.known(AuthorityStatus(isClosed: true, notes: nil)), 1)
        script.pass(14 * 86400 - 1)
        #expect(script.orders == [.status(id, id: "4711")])
        var later = script
        later.pass(1)
        #expect(later.orders.isEmpty)
        // Opened again: until the consent ends.
        try script.came(.known(AuthorityStatus(isClosed: false, notes: nil)), 1)
        script.pass(15 * 86400)
        #expect(script.orders == [.status(id, id: "4711")])
    }

    @Test(arguments: [true, false])
    func nothingIsAskedOnceTheConsentEnded(_ isClosed: Bool) throws {
        var script = try BridgeScript.at(.sent)
        script.now = testStart.adding(seconds: 30 * 86400 - 1)
        try script.came(.known(AuthorityStatus(isClosed: isClosed, notes: "x")), 1)
        script.restart()
        #expect(script.orders == [.status(id, id: "4711")])
        script.pass(1)
        #expect(script.orders.isEmpty)
    }
}
