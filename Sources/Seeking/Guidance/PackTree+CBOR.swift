import Sealing
import Wire

// From one form to the other, by the table of shapes. What has no place in the other form becomes
// something that no rule takes, so that the checks refuse it where it stands.

extension PackTree {
    /// What stands for a value of the wrong kind: no rule takes it.
    private static let misfit = JSON.object([])

    init(_ cbor: CBOR, language: Text) {
        var members = [JSON.Member("language", .text(language))]
        if case .object(let others) = Self.json(cbor, .pack) { members += others }
        self.init(.object(members))
    }

    private static func json(_ value: CBOR, _ shape: PackShape) -> JSON {
        switch value {
        case .text(let utf8) where shape != .day && shape != .mode: return .text(Text(utf8: utf8))
        case .bool(let flag): return .bool(flag)
        case .unsigned(let number): return json(number, shape)
        case .array(let items):
            if shape == .conditions { return conditions(items) }
            guard let list = shape.list else { return misfit }
            return .array(items.map { json($0, list.shape) })
        case .map(let entries): return object(entries, shape)
        default: return misfit
        }
    }

    private static func json(_ number: UInt64, _ shape: PackShape) -> JSON {
        switch shape {
        case .day:
            guard number <= CalendarDay.last else { return misfit }
            return .text(CalendarDay.text(UInt32(number)))
        case .mode:
            return number == 1 ? .text("first") : number == 2 ? .text("all") : misfit
        case .need: return PackCodes.needs.json(number)
        default: return misfit
        }
    }

    private static func object(_ entries: [CBOR.Entry], _ shape: PackShape) -> JSON {
        var members: [JSON.Member] = []
        for known in shape.entries where known.key > 0 {
            for entry in entries where entry.key == known.key {
                members.append(
                    JSON.Member(
                        Text(stringLiteral: known.name), json(entry.value, known.shape)))
            }
        }
        return .object(members)
    }

    /// `[[question or number of a list, [value, …]], …]`
    private static func conditions(_ items: [CBOR]) -> JSON {
        var members: [JSON.Member] = []
        for item in items {
            guard let pair = item.tuple(2), case .array(let values) = pair[1] else {
                return .null
            }
            switch pair[0] {
            case .unsigned(1):
                members.append(
                    JSON.Member("incident.kinds", .array(values.map { code($0, .kinds) })))
            case .unsigned(2):
                members.append(
                    JSON.Member("incident.needs", .array(values.map { code($0, .needs) })))
            case .text(let id):
                // No question has such an id, and none may pass for a list.
                let name = codes(Text(utf8: id)) == nil ? id : id + [0x3F]
                let answers = values.map { $0 == .null ? .null : json($0, .id) }
                members.append(JSON.Member(Text(utf8: name), .array(answers)))
            default: return .null
            }
        }
        return .object(members)
    }

    private static func code(_ value: CBOR, _ list: PackCodes) -> JSON {
        value.asUnsigned.map { list.json($0) } ?? misfit
    }

    // MARK: To the wire

    /// - Precondition: it has no faults.
    var cbor: CBOR { Self.cbor(json, .pack) }

    private static func cbor(_ value: JSON, _ shape: PackShape) -> CBOR {
        switch value {
        case .text(let text):
            switch shape {
            case .day: return .unsigned(UInt64(CalendarDay.number(text) ?? 0))
            case .mode: return .unsigned(text == "first" ? 1 : 2)
            case .need: return .unsigned(PackCodes.needs.number(text) ?? 0)
            default: return text.cbor
            }
        case .bool(let flag): return .bool(flag)
        case .number(let number): return .unsigned(number)
        case .array(let items):
            return .array(items.map { cbor($0, shape.list?.shape ?? .id) })
        case .object(let members):
            if shape == .conditions { return conditions(members) }
            var entries: [CBOR.Entry] = []
            for known in shape.entries where known.key > 0 {
                let value = value.member(known.name)
                // What is empty or not so is not said.
                if value == nil || value == .array([]) { continue }
                if known.key == 11, value == .bool(false) { continue }
                if let value {
                    entries.append(CBOR.Entry(key: known.key, value: cbor(value, known.shape)))
                }
            }
            return .map(entries)
        case .null: return .null
        }
    }

    private static func conditions(_ members: [JSON.Member]) -> CBOR {
        .array(
            members.map { member in
                let values = member.value.asArray ?? [member.value]
                guard let list = codes(member.name) else {
                    return .array([
                        member.name.cbor, .array(values.map { cbor($0, .id) }),
                    ])
                }
                let numbers = values.map { CBOR.unsigned(list.number($0) ?? 0) }
                return .array([.unsigned(list == .kinds ? 1 : 2), .array(numbers)])
            })
    }
}
