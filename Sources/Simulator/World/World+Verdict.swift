import Gossip
import Model
import Node
import Wire

// What must hold once the network was left alone for a while.

extension World {
    /// The hosts that count, in the parts that their open links make of them.
    var parts: [[Host]] {
        var roots = hosts.indices.map { $0 }
        func root(_ index: Int) -> Int {
            var index = index
            while roots[index] != index {
                roots[index] = roots[roots[index]]
                index = roots[index]
            }
            return index
        }
        for host in hosts where host.counts {
            for end in host.ends where ends[Int(end)].phase == .open {
                let other = hosts[Int(otherHost(end))]
                guard other.counts, ends[Int(ends[Int(end)].other)].phase == .open else { continue }
                roots[root(Int(host.index))] = root(Int(other.index))
            }
        }
        var places: [Int: Int] = [:]
        var parts: [[Host]] = []
        for host in hosts where host.counts {
            let root = root(Int(host.index))
            if let place = places[root] {
                parts[place].append(host)
            } else {
                places[root] = parts.count
                parts.append([host])
            }
        }
        return parts
    }

    /// All hosts that count hold the same, all that is owed among it, and nobody has more to say.
    var hasConverged: Bool {
        let counted = hosts.filter { $0.counts }
        guard let first = counted.first else { return true }
        guard counted.allSatisfy({ difference($0, first) == nil }) else { return false }
        guard counted.allSatisfy({ $0.disk.delayed.isEmpty && $0.orders.isEmpty }) else {
            return false
        }
        let places = places(at: first)
        return ledger.items.allSatisfy { !isMissing($0, at: first, places) }
    }

    /// A host lacks what everybody must hold. Hidden, it is at its origin alone.
    private func isMissing(_ item: Item, at host: Host, _ places: Places) -> Bool {
        guard ledger.isOwed(item), !host.disk.shows(item.id), !isOver(item, at: host),
            !hasNoPlace(item, at: host, places)
        else { return false }
        // A crash kept somebody from being told that their retraction was on disk; it was.
        return item.takenBackBy == nil || !host.disk.retracts(item.id)
    }

    /// Too old to be passed on.
    private func isOver(_ item: Item, at host: Host) -> Bool {
        let target = item.target.map { ledger.items[$0] } ?? item
        guard let header = target.retraction?.header else { return true }
        return header.expiry.seconds <= wall(of: host).seconds + Limits.remainingSeconds
    }

    /// Its period is full of what ranks above it: then its origin alone keeps it, and shows it to
    /// nobody. No relay's word counts: what was submitted tells what has a place whatever else was
    /// seen, and what the host shows tells whether the rest made room for anything worse.
    private func hasNoPlace(_ item: Item, at host: Host, _ places: Places) -> Bool {
        guard let header = item.retraction?.header, let period = rooms.period(of: header) else {
            return false
        }
        if places.isSure(item.id, in: period) { return false }
        if places.loose.contains(item.id) { return true }
        return places.shown[period]?.allSatisfy {
            Rooms.isBetter($0, (item.id, header))
        } ?? true
    }

    private var rooms: Rooms { Rooms(store: scenario.store) }

    /// What has a place, and what a host shows.
    private struct Places {
        /// Of periods in which more was submitted than fits: what stays whoever saw what.
        var sure: [Rooms.Period: Set<ItemID>] = [:]
        var shown: [Rooms.Period: [(id: ItemID, header: EnvelopeHeader)]] = [:]
        /// What need not stay, of periods in which chapter 06 lets hosts differ: something was taken
        /// back, or sizes are several.
        var loose: Set<ItemID> = []

        func isSure(_ id: ItemID, in period: Rooms.Period) -> Bool {
            sure[period]?.contains(id) ?? true
        }
    }

    private func places(at host: Host) -> Places {
        var places = Places()
        var all: [Rooms.Period: [(id: ItemID, header: EnvelopeHeader)]] = [:]
        var changed: Set<Rooms.Period> = []
        for item in ledger.items {
            guard let header = item.retraction?.header, let period = rooms.period(of: header)
            else { continue }
            all[period, default: []].append((item.id, header))
            if item.takenBackBy != nil { changed.insert(period) }
            if host.disk.shows(item.id) {
                places.shown[period, default: []].append((item.id, header))
            }
        }
        for (period, items) in all where rooms.isOverfull(items, period) {
            let run = rooms.run(of: items, in: period)
            places.sure[period] = run
            if changed.contains(period) || Set(items.map(\.header.size)).count > 1 {
                places.loose.formUnion(items.map(\.id).filter { !run.contains($0) })
            }
        }
        return places
    }

