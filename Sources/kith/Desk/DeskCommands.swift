import ArgumentParser
import Casework
import Daemon
import Model
import Sealing
import Seeking
import Wire

private struct Submitted: Encodable {
    let event = "sent"
    let handle: String
    let `case`: String
}

/// What commands that change a case share.
private struct Change {
    let options: FolderOptions
    let person: PersonOptions
    let prefix: String

    /// Files that were sealed for an answer, and the key it must go under.
    struct Attached {
        let key: MemberComposer.AnswerKey
        let files: SealedFiles
    }

    func run(
        _ done: String,
        _ compose: (MemberComposer, Case, DeskSession) throws(MemberComposer.Failure) ->
            [EnvelopeDraft]
    ) async throws(Problem) {
        try await run(done, attaching: []) {
            composer, item, desk, _ throws(MemberComposer.Failure) in
            try compose(composer, item, desk)
        }
    }

    func run(
        _ done: String, attaching files: [LocalFile],
        _ compose: (MemberComposer, Case, DeskSession, Attached?)
            throws(MemberComposer.Failure) -> [EnvelopeDraft]
    ) async throws(Problem) {
        let desk = try await person.unlock(options)
        let item = try desk.find(prefix)
        if item.isErased {
            throw Problem(
                .badData, "its writer has erased this case", hint: "nothing can be sent to it")
        }
        let composer = try desk.composer(.now)
        let terminal = options.terminal
        var attached: Attached?
        if !files.isEmpty {
            let key = try desk.composed { () throws(MemberComposer.Failure) in
                try composer.answerKey(item)
            }
            let sealed = try await desk.attach(files, composer, under: key) {
                terminal.progress("sealing files", $0, $1)
            }
            attached = Attached(key: key, files: sealed)
        }
        let drafts = try desk.composed { () throws(MemberComposer.Failure) in
            try compose(composer, item, desk, attached)
        }
        let handle = try await desk.send(drafts) { terminal.progress("sealing", $0, $1) }
        if let attached { try await desk.send(attached.files) }
        terminal.emit(Submitted(handle: handle.bytes.hex, case: item.id.bytes.hex))
        terminal.say(done)
    }
}

struct Inbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cases of your community: danger first, then new ones.",
        discussion: """
            Examples:
              kith inbox
              kith inbox --all --json
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var person: PersonOptions

    @Flag(name: .long, help: "Also closed and erased cases.")
    var all = false

    private struct View: Encodable {
        let cases: [CaseLine]
        let waitingMembers: Int
    }

    func run() async throws {
        let desk = try await person.unlock(options)
        let now = WallTime.now
        let cases = desk.book.cases.values
            .filter { all || options.json || !$0.isErased && $0.state != .closed }
            .sorted {
                if $0.risk != $1.risk { return $0.risk > $1.risk }
                if ($0.state == .received) != ($1.state == .received) {
                    return $0.state == .received
                }
                guard let left = $0.lastChange else { return false }
                return $1.lastChange.map { left > $0 } ?? true
            }
        let waiting = desk.book.joins.filter { desk.keyring.isInvited($0.join, now: now) }.count
        let view = View(
            cases: cases.map { CaseLine($0, desk, now: now) }, waitingMembers: waiting)
        options.terminal.emit(view)
        for line in view.cases { options.terminal.say(line.line) }
        if view.cases.isEmpty { options.terminal.say("No open cases.") }
        if waiting > 0 {
            options.terminal.say(
                "\(waiting) asked to become members: kith community members --approve all")
        }
        if !desk.keyring.isMember {
            options.terminal.say("You are not a member yet: the steward must approve you.")
        }
    }
}

struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a case in full.",
        discussion: """
            Example:
              kith show 3fa94c10
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var person: PersonOptions

    @Argument(help: "The beginning of the case's id.")
    var `case`: String

    func run() async throws {
        let desk = try await person.unlock(options)
        let view = CaseView(try desk.find(`case`), desk, now: .now)
        options.terminal.emit(view)
        for line in view.lines { options.terminal.say(line) }
    }
}

