public import Model
public import Sealing
public import Wire

/// What a bridge wants done at an authority. Carried out one at a time.
public enum BridgeOrder: Sendable, Equatable {
    /// Send it: ask `sendingStarts` first, at the very moment.
    case send(ConsentID)
    /// An order to send has no known outcome: look for the mark.
    case find(ConsentID, mark: Text, since: WallTime)
    case resolve(ConsentID, token: Text)
    case status(ConsentID, id: Text)
    case tell(ConsentID, id: Text)

    public var consent: ConsentID {
        switch self {
        case .send(let id), .find(let id, _, _), .resolve(let id, _), .status(let id, _),
            .tell(let id, _):
            id
        }
    }
}

/// What a decision to send depends on beside the consents.
public struct Circumstances: Sendable {
    public var now: WallTime
    /// Neighbours in sync (protocol/08-spreading.md).
    public var peersInSync: Int
    /// Authorities that the current manifest names for this bridge.
    public var authorities: [Presentation.Recipient]

    public init(now: WallTime, peersInSync: Int, authorities: [Presentation.Recipient]) {
        self.now = now
        self.peersInSync = peersInSync
        self.authorities = authorities
    }
}

/// When an authority is asked next.
struct Poll: Sendable {
    var next: WallTime
    var waitSeconds: UInt64
}

extension BridgeBook {
    /// First wait between two looks at a report's status, seconds; guess.
    static let pollSeconds: UInt64 = 900
    static let pollMostSeconds: UInt64 = 86400
    /// A closed report is looked at for this long: it may be opened again. Guess.
    static let closedSeconds: UInt64 = 14 * 86400
    static let retrySeconds: UInt64 = 60
    static let retryMostSeconds: UInt64 = 6 * 3600
    static let mostTold = 5

    /// What is to be done now, oldest consent first.
    public func orders(_ at: Circumstances) -> [BridgeOrder] {
        order.compactMap { id in entries[id].flatMap { order(for: $0, at) } }
    }

    private func order(
        for entry: BridgeEntry, _ at: Circumstances
    ) -> BridgeOrder? {
        let now = at.now
        switch entry.phase {
        case .approved, .retrying:
            return isDue(entry, now) && maySend(entry, at) ? .send(entry.id) : nil
        case .sending: return find(entry)
        case .unclear(let next, _): return next <= now ? find(entry) : nil
        case .pending(let token):
            return isPollDue(entry.id, now) ? .resolve(entry.id, token: token) : nil
        case .sent(let id):
            if isWithdrawn(entry) {
                return isToBeTold(entry, now) ? .tell(entry.id, id: id) : nil
            }
            return isFollowed(entry, now) && isPollDue(entry.id, now)
                ? .status(entry.id, id: id) : nil
        case .waiting, .parked, .unfound, .refused, .follows, .behind, .replaced: return nil
        }
    }

    /// Whether the authority is to hear of a withdrawal: at once, then again where that failed.
    private func isToBeTold(_ entry: BridgeEntry, _ now: WallTime) -> Bool {
        switch entry.told {
        case nil: true
        case .failed: entry.toldAttempts < Self.mostTold && isPollDue(entry.id, now)
        case .told, .impossible: false
        }
    }

    private func find(_ entry: BridgeEntry) -> BridgeOrder {
        .find(entry.id, mark: Report.mark(of: entry.id), since: entry.earliest ?? entry.arrived)
    }

    /// Whether the consent holds by every check, with the manifest as it is now, and the bridge has
    /// heard what its neighbours know.
    private func maySend(_ entry: BridgeEntry, _ at: Circumstances) -> Bool {
        guard at.peersInSync >= configuration.leastPeersInSync, !isWithdrawn(entry) else {
            return false
        }
        let recipient = try? entry.presentation.check(
            bridge: configuration.key, authorities: at.authorities, now: at.now)
        return recipient != nil
    }

    private func isDue(_ entry: BridgeEntry, _ now: WallTime) -> Bool {
        switch entry.phase {
        case .approved(let at): at.adding(seconds: configuration.coolingOffSeconds) <= now
        case .retrying(let next, _): next <= now
        default: false
        }
    }

    /// Whether the status of a report is still of interest.
    private func isFollowed(_ entry: BridgeEntry, _ now: WallTime) -> Bool {
        guard now < expiry(entry) else { return false }
        return entry.closedAt.map { now < $0.adding(seconds: Self.closedSeconds) } ?? true
    }

    private func isPollDue(_ id: ConsentID, _ now: WallTime) -> Bool {
        polls[id].map { $0.next <= now } ?? true
    }

    /// The order to send, if the consent still holds at this very moment: put it on disk, then
    /// send. Nil if it does not hold, or anything else speaks against it.
    public func sendingStarts(_ id: ConsentID, _ at: Circumstances) -> BridgeEvent? {
        guard let entry = entries[id], case .send? = order(for: entry, at) else { return nil }
        return .sending(id, at: at.now)
    }
}
