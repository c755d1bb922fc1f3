public import Sealing
public import Wire

/// The rules for safe contact that hold in a case: the last that its writer told, whether in a
/// request or by an act. Source: protocol/12-cases.md, "Act".
public enum ContactRules {
    /// Nil where none were told, or the last ones were emptied.
    public static func newest(
        told: [(body: Incident, at: SaidAt)], acts: [(act: Act, at: SaidAt)]
    ) -> Text? {
        var newest: (rules: Text, at: SaidAt)?
        for (body, at) in told {
            guard let rules = body.contactRules, newest.map({ $0.at <= at }) ?? true else {
                continue
            }
            newest = (rules, at)
        }
        if let act = last(of: acts), newest.map({ $0.at.slot <= act.at.slot }) ?? true {
            newest = act
        }
        guard let rules = newest?.rules, !rules.utf8.isEmpty else { return nil }
        return rules
    }

    /// Of two with one counter, written by two who did not know of each other, the later.
    private static func last(
        of acts: [(act: Act, at: SaidAt)]
    ) -> (rules: Text, at: SaidAt)? {
        var last: (rules: Text, counter: UInt64, at: SaidAt)?
        for (act, at) in acts where act.deed == .contactRules {
            guard case .text(let utf8)? = act.value else { continue }
            if let last, (act.counter, at) < (last.counter, last.at) { continue }
            last = (Text(utf8: utf8), act.counter, at)
        }
        return last.map { ($0.rules, $0.at) }
    }
}