struct ClaimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "claim",
        abstract: "Take a case for a while, so that nobody answers twice.",
        discussion: """
            A claim is a lease: it ends by itself, within 72 hours.

            Example:
              kith claim 3fa94c10 --hours 24
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var person: PersonOptions

    @Argument(help: "The beginning of the case's id.")
    var `case`: String

    @Option(name: .long, help: "For how many hours, 1 to 72.")
    var hours: UInt64 = 48

    func run() async throws {
        guard (1...72).contains(hours) else {
            throw Problem(.usage, "a claim lasts 1 to 72 hours", hint: "kith claim CASE --hours 24")
        }
        try await Change(options: options, person: person, prefix: `case`).run(
            "Claimed for \(hours) hours."
        ) { composer, item, _ throws(MemberComposer.Failure) in
            try composer.claim(item, seconds: hours * 3600)
        }
    }
}

struct Reply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer a case; the first answer also gives its writer the key to write back.",
        discussion: """
            Examples:
              kith reply 3fa94c10 --file answer.txt
              echo "We can meet today." | kith reply 3fa94c10 --file -
              kith reply 3fa94c10 --file answer.txt --attach form.pdf
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var person: PersonOptions

    @Argument(help: "The beginning of the case's id.")
    var `case`: String

    @Option(name: .long, help: "A file with your words; - for standard input.")
    var file: String?

    @Option(name: .long, help: "Language of what you write, such as en or uk.")
    var language: String?

    @Option(
        name: .long,
        help: "Attach a file as it is, hidden data included: the page cleans, this does not.")
    var attach: [String] = []

    func run() async throws {
        try checkLanguage(language)
        // With "-" the passphrase is the first line of standard input, so words are read after it.
        let early = file == "-" ? nil : try file.map { path throws(Problem) in try readText(path) }
        let files = try readAttachments(attach)
        let change = Change(options: options, person: person, prefix: `case`)
        try await change.run("Sent.", attaching: files) {
            composer, item, desk, attached throws(MemberComposer.Failure) in
            let text = early ?? Self.readWords(options.terminal)
            guard !text.allSatisfy(\.isWhitespace) else { throw .nothingToSay }
            return try composer.reply(
                Text(text), language: language.map { Text($0) },
                attachments: attached?.files.attachments ?? [], under: attached?.key, to: item,
                colleagues: desk.book.colleagues)
        }
    }

    private static func readWords(_ terminal: Terminal) -> String {
        terminal.say("Write your answer. End with an empty line.")
        var lines: [String] = []
        while let line = terminal.line("> "), !line.isEmpty { lines.append(line) }
        return lines.joined(separator: "\n")
    }
}

struct Handover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give a case you hold to a colleague, with what they need to go on.",
        discussion: """
            Example:
              kith handover 3fa94c10 --to Mina
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var person: PersonOptions

    @Argument(help: "The beginning of the case's id.")
    var `case`: String

    @Option(name: .long, help: "The colleague's name, or the beginning of their id.")
    var to: String

    func run() async throws {
        try await Change(options: options, person: person, prefix: `case`).run(
            "Handed to \(to). They claim it next."
        ) { composer, item, desk throws(MemberComposer.Failure) in
            let fitting = desk.book.colleagues.filter {
                $0.name?.string == to || $0.persona.bytes.hex.hasPrefix(to.lowercased())
            }
            guard fitting.count == 1, fitting[0].persona != desk.keyring.person.personaID else {
                throw .noSuchMember
            }
            return try composer.release(item, heir: fitting[0])
        }
    }
}

struct Close: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Close a case, with the reason its writer will read.",
        discussion: """
            Example:
              kith close 3fa94c10 --explain "You have a lawyer now. Write again any time."
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var person: PersonOptions

    @Argument(help: "The beginning of the case's id.")
    var `case`: String

    @Option(name: .long, help: "What the person will read.")
    var explain: String

    func run() async throws {
        guard !explain.allSatisfy(\.isWhitespace) else {
            throw Problem(.usage, "closing needs a reason", hint: "--explain TEXT")
        }
        try await Change(options: options, person: person, prefix: `case`).run("Closed.") {
            composer, item, desk throws(MemberComposer.Failure) in
            var drafts = try composer.status(
                .closed, explanation: Text(explain), language: nil, of: item)
            if item.claims.holder(.now)?.claimant == desk.keyring.person.personaID {
                drafts += try composer.release(item, heir: nil)
            }
            return drafts
        }
    }
}

/// `kith status CASE STATE`: the supporter's half of the status command.
struct StatusChange {
    let options: FolderOptions
    let person: PersonOptions

    func run(_ prefix: String, _ state: String, explain: String?) async throws(Problem) {
        guard let number = CodeList.states.number(Text(state.replacing("-", with: "_"))),
            let state = CaseState(rawValue: number)
        else {
            throw Problem(
                .usage, "there is no state \(state)",
                hint:
                    "use one of: \(CodeList.states.names.map { $0.string }.joined(separator: ", "))"
            )
        }
        try await Change(options: options, person: person, prefix: prefix).run("Sent.") {
            composer, item, _ throws(MemberComposer.Failure) in
            try composer.status(
                state, explanation: explain.map { Text($0) }, language: nil, of: item)
        }
    }
}
