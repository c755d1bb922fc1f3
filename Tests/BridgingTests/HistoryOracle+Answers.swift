import Bridging
import Model
import Sealing
import Wire

// What a seeker must have read by now.

extension HistoryOracle {
    /// The state that is true of a consent; nil while nothing may be said.
    func state(_ id: ConsentID, _ now: WallTime) -> ConsentState? {
        guard let one = told[id] else { return nil }
        if one.isRejected || one.isRefused { return .refused }
        let members = families[one.family].members
        guard let place = members.firstIndex(of: id) else { return nil }
        let open = members.firstIndex {
            told[$0].map { $0.isOut || $0.report == .taken } ?? false
        }
        guard let open, place >= open else { return free(one, id == members.last, now) }
        let carrier = members[open]
        if told[carrier]?.report == .taken {
            if members[open...].contains(where: { isOpened($0) }) { return .withdrawnAfter }
            guard let status = told[carrier]?.status else { return .forwarded }
            return status.isClosed ? .closed : .open
        }
        if isOpened(id) { return .delayed }
        guard id == carrier else { return .waiting }
        return told[carrier]?.report == .out(isUnclear: true) ? .delayed : nil
    }

    /// Of a consent whose report is certainly not at the authority, or was not found there.
    private func free(_ one: Told, _ isLast: Bool, _ now: WallTime) -> ConsentState {
        if isOpened(one.draft.id) { return one.mayBeThere ? .withdrawnAfter : .withdrawn }
        if !isLast { return .replaced }
        if now >= one.draft.end || one.isLost { return .ended }
        switch one.report {
        case .busy,
            .doubted where one.doubts < 3:
            return .delayed
        case .parked, .doubted: return one.approved == nil ? .delayed : .approved
        default: return one.approved == nil ? .waiting : .approved
        }
    }

    /// Whether a consent still waits for something that can happen.
    func isSettled(_ id: ConsentID, _ authorities: [Recipient], _ now: WallTime) -> Bool {
        guard let state = state(id, now) else { return false }
        switch state {
        case .forwarded, .open, .closed, .refused, .withdrawn, .withdrawnAfter, .ended,
            .replaced:
            return true
        case .waiting, .approved, .delayed:
            // It came while the manifest said otherwise.
            guard let draft = told[id]?.draft else { return false }
            return arrivalAgain(draft, authorities, now) == .rejected
        }
    }

    private func arrivalAgain(
        _ draft: ConsentDraft, _ authorities: [Recipient], _ now: WallTime
    ) -> Arrival {
        HistoryOracle().arrival(draft, authorities, now)
    }
}
