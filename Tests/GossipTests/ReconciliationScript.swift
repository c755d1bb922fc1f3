import Model
import TestKit
import Wire

@testable import Gossip

/// An item as a node that syncs knows it.
struct SyncItem: Hashable {
    var position: ItemPosition
    var ttlClass = TTLClass.quarter
    var isRetraction = false
    var topic = Topic.zero
}

/// What scripts and worlds of the reconciling machine share.
protocol ReconciliationScript {}

extension ReconciliationScript {
    var start: Moment { Moment(milliseconds: 1000) }
    var key: [UInt8] { [UInt8](repeating: 9, count: 32) }
    var a: LinkID { LinkID(1) }
    var b: LinkID { LinkID(2) }
    /// The current slot.
    var today: Slot { testStart.slot }

    func at(_ milliseconds: UInt64) -> Moment { start.adding(milliseconds: milliseconds) }

    func id(_ number: UInt64) -> ItemID {
        var random = SeededRandom(number &* 0x9E37_79B9 &+ 17)
        return ItemID(random.bytes(32)) ?? .zero
    }

    /// Items of one class, a hundred a slot, the last in the slot `age` before the current one.
    func items(
        _ numbers: Range<UInt64>, _ ttlClass: TTLClass = .quarter, age: UInt32 = 0
    ) -> [SyncItem] {
        numbers.map {
            let back = UInt32((numbers.upperBound - 1 - $0) / 100) + age
            return SyncItem(
                position: ItemPosition(slot: Slot(today.number - back), id: id($0)),
                ttlClass: ttlClass)
        }
    }

    func machine(
        _ items: [SyncItem] = [], classes: [TTLClass] = TTLClass.allCases, seed: UInt64 = 1
    ) -> Reconciler {
        var machine = Reconciler(choices: Choices(seed: seed), classes: classes)
        machine.expired(testStart)
        for item in items { machine.store(item) }
        return machine
    }
}

extension Reconciler {
    mutating func store(_ item: SyncItem) {
        stored(
            item.position, ttlClass: item.ttlClass, isRetraction: item.isRetraction,
            topic: item.topic)
    }
}

// MARK: Frames

extension ReconciliationScript {
    /// A list of no ids, up to infinity.
    var empty: [UInt8] { [0x61, 0, 0, 2, 0] }

    func linked(_ machine: inout Reconciler, _ links: LinkID...) {
        for link in links { machine.linked(link, key: key, now: start) }
    }

    func open(
        _ session: UInt32, _ ttlClass: TTLClass = .quarter, from: Slot? = nil,
        topics: [Topic] = [], message: [UInt8]? = nil
    ) -> SyncOpen {
        SyncOpen(
            session: session, ttlClass: ttlClass,
            from: from ?? Reconciler.oldest(ttlClass, testStart), topics: topics,
            message: message ?? empty)
    }

    /// The number of the session that these effects open.
    func opened(_ effects: [Reconciler.Effect]) -> SyncOpen? {
        effects.lazy.compactMap { effect -> SyncOpen? in
            if case .send(_, .syncOpen(let open)) = effect { open } else { nil }
        }.first
    }

    func end(
        _ link: LinkID, _ session: UInt32, _ reason: UInt8, _ value: UInt32 = 0
    ) -> Reconciler.Effect {
        .send(link, .syncEnd(session: session, SyncEnd(reason: reason, value: value)))
    }
}
