import Gossip
import Model
import Node
import Wire

// What people do: they submit items, and take some of them back.

extension World {
    func begin(_ round: Int) {
        trace.add(0xC0, round, now)
        takeBack()
        switch scenario.senders {
        case .one: submit(at: hosts[0], round: round)
        case .random: submit(at: randomSender(), round: round)
        case .all:
            for host in hosts where host.isUp && host.isHonest { submit(at: host, round: round) }
        }
    }

    /// An honest host that is up and whose clock others accept.
    func randomSender() -> Host {
        let able = hosts.filter { $0.counts }
        return workChoices.pick(able) ?? hosts[0]
    }

    func submit(at host: Host, round: Int) {
        guard host.isUp else { return }
        let number = UInt64(ledger.items.count) + 1
        let envelope = charted.envelope(
            number, at: wall(of: host), size: draw(scenario.sizes) ?? 0,
            ttl: draw(scenario.ttls) ?? .week,
            work: scenario.work > 0 ? UInt8(workChoices.below(scenario.work + 1)) : 0)
        let willGo = scenario.retract > 0 && workChoices.chance(scenario.retract)
        let ticket = ledger.add(
            Item(
                id: charted.id(envelope), retraction: charted.retraction(number, of: envelope),
                origin: host.index, round: round, sentAt: now, hostCount: hosts.count,
                willGo: willGo))
        feed(host, .submit(ticket, [envelope]))
    }

    /// What is the same for all is not drawn, so that a seed keeps what else it decides.
    private func draw<Element>(_ elements: [Element]) -> Element? {
        elements.count > 1 ? workChoices.pick(elements) : elements.first
    }

    /// Items that were to go and were kept are taken back at their origin.
    private func takeBack() {
        for index in ledger.takeDue() {
            let item = ledger.items[index]
            let host = hosts[Int(item.origin)]
            guard host.isUp, item.isKept, let retraction = item.retraction else { continue }
            let ticket = ledger.add(
                Item(
                    id: charted.retractionID(of: item.id), retraction: nil, target: index,
                    origin: host.index, round: -1, sentAt: now, hostCount: hosts.count))
            feed(host, .erase(ticket, [retraction]))
        }
    }
}
