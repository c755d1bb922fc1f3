import Casework
import Daemon
import Model
import Sealing
import Seeking
import Wire

/// Cases as supporters see them, for people and as JSON.
struct CaseLine: Encodable {
    let `case`: String
    let short: String
    let state: String
    let claimedBy: OrNull<String>
    let handedTo: OrNull<String>
    let risk: String
    let preview: String
    let language: String?
    let erased: Bool
    let since: UInt64?

    init(_ item: Case, _ desk: DeskSession, now: WallTime) {
        `case` = item.id.bytes.hex
        short = String(`case`.prefix(8))
        state = CodeList.states.name(item.state.rawValue)?.string ?? "received"
        claimedBy = OrNull(item.claims.holder(now).map { desk.name($0.claimant) })
        handedTo = OrNull(item.claims.heir(now).map { desk.name($0) })
        risk = ["unmarked", "high", "danger"][item.risk.rawValue]
        let first = item.requests.min { $0.at < $1.at }
        let words = first?.body.account?.string ?? item.messages.first?.text.string ?? ""
        preview =
            words.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(80)
            .description
        language = first?.body.language?.string
        erased = item.isErased
        since = first?.at.slot.start.seconds
    }

    var line: String {
        if erased { return "\(short)  erased by its writer" }
        let mark = risk == "danger" ? "!! " : risk == "high" ? "!  " : "   "
        let who = claimedBy.value ?? handedTo.value.map { "for \($0)" } ?? "nobody"
        let state = state.replacing("_", with: " ")
        return "\(mark)\(short)  \(pad(state, 15)) \(pad(who, 14)) \(language ?? "--")  \(preview)"
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
    }
}

/// One case in full.
struct CaseView: Encodable {
    struct Message: Encodable {
        let from: String
        let text: String
        let language: String?
        let at: UInt64
    }

    struct StatusLine: Encodable {
        let state: String
        let explanation: String?
        let by: String?
        let at: UInt64
    }

    let summary: CaseLine
    let requests: [IncidentFile]
    let messages: [Message]
    let statuses: [StatusLine]
    let attachments: [FileView]
    let contactRules: String?

    init(_ item: Case, _ desk: DeskSession, now: WallTime) {
        summary = CaseLine(item, desk, now: now)
        requests = item.requests.sorted { $0.at < $1.at }.map { IncidentFile($0.body) }
        messages = item.messages.sorted { $0.at < $1.at }.map {
            Message(
                from: $0.speaker == .seeker ? "seeker" : "supporter", text: $0.text.string,
                language: $0.language?.string, at: $0.at.slot.start.seconds)
        }
        statuses = item.statuses.sorted { $0.at < $1.at }.map {
            StatusLine(
                state: CodeList.states.name($0.state.rawValue)?.string ?? "received",
                explanation: $0.explanation?.string, by: $0.by?.string,
                at: $0.at.slot.start.seconds)
        }
        attachments = item.fileViews
        contactRules = item.contactRules?.string
    }

    var lines: [String] {
        if summary.erased { return ["Its writer has erased this case. Erase your own copies too."] }
        var lines = [summary.line]
        if let contactRules { lines += ["", "SAFE CONTACT: \(contactRules)"] }
        for request in requests { lines += [""] + request.lines }
        for message in messages {
            let at = WallTime(seconds: message.at).shown
            lines += ["", "\(message.from) (about \(at)):", "  \(message.text)"]
        }
        if !attachments.isEmpty { lines += [""] + attachments.map { $0.line } }
        for status in statuses {
            let by = status.by.map { " by \($0)" } ?? ""
            lines += ["", "status \(status.state)\(by): \(status.explanation ?? "")"]
        }
        return lines
    }
}

extension DeskSession {
    /// The case whose id begins with `prefix`.
    func find(_ prefix: String) throws(Problem) -> Case {
        let fitting = book.cases.values.filter {
            $0.id.bytes.hex.hasPrefix(prefix.lowercased())
        }
        guard fitting.count == 1 else {
            throw Problem(
                fitting.isEmpty ? .notFound : .usage,
                fitting.isEmpty ? "there is no case \(prefix)" : "\(prefix) fits several cases",
                hint: fitting.isEmpty ? "kith inbox lists them" : "type more of its id")
        }
        return fitting[0]
    }

    /// A member's name, as their certificate has it.
    func name(_ persona: PersonaID) -> String {
        if persona == keyring.person.personaID { return keyring.person.name.string }
        let known =
            book.colleagues.first { $0.persona == persona }?.name
            ?? keyring.members.first { $0.persona == persona }?.name
        return known?.string ?? String(persona.bytes.hex.prefix(8))
    }
}
