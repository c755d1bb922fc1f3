import Sealing
public import Wire

/// Code lists that tables and contacts name: numbers on the wire, names in files.
/// Source: protocol/schema/codes.md.
enum PackCodes: Sendable {
    case kinds
    case needs

    /// Position 0 has number 1.
    private var names: [Text] {
        switch self {
        case .kinds: IncidentKind.all.map { $0.name }
        case .needs: CodeList.needs.names
        }
    }

    func number(_ name: Text) -> UInt64? {
        for (index, known) in names.enumerated() where known == name { return UInt64(index) + 1 }
        return nil
    }

    /// Of a name, or of a number of its own that the list may not have yet.
    func number(_ json: JSON) -> UInt64? { json.asText.flatMap { number($0) } ?? json.asNumber }

    /// The name, or the number where the list has none.
    func json(_ number: UInt64) -> JSON { name(number).map { .text($0) } ?? .number(number) }

    func name(_ number: UInt64) -> Text? {
        let names = names
        guard number >= 1, number <= UInt64(names.count) else { return nil }
        return names[Int(number) - 1]
    }
}

/// Numbers of code lists by the names that files have for them.
public enum GuidanceCodes {
    public static func kind(_ name: Text) -> UInt64? { PackCodes.kinds.number(name) }
    public static func need(_ name: Text) -> UInt64? { PackCodes.needs.number(name) }
}
