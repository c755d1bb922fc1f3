import Gossip
import Model
import Node
import Sodium
import Wire

// Hosts: who there is, who knows whom, starting, falling, leaving.

extension World {
    /// All hosts that the scenario begins with; each starts in its turn.
    func populate() {
        for _ in 0..<scenario.nodes { addHost() }
        for hostile in scenario.hostile where hostile.kind == .sybil {
            for number in 0..<hostile.share.of(scenario.nodes * 100) { addHost(sybil: number) }
        }
        for hostile in scenario.hostile where hostile.kind != .sybil {
            turn(hostile.share, hostile.kind)
        }
        for index in faultChoices.some(
            scenario.unreachable.of(scenario.nodes - 1), of: [Int](1..<max(scenario.nodes, 1)))
        { hosts[index].isReachable = false }
        introduce()
        for (number, host) in hosts.enumerated() {
            let wait = UInt64(number) * scenario.joinOver / UInt64(max(hosts.count, 1))
            queue.add(.boot(host: host.index, life: host.life), at: now + wait)
        }
        for (index, event) in scenario.script.enumerated() {
            queue.add(.fault(Int32(index)), at: now + scenario.warmUp + event.at)
        }
        for round in 0..<scenario.rounds {
            let begin = now + scenario.warmUp + UInt64(round) * scenario.every
            queue.add(.round(Int32(round)), at: begin)
            queue.add(.roundEnd(Int32(round)), at: begin + scenario.every - 1)
        }
    }

    /// Adds a host that has not started.
    @discardableResult
    func addHost(sybil: Int? = nil) -> Host {
        let index = hosts.count
        // Each has a group of addresses for itself, but sybils, who share one.
        let bytes: [UInt8] =
            if let sybil {
                [19, 1, UInt8(sybil / 250 % 256), UInt8(sybil % 250 + 1)]
            } else {
                [
                    UInt8(20 + index / 250 % 200), UInt8(index % 250 + 1), 0,
                    UInt8(index / 50_000 + 1),
                ]
            }
        let address = PeerAddress.ipv4(bytes, port: 7447)
        let dialled = Text(bytes.map { String($0) }.joined(separator: ".") + ":7447")
        let host = Host(
            index: index, seed: seed, hasCipher: scenario.hasCiphers, address: address,
            dialled: dialled,
            configuration: configuration(
                index, SigningKey(seed: Charted.secret(seed, "node", index)), [address], life: 0),
            now: moment, wall: Self.start)
        hosts.append(host)
        byAddress[dialled] = host.index
        byNode[host.node] = host.index
        if sybil != nil { host.mischief = Mischief(.sybil, charted, choices: faultChoices.fork()) }
        _ = host.disk.store([charted.charterItem])
        return host
    }

    /// A relay of a host as it is after a start.
    private func freshRelay(_ host: Host) -> RelayNode {
        RelayNode(
            configuration(
                Int(host.index), host.nodeKey, host.isReachable ? [host.address] : [],
                life: host.life), now: moment, wall: wall(of: host))
    }

    /// Tells hosts of one another as the scenario's shape says.
    private func introduce() {
        let all = hosts.map { $0.index }
        for host in hosts { introduce(host, among: all) }
    }

    func introduce(_ host: Host, among all: [Int32]) {
        let index = Int(host.index)
        switch scenario.topology {
        case .joining: host.contacts = index == 0 ? [] : [0]
        case .scattered(let count):
            // Those that came before, so that all hang together.
            let earlier = all.prefix { $0 < host.index }
            var picked: [Int32] = []
            while picked.count < min(count, earlier.count) {
                let one = earlier[faultChoices.below(earlier.count)]
                if !picked.contains(one) { picked.append(one) }
            }
            host.contacts = picked
        case .ring: host.contacts = [Int32((index + 1) % all.count)]
        case .line: host.contacts = index == 0 ? [] : [Int32(index - 1)]
        case .full: host.contacts = all.filter { $0 < host.index }
        }
    }

    // MARK: Starting and falling

    func boot(_ host: Host) {
        host.life += 1
        host.isUp = true
        host.upSince = now
        host.isDown = false
        host.isSilentlyGone = false
        host.wakeAt = nil
        host.gate = InboundGate()
        host.relay = freshRelay(host)
        trace.add(0xA0, Int(host.index), now)
        if log != nil { say(host, "starts") }
        if host.mischief != nil {
            queue.add(.mischief(host: host.index, life: host.life), at: now + Mischief.period)
        }
        recall(host)
    }

    /// Takes a host's memory away; its disk stays, less what was not safe yet, or goes too.
    func crash(_ host: Host, keepsDisk: Bool, isSilent: Bool) {
        guard host.isUp else { return }
        trace.add(0xA1, Int(host.index), now)
        if log != nil { say(host, "crashes" + (keepsDisk ? "" : " and loses its disk")) }
        lose(ordersOf: host)
        host.isUp = false
        host.life += 1
        host.isSilentlyGone = isSilent
        for end in host.ends { abandon(end, isSilent: isSilent) }
        if !keepsDisk {
            host.disk = Disk()
            host.anchors = []
            host.hasLostDisk = true
            ledger.lost(diskOf: host)
        }
        // Nothing of its tables is kept in the meantime.
        host.relay = freshRelay(host)
    }

    /// What had left arrives; then the other side is told, or is not.
    private func abandon(_ end: Int32, isSilent: Bool) {
        let other = Int(ends[Int(end)].other)
        forget(end)
        ends[other].queue.cut(after: now + UInt64(ends[other].latency))
        guard ends[other].phase != .over else { return }
        ends[other].lastArrival = min(
            ends[other].lastArrival, now + UInt64(ends[other].latency))
        ends[other].isAbandoned = isSilent
        if isSilent { hold(Int32(other)) } else { post(.hangUp, to: Int32(other)) }
    }

    // MARK: Misbehaving

    func turn(_ share: Share, _ kind: MischiefKind) {
        // The first host is the one that others know, and the one that sends.
        let honest = hosts.dropFirst().filter { $0.mischief == nil && !$0.hasLeft }
        for host in faultChoices.some(share.of(hosts.count), of: honest) {
            host.mischief = Mischief(kind, charted, choices: faultChoices.fork())
            if kind == .spy { ledger.hasSpies = true }
            guard host.isUp else { continue }
            queue.add(.mischief(host: host.index, life: host.life), at: now + Mischief.period)
        }
    }

    func misbehave(_ host: Host) {
        guard let kind = host.mischief?.kind else { return }
        for end in host.ends where ends[Int(end)].phase == .open {
            let frames = host.mischief?.acts(now: wall(of: host)) ?? []
            for frame in frames { transmit(frame, from: end) }
        }
        if kind == .slowloris {
            let target = hosts[faultChoices.below(hosts.count)]
            if target !== host { dial(from: host, target.dialled, isHalting: true) }
        }
        if !unflushed.isEmpty { flush() }
        queue.add(.mischief(host: host.index, life: host.life), at: now + Mischief.period)
    }
}
