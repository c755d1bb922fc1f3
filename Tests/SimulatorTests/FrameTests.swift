import Gossip
import Model
import Node
import Testing
import Wire

@testable import Simulator

/// What a frame asks, answers or compares is seen when it is wrong.
@Suite struct FrameTests {
    typealias Stage = RuleTests.Stage

    /// What is said of a frame, by what the host's disk holds.
    private func says(_ stage: Stage, _ held: StoreItem?, _ frame: Frame) -> [String] {
        if let held { _ = stage.host.disk.store([held]) }
        return stage.says(frame)
    }

    // MARK: STEM

    @Test func whatIsOnItsStemMayGoOn() throws {
        for isHeld in [true, false] {
            let stage = try Stage()
            let retraction = stage.world.charted.retraction(stage.number, of: stage.envelope)
            let frame = Frame.stem(.envelope(stage.envelope))
            #expect(says(stage, isHeld ? stage.hidden : nil, frame) == [])
            #expect(stage.says(.stem(.retraction(retraction))) == [])
        }
    }

    @Test func whatWasTakenBackMayNotGoByItsStem() throws {
        let stage = try Stage()
        let words = says(stage, stage.retraction, .stem(.envelope(stage.envelope)))
        #expect(words.count == 1 && words[0].contains("by its stem after its retraction"))
    }

    @Test func whatExpiredMayNotGoByItsStem() throws {
        let stage = try Stage()
        stage.host.skew = 7 * 86400
        let retraction = stage.world.charted.retraction(stage.number, of: stage.envelope)
        #expect(stage.says(.stem(.retraction(retraction))) == [])
        let words = stage.says(.stem(.envelope(stage.envelope)))
        #expect(words.count == 1 && words[0].contains("by its stem after its expiry"))
        stage.host.skew = 8 * 86400
        #expect(stage.says(.stem(.retraction(retraction))).count == 2)
    }

    @Test func whatIsInTheOpenMayNotGoByItsStem() throws {
        let stage = try Stage()
        let words = says(stage, try stage.item(), .stem(.envelope(stage.envelope)))
        #expect(words.count == 1 && words[0].contains("which has ended here"))
    }

    @Test func whatBeganHereMayNotLeaveBeforeItIsStored() throws {
        let stage = try Stage()
        let item = stage.world.ledger.items[0]
        guard case .envelope(let envelope)? = stage.host.disk.items[item.id]?.content else {
            Issue.record("the round's item is not there")
            return
        }
        for host in stage.world.hosts { host.disk.remove([item.id]) }
        stage.world.check(.stem(.envelope(envelope)), on: stage.end, of: stage.host)
        #expect(stage.world.violationCount == 0)
        stage.world.check(.stem(.envelope(envelope)), on: stage.end, of: stage.world.hosts[0])
        let words = stage.world.violations.map(\.what)
        #expect(words.count == 1 && words[0].contains("by its stem before it was stored"))
        stage.world.ledger.lost(diskOf: stage.world.hosts[0])
        stage.world.check(.stem(.envelope(envelope)), on: stage.end, of: stage.world.hosts[0])
        #expect(stage.world.violationCount == 1)
    }

    // MARK: WANT, GRAFT, GONE, IDONTWANT

    @Test func whatIsLackingHiddenOrOverMayBeAskedFor() throws {
        let lacking = try Stage()
        #expect(lacking.says(.want(session: 0, [lacking.id])) == [])
        #expect(lacking.says(.graft(nil, hops: 255)) == [])
        #expect(says(lacking, lacking.hidden, .graft(lacking.id, hops: 1)) == [])
        let over = try Stage()
        let item = try over.item()
        over.host.skew = 8 * 86400
        #expect(says(over, item, .want(session: 0, [over.id])) == [])
    }

    @Test func whatIsHeldMayNotBeAskedFor() throws {
        for isGraft in [true, false] {
            let stage = try Stage()
            let words = says(
                stage, try stage.item(),
                isGraft ? .graft(stage.id, hops: 1) : .want(session: 3, [.zero, stage.id]))
            #expect(words.count == 1 && words[0].contains("asked for"))
        }
    }

    @Test func whatIsUnknownHiddenOrOverIsGone() throws {
        let unknown = try Stage()
        #expect(unknown.says(.gone(session: 0, [unknown.id])) == [])
        #expect(says(unknown, unknown.hidden, .gone(session: 0, [unknown.id])) == [])
        let displaced = try Stage()
        _ = displaced.host.disk.store([try displaced.item()])
        displaced.host.disk.hide([displaced.id])
        #expect(displaced.says(.gone(session: 0, [displaced.id])) == [])
        let over = try Stage()
        let item = try over.item()
        over.host.skew = 8 * 86400
        #expect(says(over, item, .gone(session: 0, [over.id])) == [])
    }

    @Test func whatIsHeldIsNotGone() throws {
        let stage = try Stage()
        let words = says(stage, try stage.item(), .gone(session: 0, [.zero, stage.id]))
        #expect(words.count == 1 && words[0].contains("is gone, which it holds"))
    }

