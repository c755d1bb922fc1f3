import Model
public import Sealing
import Wire

extension JSON: PackForm {
    var isMap: Bool {
        if case .object = self { return true }
        return false
    }

    var asWords: Text? { asText }

    var items: [JSON]? { asArray }

    var flag: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    var isNothing: Bool { self == .null }

    var day: UInt32? { asText.flatMap { CalendarDay.number($0) } }

    var mode: GuidancePack.Table.Mode? {
        switch asText {
        case "first": .first
        case "all": .all
        default: nil
        }
    }

    /// `{"QUESTION": ANSWER or [ANSWER, …], "incident.kinds": [KIND, …]}`; null stands for no
    /// answer.
    var conditions: [(subject: PackSubject, values: [JSON])]? {
        guard case .object(let members) = self else { return nil }
        return members.map { member in
            let subject: PackSubject
            switch member.name {
            case "incident.kinds": subject = .kinds
            case "incident.needs": subject = .needs
            default: subject = .question(member.name)
            }
            return (subject, member.value.asArray ?? [member.value])
        }
    }

    func value(_ entry: PackEntry) -> JSON? { member(entry.name) }

    func stray(_ known: [PackEntry]) -> Text? {
        guard case .object(let members) = self else { return nil }
        for member in members
        where !known.contains(where: { Text(stringLiteral: $0.name) == member.name }) {
            return member.name
        }
        return nil
    }

    func number(in list: PackCodes) -> UInt64? { asText.flatMap { list.number($0) } }

    static func make(words: Text) -> JSON { .text(words) }
    static func make(items: [JSON]) -> JSON { .array(items) }
    static func make(flag: Bool) -> JSON { .bool(flag) }
    static func make(day: UInt32) -> JSON { .text(CalendarDay.text(day)) }
    static func make(mode: GuidancePack.Table.Mode) -> JSON {
        .text(mode == .first ? "first" : "all")
    }
    static var nothing: JSON { .null }

    /// A number the list does not have yet is written as one, which files cannot hold.
    static func make(number: UInt64, of list: PackCodes) -> JSON {
        list.name(number).map { .text($0) } ?? .number(number)
    }

    static func make(map: [(PackEntry, JSON)]) -> JSON {
        .object(map.map { Member(Text(stringLiteral: $0.0.name), $0.1) })
    }

    static func make(conditions: [(subject: PackSubject, values: [JSON])]) -> JSON {
        .object(
            conditions.map { condition in
                let name: Text
                switch condition.subject {
                case .question(let id): name = id
                case .kinds: name = "incident.kinds"
                case .needs: name = "incident.needs"
                }
                return Member(name, .array(condition.values))
            })
    }
}

extension GuidancePack {
    /// As people write it, and as the page draws it.
    public var json: JSON { PackWriter.pack(self, withLanguage: true) }

    /// Reads a file, without its rules but for the shape: `faults` has the others.
    ///
    /// - Throws: `GuidanceFault` for the first part that has not its shape.
    public init(source: [UInt8]) throws(GuidanceFault) {
        let value: JSON
        do { value = try JSON(decoding: source) } catch {
            if case .unexpected(let place) = error {
                throw GuidanceFault("", .notJSON(at: place))
            }
            throw GuidanceFault("", .notJSON(at: nil))
        }
        self = try PackReader.pack(value, language: nil)
    }
}
