import Gossip
import Model
import Node
import Noise
import Sodium
import Wire

// Links as they are outside: handshakes, records, pings, all by the real machine.

extension World {
    func makeMachine(_ end: Int32, _ host: Host) {
        guard let linkKey = host.linkKey else { return }
        keyCount += 1
        let secrets = LinkSecrets(
            network: charted.network, nodeKey: host.nodeKey, linkKey: linkKey, preSharedKey: nil)
        let link = Link(
            role: ends[Int(end)].isDialler ? .initiator : .responder, secrets,
            ephemeral: Charted.secret(seed, "ephemeral", keyCount), now: moment)
        ends[Int(end)].machine = LinkMachine(link)
        scheduleLink(end)
    }

    /// The dialler's side is connected: it speaks first.
    func startMachine(_ end: Int32, _ host: Host) {
        makeMachine(end, host)
        guard let machine = ends[Int(end)].machine else { return }
        perform(machine.link.start(wall(of: host)), end, host)
    }

    func run(_ end: Int32, _ input: Link.Input) {
        guard let machine = ends[Int(end)].machine else { return }
        let host = hosts[Int(ends[Int(end)].host)]
        let effects = machine.link.handle(input, now: moment, wall: wall(of: host))
        perform(effects, end, host)
        scheduleLink(end)
    }

    private func perform(_ effects: [Link.Effect], _ end: Int32, _ host: Host) {
        for effect in effects {
            switch effect {
            case .write(let bytes): write(bytes, end)
            case .authenticated(let node):
                guard ends[Int(end)].isHalting else {
                    authenticated(end, host, node)
                    continue
                }
                // Half of the first record, and nothing ever after.
                ends[Int(end)].phase = .open
                run(end, .send([.pad(count: 900)]))
            case .heard(let frame): hear(frame, at: end)
            case .close(let reason):
                if log != nil { say(host, "link \(end + 1) ends: \(reason)") }
                close(end)
            }
        }
    }

    private func write(_ bytes: [UInt8], _ end: Int32) {
        var bytes = bytes
        // Every other one that halts does so in the middle of its handshake.
        if ends[Int(end)].isHalting, ends[Int(end)].phase == .open || end & 2 == 0 {
            bytes.removeLast(bytes.count / 2)
        }
        post(.bytes(bytes), to: ends[Int(end)].other)
    }

    func wakeLink(_ end: Int32) {
        guard let machine = ends[Int(end)].machine, let due = machine.wakeAt, due <= now else {
            return
        }
        machine.wakeAt = nil
        if let deadline = machine.link.deadline, deadline > moment { return scheduleLink(end) }
        run(end, .wake)
    }

    private func scheduleLink(_ end: Int32) {
        guard let machine = ends[Int(end)].machine,
            let deadline = machine.link.deadline?.milliseconds
        else { return }
        let due = max(deadline, now + 1)
        if let wakeAt = machine.wakeAt, wakeAt <= due { return }
        machine.wakeAt = due
        queue.add(.linkWake(end: end), at: due)
    }

    /// Frames that one input made leave together, as the shell's do.
    func flush() {
        let ends = unflushed
        unflushed = []
        for end in ends { flush(end) }
    }

    func flush(_ end: Int32) {
        guard let machine = ends[Int(end)].machine, !machine.outbox.isEmpty else { return }
        let frames = machine.outbox
        machine.outbox = []
        run(end, .send(frames))
    }
}
