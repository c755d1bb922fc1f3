import Gossip
import Model
import Node
import Testing
import Wire

@testable import Simulator

/// The parts a world is made of, each by itself.
@Suite struct PartTests {
    @Test func eventsComeByTimeAndThenInTheOrderTheyWereAdded() {
        var queue = EventQueue()
        var choices = Choices(seed: 1)
        var expected: [(time: UInt64, number: Int32)] = []
        for number in 0..<2000 as Range<Int32> {
            let time = UInt64(choices.below(50))
            queue.add(.dial(number), at: time)
            expected.append((time, number))
        }
        expected.sort { ($0.time, $0.number) < ($1.time, $1.number) }
        for (time, number) in expected {
            #expect(queue.nextTime == time)
            #expect(queue.take() == .dial(number))
        }
        #expect(queue.take() == nil)
    }

    @Test func parcelsKeepTheirOrderAndAreCutFromTheEnd() {
        var queue = ParcelQueue()
        for number in 0..<1000 as Range<UInt64> {
            queue.append(Parcel(arrival: number, content: .frame(.ping(number))))
        }
        for number in 0..<600 as Range<UInt64> {
            guard case .frame(.ping(number)) = queue.removeFirst() else {
                Issue.record("not parcel \(number)")
                return
            }
        }
        queue.cut(after: 799)
        #expect(queue.count == 200)
        queue.delay(to: 700)
        #expect(queue.firstArrival == 700)
        queue.removeAll()
        #expect(queue.count == 0 && queue.firstArrival == nil)
    }

    @Test func parcelsThatWaitForASlowReaderComeSoonerAndNeverLater() {
        var queue = ParcelQueue()
        for arrival in [1_000, 9_000, 17_000, 25_000] as [UInt64] {
            let content = Content.bytes([UInt8](repeating: 0, count: 800))
            queue.append(Parcel(arrival: arrival, content: content))
        }
        // The first is all but there; the others take 200 ms each, and 40 to arrive.
        #expect(queue.hasten(from: 1_000_000, rate: 4000, latency: 40) == 1_800_000)
        #expect(queue.lastArrival == 1840)
        var arrivals: [UInt64] = []
        while let first = queue.firstArrival {
            arrivals.append(first)
            _ = queue.removeFirst()
        }
        #expect(arrivals == [1000, 1440, 1640, 1840])
        #expect(queue.lastArrival == nil)
        #expect(queue.hasten(from: 5, rate: 0, latency: 40) == 5)
    }

    /// Sizes without encoding are those with it.
    @Test func framesAreAsLongAsTheyAreOnTheLink() {
        let charted = Charted(seed: 1, start: World.start)
        var choices = Choices(seed: 1)
        var types: Set<UInt8> = []
        for _ in 0..<200 {
            for frame in Spam.burst(charted, at: World.start, &choices) {
                if case .unknown = frame { continue }  // its body is not kept
                types.insert(frame.type)
                #expect(frame.bytes == frame.encoded.count, "\(frame.summary)")
                #expect(frame.type == frame.encoded[0])
            }
        }
        #expect(types.count >= 18)
    }

    @Test func eachKindDoesToFramesWhatItIsCalled() {
        let charted = Charted(seed: 1, start: World.start)
        let push = Frame.push(hops: 5, charted.envelope(1, at: World.start))
        let want = Frame.want(session: 0, [ItemID.zero])
        func made(_ kind: MischiefKind) -> Mischief {
            Mischief(kind, charted, choices: Choices(seed: 1))
        }
        var hider = made(.hider)
        #expect(hider.letsOut(push).isEmpty && !hider.letsIn(want))
        #expect(hider.letsOut(.ping(1)) == [.ping(1)] && hider.letsIn(push))
        var replayer = made(.replayer)
        #expect(replayer.letsOut(push) == [push, push] && replayer.letsIn(push))
        #expect(replayer.acts(now: World.start) == [push])
        var spy = made(.spy)
        #expect(spy.letsOut(push) == [push] && spy.letsIn(want))
        var sybil = made(.sybil)
        #expect(sybil.letsOut(push) == [push] && sybil.letsIn(want))
        sybil.isSilent = true
        #expect(sybil.letsOut(push).isEmpty && !sybil.letsIn(want))
        var liar = made(.liar)
        guard case .push(0, _)? = liar.letsOut(push).first else {
            Issue.record("a liar that tells the hops")
            return
        }
        let answers = (0..<100).map { _ in liar.letsIn(want) }
        #expect(answers.contains(true) && answers.contains(false))
        // What was never heard of is told too, as near as can be.
        guard case .announce(let items)? = liar.letsOut(.announce([])).first else {
            Issue.record("a liar that announces nothing")
            return
        }
        #expect(items.count == 2 && items.allSatisfy { $0.hops < 3 })
    }

