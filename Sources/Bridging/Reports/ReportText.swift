public import Sealing
import Seeking
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
            "\($0.fieldName.label): \($0.shown.string.replacingLineFeeds(with: "\n  "))"
        }
        lines.append(Self.lastLine(mark))
        return Text(lines.joined(separator: "\n"))
    }

    /// How every text of a report with this mark ends.
    public static func lastLine(_ mark: Text) -> String { "Reference: \(mark.string)" }

    /// A field of text on one line, for a form; nil where the consent has none.
    public func line(_ name: ReportField.Name) -> String? {
        fields.first { $0.fieldName == name }?.shown.string.replacingLineFeeds(with: " ")
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
