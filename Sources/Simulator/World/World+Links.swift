import Gossip
import Model
import Node
import Wire

// Connections: dialling, carrying parcels in order, ending.

extension World {
    // MARK: Dialling

    func dial(from host: Host, _ address: Text, isHalting: Bool = false) {
        let target = byAddress[address] ?? -1
        trace.add(0x82, Int(target))
        let latency = UInt32(clamping: draw(scenario.latency))
        let dial = Dial(
            from: host.index, life: host.life, to: target, address: address, latency: latency,
            isHalting: isHalting)
        let index: Int32
        if let free = freeDials.popLast() {
            index = free
            dials[Int(free)] = dial
        } else {
            index = Int32(dials.count)
            dials.append(dial)
        }
        if target >= 0 {
            queue.add(.dial(index), at: now + UInt64(latency))
        } else {
            queue.add(.dialFailed(index), at: now + Self.dialPatience)
        }
    }

    func fail(_ index: Int32) {
        let dial = dials[Int(index)]
        freeDials.append(index)
        let host = hosts[Int(dial.from)]
        guard host.isUp, host.life == dial.life, !dial.isHalting else { return }
        feed(host, .dialFailed(dial.address))
    }

    /// A connection's first packet reaches the host that is dialled, if it does.
    func knock(_ index: Int32) {
        let dial = dials[Int(index)]
        let host = hosts[Int(dial.from)]
        let target = hosts[Int(dial.to)]
        guard host.isUp, host.life == dial.life else { return freeDials.append(index) }
        let latency = UInt64(dial.latency)
        let isBlocked = isBlocked(from: host, to: target) || isBlocked(from: target, to: host)
        guard target.isReachable, !isBlocked else {
            queue.add(.dialFailed(index), at: now + Self.dialPatience - min(latency, 5000))
            return
        }
        guard target.isUp, admits(target, host) else {
            queue.add(.dialFailed(index), at: now + latency)
            return
        }
        freeDials.append(index)
        connect(dial, host, target)
    }

    private func admits(_ target: Host, _ host: Host) -> Bool {
        guard case .ipv4(let bytes, _) = host.address else { return true }
        switch target.gate.admit(End.link(Int32(ends.count)), from: bytes) {
        case .admit: return true
        case .admitInPlace(let oldest):
            close(Int32(End.index(oldest)))
            return true
        case .refuse: return false
        }
    }

    private func connect(_ dial: Dial, _ host: Host, _ target: Host) {
        let accepting = Int32(ends.count)
        let dialling = accepting + 1
        ends.append(
            End(
                host: target.index, other: dialling, isDialler: false, latency: dial.latency))
        ends.append(
            End(host: host.index, other: accepting, isDialler: true, latency: dial.latency))
        ends[Int(dialling)].isHalting = dial.isHalting
        target.ends.append(accepting)
        host.ends.append(dialling)
        for end in [accepting, dialling] {
            queue.add(.handshakeDue(end: end), at: now + Limits.handshakeMilliseconds)
        }
        if scenario.hasCiphers { makeMachine(accepting, target) }
        // Without ciphers the handshake is only time: two more ways, and another for its last part.
        post(.opening, to: dialling, extra: scenario.hasCiphers ? 0 : 2 * dial.latency)
    }

    /// The way is open: the dialler learns it first, the other by its last packet.
    private func opened(_ end: Int32) {
        let index = Int(end)
        guard ends[index].phase == .shaking else { return }
        let host = hosts[Int(ends[index].host)]
        if scenario.hasCiphers { return startMachine(end, host) }
        // Who halts never sends the last packet.
        if ends[index].isHalting { return }
        if ends[index].isDialler { post(.opening, to: ends[index].other) }
        authenticated(end, host, hosts[Int(ends[Int(ends[index].other)].host)].node)
    }

    func authenticated(_ end: Int32, _ host: Host, _ node: NodeID) {
        ends[Int(end)].phase = .open
        host.gate.finished(End.link(end))
        feed(host, opening(end, of: node))
    }

    func otherHost(_ end: Int32) -> Int32 { ends[Int(ends[Int(end)].other)].host }

    // MARK: Carrying

    /// Sends something to an end: it arrives after what was sent before.
    func post(_ content: Content, to end: Int32, extra: UInt32 = 0) {
        let index = Int(end)
        guard ends[index].phase != .over else { return }
        var arrival = now
        let rate = rate(to: end)
        if rate > 0 {
            let leaves =
                max(ends[index].freeAt, now * 1000)
                + UInt64(content.byteCount) * 1_000_000 / UInt64(rate)
            ends[index].freeAt = leaves
            arrival = leaves / 1000
        }
        arrival += UInt64(ends[index].latency) + UInt64(extra) + disturbance()
        arrival = max(arrival, ends[index].lastArrival)
        ends[index].lastArrival = arrival
        ends[index].queue.append(Parcel(arrival: arrival, content: content))
        expectArrival(end)
    }

    /// Bytes a second that the path takes and its reader too; 0 for no bound.
    func rate(to end: Int32) -> Int {
        let (path, reader) = (scenario.bandwidth, hosts[Int(ends[Int(end)].host)].readRate)
        return path == 0 ? reader : reader == 0 ? path : min(path, reader)
    }

