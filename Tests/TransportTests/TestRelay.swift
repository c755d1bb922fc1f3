import Foundation
import Gossip
import Model
import NIOConcurrencyHelpers
import Node
import Sealing
import Sodium
import TestKit
import Transport
import Wire

/// A `MemoryStore` as a relay's store; its answers can be held back.
final class MemoryRelayStore: RelayStore {
    private struct State {
        var store = MemoryStore()
        var isHolding = false
        var held: [@Sendable () -> Void] = []
        var heldBytes = 0
        var mostHeldBytes = 0
    }

    private let state = NIOLockedValueBox(State())

    var value: MemoryStore { state.withLockedValue { $0.store } }

    var mostHeldBytes: Int { state.withLockedValue { $0.mostHeldBytes } }

    func set(failure: StoreOutcome?) { state.withLockedValue { $0.store.failure = failure } }

    /// From now on orders to store are carried out and not answered.
    func hold() { state.withLockedValue { $0.isHolding = true } }

    func letGo() {
        let held = state.withLockedValue { state in
            defer { (state.held, state.heldBytes, state.isHolding) = ([], 0, false) }
            return state.held
        }
        for answer in held { answer() }
    }

    private func answer(
        bytes: Int, _ body: (inout MemoryStore) -> StoreOutcome,
        _ completion: @escaping @Sendable (StoreOutcome) -> Void
    ) {
        let now = state.withLockedValue { state -> StoreOutcome? in
            let outcome = body(&state.store)
            guard state.isHolding else { return outcome }
            state.held.append { completion(outcome) }
            state.heldBytes += bytes
            state.mostHeldBytes = max(state.mostHeldBytes, state.heldBytes)
            return nil
        }
        if let now { completion(now) }
    }

    func store(
        _ items: [StoreItem], completion: @escaping @Sendable (StoreOutcome) -> Void
    ) {
        let bytes = items.reduce(0) { $0 + $1.header.envelopeBytes }
        answer(bytes: bytes, { $0.store(items) }, completion)
    }

    func storeSubmission(
        ticket: UInt64, _ items: [StoreItem],
        completion: @escaping @Sendable (StoreOutcome) -> Void
    ) {
        store(items, completion: completion)
    }

    func delay(
        ticket: UInt64, _ retractions: [RelayNode.Delayed],
        completion: @escaping @Sendable (StoreOutcome) -> Void
    ) {
        answer(bytes: 0, { $0.delay(retractions) }, completion)
    }

    func release(_ item: StoreItem, completion: @escaping @Sendable (StoreOutcome) -> Void) {
        answer(bytes: 0, { $0.release(item) }, completion)
    }

    func takeDue(_ now: WallTime, completion: @escaping @Sendable ([Retraction]) -> Void) {
        completion(state.withLockedValue { $0.store.takeDue(now) })
    }

    func remove(_ ids: [ItemID]) { state.withLockedValue { $0.store.remove(ids) } }

    func hide(_ ids: [ItemID]) { state.withLockedValue { $0.store.hide(ids) } }

    func expire(_ now: WallTime) { state.withLockedValue { $0.store.expire(now) } }

    func missing(among ids: [ItemID], completion: @escaping @Sendable ([ItemID]) -> Void) {
        completion(state.withLockedValue { $0.store.missing(among: ids) })
    }

    func fetch(_ ids: [ItemID], completion: @escaping @Sendable ([RelayNode.Found]) -> Void) {
        completion(state.withLockedValue { $0.store.fetch(ids) })
    }

    func keepAnchors(_ records: [PeerRecord]) {}

    func witness(_ id: ItemID, _ node: NodeID, isReceipt: Bool) {
        state.withLockedValue { $0.store.witness(id, node, isReceipt: isReceipt) }
    }
}

/// A real relay on 127.0.0.1, at a standstill on the wall clock.
struct TestRelay: Sendable {
    static let network = TestNetwork()
    static let clocks = Clocks(moment: Clocks.system.moment, wall: { testStart })

    let number: UInt8
    let store: MemoryRelayStore
    let shell: RelayShell
    let endpoint: Endpoint
    private let heard: Mutexed<[RelayNode.Note]>

    var notes: [RelayNode.Note] { heard.value }
    var address: Text { Text(endpoint.description) }

    /// Starts a relay that knows the charter; at some free port below those that the kernel hands
    /// out, so that nobody takes it while the relay is down.
    static func start(
        _ number: UInt8, store: MemoryRelayStore = MemoryRelayStore(), preSharedKey: Secret? = nil
    ) async throws -> TestRelay {
        while true {
            let endpoint = Endpoint(host: "127.0.0.1", port: .random(in: 15000..<32000))
            do {
                return try await start(
                    number, at: endpoint, store: store, preSharedKey: preSharedKey)
            } catch TransportError.addressInUse {}
        }
    }

    static func start(
        _ number: UInt8, at endpoint: Endpoint, store: MemoryRelayStore = MemoryRelayStore(),
        preSharedKey: Secret? = nil
    ) async throws -> TestRelay {
        let notes = Mutexed<[RelayNode.Note]>([])
        let shell = RelayShell(
            RelayShell.Configuration(
                relay: network.configuration(number), linkKey: TestNetwork.linkKey(number),
                preSharedKey: preSharedKey, listen: [endpoint]),
            store: store, clocks: clocks, random: randomBytes,
            notes: { note in notes.update { $0.append(note) } })
        let records = store.value.envelopes.filter { $0.header.suite == 0 }
        await shell.recall(records: records + [network.charters()], own: [])
        let bound = try await shell.start()
        return TestRelay(
            number: number, store: store, shell: shell, endpoint: bound[0], heard: notes)
    }

    func dial(_ other: TestRelay) async {
        await shell.know(address: other.address, node: nil, isPinned: true)
    }

    func submit(_ envelopes: [Envelope]) async throws {
        try await shell.submit(ticket: shell.newTicket(), envelopes: envelopes)
    }

    func holds(_ envelope: Envelope) -> Bool {
        store.value.holds(Self.network.id(envelope))
    }

    func hasPeer(_ other: TestRelay) async -> Bool {
        await shell.peerList().contains {
            $0.node == TestNetwork.node(other.number) && $0.isGreeted
        }
    }
}

@Sendable func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}

/// A value that several threads change.
final class Mutexed<Value: Sendable>: Sendable {
    private let mutex: NIOLockedValueBox<Value>

    init(_ value: Value) { mutex = NIOLockedValueBox(value) }

    var value: Value { mutex.withLockedValue { $0 } }

    func update(_ body: (inout Value) -> Void) { mutex.withLockedValue { body(&$0) } }
}

/// Looks again until `condition` holds; false after so many seconds.
func eventually(
    within seconds: Double = 20, _ condition: () async -> Bool
) async -> Bool {
    let end = ContinuousClock.now + .seconds(seconds * Double(patience))
    while ContinuousClock.now < end {
        if await condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return await condition()
}
