import Gossip
import Model
import Sealing
import TestKit
import Wire

@testable import Node

/// One relay among strangers who send anything at any time, with a store that is late and fails.
struct History {
    static let network = TestNetwork()
    static let charters = network.charters()
    /// Texts of different worth: more than there is room for.
    static let texts = (0..<60 as Range<UInt64>).map {
        network.envelope($0, size: 1, workBits: UInt8(2 + $0 % 4))
    }

    /// A store order that was not carried out yet, or a question.
    private enum Job {
        case write(RelayNode.Effect)
        case read(RelayNode.Effect)
    }

    var node: RelayNode
    var random: SeededRandom
    let configuration: RelayNode.Configuration
    var store = MemoryStore()
    var now = Moment(milliseconds: 1_000_000)
    var open: [LinkID] = []
    var stored = 0
    /// The first promise that was not kept.
    private(set) var broken: String?
    private var jobs: [Job] = []
    private var wasOpen: Set<ItemID> = []
    private var lastLink: UInt64 = 0
    private var lastTicket: UInt64 = 0
    private var unanswered: Set<UInt64> = []

    init(seed: UInt64) {
        random = SeededRandom(seed)
        var configuration = Self.network.configuration(0, stemGap: seed % 2 == 0 ? 0 : 2000)
        configuration.storeRows = 3000
        configuration.seed = seed
        self.configuration = configuration
        node = RelayNode(configuration, now: now, wall: testStart)
        if seed % 3 > 0 {
            _ = store.store([
                StoreItem(
                    id: Self.network.id(Self.charters), content: .envelope(Self.charters),
                    isOwn: false)
            ])
            wasOpen.insert(Self.network.id(Self.charters))
        }
        recall()
    }

    var wall: WallTime { testStart.adding(seconds: (now.milliseconds - 1_000_000) / 1000) }

    // MARK: Steps

    mutating func step() {
        switch random.number(below: 20) {
        case 0: link()
        case 1: open.randomElement(using: &random).map { close($0) }
        case 2...11:
            if let link = open.randomElement(using: &random) {
                feed(.heard(link, frame()))
            }
        case 12: person()
        case 13: now = now.adding(milliseconds: UInt64(random.number(below: 3000)))
        case 14 where random.number(below: 10) == 0:
            now = now.adding(milliseconds: UInt64(random.number(below: 600_000)))
        case 15:
            store.failure =
                random.number(below: 3) > 0
                ? nil : [.failed, .noRoom].randomElement(using: &random)
        case 16 where random.number(below: 40) == 0: restart()
        default: work(random.number(below: 6))
        }
        wakeIfDue()
    }

    /// Everybody leaves, and all that is under way ends: nothing of it remains.
    mutating func end() {
        for link in open { close(link) }
        store.failure = nil
        for _ in 0..<200 where broken == nil {
            work(1000)
            now = now.adding(milliseconds: 60_000)
            wakeIfDue()
        }
        work(1000)
        check(node.peers.isEmpty && node.linkOrder.isEmpty, "links remain")
        check(node.spreading.linkedNodes.isEmpty, "spreading remembers links")
        check(node.spreading.wantedCount == 0, "wants remain")
        check(node.membership.neighbours.isEmpty, "neighbours remain")
        check(node.stem.stems == [nil, nil], "stems remain")
        check(node.sync.deadline == nil, "comparisons remain")
        check(node.pending.isEmpty && node.storing.isEmpty, "orders remain")
        check(node.stem.count == 0, "items remain on their stem")
        check(unanswered.isEmpty, "people got no answer")
        // What only failed is tried again when the relay starts anew; what was displaced is not.
        let displaced = store.displaced
        restart()
        for _ in 0..<200 where broken == nil {
            work(1000)
            now = now.adding(milliseconds: 60_000)
            wakeIfDue()
        }
        for item in store.items.values where item.isHidden { checkHasNoRoom(item) }
        for id in displaced { check(store.displaced.contains(id), "displaced, and back again") }
        compareIndex()
    }

    /// What people submitted stays hidden only where its period has no place for it.
    private mutating func checkHasNoRoom(_ item: StoreItem) {
        guard case .envelope(let envelope) = item.content else { return }
        var pools = node.pools
        let row = PoolRow(id: item.id, envelope.header)
        if case .keep = pools.admit(row, path: .solicited, link: nil, wall: wall) { return }
        check(false, "an item remains hidden that has room")
    }

    private mutating func restart() {
        for link in open { close(link) }
        work(1000)
        jobs = []
        unanswered = []
        node = RelayNode(configuration, now: now, wall: wall)
        recall()
    }

    private mutating func recall() {
        let records = store.envelopes.filter { $0.header.suite == Suite.publicRecord.rawValue }
        feed(.recallRecords(records))
        feed(.recallHeld(store.rows))
        feed(.recallStem(store.hidden))
    }

    // MARK: Links