    /// Jitter, and what sending again costs: TCP waits 200 ms, then doubles.
    private func disturbance() -> UInt64 {
        var wait: UInt64 = 0
        if scenario.jitter > 0 { wait += UInt64(pathChoices.below(Int(scenario.jitter) + 1)) }
        var again: UInt64 = 200
        while loss > 0, again < 60_000, pathChoices.chance(loss) {
            wait += again
            again *= 2
        }
        return wait
    }

    func expectArrival(_ end: Int32) {
        let index = Int(end)
        guard !ends[index].isHeld, let first = ends[index].queue.firstArrival else { return }
        let due = max(first, now)
        if let arrivalAt = ends[index].arrivalAt, arrivalAt <= due { return }
        ends[index].arrivalAt = due
        queue.add(.arrive(end: end), at: due)
    }

    func arrive(_ end: Int32) {
        let index = Int(end)
        guard ends[index].arrivalAt == now else { return }
        ends[index].arrivalAt = nil
        while !ends[index].isHeld, let first = ends[index].queue.firstArrival, first <= now {
            let content = ends[index].queue.removeFirst()
            receive(content, at: end)
        }
        expectArrival(end)
        // All that was given to the other end has left it.
        let other = ends[index].other
        if ends[index].queue.count == 0, ends[Int(other)].phase == .open, ends[Int(other)].owesDrain
        {
            ends[Int(other)].owesDrain = false
            let host = hosts[Int(ends[Int(other)].host)]
            if host.isUp { feed(host, .drained(End.link(other))) }
        }
    }

    private func receive(_ content: Content, at end: Int32) {
        guard ends[Int(end)].phase != .over else { return }
        switch content {
        case .opening: opened(end)
        case .frame(let frame): hear(frame, at: end)
        case .bytes(let bytes): run(end, .bytes(bytes))
        case .hangUp: ended(end)
        }
    }

    /// A frame came out of a link.
    func hear(_ frame: Frame, at end: Int32) {
        let host = hosts[Int(ends[Int(end)].host)]
        guard ends[Int(end)].phase == .open, host.isUp, !ends[Int(end)].isHalting else { return }
        traffic.count(frame)
        if case .graft(let id?, _) = frame { ends[Int(end)].grafts[id, default: 0] += 1 }
        ledger.heard(frame, by: host, from: hosts[Int(otherHost(end))])
        if host.mischief != nil, host.mischief?.letsIn(frame) == false { return }
        feed(host, .heard(End.link(end), frame))
    }

    // MARK: Sending

    func send(_ frame: Frame, on link: LinkID, of host: Host) {
        let index = End.index(link)
        guard ends.indices.contains(index), ends[index].host == host.index else { return }
        if host.isHonest { check(frame, on: Int32(index), of: host) }
        guard host.mischief != nil else { return transmit(frame, from: Int32(index)) }
        for frame in host.mischief?.letsOut(frame) ?? [] { transmit(frame, from: Int32(index)) }
    }

    func transmit(_ frame: Frame, from end: Int32) {
        let index = Int(end)
        guard ends[index].phase == .open else { return }
        ends[index].owesDrain = true
        guard let machine = ends[index].machine else {
            return post(.frame(frame), to: ends[index].other)
        }
        if machine.outbox.isEmpty { unflushed.append(end) }
        machine.outbox.append(frame)
    }

    // MARK: Ending

    /// A host ends its own link; what it sent before arrives first.
    func close(_ end: Int32) {
        let index = Int(end)
        guard ends[index].phase != .over else { return }
        if ends[index].machine?.outbox.isEmpty == false { flush(end) }
        let wasOpen = ends[index].phase == .open
        let other = ends[index].other
        forget(end)
        post(.hangUp, to: other)
        let host = hosts[Int(ends[index].host)]
        guard host.isUp, !ends[index].isHalting else { return }
        if wasOpen {
            queue.add(.closed(end: end), at: now)
        } else if ends[index].isDialler {
            feed(host, .dialFailed(hosts[Int(otherHost(end))].dialled))
        }
    }

    /// The other side ended the link.
    private func ended(_ end: Int32) {
        let index = Int(end)
        let wasOpen = ends[index].phase == .open
        let host = hosts[Int(ends[index].host)]
        forget(end)
        ends[index].isToldOver = true
        guard host.isUp, !ends[index].isHalting else { return }
        if wasOpen {
            feed(host, .closed(End.link(end)))
        } else if ends[index].isDialler {
            feed(host, .dialFailed(hosts[Int(otherHost(end))].dialled))
        }
    }

    /// Lets go of an end and all that was under way to it.
    func forget(_ end: Int32) {
        let index = Int(end)
        ends[index].phase = .over
        ends[index].queue.removeAll()
        ends[index].grafts = [:]
        ends[index].machine = nil
        let host = hosts[Int(ends[index].host)]
        if let place = host.ends.firstIndex(of: end) { host.ends.remove(at: place) }
        host.gate.closed(End.link(end))
    }
}
