import Model
import Node
import Noise
import Sodium
import TestKit
import Testing
import Wire

@Suite struct LinkTests {
    let network = TestNetwork()

    // MARK: Handshake

    @Test func twoNodesProveWhoTheyAre() {
        let pair = LinkPair.open()
        #expect(pair.nearEffects == [.authenticated(TestNetwork.node(2))])
        #expect(pair.farEffects == [.authenticated(TestNetwork.node(1))])
    }

    @Test func theHandshakeMayComeByteByByte() {
        var pair = LinkPair()
        pair.settle(step: 1)
        #expect(pair.nearEffects == [.authenticated(TestNetwork.node(2))])
        #expect(pair.farEffects == [.authenticated(TestNetwork.node(1))])
    }

    @Test func framesMayComeWithTheLastMessage() {
        var pair = LinkPair()
        pair.far(.bytes(pair.toFar))
        pair.toFar = []
        pair.near(.bytes(pair.toNear))
        pair.toNear = []
        pair.near(.send([.ping(7)]))
        pair.settle()
        #expect(pair.farEffects == [.authenticated(TestNetwork.node(1)), .heard(.ping(7))])
    }

    @Test func nothingIsSentBeforeTheHandshakeIsDone() {
        var pair = LinkPair()
        let written = pair.toFar.count
        pair.near(.send([.ping(1)]))
        pair.far(.send([.ping(1)]))
        #expect(pair.toFar.count == written)
        #expect(pair.toNear.isEmpty)
    }

    /// Whatever one byte of the handshake is changed to, no end opens with what it did not send.
    @Test(arguments: [0, 1, 2])
    func everyFlippedByteOfTheHandshakeIsRefused(_ message: Int) {
        var length = 1
        var position = 0
        while position < length {
            var pair = LinkPair()
            // Up to the message in question.
            for _ in 0..<message { pair.step() }
            let isToFar = message != 1
            length = isToFar ? pair.toFar.count : pair.toNear.count
            if isToFar {
                pair.toFar[position] ^= 0x01
            } else {
                pair.toNear[position] ^= 0x01
            }
            pair.settle()
            pair.pass(milliseconds: Limits.handshakeMilliseconds)
            pair.near(.wake)
            pair.far(.wake)
            let isClosed = isToFar ? pair.farClosed : pair.nearClosed
            let note: Comment = "message \(message), byte \(position) of \(length)"
            // Message 1 is a bare key: the other end notices when it is answered.
            if message == 0, position >= 2 {
                #expect(pair.nearClosed == .handshake(.notAuthentic), note)
            } else {
                #expect(isClosed != nil, note)
            }
            #expect(!pair.farEffects.contains(.authenticated(TestNetwork.node(1))), note)
            position += 1
        }
        #expect(length > 30)
    }

    @Test func everyFlippedByteOfARecordIsRefused() {
        var pair = LinkPair.open()
        pair.near(.send([.ping(1)]))
        let record = pair.toFar
        #expect(record.count == 2 + 1024 + 16)
        for position in record.indices {
            var far = pair.far
            var changed = record
            changed[position] ^= 0x01
            var effects = far.handle(.bytes(changed), now: pair.now, wall: testStart)
            if effects.isEmpty {
                // A longer length was claimed: more is awaited, in vain.
                let later = pair.now.adding(milliseconds: Limits.frameMilliseconds)
                effects = far.handle(.wake, now: later, wall: testStart)
            }
            guard effects.count == 1, case .close = effects[0] else {
                Issue.record("byte \(position): \(effects)")
                continue
            }
        }
    }

    @Test func aStalledHandshakeEndsAfterTenSeconds() {
        var pair = LinkPair()
        #expect(pair.far.deadline == LinkPair.start.adding(milliseconds: 10_000))
        // Half a message, so that bytes alone do not help.
        pair.far(.bytes([UInt8](pair.toFar.prefix(10))))
        pair.pass(milliseconds: 9_999)
        pair.far(.wake)
        #expect(pair.farEffects == [])
        pair.pass(milliseconds: 1)
        pair.far(.wake)
        #expect(pair.farEffects == [.close(.handshakeTooSlow)])
        #expect(pair.far.deadline == nil)
        pair.near(.wake)
        #expect(pair.nearClosed == .handshakeTooSlow)
    }