    private mutating func link() {
        guard open.count < 8 else { return }
        lastLink += 1
        let link = LinkID(lastLink)
        let number = UInt8(1 + random.number(below: 9))
        let dialled = random.number(below: 3) == 0 ? Text("far:\(number)") : nil
        open.append(link)
        feed(.opened(link, TestNetwork.node(number), dialled: dialled))
        if random.number(below: 10) > 0 { feed(.heard(link, .hello(Self.network.hello(number)))) }
        if random.number(below: 2) == 0 {
            feed(.heard(link, .membership(.neighbor(isHighPriority: true))))
        }
    }

    private mutating func close(_ link: LinkID) {
        open.removeAll { $0 == link }
        feed(.closed(link))
    }

    // MARK: People

    private mutating func person() {
        lastTicket += 1
        unanswered.insert(lastTicket)
        let number = random.number(below: Self.texts.count)
        if random.number(below: 3) > 0 {
            feed(
                .submit(
                    lastTicket, [random.number(below: 8) == 0 ? Self.charters : Self.texts[number]])
            )
        } else {
            feed(.erase(lastTicket, [retraction(number)]))
        }
    }

    func retraction(_ number: Int) -> Retraction {
        Self.network.retraction(UInt64(number), of: Self.texts[number])
    }

    // MARK: Effects

    mutating func feed(_ input: RelayNode.Input) {
        for effect in node.handle(input, now: now, wall: wall) { carryOut(effect) }
    }

    private mutating func carryOut(_ effect: RelayNode.Effect) {
        switch effect {
        case .send(let link, let frame):
            if !open.contains(link) { check(false, "\(frame) for a link that ended") }
            checkTold(frame)
        case .close(let link): open.removeAll { $0 == link }
        case .dial(let address): feed(.dialFailed(address))
        case .answer(let ticket, _):
            check(unanswered.remove(ticket) != nil, "ticket \(ticket) answered twice")
        case .store, .storeSubmission, .delay, .release, .remove, .hide, .expire:
            jobs.append(.write(effect))
        case .takeDue, .findMissing, .fetch: jobs.append(.read(effect))
        case .witness, .keepAnchors, .note: break
        }
    }

    /// Only what is on disk in the open is pushed or announced.
    private mutating func checkTold(_ frame: Frame) {
        switch frame {
        case .push(_, let envelope): checkOpen(Self.network.id(envelope), "pushed")
        case .announce(let items): for item in items { checkOpen(item.id, "announced") }
        case .retract(let retraction):
            let target = Naming.envelopeID(
                network: Self.network.network, header: retraction.header,
                bodyHash: retraction.bodyHash)
            checkOpen(Naming.retractionID(of: target), "pushed")
        default: break
        }
    }

    private mutating func checkOpen(_ id: ItemID, _ done: String) {
        // What was held when it was asked for may be removed before it is sent.
        check(wasOpen.contains(id), "\(done) before it was in the open")
    }

    /// The store does so many of the jobs that wait, in order.
    private mutating func work(_ count: Int) {
        var left = count
        while left > 0, !jobs.isEmpty, broken == nil {
            left -= 1
            switch jobs.removeFirst() {
            case .write(let effect): write(effect)
            case .read(let effect): read(effect)
            }
        }
        if jobs.isEmpty { compareIndex() }
    }

    private mutating func write(_ effect: RelayNode.Effect) {
        switch effect {
        case .store(let token, let items), .storeSubmission(let token, _, let items):
            answer(token, store.store(items))
        case .delay(let token, _, let retractions): answer(token, store.delay(retractions))
        case .release(let token, let item): answer(token, store.release(item))
        case .remove(let ids): store.remove(ids)
        case .hide(let ids): store.hide(ids)
        case .expire(let time): store.expire(time)
        default: break
        }
    }

    private mutating func answer(_ token: StoreToken, _ outcome: StoreOutcome) {
        if outcome == .stored { stored += 1 }
        for item in store.items.values where !item.isHidden { wasOpen.insert(item.id) }
        feed(.stored(token, outcome))
    }

    private mutating func read(_ effect: RelayNode.Effect) {
        switch effect {
        case .takeDue(let time): feed(.due(store.takeDue(time)))
        case .findMissing(let link, let ids): feed(.missing(link, store.missing(among: ids)))
        case .fetch(let link, let ids): feed(.fetched(link, store.fetch(ids)))
        default: break
        }
    }

    // MARK: Promises

    private mutating func check(_ holds: Bool, _ what: String) {
        if !holds, broken == nil { broken = what }
    }

    /// With nothing under way the index names what is on disk in the open, and no more.
    private mutating func compareIndex() {
        guard node.pending.isEmpty else { return }
        let held = store.items.values.filter { !$0.isHidden }
        check(held.count == node.sync.count, "\(node.sync.count) in the index of \(held.count)")
        for item in held { check(node.sync.contains(item.id), "not in the index: \(item.id)") }
        for item in store.items.values where item.isHidden {
            check(!node.sync.contains(item.id), "hidden, and in the index")
        }
    }

    private mutating func wakeIfDue() {
        var wakes = 0
        while let deadline = node.deadline, deadline <= now, broken == nil {
            wakes += 1
            check(wakes < 100, "woken over and over")
            feed(.wake)
        }
    }
}