    @Test func spamIsAgainstTheRulesOrHarmlessButReadable() throws {
        let charted = Charted(seed: 1, start: World.start)
        var choices = Choices(seed: 2)
        for _ in 0..<100 {
            for frame in Spam.burst(charted, at: World.start, &choices) {
                let bytes = frame.encoded
                #expect(throws: Never.self) { try Frame(type: bytes[0], body: bytes[4...]) }
            }
        }
    }

    @Test func aDiskForgetsWhatExpiredAndKeepsItsFingerprint() throws {
        var disk = Disk()
        let empty = disk.fingerprint
        let charted = Charted(seed: 1, start: World.start)
        #expect(disk.store([charted.charterItem]) == .stored)
        #expect(disk.store([charted.charterItem]) == .duplicate)
        #expect(disk.records.count == 1 && disk.ownIDs.isEmpty)
        #expect(disk.fingerprint != empty)
        disk.expire(charted.charterItem.expiry)
        #expect(disk.items.isEmpty && disk.order.isEmpty && disk.records.isEmpty)
        #expect(disk.fingerprint == empty)
    }

    /// As the real one, which keeps a target out by the row of its retraction.
    @Test func aDiskThatRemovesARetractionTakesItsTargetAgain() throws {
        let stage = try RuleTests.Stage()
        let item = try stage.item()
        #expect(stage.host.disk.store([stage.retraction]) == .stored)
        #expect(stage.host.disk.store([item]) == .retracted)
        stage.host.disk.remove([stage.retraction.id])
        #expect(!stage.host.disk.retracts(stage.id))
        #expect(stage.host.disk.store([item]) == .stored)
    }

    @Test func aDiskHidesWhatIsOwnAndShowsItAgain() throws {
        var disk = Disk()
        let empty = disk.fingerprint
        let charted = Charted(seed: 1, start: World.start)
        let envelope = charted.envelope(1, at: World.start)
        let id = charted.id(envelope)
        func item(isOwn: Bool, isHidden: Bool = false) -> StoreItem {
            StoreItem(id: id, content: .envelope(envelope), isOwn: isOwn, isHidden: isHidden)
        }
        // What came from others is own from when it is submitted here.
        #expect(disk.store([item(isOwn: false)]) == .stored)
        #expect(disk.ownIDs.isEmpty)
        #expect(disk.store([item(isOwn: true)]) == .duplicate)
        #expect(disk.store([item(isOwn: false)]) == .duplicate)
        #expect(disk.ownIDs == [id])
        let open = disk.fingerprint
        for _ in 0..<2 { disk.hide([id]) }
        #expect(disk.hides(id) && disk.holds(id) && disk.fingerprint == empty)
        // It has no stem before it: it was in the open once.
        #expect(disk.missing(among: [id]) == [id] && disk.hidden.isEmpty)
        #expect(disk.rows.map { $0.isHidden && $0.isDisplaced } == [true])
        #expect(disk.fetch([id]).map(\.item) == [.nothing])
        #expect(disk.store([item(isOwn: false)]) == .stored)
        #expect(!disk.hides(id) && disk.fingerprint == open && disk.ownIDs == [id])
        disk.hide([id])
        disk.remove([id])
        #expect(disk.fingerprint == empty && disk.items.isEmpty)
    }

    @Test func delaysFallIntoBucketsNoWiderThanASixtyFourth() {
        var last = -1
        for time in [UInt64](0...5000) + [86_400_000, 86_400_001, 320_000_000_000] {
            let bucket = Traffic.bucket(ofTime: time)
            #expect(bucket == last || bucket > last)
            last = bucket
            let most = Traffic.time(ofBucket: bucket)
            #expect(most >= time && most - time <= time / 64, "\(time) in \(most)")
            #expect(Traffic.bucket(ofTime: most) == bucket)
        }
    }

    @Test func numbersAreWrittenTheSameEverywhere() {
        #expect(0.0.decimal() == "0")
        #expect(1.5.decimal() == "1.5")
        #expect((2.0 / 3).decimal() == "0.667")
        #expect((-0.04).decimal(2) == "-0.04")
        #expect((-0.0004).decimal(2) == "0")
        #expect(1234.0.decimal(0) == "1234")
        #expect(Double.infinity.decimal() == "0")
        #expect(Panel.round(0.03) == 0.1 && Panel.round(0.3) == 0.5 && Panel.round(7) == 10)
        #expect(Panel.round(201) == 500 && Panel.round(1000) == 1000)
    }
}
