import Gossip
import Model
import Node
import Sealing
import Sodium
import TestKit
import Testing
import Transport
import Wire

/// Real relays on this computer's own address.
@Suite struct RelayShellTests {
    var network: TestNetwork { TestRelay.network }

    // MARK: Spreading

    @Test func anEnvelopeCrossesThreeRelays() async throws {
        let relays = try await line(3)
        let envelope = network.envelope(1)
        try await relays[0].submit([envelope])
        #expect(relays[0].holds(envelope))
        #expect(await eventually { relays[2].holds(envelope) })
        // Its way back: the neighbour has it.
        #expect(
            await eventually {
                relays[0].store.value.witnesses.contains {
                    $0.id == network.id(envelope) && $0.node == TestNetwork.node(1)
                }
            })
        await stop(relays)
    }

    @Test func aRetractionCrossesThreeRelaysAndReceiptsComeBack() async throws {
        let relays = try await line(3)
        let envelope = network.envelope(1)
        try await relays[0].submit([envelope])
        #expect(await eventually { relays[2].holds(envelope) })
        try await relays[0].shell.erase(
            ticket: relays[0].shell.newTicket(),
            retractions: [network.retraction(1, of: envelope)])
        #expect(await eventually { relays.allSatisfy { !$0.holds(envelope) } })
        #expect(
            await eventually {
                relays[0].store.value.witnesses.contains {
                    $0.isReceipt && $0.node == TestNetwork.node(1)
                }
            })
        await stop(relays)
    }

    @Test func aRelayCatchesUpThroughAnotherThatDoesSoToo() async throws {
        let first = try await TestRelay.start(0)
        let envelopes = (0..<1500).map {
            network.envelope($0, slotsAgo: UInt32($0 % 900), size: UInt8($0 % 4))
        }
        for start in stride(from: 0, to: envelopes.count, by: 125) {
            try await first.submit([Envelope](envelopes[start..<start + 125]))
        }
        let second = try await TestRelay.start(1)
        let third = try await TestRelay.start(2)
        await third.dial(second)
        #expect(await eventually { await third.hasPeer(second) })
        await second.dial(first)
        #expect(await eventually(within: 30) { third.store.value.ids.count == 1500 })
        #expect(second.store.value.ids.count == 1500)
        await stop([first, second, third])
    }

    @Test func largeEnvelopesInBulkCross() async throws {
        let relays = try await line(2)
        let chunks = (0..<120).map { network.envelope($0, size: 3) }
        try await relays[0].submit(chunks)
        #expect(await eventually(within: 30) { chunks.allSatisfy { relays[1].holds($0) } })
        #expect(await relays[1].hasPeer(relays[0]))
        #expect(relays[0].notes.allSatisfy { if case .peerDown = $0 { false } else { true } })
        await stop(relays)
    }

    // MARK: Coming and going

    @Test func aRestartedRelayIsDialledAgainAndCatchesUp() async throws {
        let relays = try await line(2)
        let (early, late) = (network.envelope(1), network.envelope(2))
        try await relays[1].submit([early])
        #expect(await eventually { relays[0].holds(early) })
        // Node 1 dials node 0, which comes back at the same port with the same store.
        await relays[0].shell.stop()
        #expect(await eventually { await relays[1].shell.peerList().isEmpty })
        try await relays[1].submit([late])
        let again = try await TestRelay.start(0, at: relays[0].endpoint, store: relays[0].store)
        #expect(await eventually { again.holds(late) })
        #expect(again.holds(early))
        await stop([again, relays[1]])
    }

    @Test func aStoppedRelaySaysGoodbyeAndGoesSoon() async throws {
        let relays = try await line(3)
        let clock = ContinuousClock()
        let time = await clock.measure { await relays[1].shell.stop() }
        #expect(time < .seconds(5 * patience))
        #expect(await eventually { await relays[0].shell.peerList().isEmpty })
        #expect(await eventually { await relays[2].shell.peerList().isEmpty })
        await #expect(throws: SubmitError.storeFailed) {
            try await relays[1].submit([network.envelope(1)])
        }
        await relays[1].shell.stop()
        await stop(relays)
    }

    @Test func stoppingWaitsForWhatWasSubmitted() async throws {
        let relay = try await TestRelay.start(0)
        relay.store.hold()
        let envelope = network.envelope(1)
        async let submitted: Void = relay.submit([envelope])
        #expect(await eventually { relay.holds(envelope) })
        async let stopped: Void = relay.shell.stop()
        try await Task.sleep(for: .milliseconds(200))
        relay.store.letGo()
        try await submitted
        await stopped
    }

    @Test func anAddressWithNobodyIsDialledUntilSomebodyIsThere() async throws {
        let relay = try await TestRelay.start(0)
        let other = try await TestRelay.start(1)
        await other.shell.stop()
        await relay.dial(other)
        #expect(
            await eventually { await relay.shell.knownAddresses().first?.failures ?? 0 >= 1 })
        let there = try await TestRelay.start(1, at: other.endpoint)
        #expect(await eventually { await relay.hasPeer(there) })
        #expect(
            await relay.shell.knownAddresses() == [
                .init(
                    address: other.address, node: TestNetwork.node(1), isPinned: true, isBusy: true,
                    failures: 0)
            ])
        await stop([relay, there])
    }

    @Test(arguments: ["nowhere", "127.0.0.1:0", "[::1]", "abc.onion:7447", "no.such.invalid:1"])
    func anAddressThatIsNoneIsDialledInVain(_ address: String) async throws {
        let relay = try await TestRelay.start(0)
        await relay.shell.know(address: Text(address), node: nil, isPinned: true)
        #expect(
            await eventually { await relay.shell.knownAddresses().first?.failures ?? 0 >= 1 })
        await stop([relay])
    }

    @Test func relaysThatDialEachOtherKeepOneLink() async throws {
        let relays = [try await TestRelay.start(0), try await TestRelay.start(1)]
        await relays[0].dial(relays[1])
        await relays[1].dial(relays[0])
        #expect(await eventually { await relays[0].hasPeer(relays[1]) })
        #expect(await eventually { await relays[1].hasPeer(relays[0]) })
        try await Task.sleep(for: .seconds(2))
        for relay in relays { #expect(await relay.shell.peerList().count == 1) }
        let envelope = network.envelope(1)
        try await relays[0].submit([envelope])
        #expect(await eventually { relays[1].holds(envelope) })
        await stop(relays)
    }

    @Test func aBlockedRelayIsKeptAway() async throws {
        let relays = try await line(2)
        await relays[0].shell.block(TestNetwork.node(1))
        #expect(await eventually { await relays[0].shell.peerList().isEmpty })
        try await Task.sleep(for: .seconds(2))
        #expect(await relays[0].shell.peerList().isEmpty)
        await relays[0].shell.unblock(TestNetwork.node(1))
        #expect(await eventually { await relays[0].hasPeer(relays[1]) })
        await stop(relays)
    }

    @Test func aClosedNetworkLinksOnlyWhoHasItsKey() async throws {
        let inside = try await TestRelay.start(0, preSharedKey: .fixed(0x77))
        let member = try await TestRelay.start(1, preSharedKey: .fixed(0x77))
        let outside = try await TestRelay.start(2)
        await outside.dial(inside)
        await member.dial(inside)
        #expect(await eventually { await inside.hasPeer(member) })
        #expect(
            await eventually { await outside.shell.knownAddresses().first?.failures ?? 0 >= 1 })
        #expect(await inside.shell.peerList().count == 1)
        await stop([inside, member, outside])
    }

    // MARK: Listening

    @Test func aTakenPortIsSaidToBe() async throws {
        let relay = try await TestRelay.start(0)
        let port = Int(relay.endpoint.port)
        await #expect(throws: TransportError.addressInUse(host: "127.0.0.1", port: port)) {
            try await TestRelay.start(1, at: relay.endpoint)
        }
        await stop([relay])
    }

    @Test func ofSeveralAddressesAllOrNoneAreListenedOn() async throws {
        let relay = try await TestRelay.start(0)
        let free = Endpoint(host: "127.0.0.1", port: 0)
        let shell = RelayShell(
            .init(
                relay: network.configuration(1), linkKey: TestNetwork.linkKey(1),
                listen: [free, relay.endpoint]),
            store: MemoryRelayStore(), clocks: TestRelay.clocks, random: randomBytes)
        await #expect(throws: TransportError.self) { try await shell.start() }
        await relay.shell.stop()
        let bound = try await shell.start()
        #expect(bound.count == 2)
        #expect(bound[0].port != 0)
        #expect(bound[1] == relay.endpoint)
        await shell.stop()
    }

    @Test func aForeignAddressIsSaidToBeOne() async {
        await #expect(throws: TransportError.notOurs(host: "192.0.2.1")) {
            try await TestRelay.start(0, at: Endpoint(host: "192.0.2.1", port: 0))
        }
    }

    @Test func anUnknownHostIsSaidToBeOne() async {
        await #expect(throws: TransportError.unresolved(host: "no.such.invalid")) {
            try await TestRelay.start(0, at: Endpoint(host: "no.such.invalid", port: 0))
        }
    }

    @Test func versionSixIsListenedOnAndDialled() async throws {
        let six: TestRelay
        do {
            six = try await TestRelay.start(0, at: Endpoint(host: "::1", port: 0))
        } catch TransportError.notOurs, TransportError.failed {
            print("SKIPPED: this computer has no ::1")
            return
        }
        let other = try await TestRelay.start(1)
        await other.dial(six)
        #expect(await eventually { await six.hasPeer(other) })
        await stop([six, other])
    }

    // MARK: A failing store

    @Test func aSubmissionThatIsNotStoredIsRefused() async throws {
        let relay = try await TestRelay.start(0)
        relay.store.set(failure: .noRoom)
        await #expect(throws: SubmitError.noRoom) {
            try await relay.submit([network.envelope(1)])
        }
        relay.store.set(failure: .failed)
        await #expect(throws: SubmitError.storeFailed) {
            try await relay.submit([network.envelope(1)])
        }
        await #expect(throws: SubmitError.refused(.workMissing(bits: 0, claimed: 2))) {
            var header = network.envelope(1).header
            let body = network.envelope(1).body
            let work = Work(id: network.id(network.envelope(1)))
            while work.bits(nonce: header.nonce) != 0 { header.nonce += 1 }
            try await relay.submit([Envelope(header: header, body: body)])
        }
        await stop([relay])
    }

    // MARK: Helpers

    /// Relays that each dialled the one before, all greeted.
    func line(_ count: UInt8) async throws -> [TestRelay] {
        var relays: [TestRelay] = []
        for number in 0..<count {
            let relay = try await TestRelay.start(number)
            if let last = relays.last {
                await relay.dial(last)
                #expect(await eventually { await relay.hasPeer(last) })
                #expect(await eventually { await last.hasPeer(relay) })
            }
            relays.append(relay)
        }
        return relays
    }

    func stop(_ relays: [TestRelay]) async {
        for relay in relays { await relay.shell.stop() }
    }
}
