public import Model
public import Sealing
import Wire

// What came of orders.

extension BridgeBook {
    /// What came of sending.
    ///
    /// - Parameter salt: 32 random bytes, for the leaf of the forward log.
    public func came(
        _ outcome: DeliveryOutcome, of id: ConsentID, salt: [UInt8], now: WallTime
    ) -> BridgeEvent {
        switch outcome {
        case .accepted(let reference, _):
            return .delivered(id, id: reference, salt: salt, at: now)
        case .token(let token): return .tokened(id, token: token, salt: salt, at: now)
        case .refused(let why): return .failed(id, why: why, next: nil, at: now)
        case .unreachable(let why, let after):
            let wait = max(after ?? 0, backoff(id))
            return .failed(
                id, why: why, next: now.adding(seconds: min(wait, Self.retryMostSeconds)), at: now)
        case .unclear(let why):
            return .unclear(
                id, why: why, next: now.adding(seconds: Self.retrySeconds), at: now)
        }
    }

    /// One minute, doubled with every attempt, up to six hours.
    private func backoff(_ id: ConsentID) -> UInt64 {
        let attempts = min(max(entries[id]?.attempts ?? 1, 1), 10)
        return min(Self.retrySeconds << UInt64(attempts - 1), Self.retryMostSeconds)
    }

    /// What came of looking for a report whose sending has no known outcome.
    public func came(
        _ outcome: FindOutcome, of id: ConsentID, salt: [UInt8], now: WallTime
    ) -> BridgeEvent {
        switch outcome {
        case .found(let reference): .delivered(id, id: reference, salt: salt, at: now)
        case .absent: .notFound(id, isSure: true, at: now)
        case .unknown: .notFound(id, isSure: false, at: now)
        }
    }

    /// What came of asking for a token's id; nil while nothing is new.
    public mutating func came(
        _ outcome: TokenOutcome, of id: ConsentID, now: WallTime
    ) -> BridgeEvent? {
        switch outcome {
        case .resolved(let reference):
            polls[id] = nil
            return .resolved(id, id: reference, at: now)
        case .pending, .unknown:
            postpone(id, now, first: Self.retrySeconds)
            return nil
        }
    }

    /// What came of asking for a status; nil while nothing is new.
    public mutating func came(
        _ outcome: StatusOutcome, of id: ConsentID, now: WallTime
    ) -> BridgeEvent? {
        guard case .known(let status) = outcome, status != entries[id]?.status else {
            postpone(id, now, first: Self.pollSeconds)
            return nil
        }
        polls[id] = Poll(
            next: now.adding(seconds: Self.pollSeconds), waitSeconds: Self.pollSeconds)
        return .status(id, status, at: now)
    }

    /// What came of telling an authority of a withdrawal.
    public mutating func came(
        _ outcome: TellOutcome, of id: ConsentID, now: WallTime
    ) -> BridgeEvent {
        switch outcome {
        case .told: return .told(id, .told, at: now)
        case .impossible: return .told(id, .impossible, at: now)
        case .failed:
            // How long a status was waited for says nothing about this.
            if entries[id]?.told == nil { polls[id] = nil }
            postpone(id, now, first: Self.retrySeconds)
            return .told(id, .failed, at: now)
        }
    }

    /// Asks again later, ever less often.
    private mutating func postpone(_ id: ConsentID, _ now: WallTime, first: UInt64) {
        let wait = polls[id].map { min($0.waitSeconds * 3 / 2, Self.pollMostSeconds) } ?? first
        polls[id] = Poll(next: now.adding(seconds: wait), waitSeconds: wait)
    }
}