    @Test func whatWasTakenBackIsAnsweredByItsRetraction() throws {
        let stage = try Stage()
        let words = says(stage, stage.retraction, .gone(session: 0, [stage.id]))
        #expect(words.count == 1 && words[0].contains("whose retraction it holds"))
        stage.host.skew = 9 * 86400
        #expect(stage.says(.gone(session: 0, [stage.id])).count == 1)
    }

    /// One neighbour's grafts of one id are answered three times.
    @Test func whoGraftsAgainAndAgainIsToldThatItIsGone() throws {
        let stage = try Stage()
        _ = stage.host.disk.store([try stage.item()])
        for _ in 0..<4 { stage.world.hear(.graft(stage.id, hops: 1), at: stage.end) }
        #expect(stage.says(.gone(session: 0, [stage.id])) == [])
        stage.world.run(milliseconds: 1000)
        #expect(stage.world.violationCount == 0)
        stage.world.forget(stage.end)
        #expect(stage.says(.gone(session: 0, [stage.id])).count == 1)
    }

    @Test func whatNeverCameIsWantedAsBefore() throws {
        let stage = try Stage()
        let item = stage.world.ledger.items[0]
        // What came is told of though no disk has it yet.
        for host in stage.world.hosts { host.disk.remove([item.id]) }
        #expect(stage.says(.dontWant([item.id])) == [])
        _ = stage.world.ledger.add(
            Item(
                id: stage.id, retraction: nil, origin: 0, round: -1, sentAt: 0, hostCount: 2))
        let words = stage.says(.dontWant([stage.id]))
        #expect(words.count == 1 && words[0].contains("which never came"))
    }

    // MARK: RECEIPT

    @Test func receiptsAreOfWhatIsStoredAndOfNow() throws {
        let stage = try Stage()
        func receipt(ahead: UInt32) -> Frame {
            .receipt(
                Receipt(
                    retraction: stage.retraction.id,
                    slot: Slot(stage.world.wall(of: stage.host).slot.number + ahead),
                    signature: []))
        }
        let early = stage.says(receipt(ahead: 0))
        #expect(early.count == 1 && early[0].contains("gave a receipt"))
        #expect(says(stage, stage.retraction, receipt(ahead: 0)).count == 1)
        let words = stage.says(receipt(ahead: 1))
        #expect(words.count == 2 && words[1].contains("another slot"))
    }

    // MARK: SYNC

    private func comparisons(_ ids: [ItemID]) -> [Frame] {
        let message: [UInt8] = [0x61, 0, 0, 2, UInt8(ids.count)] + ids.flatMap(\.bytes)
        let open = SyncOpen(
            session: 1, ttlClass: .week, from: Slot(0), topics: [], message: message)
        return [.syncOpen(open), .syncMessage(session: 1, message)]
    }

    @Test func onlyWhatIsInTheOpenIsListed() throws {
        for place in 0...1 {
            let stage = try Stage()
            let frame = comparisons([stage.world.ledger.items[0].id, stage.id])[place]
            #expect(says(stage, nil, frame).count == 1)
            #expect(says(stage, stage.hidden, frame).count == 2)
            _ = stage.host.disk.store([try stage.item()])
            #expect(stage.says(frame).count == 2)
            let words = stage.world.violations.map(\.what)
            #expect(words.allSatisfy { $0.contains("listed \(stage.id.short)") })
        }
    }

    @Test func whatIsHiddenGoesIntoNoFingerprint() throws {
        let stage = try Stage()
        let host = stage.world.hosts[0]
        let id = stage.world.ledger.items[0].id
        let nothing = Frame.syncMessage(session: 1, [0x61])
        stage.world.check(nothing, on: stage.end, of: host)
        #expect(stage.world.violationCount == 0)
        // Its relay was not told.
        host.disk.hide([id])
        stage.world.check(nothing, on: stage.end, of: host)
        let words = stage.world.violations.map(\.what)
        #expect(words.count == 1 && words[0].contains("compares with \(id.short)"))
    }

    @Test(arguments: [[], [0x62], [0x61, 0, 0, 2, 1]] as [[UInt8]])
    func comparisonsCanBeRead(_ message: [UInt8]) throws {
        let words = try Stage().says(.syncMessage(session: 1, message))
        #expect(words.count == 1 && words[0].contains("can't be read"))
    }

    // MARK: The rest

    @Test func retractionsAreNotPassedOnAfterTheirExpiry() throws {
        let stage = try Stage()
        let retraction = stage.world.charted.retraction(stage.number, of: stage.envelope)
        stage.host.skew = 7 * 86400
        #expect(says(stage, stage.retraction, .retract(retraction)) == [])
        stage.host.skew = 8 * 86400
        let words = stage.says(.retract(retraction))
        #expect(words.count == 1 && words[0].contains("after its expiry"))
    }

    @Test func honestHostsSendNothingUnknown() throws {
        let stage = try Stage()
        #expect(stage.says(.unknown(type: 0x80)).first?.contains("nobody knows") == true)
    }
}
