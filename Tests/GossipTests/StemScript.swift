import Gossip
import Model
import TestKit
import Wire

/// What scripts of the stem machine share.
protocol StemScript {}

extension StemScript {
    var start: Moment { Moment(milliseconds: 1000) }
    var a: LinkID { LinkID(1) }
    var b: LinkID { LinkID(2) }
    var c: LinkID { LinkID(3) }
    var d: LinkID { LinkID(4) }

    func at(_ milliseconds: UInt64) -> Moment { start.adding(milliseconds: milliseconds) }

    func id(_ number: UInt64) -> ItemID {
        var bytes = [UInt8](repeating: 0xAB, count: 24)
        bytes.append(bigEndian: number)
        return ItemID(bytes) ?? .zero
    }

    /// Any item of 2^(9 + size) bytes; what it is does not matter to the machine.
    func item(_ size: UInt8 = 0, slotsAgo: UInt32 = 0, ttl: TTLClass = .week) -> StemItem {
        let header = EnvelopeHeader(
            suite: 1, ttlClass: ttl, size: size, workBits: 0,
            slot: Slot(testStart.slot.number - slotsAgo), topic: .zero, mailbox: .zero,
            commitment: .zero)
        let body = [UInt8](repeating: 7, count: header.envelopeBytes - EnvelopeHeader.bytes)
        return .envelope(Envelope(header: header, body: body))
    }

    var retraction: StemItem {
        guard case .envelope(let envelope) = item() else { preconditionFailure("an envelope") }
        return .retraction(
            Retraction(
                header: envelope.header, bodyHash: [UInt8](repeating: 1, count: 32),
                opening: [UInt8](repeating: 2, count: 16)))
    }

    /// Never fluffing, and own items leave at once, unless told otherwise.
    func settings(_ change: (inout Stem.Settings) -> Void = { _ in }) -> Stem.Settings {
        var settings = Stem.Settings()
        settings.fluffChance = 0
        settings.ownGapMilliseconds = 0
        change(&settings)
        return settings
    }

    /// A machine with links that this node dialled.
    func linked(
        _ links: LinkID..., settings: Stem.Settings? = nil, seed: UInt64 = 1
    ) -> Stem {
        var stem = Stem(choices: Choices(seed: seed), settings: settings ?? self.settings())
        for link in links { _ = stem.linked(link, isOutbound: true, now: start) }
        return stem
    }
}

extension Stem {
    /// Submits an ordinary item at the wall time tests begin at.
    mutating func submit(
        _ id: ItemID, _ item: StemItem, urgent: Bool = false, _ now: Moment
    ) -> [Effect] {
        submitted(id, item, isUrgent: urgent, now: now, wall: testStart)
    }

    /// Hears an item and gives the link it goes on to.
    mutating func next(_ id: ItemID, _ item: StemItem, from link: LinkID, _ now: Moment) -> LinkID?
    {
        guard case .accepted(let effects) = heard(id, item, from: link, now: now),
            case .send(let next, _) = effects.first
        else { return nil }
        return next
    }
}
