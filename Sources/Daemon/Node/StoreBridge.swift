import Foundation
import Gossip
import Model
import Node
import Sealing
import Storage
import Transport
import Wire

/// Lets a relay use the store: the same things under two names, and what people submitted kept
/// together with what they asked to be kept with it.
final class StoreBridge: RelayStore, @unchecked Sendable {
    /// What belongs to a ticket before its envelopes are stored.
    enum Prepared: Sendable {
        case submission(Handle, opened: [OpenedItem], vault: VaultUpdate?)
        case erasure(Handle)
    }

    private let store: Store
    private let trouble: @Sendable (_ operation: String, StoreError) -> Void
    private let lock = NSLock()
    private var prepared: [UInt64: Prepared] = [:]
    private var failures: [UInt64: StoreError] = [:]

    /// - Parameter trouble: told of every operation that failed and that nobody waits for.
    init(
        _ store: Store,
        trouble: @escaping @Sendable (_ operation: String, StoreError) -> Void
    ) {
        self.store = store
        self.trouble = trouble
    }

    func prepare(_ ticket: UInt64, _ what: Prepared) {
        lock.withLock { prepared[ticket] = what }
    }

    /// Why the store did not take a ticket, once.
    func takeFailure(_ ticket: UInt64) -> StoreError? {
        lock.withLock {
            prepared[ticket] = nil
            return failures.removeValue(forKey: ticket)
        }
    }

    // MARK: Writing

    func store(
        _ items: [StoreItem], completion: @escaping @Sendable (StoreOutcome) -> Void
    ) {
        store.put(items.map(Item.init)) { result in completion(StoreOutcome(result)) }
    }

    func storeSubmission(
        ticket: UInt64, _ items: [StoreItem],
        completion: @escaping @Sendable (StoreOutcome) -> Void
    ) {
        guard case .submission(let handle, let opened, let vault) = take(ticket) else {
            return store(items, completion: completion)
        }
        finish(ticket, completion) { [store] in
            try await store.submit(
                handle, items: items.map(Item.init), opened: opened, vault: vault)
        }
    }

    func delay(
        ticket: UInt64, _ retractions: [RelayNode.Delayed],
        completion: @escaping @Sendable (StoreOutcome) -> Void
    ) {
        guard case .erasure(let handle) = take(ticket) else { return completion(.failed) }
        let pending = retractions.map {
            PendingRetraction(item: Item($0.item), handle: handle, due: $0.due.seconds)
        }
        finish(ticket, completion) { [store] in try await store.pend(pending) }
    }

    func release(_ item: StoreItem, completion: @escaping @Sendable (StoreOutcome) -> Void) {
        finish(nil, completion) { [store] in
            try await store.release([item.id]).map { $0 ?? .duplicate }
        }
    }

    func remove(_ ids: [ItemID]) {
        Task { [self] in
            await attempt("removing") { () throws(StoreError) in try await store.remove(ids) }
        }
    }

    func hide(_ ids: [ItemID]) {
        Task { [self] in
            await attempt("hiding") { () throws(StoreError) in try await store.hide(ids) }
        }
    }

    func expire(_ now: WallTime) {
        Task { [self] in
            // In steps, so that nothing else waits long. A failure is met again next minute.
            while let removed = await attempt(
                "expiry",
                { () throws(StoreError) in
                    try await store.expire(now: now.seconds, limit: 1000)
                }), removed > 0
            {}
        }
    }

