public import Sealing
public import Wire

extension ReportField {
    /// The value in words as an authority gets it: numbers of code lists by their names, without
    /// what parts lines unseen or turns their direction. Line feeds stay.
    /// Source: protocol/19-delivery.md, "Text".
    public var shown: Text { Text(utf8: Self.unsteered(words.utf8)) }

    private var words: Text {
        switch self {
        case .account(let text), .language(let text), .contact(let text), .when(let text),
            .place(let text), .area(let text), .name(let text), .email(let text), .phone(let text):
            text
        case .kinds(let kinds): Self.joined(kinds.map { $0.shown })
        case .bias(let numbers): CodeList.bias.shown(numbers)
        case .reported(let number): CodeList.reported.shown([number])
        case .reasons(let numbers): CodeList.reasons.shown(numbers)
        case .safety(let number): CodeList.safety.shown([number])
        case .needs(let numbers): CodeList.needs.shown(numbers)
        case .danger(let danger): danger ? "yes" : "no"
        }
    }

    fileprivate static func joined(_ parts: [Text]) -> Text {
        var out: [UInt8] = []
        for part in parts {
            if !out.isEmpty { out += [UInt8(ascii: ","), 0x20] }
            out += part.utf8
        }
        return Text(utf8: out)
    }

    /// What the chapter leaves out of every value: U+0000 to U+001F but the line feed, U+007F to
    /// U+009F, U+2028 to U+202E, U+2066 to U+2069.
    private static func unsteered(_ utf8: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(utf8.count)
        var index = 0
        while index < utf8.count {
            let length = steering(utf8[index...].prefix(3))
            if length == 0 { out.append(utf8[index]) }
            index += max(length, 1)
        }
        return out
    }

    /// How many bytes the character takes that stands first, if it is one of those; else 0.
    private static func steering(_ bytes: ArraySlice<UInt8>) -> Int {
        let next = bytes.dropFirst()
        switch bytes.first ?? 0x0A {
        case 0x0A: return 0
        case 0...0x1F, 0x7F: return 1
        case 0xC2: return (0x80...0x9F).contains(next.first ?? 0) ? 2 : 0
        case 0xE2:
            let last = next.dropFirst().first ?? 0
            let isSteering =
                next.first == 0x80 && (0xA8...0xAE).contains(last)
                || next.first == 0x81 && (0xA6...0xA9).contains(last)
            return isSteering ? 3 : 0
        default: return 0
        }
    }
}

extension Incident.Kind {
    fileprivate var shown: Text {
        let listed = IncidentKind.all.first { $0.number == number }
        let name = listed?.name ?? "other"
        return Text(utf8: name.utf8 + (" (ICCS " as Text).utf8 + iccs.utf8 + [UInt8(ascii: ")")])
    }
}

extension CodeList {
    fileprivate func shown(_ numbers: [UInt64]) -> Text {
        ReportField.joined(numbers.map { (name($0) ?? "other").spaced() })
    }
}