    @Test func anotherNetworkIsRefused() {
        var pair = LinkPair(far: TestNetwork(2).secrets(2))
        pair.settle()
        #expect(pair.nearClosed == .handshake(.notAuthentic))
        #expect(pair.farHeard == [])
        #expect(!pair.farEffects.contains(.authenticated(TestNetwork.node(1))))
    }

    @Test func aClosedNetworkAnswersOnlyWhoHasItsKey() {
        let closed = network.secrets(2, preSharedKey: .fixed(0x77))
        for secrets in [network.secrets(1), network.secrets(1, preSharedKey: .fixed(0x78))] {
            var pair = LinkPair(near: secrets, far: closed)
            pair.far(.bytes(pair.toFar))
            #expect(pair.toNear.isEmpty)
            #expect(pair.farEffects == [.close(.handshake(.notAuthentic))])
        }
        var pair = LinkPair(near: network.secrets(1, preSharedKey: .fixed(0x77)), far: closed)
        pair.settle()
        #expect(pair.nearEffects == [.authenticated(TestNetwork.node(2))])
    }

    @Test func anExpiredIdentityIsRefused() {
        // The far end's clock is two days behind: what it signs held until yesterday.
        let past = testStart.moved(seconds: -2 * 86400)
        var pair = LinkPair(farWall: past)
        pair.settle()
        guard case .identity(.expired(_, now: testStart.seconds)) = pair.nearClosed else {
            Issue.record("\(String(describing: pair.nearClosed))")
            return
        }
    }

    @Test func clocksAlmostADayApartStillMeet() {
        for seconds: Int64 in [-86_399, 86_399] {
            var pair = LinkPair(farWall: testStart.moved(seconds: seconds))
            pair.settle()
            #expect(pair.nearClosed == nil, "\(seconds)")
            #expect(pair.farEffects == [.authenticated(TestNetwork.node(1))], "\(seconds)")
        }
    }

    @Test func clocksFurtherApartAreSaidToBe() {
        for seconds: Int64 in [-86_400, 86_401] {
            var pair = LinkPair(farWall: testStart.moved(seconds: seconds))
            pair.settle()
            #expect(pair.nearClosed?.isAboutClocks == true, "\(seconds)")
            #expect(pair.farEffects == [], "\(seconds)")
        }
    }