    func keepAnchors(_ records: [PeerRecord]) {
        let kept = records.map { $0.encoded }
        let bytes = kept.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 }
        Task { [self] in
            await attempt("keeping anchors") { () throws(StoreError) in
                try await store.setSetting(Self.anchors, bytes)
            }
        }
    }

    /// Records that an earlier run kept.
    func anchors() async throws(StoreError) -> [PeerRecord] {
        var reader = ByteReader(try await store.setting(Self.anchors) ?? [])
        var records: [PeerRecord] = []
        while let count: UInt16 = reader.integer(), let bytes = reader.take(Int(count)) {
            if let record = PeerRecord(decoding: bytes) { records.append(record) }
        }
        return records
    }

    private static let anchors = "anchors"

    func witness(_ id: ItemID, _ node: NodeID, isReceipt: Bool) {
        let kind = isReceipt ? WitnessKind.receipt : .announced
        store.witness([id], node: node, kind: kind) { [self] in _ = told("counting", $0) }
    }

    /// The result of an operation nobody waits for; nil, and told, if it failed.
    @discardableResult
    private func attempt<Value>(
        _ operation: String, _ body: () async throws(StoreError) -> Value
    ) async -> Value? {
        do { return try await body() } catch { return told(operation, .failure(error)) }
    }

    private func told<Value>(_ operation: String, _ result: Result<Value, StoreError>) -> Value? {
        switch result {
        case .success(let value): return value
        case .failure(.closed): return nil  // a node that stops: what still ran is no trouble
        case .failure(let error):
            trouble(operation, error)
            return nil
        }
    }

    private func take(_ ticket: UInt64) -> Prepared? {
        lock.withLock { prepared.removeValue(forKey: ticket) }
    }

    private func finish(
        _ ticket: UInt64?, _ completion: @escaping @Sendable (StoreOutcome) -> Void,
        _ body: @escaping @Sendable () async throws -> [PutOutcome]
    ) {
        Task { [self] in
            do {
                completion(StoreOutcome(try await body()))
            } catch let error as StoreError {
                if let ticket { lock.withLock { failures[ticket] = error } }
                completion(error == .noRoom ? .noRoom : .failed)
            } catch {
                completion(.failed)
            }
        }
    }

    // MARK: Reading

    func takeDue(_ now: WallTime, completion: @escaping @Sendable ([Retraction]) -> Void) {
        Task { [self] in
            let due =
                await attempt("reading") { () throws(StoreError) in
                    try await store.duePending(now: now.seconds, limit: 64)
                } ?? []
            completion(due.compactMap { try? Retraction(decoding: $0.item.bytes[...]) })
        }
    }

    func missing(
        among ids: [ItemID], completion: @escaping @Sendable ([ItemID]) -> Void
    ) {
        store.missing(among: ids) { [self] in completion(told("reading", $0) ?? []) }
    }

    func fetch(
        _ ids: [ItemID], completion: @escaping @Sendable ([RelayNode.Found]) -> Void
    ) {
        store.fetch(ids) { [self] result in
            let fetched = told("reading", result) ?? []
            completion(zip(ids, fetched).map { RelayNode.Found(id: $0, item: Held($1)) })
        }
    }
}

extension Item {
    init(_ item: StoreItem) {
        let header = item.header
        let target: ItemID?
        let bytes: [UInt8]
        switch item.content {
        case .envelope(let envelope): (target, bytes) = (nil, envelope.bytes)
        case .retraction(let retraction, let of): (target, bytes) = (of, retraction.encoded)
        }
        self.init(
            id: item.id, slot: header.slot.number, ttlClass: header.ttlClass.rawValue,
            expiry: item.expiry.seconds, topic: header.topic, own: item.isOwn,
            hidden: item.isHidden, work: header.workBits, size: header.size, target: target,
            bytes: bytes)
    }
}

extension RelayNode.HeldRow {
    /// Nil for a class that does not exist.
    init?(_ row: ItemRow) {
        guard let ttlClass = TTLClass(rawValue: row.ttlClass) else { return nil }
        self.init(
            id: row.id, target: row.target, isLoose: row.loose, slot: Slot(row.slot),
            ttlClass: ttlClass, size: row.size, workBits: row.work, topic: row.topic,
            isOwn: row.own, isHidden: row.hidden, isDisplaced: row.displaced)
    }
}

extension Held {
    init(_ fetched: Fetched) {
        switch fetched {
        case .envelope(let bytes):
            self = (try? Envelope(decoding: bytes)).map { .envelope($0) } ?? .nothing
        case .retraction(let bytes):
            self = (try? Retraction(decoding: bytes[...])).map { .retraction($0) } ?? .nothing
        case .unknown: self = .nothing
        }
    }
}

extension StoreOutcome {
    init(_ result: Result<[PutOutcome], StoreError>) {
        switch result {
        case .success(let outcomes): self.init(outcomes)
        case .failure(.noRoom): self = .noRoom
        case .failure: self = .failed
        }
    }

    /// Of several the worst: what is not kept whole is not kept.
    init(_ outcomes: [PutOutcome]) {
        if outcomes.contains(.noRoom) {
            self = .noRoom
        } else if outcomes.contains(.retracted) {
            self = .retracted
        } else if outcomes.allSatisfy({ $0 == .duplicate }) {
            self = .duplicate
        } else {
            self = .stored
        }
    }
}
