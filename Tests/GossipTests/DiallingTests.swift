import Gossip
import Model
import TestKit
import Testing
import Wire

@Suite struct DiallingTests {
    let start = Moment(milliseconds: 1000)
    let address: Text = "one.example:7447"
    let node = TestNetwork.node(1)

    func known(_ dialling: Dialling) -> [String] { dialling.known.map(\.address.string) }

    @Test func anAddressIsDialledAtOnceAndOnlyOnce() {
        var dialling = Dialling()
        #expect(dialling.deadline(seeds: false) == nil)
        dialling.add(address, node: nil, kind: .pinned, now: start)
        #expect(dialling.deadline(seeds: false) == start)
        #expect(dialling.due(start, limit: 16) { _ in false } == [address])
        #expect(dialling.deadline(seeds: false) == nil)
        #expect(dialling.due(start.adding(milliseconds: 99_999), limit: 16) { _ in false } == [])
    }

    @Test func anAddressIsLearnedOnce() {
        var dialling = Dialling()
        dialling.add(address, node: nil, kind: .pinned, now: start)
        dialling.add(address, node: node, kind: .pinned, now: start)
        #expect(known(dialling) == [address.string])
        #expect(dialling.known[0].node == node)
    }

    @Test func thousandTwentyFourAddressesAreKnownAndNoMore() {
        var dialling = Dialling()
        for number in 0..<Limits.knownAddresses + 1 {
            dialling.add(Text("host-\(number):1"), node: nil, kind: .pinned, now: start)
        }
        #expect(dialling.known.count == Limits.knownAddresses)
        #expect(!known(dialling).contains("host-\(Limits.knownAddresses):1"))
    }

    @Test func waitsDoubleUpToAMinute() {
        var dialling = Dialling()
        dialling.add(address, node: nil, kind: .pinned, now: start)
        var now = start
        var waits: [UInt64] = []
        for _ in 0..<9 {
            #expect(dialling.due(now, limit: 16) { _ in false } == [address])
            dialling.ended(address, now: now, jitter: 0)
            let next = dialling.deadline(seeds: false) ?? now
            waits.append(next.milliseconds - now.milliseconds)
            #expect(
                dialling.due(
                    Moment(milliseconds: next.milliseconds - 1), limit: 16
                ) { _ in false } == [])
            now = next
        }
        #expect(waits == [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000])
    }

    @Test func jitterAddsAQuarterAtTheMost() {
        for jitter: UInt64 in [0, 1, 250, 251, 1000, .max] {
            var dialling = Dialling()
            dialling.add(address, node: nil, kind: .pinned, now: start)
            _ = dialling.due(start, limit: 16) { _ in false }
            dialling.ended(address, now: start, jitter: jitter)
            let wait = (dialling.deadline(seeds: false)?.milliseconds ?? 0) - start.milliseconds
            #expect((1000...1250).contains(wait), "jitter \(jitter)")
        }
    }

    @Test func onlyAGreetingShortensTheNextWait() {
        var dialling = Dialling()
        dialling.add(address, node: nil, kind: .pinned, now: start)
        for _ in 0..<5 {
            _ = dialling.due(Moment(milliseconds: .max), limit: 16) { _ in false }
            dialling.ended(address, now: start, jitter: 0)
        }
        #expect(dialling.known[0].failures == 5)
        dialling.reached(address, node: node)
        #expect(dialling.known[0].node == node)
        #expect(dialling.known[0].failures == 5)
        dialling.greeted(address, node: node)
        #expect(dialling.known[0].failures == 0)
        dialling.ended(address, now: start, jitter: 0)
        #expect(dialling.deadline(seeds: false) == start.adding(milliseconds: 1000))
    }

    @Test func aNodeAlreadyLinkedIsNotDialled() {
        var dialling = Dialling()
        dialling.add(address, node: node, kind: .pinned, now: start)
        #expect(dialling.due(start, limit: 16) { $0 == node } == [])
        #expect(dialling.deadline(seeds: false) == start.adding(milliseconds: 60_000))
        let later = start.adding(milliseconds: 60_000)
        #expect(dialling.due(later, limit: 16) { _ in false } == [address])
    }

    @Test func aForgottenAddressIsNotDialled() {
        var dialling = Dialling()
        dialling.add(address, node: nil, kind: .pinned, now: start)
        dialling.forget(address)
        #expect(dialling.due(start, limit: 16) { _ in false } == [])
        dialling.ended(address, now: start, jitter: 0)
        #expect(dialling.known.isEmpty)
    }

    @Test func theClocksEndOverflowsNothing() {
        var dialling = Dialling()
        let end = Moment(milliseconds: .max)
        dialling.add(address, node: nil, kind: .pinned, now: end)
        _ = dialling.due(end, limit: 16) { _ in false }
        dialling.ended(address, now: end, jitter: .max)
        #expect(dialling.deadline(seeds: false) == end)
    }
}
