import Gossip
import Model
import Node
import Wire

// What must hold at every moment, looked at with every frame and every order.

extension World {
    /// A frame that an honest host is about to send.
    func check(_ frame: Frame, on end: Int32, of host: Host) {
        if ends[Int(end)].isToldOver {
            return violate(host, "sent \(frame.summary) on link \(end + 1) after its end")
        }
        switch frame {
        case .push(_, let envelope): checkPush(envelope, of: host)
        case .announce(let items):
            // What was taken back meanwhile is answered too, by its retraction.
            for item in items where !host.disk.holds(item.id) && !host.disk.retracts(item.id) {
                return violate(host, "announced \(item.id.short), which it does not hold")
            }
            for item in items where host.disk.hides(item.id) {
                return violate(host, "announced \(item.id.short) while it was on its stem")
            }
        case .retract(let retraction):
            let target = ledger.target(of: retraction) ?? charted.target(of: retraction)
            if !host.disk.retracts(target) {
                violate(host, "passed on a retraction of \(target.short) before it was stored")
            }
        default: break
        }
    }

    private func checkPush(_ envelope: Envelope, of host: Host) {
        let id = ledger.id(of: envelope) ?? charted.id(envelope)
        if host.disk.retracts(id) {
            return violate(host, "pushed \(id.short) after its retraction")
        }
        if envelope.header.expiry <= wall(of: host) {
            return violate(host, "pushed \(id.short) after its expiry")
        }
        if !host.disk.holds(id) { violate(host, "pushed \(id.short) before it was stored") }
        if host.disk.hides(id) { violate(host, "pushed \(id.short) while it was on its stem") }
    }

    /// Items that an honest host is about to keep.
    func checkStore(_ items: [StoreItem], on host: Host) {
        for item in items where item.expiry <= wall(of: host) {
            violate(host, "stored \(item.id.short) after its expiry")
        }
    }

    /// Tables are as small as their limits say; looked at now and then.
    func checkTables(of host: Host) {
        let links = host.relay.linkCount
        if links > most.links { violate(host, "has \(links) links") }
        let addresses = host.relay.knownAddresses.count
        if addresses > most.addresses { violate(host, "knows \(addresses) addresses") }
    }
}

extension Identifier32 {
    /// The first digits, for people.
    var short: String { [UInt8](bytes.prefix(4)).hex }
}
