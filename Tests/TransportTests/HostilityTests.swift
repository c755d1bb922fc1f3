import Gossip
import Model
import Node
import TestKit
import Testing
import Transport
import Wire

/// Sockets that mean no good: they end, and others are served all the while.
@Suite struct HostilityTests {
    var network: TestNetwork { TestRelay.network }

    /// Another relay joins and gets an envelope.
    func expectServed(_ relay: TestRelay, _ number: UInt8 = 9) async throws {
        let envelope = network.envelope(UInt64(number) << 32)
        let other = try await TestRelay.start(number)
        await other.dial(relay)
        try await relay.submit([envelope])
        #expect(await eventually { other.holds(envelope) })
        await other.shell.stop()
    }

    @Test func whoNeverFinishesTheHandshakeIsCutOffAfterTenSeconds() async throws {
        let relay = try await TestRelay.start(0)
        let silent = try RawSocket(relay.endpoint)
        let half = try RawSocket(relay.endpoint)
        // A length and the first bytes of a key.
        half.write([0, 32, 1, 2, 3])
        let start = ContinuousClock.now
        async let cutOff = blocking {
            silent.readToEnd() && half.readToEnd() ? ContinuousClock.now : nil
        }
        try await expectServed(relay)
        let time = try #require(await cutOff) - start
        #expect(time > .seconds(9))
        // The machine may be busy; without the limit they would stay for ever.
        #expect(time < .seconds(60 * patience))
        await relay.shell.stop()
    }

    @Test func aHundredIdleSocketsKeepNobodyOut() async throws {
        let relay = try await TestRelay.start(0)
        let idle = try (0..<100).map { _ in try RawSocket(relay.endpoint) }
        let clock = ContinuousClock()
        let start = clock.now
        try await expectServed(relay)
        // Sooner than any of them runs out of time.
        #expect(clock.now - start < .seconds(9 * patience))
        // The oldest made room.
        #expect(try await blocking { idle[0].readToEnd() })
        let time = await clock.measure { await relay.shell.stop() }
        #expect(time < .seconds(5 * patience))
        withExtendedLifetime(idle) {}
    }

    @Test func randomBytesEndOnlyTheirOwnConnection() async throws {
        let relay = try await TestRelay.start(0)
        for count in [1, 34, 100, 1000, 100_000] {
            let socket = try RawSocket(relay.endpoint)
            socket.write(randomBytes(count))
            // Too short ones wait for the limit; the rest is refused at once.
            if count >= 1000 { #expect(try await blocking { socket.readToEnd() }) }
        }
        try await expectServed(relay)
        await relay.shell.stop()
    }

    @Test func bytesAfterTheHandshakeThatAreNoRecordEndTheLink() async throws {
        let relay = try await TestRelay.start(0)
        let socket = try await blocking {
            let peer = try RawPeer(8, to: relay.endpoint)
            peer.send([RawPeer.hello(8)])
            return peer.socket
        }
        #expect(await eventually { await relay.shell.peerList().count == 1 })
        #expect(
            try await blocking {
                socket.write(randomBytes(5000))
                return socket.readToEnd()
            })
        #expect(await eventually { await relay.shell.peerList().isEmpty })
        try await expectServed(relay)
        await relay.shell.stop()
    }

    @Test func whoSaysSomethingElseBeforeHelloHearsWhy() async throws {
        let relay = try await TestRelay.start(0)
        let heard = try await blocking {
            let peer = try RawPeer(8, to: relay.endpoint)
            peer.send([.ping(1)])
            while peer.end == nil { peer.listen() }
            return peer.heard
        }
        #expect(heard.last == .bye(reason: RelayNode.PeerRefusal.helloNotFirst.code))
        await relay.shell.stop()
    }

    @Test func whoAsksAndDoesNotReadIsCutOff() async throws {
        let relay = try await TestRelay.start(0)
        let chunks = (0..<100).map { network.envelope($0, size: 7) }
        try await relay.submit(chunks)
        let ids = chunks.prefix(64).map { network.id($0) }
        // Small frames with an answer each, and large ones asked for; nothing is ever read.
        let socket = try await blocking {
            let peer = try RawPeer(8, to: relay.endpoint, receiveBytes: 4096)
            peer.send([RawPeer.hello(8)])
            for round in 0..<500 as Range<UInt64> {
                let pings = (1...80).map { Frame.ping(round * 80 + $0) }
                if !peer.send([.want(session: 0, ids)] + pings) { break }
            }
            return peer.socket
        }
        let why = RelayNode.Note.peerRefused(TestNetwork.node(8), why: .tooMuchAsked)
        #expect(await eventually { relay.notes.contains(why) })
        #expect(try await blocking { socket.readToEnd() })
        #expect(await eventually { await relay.shell.peerList().isEmpty })
        try await expectServed(relay)
        await relay.shell.stop()
    }

    @Test func keepalivesWithoutEndThatAreNotReadAreCutOff() async throws {
        let relay = try await TestRelay.start(0)
        let rounds = try await blocking {
            let peer = try RawPeer(8, to: relay.endpoint, receiveBytes: 4096)
            peer.send([RawPeer.hello(8)])
            let pings = [Frame](repeating: .ping(0), count: 5000)
            for round in 0..<5000 where !peer.send(pings) { return round }
            return 5000
        }
        #expect(rounds < 5000)
        #expect(await eventually { await relay.shell.peerList().isEmpty })
        try await expectServed(relay)
        await relay.shell.stop()
    }

    @Test func aStoreThatIsBehindStopsTheReadingAndLosesNothing() async throws {
        let relay = try await TestRelay.start(0)
        let chunks = (0..<5000).map { network.envelope($0, size: 3) }
        relay.store.hold()
        async let sent = blocking {
            let peer = try RawPeer(8, to: relay.endpoint)
            peer.send([RawPeer.hello(8)])
            let isTaken = chunks.allSatisfy { peer.send([.push(hops: 1, $0)]) }
            return (peer.socket, isTaken)
        }
        // 20 MiB are on their way; about 8 are taken.
        #expect(await eventually { relay.store.mostHeldBytes > 7 << 20 })
        try await Task.sleep(for: .seconds(1))
        #expect(relay.store.mostHeldBytes < 10 << 20)
        relay.store.letGo()
        #expect(await eventually { chunks.allSatisfy { relay.holds($0) } })
        // The socket stays open until all has been read.
        #expect(try await sent.1)
        await relay.shell.stop()
    }
}
