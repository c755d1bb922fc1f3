import Bridging
import Model
import TestKit
import Wire

/// An authority as a history has it: takes reports, loses answers, shows a list or not.
struct HistoryAuthority {
    struct Taken {
        let mark: Text
        let id: Text
        let at: WallTime
    }

    private(set) var taken: [Taken] = []
    private var tokens: [(token: Text, id: Text)] = []

    func count(_ mark: Text) -> Int { taken.count { $0.mark == mark } }

    mutating func deliver(
        _ report: Report, _ now: WallTime, isCalm: Bool, _ random: inout SeededRandom
    ) -> DeliveryOutcome {
        switch isCalm ? random.number(below: 40) : random.number(below: 100) {
        case 0..<30: return .accepted(id: take(report, now), notice: nil)
        case 30..<40:
            let token = Text("t-\(tokens.count)")
            tokens.append((token, take(report, now)))
            return .token(token)
        case 40..<48: return .refused("No such service.")
        case 48..<56: return .unreachable("Busy.", after: nil)
        case 56..<60: return .unreachable("Busy.", after: UInt64(random.number(below: 9000)))
        case 60..<80:
            _ = take(report, now)
            return .unclear("Cut off.")
        default: return .unclear("Cut off.")
        }
    }

    private mutating func take(_ report: Report, _ now: WallTime) -> Text {
        let id = Text("\(report.authority.utf8.count)-\(taken.count)")
        taken.append(Taken(mark: report.mark, id: id, at: now))
        return id
    }

    /// The list shows everything, is behind, or is not to be had.
    func find(
        _ mark: Text, since: WallTime, isCalm: Bool, _ random: inout SeededRandom
    ) -> FindOutcome {
        let luck = isCalm ? 0 : random.number(below: 100)
        if luck >= 75 { return .unknown("No list.") }
        guard luck < 65, let one = taken.first(where: { $0.mark == mark && $0.at >= since }) else {
            return .absent
        }
        return .found(id: one.id)
    }

    func resolve(
        _ token: Text, isCalm: Bool, _ random: inout SeededRandom
    ) -> TokenOutcome {
        if !isCalm, random.number(below: 2) == 0 { return .pending }
        guard let known = tokens.first(where: { $0.token == token }) else {
            return .unknown("No such token.")
        }
        return .resolved(id: known.id)
    }

    func status(isCalm: Bool, _ random: inout SeededRandom) -> StatusOutcome {
        switch isCalm ? 0 : random.number(below: 4) {
        case 0: .unknown("?")
        case 1: .known(AuthorityStatus(isClosed: false, notes: nil))
        case 2: .known(AuthorityStatus(isClosed: true, notes: "Done."))
        default: .known(AuthorityStatus(isClosed: false, notes: "Seen."))
        }
    }

    func tell(isCalm: Bool, _ random: inout SeededRandom) -> TellOutcome {
        switch isCalm ? 0 : random.number(below: 3) {
        case 0: .told
        case 1: .impossible
        default: .failed("Busy.")
        }
    }
}
