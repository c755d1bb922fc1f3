import ArgumentParser
import Daemon
import Model
import Sealing
import Seeking
import Wire

struct Open: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Come back with a return code: read answers, write again.",
        discussion: """
            The code is read from the terminal, or from the first line of standard input.

            Examples:
              kith open
              kith open --say more.txt
              kith open --reopen
              kith open --save-file 1 --to form.pdf
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var which: CommunityOptions

    @Option(name: .long, help: "Write again: a file with your words.")
    var say: String?

    @Option(name: .long, help: "Language of what you write, such as en or uk.")
    var language: String?

    @Flag(name: .long, help: "Ask that a closed case be taken up again.")
    var reopen = false

    @Option(name: .long, help: "Save a file of your case or note, by its number.")
    var saveFile: Int?

    @Option(name: .long, help: "Where to save it: a path that does not exist yet.")
    var to: String?

    func validate() throws {
        guard (saveFile == nil) == (to == nil) else {
            throw ValidationError("--save-file NUMBER and --to PATH go together")
        }
    }

    func run() async throws {
        let terminal = options.terminal
        try checkLanguage(language)
        let text = try say.map { path throws(Problem) in try readText(path) }
        let access = try await options.access()
        let view = try await CommunityView.find(which.community, access, now: .now)
        let code = try CodeDialogue(terminal: terminal).ask()
        let session = try SeekerSession(code, view, access)
        let book = try await session.read(now: .now)
        let io = SeekerIO(terminal: terminal)
        let threads = book.threads.filter { !$0.isEmpty }
        if text != nil || reopen {
            guard let thread = threads.first(where: { !$0.requests.isEmpty }) else {
                throw Problem(
                    .notFound, "nothing to write to was found under this code here",
                    hint: "a relay that has just started may not have everything yet")
            }
            guard !thread.isErased else {
                throw Problem(
                    .badData, "this was erased, and nobody reads what is added to it",
                    hint: "begin anew: kith ask")
            }
            if let text {
                io.sent(
                    try await session.say(
                        Text(text), language: language.map { Text($0) }, in: thread, now: .now,
                        progress: io.progress))
            }
            if reopen {
                io.sent(
                    try await session.reopen(thread, now: .now, progress: io.progress))
            }
            terminal.say("Kept on this relay, and on its way to the others.")
            return
        }
        guard !threads.isEmpty else {
            throw Problem(
                .notFound, "nothing was found under this code on this relay",
                hint: "a relay that has just started may not have everything yet: kith status")
        }
        if let saveFile, let to {
            try await save(saveFile, to, threads, session)
            return
        }
        let opened = OpenedView(threads, try await consents(of: threads, session))
        terminal.emit(opened)
        for line in opened.lines { terminal.say(line) }
    }
}

extension Open {
    private func save(
        _ number: Int, _ path: String, _ threads: [SeekerBook.Thread], _ session: SeekerSession
    ) async throws(Problem) {
        let files = threads.flatMap { $0.files }
        guard files.indices.contains(number - 1) else {
            throw Problem(.notFound, "there is no file \(number)", hint: "kith open lists them")
        }
        let bytes = try await session.fetch(files[number - 1].attachment)
        try Saving(terminal: options.terminal, path: path)
            .save(bytes, OpenedView.files(of: threads)[number - 1])
    }

    /// Consents as their writer sees them, by case, with what bridges published beside them.
    private func consents(
        of threads: [SeekerBook.Thread], _ session: SeekerSession
    ) async throws(Problem) -> [[ConsentView]] {
        var names: [Text: Text] = [:]
        var logs: [[UInt8]: [UInt32: Checkpoint]] = [:]
        for bridge in session.view.bridges {
            for authority in bridge.named.authorities { names[authority.uri] = authority.name }
            if threads.contains(where: { !$0.consents.isEmpty }) {
                logs[bridge.named.key] = try await session.checkpoints(of: bridge)
            }
        }
        return threads.map { thread in
            thread.consents.map {
                ConsentView(
                    $0, names: names, checkpoints: logs[$0.presentation.terms.bridge] ?? [:])
            }
        }
    }
}

/// What a code finds, for people and as JSON.
private struct OpenedView: Encodable {
    struct Said: Encodable {
        let from: String
        let text: String
        let language: String?
        let at: UInt64
    }

    struct Status: Encodable {
        let state: String
        let explanation: String?
        let by: String?
        let at: UInt64?
    }

    struct OneCase: Encodable {
        let `case`: String
        let status: Status
        let helpers: [String]
        let request: IncidentFile?
        let messages: [Said]
        let consents: [ConsentView]
        let lastDay: UInt64
    }

    struct OneNote: Encodable {
        let note: IncidentFile
        let consents: [ConsentView]
        let at: UInt64
    }

    var cases: [OneCase] = []
    var notes: [OneNote] = []
    let files: [FileView]

    /// Of all threads, numbered from 1.
    static func files(of threads: [SeekerBook.Thread]) -> [FileView] {
        threads.flatMap { $0.files }.enumerated().map { index, file in
            FileView(
                file.attachment, number: index + 1,
                from: file.speaker == .seeker ? "you" : "supporter", isKept: !file.isShared,
                at: file.at)
        }
    }

    /// - Parameter consents: of each thread.
    init(_ threads: [SeekerBook.Thread], _ consents: [[ConsentView]]) {
        files = Self.files(of: threads)
        for (thread, consents) in zip(threads, consents) {
            // What only keeps files stands below.
            notes += thread.notes.filter { !Self.onlyKeepsFiles($0.body) }.map {
                OneNote(
                    note: IncidentFile($0.body), consents: consents,
                    at: $0.at.slot.start.seconds)
            }
            guard let first = thread.requests.min(by: { $0.at < $1.at }) else { continue }
            let later = thread.requests.filter { $0.at > first.at }.map {
                (
                    at: $0.at,
                    said: Said(
                        from: "you", text: $0.body.account?.string ?? "",
                        language: $0.body.language?.string, at: $0.at.slot.start.seconds)
                )
            }
            let messages = thread.messages.map {
                (
                    at: $0.at,
                    said: Said(
                        from: $0.speaker == .seeker ? "you" : "supporter", text: $0.text.string,
                        language: $0.language?.string, at: $0.at.slot.start.seconds)
                )
            }
            let last = thread.isReopened ? nil : thread.statuses.last
            let until = thread.lastMoment?.seconds ?? 0
            cases.append(
                OneCase(
                    case: thread.keys.caseID.bytes.hex,
                    status: Status(
                        state: CodeList.states.name(thread.state.rawValue)?.string ?? "received",
                        explanation: last?.explanation?.string, by: last?.by?.string,
                        at: last?.at.slot.start.seconds),
                    helpers: thread.helpers.map { $0.string },
                    request: IncidentFile(first.body),
                    messages: (later + messages).sorted { $0.at < $1.at }.map { $0.said },
                    consents: consents, lastDay: until))
        }
    }

    private static func onlyKeepsFiles(_ body: Incident) -> Bool {
        var rest = body
        rest.attachments = []
        return rest == Incident() && !body.attachments.isEmpty
    }

    enum CodingKeys: String, CodingKey { case cases, notes, files }

    var lines: [String] {
        var lines: [String] = []
        for item in cases {
            lines += ["", "Your request: \(item.status.state.replacing("_", with: " "))"]
            if let why = item.status.explanation { lines.append("  \(why)") }
            let helpers = item.helpers.filter { !$0.isEmpty }
            if !helpers.isEmpty { lines.append("Helping: \(helpers.joined(separator: ", "))") }
            lines += (item.request?.lines ?? []).map { "  " + $0 }
            for message in item.messages {
                let at = WallTime(seconds: message.at).shown
                lines += ["", "\(message.from) (about \(at)):", "  \(message.text)"]
            }
            lines += item.consents.flatMap { $0.lines }
            lines += ["", "Kept until \(WallTime(seconds: item.lastDay).shown)."]
        }
        for note in notes {
            lines += ["", "Note (about \(WallTime(seconds: note.at).shown)):"]
            lines += note.note.lines.map { "  " + $0 }
            lines += note.consents.flatMap { $0.lines }
        }
        if !files.isEmpty { lines += [""] + files.map { $0.line } }
        return lines
    }
}
