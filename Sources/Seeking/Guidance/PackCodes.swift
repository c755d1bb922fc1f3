public import Wire

/// Code lists that tables and contacts name: numbers on the wire, names in files.
/// Source: protocol/schema/codes.md.
enum PackCodes: Sendable {
    case kinds
    case needs

    /// Position 0 has number 1.
    private var names: [StaticString] {
        switch self {
        case .kinds: Self.kindNames
        case .needs: Self.needNames
        }
    }

    func number(_ name: Text) -> UInt64? {
        for (index, known) in names.enumerated() where Text(stringLiteral: known) == name {
            return UInt64(index) + 1
        }
        return nil
    }

    func name(_ number: UInt64) -> Text? {
        guard number >= 1, number <= UInt64(names.count) else { return nil }
        return Text(stringLiteral: names[Int(number) - 1])
    }

    private static let kindNames: [StaticString] = [
        "assault", "threat", "harassment", "stalking", "sexual violence", "held against the will",
        "forced or controlled", "exploitation", "trafficking", "insult or slander",
        "discrimination", "robbery", "burglary or theft", "damage to property", "fraud",
    ]

    private static let needNames: [StaticString] = [
        "someone_to_talk_to", "information", "safe_place", "safety_plan", "medical_care",
        "legal_advice", "help_with_police", "go_with_me", "interpreter", "housing", "money",
        "children", "work_rights", "online_help", "repairs", "other",
    ]
}

/// Numbers of code lists by the names that files have for them.
public enum GuidanceCodes {
    public static func kind(_ name: Text) -> UInt64? { PackCodes.kinds.number(name) }
    public static func need(_ name: Text) -> UInt64? { PackCodes.needs.number(name) }
}
