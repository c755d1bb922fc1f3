public import Sealing
import Seeking
public import Wire

extension Report {
    /// The report as people at the authority read it, and as its seeker saw it before.
    ///
    /// It stands here and not with one way of delivery, so that all of them say the same.
    public var text: Text { ReportText.of(fields, mark: mark) }

    /// How every text of a report with this mark ends.
    public static func lastLine(_ mark: Text) -> String { ReportText.lastLine(mark).string }

    /// A field of text on one line, for a form; nil where the consent has none.
    public func line(_ name: ReportField.Name) -> String? {
        guard let field = fields.first(where: { $0.fieldName == name }) else { return nil }
        // By scalars: as characters, a line feed may be part of another.
        var out = String.UnicodeScalarView()
        for scalar in field.shown.string.unicodeScalars {
            out.append(scalar == "\n" ? " " : scalar)
        }
        return String(out)
    }
}
