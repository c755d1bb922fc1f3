import Casework
public import Sealing
public import Wire

extension Report {
    /// The report as people at the authority read it: lines of `label: value` in the order of the
    /// chapter's table, then the mark. No line feed at the end. Further lines of a value are
    /// indented, so that no words can pass for a line of the report.
    ///
    /// It stands here and not with one way of delivery, so that all of them say the same.
    /// Source: protocol/19-delivery.md, "Text"; protocol/schema/codes.md, labels of a report.
    public var text: Text {
        var lines = fields.sorted { $0.fieldName < $1.fieldName }.map {
            "\($0.fieldName.label): \($0.shown.replacingLineFeeds(with: "\n  "))"
        }
        lines.append(Self.lastLine(mark))
        return Text(lines.joined(separator: "\n"))
    }

    /// How every text of a report with this mark ends.
    public static func lastLine(_ mark: Text) -> String { "Reference: \(mark.string)" }

    /// A field of text on one line, for a form; nil where the consent has none.
    public func line(_ name: ReportField.Name) -> String? {
        fields.first { $0.fieldName == name }?.shown.replacingLineFeeds(with: " ")
    }
}

extension ReportField.Name {
    /// What an authority sees before the value.
    public var label: String {
        switch self {
        case .account: "What happened"
        case .language: "Language"
        case .kinds: "Kind of incident"
        case .bias: "Possible motive"
        case .reported: "Reported to the police"
        case .reasons: "Why not reported"
        case .safety: "Feeling of safety"
        case .needs: "Needs"
        case .contact: "How to be in touch safely"
        case .when: "When"
        case .place: "Where"
        case .danger: "In danger now"
        case .area: "Area"
        case .name: "Name"
        case .email: "E-mail"
        case .phone: "Phone"
        }
    }
}

extension ReportField {
    /// The value in words, numbers of code lists by their names, without what parts lines unseen
    /// or turns their direction. Line feeds stay.
    public var shown: String {
        var kept = String.UnicodeScalarView()
        for scalar in words.unicodeScalars where !scalar.steers { kept.append(scalar) }
        return String(kept)
    }

    private var words: String {
        switch self {
        case .account(let text), .language(let text), .contact(let text), .when(let text),
            .place(let text), .area(let text), .name(let text), .email(let text), .phone(let text):
            text.string
        case .kinds(let kinds): kinds.map(\.shown).joined(separator: ", ")
        case .bias(let numbers): CodeList.bias.shown(numbers)
        case .reported(let number): CodeList.reported.shown([number])
        case .reasons(let numbers): CodeList.reasons.shown(numbers)
        case .safety(let number): CodeList.safety.shown([number])
        case .needs(let numbers): CodeList.needs.shown(numbers)
        case .danger(let danger): danger ? "yes" : "no"
        }
    }
}

extension Incident.Kind {
    /// The kind of the list that this one names; nil for one that the list does not have.
    private var listed: IncidentKind? { IncidentKind.all.first { $0.number == number } }

    fileprivate var shown: String { "\(listed?.name ?? "other") (ICCS \(iccs.string))" }
}

extension CodeList {
    fileprivate func shown(_ numbers: [UInt64]) -> String {
        numbers.map { number in
            (name(number) ?? "other").split(separator: "_").joined(separator: " ")
        }.joined(separator: ", ")
    }
}

extension Unicode.Scalar {
    /// What the chapter leaves out of every value. Source: protocol/19-delivery.md, "Text".
    fileprivate var steers: Bool {
        switch value {
        case 0x0A: false
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

extension String {
    /// By scalars: as characters, a line feed may be part of another.
    fileprivate func replacingLineFeeds(with words: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar == "\n" {
                out.append(contentsOf: words.unicodeScalars)
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }
}