    @Test func randomBytesAreRefusedOrTimeOut() {
        var state: UInt64 = 1
        for _ in 0..<200 {
            var pair = LinkPair()
            var bytes: [UInt8] = []
            for _ in 0..<300 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: state >> 33))
            }
            pair.far(.bytes(bytes))
            pair.far(.bytes(bytes))
            pair.pass(milliseconds: Limits.handshakeMilliseconds)
            pair.far(.wake)
            #expect(pair.farClosed != nil)
            #expect(pair.farHeard == [])
        }
    }

    // MARK: Frames

    @Test func framesArriveInOrderWithoutThePadding() {
        var pair = LinkPair.open()
        let envelope = network.envelope(1, size: 7)
        let frames: [Frame] = [
            .ping(1), .push(hops: 2, envelope), .pong(3), .bye(reason: 4),
        ]
        pair.near(.send(frames))
        pair.far(.send([.pong(9)]))
        pair.settle(step: 1000)
        #expect(pair.farHeard == frames)
        #expect(pair.nearHeard == [.pong(9)])
    }

    @Test func anOversizeFrameEndsTheLinkAfterItsHead() {
        var pair = LinkPair.open()
        // The largest body is sent as padding, one byte more as its head alone.
        pair.near(.send([.pad(count: Limits.frameBodyBytes), .ping(1)]))
        pair.settle()
        #expect(pair.farHeard == [.ping(1)])
        pair.near(.send([.pad(count: Limits.frameBodyBytes + 1)]))
        pair.far(.bytes([UInt8](pair.toFar.prefix(2 + 64512 + 16))))
        #expect(
            pair.farClosed
                == .frame(.tooLong(claimed: Limits.frameBodyBytes + 1, limit: 66560)))
    }

    @Test func anUnknownFrameEndsTheLinkOnlyBelowEighty() {
        var pair = LinkPair.open()
        pair.near(.send([.unknown(type: 0x80), .ping(1)]))
        pair.settle()
        #expect(pair.farHeard == [.unknown(type: 0x80), .ping(1)])
        pair.near(.send([.ping(2), .unknown(type: 0x7F), .ping(3)]))
        pair.settle()
        #expect(pair.farHeard == [.unknown(type: 0x80), .ping(1), .ping(2)])
        #expect(pair.farClosed == .frame(.unknownType(0x7F)))
    }

    @Test func aSlowFrameEndsTheLinkAfterThirtySeconds() {
        var pair = LinkPair.open()
        pair.near(.send([.push(hops: 0, network.envelope(1, size: 7))]))
        var bytes = pair.toFar[...]
        // One byte a second: never silent, never whole.
        for _ in 0..<29 {
            pair.far(.bytes([bytes.removeFirst()]))
            pair.pass(milliseconds: 1000)
            pair.far(.wake)
        }
        #expect(pair.farClosed == nil)
        pair.far(.bytes([bytes.removeFirst()]))
        pair.pass(milliseconds: 1000)
        pair.far(.wake)
        #expect(pair.farClosed == .frameTooSlow)
    }

    @Test func aWholeFrameGivesTheNextOneThirtySeconds() {
        var pair = LinkPair.open()
        for round in 0..<5 {
            pair.near(.send([.ping(UInt64(round))]))
            pair.far(.bytes([UInt8](pair.toFar.prefix(100))))
            pair.pass(milliseconds: 20_000)
            pair.far(.bytes([UInt8](pair.toFar.dropFirst(100))))
            pair.toFar = []
            pair.far(.wake)
        }
        #expect(pair.farClosed == nil)
        #expect(pair.farHeard.count == 5)
    }

    // MARK: Silence

    @Test func aSilentLinkIsProbedAndThenGivenUp() {
        var pair = LinkPair.open()
        #expect(pair.far.deadline == LinkPair.start.adding(milliseconds: 30_000))
        for second in 1...89 {
            pair.pass(milliseconds: 1000)
            pair.far(.wake)
            let pings = [30, 60].filter { $0 <= second }.count
            #expect(pair.toNear.count == pings * 1042, "second \(second)")
        }
        #expect(pair.farClosed == nil)
        pair.pass(milliseconds: 1000)
        pair.far(.wake)
        #expect(pair.farClosed == .silent)
        #expect(pair.far.deadline == nil)
    }

    @Test func aProbedLinkThatAnswersStays() {
        var pair = LinkPair.open()
        for _ in 0..<10 {
            pair.pass(milliseconds: 30_000)
            pair.far(.wake)
            pair.settle()
            if pair.nearHeard.last == .ping(0) { pair.near(.send([.pong(0)])) }
            pair.settle()
        }
        #expect(pair.farClosed == nil)
        #expect(pair.nearHeard.count == 10)
    }

    @Test func theDiallerEndsItsLinkAfterTwelveHours() {
        var pair = LinkPair.open()
        let hours = Limits.connectionMilliseconds
        var passed: UInt64 = 0
        while pair.nearClosed == nil, passed < 2 * hours {
            pair.pass(milliseconds: 80_000)
            passed += 80_000
            pair.near(.send([.ping(1)]))
            pair.far(.send([.ping(1)]))
            pair.settle()
            pair.near(.wake)
            pair.far(.wake)
        }
        #expect(passed == hours)
        #expect(pair.nearClosed == .aged)
        #expect(pair.farClosed == nil)
    }

    // MARK: After the end

    @Test func aClosedLinkDoesNothingMore() {
        var pair = LinkPair.open()
        pair.far(.closed)
        #expect(pair.farClosed == .closedByPeer)
        let count = pair.farEffects.count
        pair.near(.send([.ping(1)]))
        pair.far(.bytes(pair.toFar))
        pair.far(.send([.ping(1)]))
        pair.far(.wake)
        pair.far(.closed)
        #expect(pair.farEffects.count == count)
        #expect(pair.toNear.isEmpty)
        #expect(pair.far.deadline == nil)
    }
}

extension LinkPair {
    /// Delivers what is under way in one direction.
    fileprivate mutating func step() {
        if toFar.isEmpty {
            let bytes = toNear
            toNear = []
            near(.bytes(bytes))
        } else {
            let bytes = toFar
            toFar = []
            far(.bytes(bytes))
        }
    }
}
