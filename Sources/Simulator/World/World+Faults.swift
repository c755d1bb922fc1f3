import Gossip
import Model
import Node

// What befalls hosts and the paths between them.

extension World {
    func strike(_ fault: Fault) {
        trace.add(0xB0, 0, now)
        log?("\(elapsed) fault \(fault)")
        switch fault {
        case .partition(let share):
            for host in pick(share) { host.side = 1 }
            reroute()
        case .mute(let share):
            for host in pick(share) { host.isMute = true }
            reroute()
        case .heal:
            for host in hosts {
                host.side = 0
                host.isMute = false
            }
            reroute()
        case .crash(let share, let keepsDisk, let isSilent):
            for host in pick(share) { fell(host, keepsDisk: keepsDisk, isSilent: isSilent) }
        case .restart: restart()
        case .join(let count, let over): join(count, over: over)
        case .leave(let share):
            for host in pick(share) {
                crash(host, keepsDisk: false, isSilent: false)
                host.hasLeft = true
            }
        case .churn(let share, let every, let span, let keepsDisk):
            churn(share, every: every, span: span, keepsDisk: keepsDisk)
        case .slow(let share, let rate): for host in pick(share) { host.readRate = rate }
        case .fast: quicken()
        case .clocks(let share, let seconds): for host in pick(share) { host.skew += seconds }
        case .rightClocks: for host in hosts { host.skew = 0 }
        case .loss(let part): loss = part
        case .turn(let share, let kind): turn(share, kind)
        case .silence: for host in hosts { host.mischief?.isSilent = true }
        case .calm: calm()
        case .fillDisks(let share): for host in pick(share) { host.disk.failure = .noRoom }
        case .freeDisks: for host in hosts { host.disk.failure = nil }
        case .burst(let count):
            for _ in 0..<count { submit(at: randomSender(), round: -1) }
        }
    }

    /// Hosts that a fault befalls; never the first, which others know and which sends.
    private func pick(_ share: Share) -> [Host] {
        let candidates = hosts.dropFirst().filter { $0.isUp }
        return faultChoices.some(share.of(hosts.count { $0.isUp }), of: [Host](candidates))
    }

    private func fell(_ host: Host, keepsDisk: Bool, isSilent: Bool) {
        crash(host, keepsDisk: keepsDisk, isSilent: isSilent)
        host.isDown = true
    }

    private func restart() {
        for host in hosts where host.isDown && !host.isUp {
            boot(host)
        }
    }

    private func join(_ count: Int, over span: UInt64) {
        let all = hosts.filter { !$0.hasLeft }.map { $0.index }
        for number in 0..<count {
            let host = addHost()
            introduce(host, among: all + [host.index])
            let wait = UInt64(number) * span / UInt64(max(count, 1))
            queue.add(.boot(host: host.index, life: host.life), at: now + wait)
        }
    }

    private func churn(_ share: Share, every: UInt64, span: UInt64, keepsDisk: Bool) {
        restart()
        guard span >= every, every > 0 else { return }
        for host in pick(share) { fell(host, keepsDisk: keepsDisk, isSilent: false) }
        script.append(.churn(share, every: every, span: span - every, keepsDisk: keepsDisk))
        queue.add(.fault(Int32(script.count - 1)), at: now + every)
    }

    private func calm() {
        for host in hosts where host.mischief != nil && host.mischief?.kind != .spy {
            host.mischief = nil
        }
    }

    // MARK: Paths

    func isBlocked(from sender: Host, to receiver: Host) -> Bool {
        sender.side != receiver.side || sender.isMute || sender.isSilentlyGone
            || receiver.isSilentlyGone
    }

    /// Holds up or lets go what is under way after the paths changed.
    private func reroute() {
        isCut = hosts.contains { $0.side != 0 || $0.isMute }
        for host in hosts {
            for end in host.ends {
                let isBlocked = isBlocked(from: hosts[Int(otherHost(end))], to: host)
                if isBlocked, !ends[Int(end)].isHeld { hold(end) }
                if !isBlocked, ends[Int(end)].isHeld, !ends[Int(end)].isAbandoned { release(end) }
            }
        }
    }

    /// Nothing reaches an end any more; without pings of its own it is given up after a while.
    func hold(_ end: Int32) {
        let index = Int(end)
        ends[index].isHeld = true
        ends[index].hold += 1
        guard !scenario.hasCiphers else { return }
        queue.add(
            .silent(end: end, hold: ends[index].hold), at: now + Limits.silenceMilliseconds)
    }

    /// TCP sends again what was held up.
    private func release(_ end: Int32) {
        let index = Int(end)
        ends[index].isHeld = false
        let soonest = now + UInt64(ends[index].latency) + 200
        ends[index].queue.delay(to: soonest)
        if ends[index].queue.count > 0 {
            ends[index].lastArrival = max(ends[index].lastArrival, soonest)
        }
        expectArrival(end)
    }

    /// Who was slow reads at once what waited for it: a rate is the reader's, not the bytes'.
    private func quicken() {
        for host in hosts where host.readRate > 0 {
            host.readRate = 0
            for end in host.ends { hasten(end) }
        }
    }

    private func hasten(_ end: Int32) {
        let index = Int(end)
        let freeAt = ends[index].queue.hasten(
            from: now * 1000, rate: rate(to: end), latency: ends[index].latency)
        ends[index].freeAt = min(ends[index].freeAt, freeAt)
        ends[index].lastArrival = ends[index].queue.lastArrival ?? ends[index].lastArrival
        expectArrival(end)
    }

    func giveUp(_ end: Int32, _ hold: UInt32) {
        let index = Int(end)
        guard ends[index].isHeld, ends[index].hold == hold else { return }
        close(end)
    }

    /// A draw of milliseconds.
    func draw(_ delay: Delay) -> UInt64 {
        switch delay {
        case .fixed(let value): return value
        case .between(let least, let most):
            return least + UInt64(pathChoices.below(Int(max(most, least) - least) + 1))
        case .tailed(let least, let mean):
            return least + min(pathChoices.exponential(mean: mean), 60 * mean)
        }
    }
}
