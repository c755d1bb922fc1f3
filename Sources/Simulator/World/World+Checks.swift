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
        case .announce(let items): checkAnnouncement(items.map(\.id), of: host)
        case .retract(let retraction): checkRetraction(retraction, of: host)
        case .stem(let item): checkStem(item, of: host)
        case .want(_, let ids): checkQuestion(ids, of: host)
        case .graft(let id, _): checkQuestion(id.map { [$0] } ?? [], of: host)
        case .gone(_, let ids): checkDenial(ids, on: end, of: host)
        case .dontWant(let ids): checkClaim(ids, of: host)
        case .receipt(let receipt): checkReceipt(receipt, of: host)
        case .syncOpen(let open): checkComparison(open.message, of: host)
        case .syncMessage(_, let message): checkComparison(message, of: host)
        case .unknown(let type): violate(host, "sent a frame of type \(type), which nobody knows")
        // Of links and places in the network, or the end of a session: they name no item.
        case .pad, .hello, .ping, .pong, .bye, .membership, .prune, .syncEnd: break
        }
    }

    // MARK: What passes items on

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

    private func checkAnnouncement(_ ids: [ItemID], of host: Host) {
        // What was taken back meanwhile is answered too, by its retraction.
        for id in ids where !host.disk.holds(id) && !host.disk.retracts(id) {
            return violate(host, "announced \(id.short), which it does not hold")
        }
        for id in ids where host.disk.hides(id) {
            return violate(host, "announced \(id.short) while it was on its stem")
        }
    }

    private func checkRetraction(_ retraction: Retraction, of host: Host) {
        let target = ledger.target(of: retraction) ?? charted.target(of: retraction)
        if !host.disk.retracts(target) {
            return violate(
                host, "passed on a retraction of \(target.short) before it was stored")
        }
        if retraction.expiry <= wall(of: host) {
            violate(host, "passed on a retraction of \(target.short) after its expiry")
        }
    }

    /// What others sent along their stem is kept in memory alone; only of what began here it is
    /// certain that the disk has it.
    private func checkStem(_ item: StemItem, of host: Host) {
        let id: ItemID
        let expiry: WallTime
        switch item {
        case .envelope(let envelope):
            id = ledger.id(of: envelope) ?? charted.id(envelope)
            expiry = envelope.header.expiry
            if host.disk.retracts(id) {
                return violate(host, "let \(id.short) go by its stem after its retraction")
            }
            if ledger.isOwed(id, by: host), !host.disk.holds(id) {
                violate(host, "let \(id.short) go by its stem before it was stored")
            }
        case .retraction(let retraction):
            let target = ledger.target(of: retraction) ?? charted.target(of: retraction)
            id = charted.retractionID(of: target)
            expiry = retraction.expiry
        }
        if expiry <= wall(of: host) {
            return violate(host, "let \(id.short) go by its stem after its expiry")
        }
        if host.disk.shows(id) {
            violate(host, "let \(id.short) go by its stem, which has ended here")
        }
    }

    // MARK: What asks and answers

    /// An order under way may still bring an id, and one that is hidden must be asked for as an
    /// unknown one. What the disk shows was told to the relay when it was stored.
    private func checkQuestion(_ ids: [ItemID], of host: Host) {
        for id in ids where isAlive(id, at: host) && host.disk.shows(id) {
            return violate(host, "asked for \(id.short), which it holds")
        }
    }

    /// The disk's answer is the moment's, so nothing is under way. What is hidden is gone to all
    /// others, and what expired to everybody; one neighbour's grafts are answered so often, no more.
    private func checkDenial(_ ids: [ItemID], on end: Int32, of host: Host) {
        for id in ids where ends[Int(end)].grafts[id] ?? 0 <= Limits.graftReplies {
            if host.disk.shows(id), isAlive(id, at: host) {
                return violate(host, "said that \(id.short) is gone, which it holds")
            }
            if let retraction = host.disk.retraction(of: id), isAlive(retraction, at: host) {
                return violate(host, "said that \(id.short) is gone, whose retraction it holds")
            }
        }
    }

    /// It may not be on disk yet; but it must have come.
    private func checkClaim(_ ids: [ItemID], of host: Host) {
        for id in ids where ledger.hasCome(id, to: host) == false {
            return violate(host, "wants \(id.short) no more, which never came")
        }
    }

    private func checkReceipt(_ receipt: Receipt, of host: Host) {
        let id = receipt.retraction
        if !host.disk.holds(id) {
            violate(host, "gave a receipt of \(id.short) before it was stored")
        }
        if receipt.slot != wall(of: host).slot {
            violate(host, "gave a receipt of \(id.short) for another slot than the present")
        }
    }

    /// Ids are listed, or go into a fingerprint with all others of the index.
    private func checkComparison(_ message: [UInt8], of host: Host) {
        guard let listed = RangeMessage.ids(listedIn: message) else {
            return violate(host, "compares by a message that can't be read")
        }
        for id in listed where !host.disk.shows(id) {
            return violate(host, "listed \(id.short), which it does not hold in the open")
        }
        let index = host.relay.sync
        if let id = host.disk.hiddenIDs.filter({ index.contains($0) }).min() {
            violate(host, "compares with \(id.short), which is hidden")
        }
    }

    private func isAlive(_ id: ItemID, at host: Host) -> Bool {
        guard let item = host.disk.items[id] else { return false }
        return item.expiry > wall(of: host)
    }

    // MARK: Disks and tables

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

extension Retraction {
    /// From when it is passed on no more.
    fileprivate var expiry: WallTime {
        header.expiry.adding(seconds: Limits.retractionExtraSeconds)
    }
}

extension Identifier32 {
    /// The first digits, for people.
    var short: String { [UInt8](bytes.prefix(4)).hex }
}