    /// Envelopes and retractions of people on the disks of all hosts that are up.
    var heldCount: Int {
        hosts.reduce(0) { count, host in
            guard host.isUp else { return count }
            return count + ledger.items.count { host.disk.holds($0.id) }
        }
    }

    /// Looks at everything once more and says what is wrong.
    func judge(hasConverged: Bool) {
        for part in parts { judge(part) }
        let parts = parts
        if parts.count > 1, !isCut, let host = parts[1].first {
            violate(host, "is in one of \(parts.count) parts of the network, of \(parts[1].count)")
        }
        for host in hosts where host.counts { judgeItems(of: host) }
        if !hasConverged, violationCount == 0, !isCut, let host = hosts.first {
            violate(host, "or others did not come to rest: " + unrest)
        }
        for host in hosts where host.counts { judgeRoom(of: host) }
    }

    /// What is still owed or waiting, the first of it.
    private var unrest: String {
        for host in hosts where host.counts && !host.disk.delayed.isEmpty {
            return "host \(host.index) has \(host.disk.delayed.count) retractions to send"
        }
        guard let first = hosts.first(where: { $0.counts }) else { return "nobody is left" }
        let places = places(at: first)
        let owed = ledger.items.first { isMissing($0, at: first, places) }
        return owed.map { "\($0.id.short) is owed" } ?? "orders wait"
    }

    private func judge(_ part: [Host]) {
        guard let first = part.first else { return }
        for host in part {
            guard let difference = difference(host, first) else { continue }
            violate(
                host,
                "holds \(host.disk.items.count) items where host \(first.index) holds "
                    + "\(first.disk.items.count), and \(difference)")
        }
        for host in part { judgeNeighbours(of: host) }
    }

    /// What one shows and the other does not, of all that relays compare; nil if nothing.
    private func difference(_ host: Host, _ other: Host) -> String? {
        if host.disk.fingerprint == other.disk.fingerprint { return nil }
        // Twenty minutes, two slots, and two clocks as far off as may be (chapter 22).
        let seconds = Limits.remainingSeconds + 2 * 600 + 2 * Limits.clockWarningSeconds
        let wall = WallTime(seconds: Self.start.seconds + elapsed / 1000 + seconds)
        let spared = places(at: other).loose
        if let lacks = other.disk.firstShown(not: host.disk, sparing: spared, wall) {
            return "lacks \(lacks.short)"
        }
        return host.disk.firstShown(not: other.disk, sparing: spared, wall)
            .map { "shows \($0.short)" }
    }

    private func judgeNeighbours(of host: Host) {
        for other in oneSided(host) {
            violate(host, "has host \(other.index) as a neighbour, and not the other way round")
        }
    }

    /// Whether neighbours are so both ways.
    var isMutual: Bool { hosts.allSatisfy { !$0.counts || oneSided($0).isEmpty } }

    /// Those that a host has as neighbours, and who do not have it.
    private func oneSided(_ host: Host) -> [Host] {
        neighbours(of: host).compactMap { node in
            guard let index = byNode[node], hosts[Int(index)].counts else { return nil }
            let other = hosts[Int(index)]
            return neighbours(of: other).contains(host.node) ? nil : other
        }
    }

    private func judgeItems(of host: Host) {
        for item in ledger.items {
            let isGone = item.takenBackBy.map { host.disk.holds(ledger.items[$0].id) } ?? false
            if isGone, host.disk.holds(item.id) {
                violate(host, "holds \(item.id.short) and its retraction")
            }
        }
    }

    /// What people submitted at a host it keeps, shown or hidden; and it shows no more than fits.
    private func judgeRoom(of host: Host) {
        for item in ledger.items where item.origin == host.index && item.target == nil {
            guard ledger.isOwed(item), !host.disk.holds(item.id),
                item.retraction?.header.expiry ?? .init(seconds: 0) > wall(of: host)
            else { continue }
            // As in `isMissing`.
            if item.takenBackBy == nil || !host.disk.retracts(item.id) {
                violate(host, "let go of \(item.id.short), which was submitted there")
            }
        }
        let full = places(at: host).shown.filter { rooms.isOverfull($0.value, $0.key) }.map {
            "shows \(Rooms.bytes($0.value)) bytes of a period of \(rooms.room(of: $0.key).bytes)"
        }
        for words in full.sorted() { violate(host, words) }
    }
}
