import Daemon
import Foundation
import Model
import Sealing
import Seeking
import Wire

/// One field as people and programs read it: in the words in which an authority gets it.
struct FieldView: Encodable {
    let field: String
    let value: String

    init(_ field: ReportField) {
        self.field = field.fieldName.claim.string
        value = field.shown.string
    }

    /// For people: further lines indented, so that no words can pass for a line of ours.
    var line: String { "  \(field): \(value.replacing("\n", with: "\n      "))" }
}

/// A consent as its seeker sees it.
struct ConsentView: Encodable {
    struct ForwardView: Encodable {
        let authority: String
        let day: UInt64
        let reference: String?
        let perhapsTwice: Bool
        /// In the bridge's public log, checked here; nil while its day is not closed.
        let inLog: Bool?
    }

    let consent: String
    let authority: String
    let purpose: String
    let until: UInt64
    let isPublic: Bool
    let withdrawn: Bool
    let fields: [FieldView]
    let state: String
    let text: String?
    let reference: String?
    let forwards: [ForwardView]

    enum CodingKeys: String, CodingKey {
        case consent, authority, purpose, until, withdrawn, fields, state, text, reference, forwards
        case isPublic = "public"
    }

    /// - Parameter names: authorities' names by URI.
    init(
        _ given: GivenConsent, names: [Text: Text], checkpoints: [UInt32: Checkpoint]
    ) {
        let terms = given.presentation.terms
        consent = given.id.bytes.hex
        authority = (names[terms.authority] ?? terms.authority).string
        purpose = Purpose(term: terms.purpose).map { "\($0)" } ?? terms.purpose.string
        until = terms.expires.seconds
        isPublic = terms.isPublic
        withdrawn = given.isWithdrawn
        fields = given.presentation.fields.map { FieldView($0) }
        let latest = given.latest
        state =
            latest.map { CodeList.consents.name($0.state)?.string ?? "other" }
            ?? "sent to the bridge"
        text = latest?.text?.string
        reference = latest?.reference?.string
        forwards = (latest?.forwards ?? []).map { forward in
            let leaf = LogTree.leaf(
                salt: forward.salt, consent: given.id, authority: forward.authority,
                day: forward.day)
            let checked = forward.proof.flatMap { proof in
                checkpoints[forward.day].map { proof.shows(leaf, in: $0) }
            }
            return ForwardView(
                authority: (names[forward.authority] ?? forward.authority).string,
                day: UInt64(forward.day) * 86400, reference: forward.reference?.string,
                perhapsTwice: forward.isPerhapsTwice, inLog: checked)
        }
    }

    var lines: [String] {
        var lines = ["", "Consent \(consent.prefix(8)): \(authority), \(purpose)"]
        lines.append("  state: \(withdrawn ? "taken back; " : "")\(state)")
        if let text { lines.append("  they say: \(text)") }
        if let reference { lines.append("  reference: \(reference)") }
        for forward in forwards {
            let day = WallTime(seconds: forward.day).shown.prefix(10)
            let log = forward.inLog.map { $0 ? ", in the public log" : ", NOT in the public log" }
            lines.append(
                "  sent on \(day) to \(forward.authority)\(log ?? "")"
                    + (forward.perhapsTwice ? ", perhaps twice" : ""))
        }
        lines += fields.map { $0.line }
        lines.append("  until \(WallTime(seconds: until).shown)")
        return lines
    }
}
