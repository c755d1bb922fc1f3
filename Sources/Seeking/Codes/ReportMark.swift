public import Model
public import Sealing
import Sodium
public import Wire

/// How a report is found again at an authority. Source: protocol/19-delivery.md, "Report".
public enum ReportMark {
    /// "KITH-…" of the report that this consent lets a bridge send.
    public static func of(_ id: ConsentID) -> Text {
        var out = ("KITH" as Text).utf8
        for (index, byte) in hash(Labels.mark, id.bytes).prefix(8).enumerated() {
            if index % 2 == 0 { out.append(UInt8(ascii: "-")) }
            for half in [byte >> 4, byte & 15] { out.append(half < 10 ? 48 + half : 55 + half) }
        }
        return Text(utf8: out)
    }
}
