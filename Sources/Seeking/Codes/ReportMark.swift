public import Model
public import Sealing
import Sodium
public import Wire

/// How a report is found again at an authority. Source: protocol/19-delivery.md, "Report".
public enum ReportMark {
    /// "KITH-…" of the report that this consent lets a bridge send.
    public static func of(_ id: ConsentID) -> Text {
        let digits = [UInt8]([UInt8](hash(Labels.mark, id.bytes).prefix(8)).hex.utf8)
        var out = ("KITH" as Text).utf8
        for (index, digit) in digits.enumerated() {
            if index % 4 == 0 { out.append(UInt8(ascii: "-")) }
            out.append(digit >= UInt8(ascii: "a") ? digit - 0x20 : digit)
        }
        return Text(utf8: out)
    }
}
