import Model
public import Sealing
public import Wire

/// A report as people at the authority read it: shown to the seeker before they agree, and sent by
/// the bridge. It stands here, so that both are the same bytes.
/// Source: protocol/19-delivery.md, "Text"; protocol/schema/codes.md, labels of a report.
public enum ReportText {
    /// Lines of `label: value` in the order of the chapter's table, then the mark. No line feed at
    /// the end. Further lines of a value are indented, so that no words can pass for a line of the
    /// report.
    public static func of(_ fields: [ReportField], mark: Text) -> Text {
        var out: [UInt8] = []
        for field in fields.inOrder({ $0.fieldName < $1.fieldName }) {
            out += field.fieldName.label.utf8 + (": " as Text).utf8
            for byte in field.shown.utf8 {
                out.append(byte)
                if byte == lineFeed { out += [space, space] }
            }
            out.append(lineFeed)
        }
        return Text(utf8: out + lastLine(mark).utf8)
    }

    /// How every text of a report with this mark ends.
    public static func lastLine(_ mark: Text) -> Text {
        Text(utf8: ("Reference: " as Text).utf8 + mark.utf8)
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
}

extension ReportField.Name {
    /// What an authority sees before the value.
    public var label: Text {
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
