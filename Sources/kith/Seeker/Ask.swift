import ArgumentParser
import Daemon
import Entropy
import Model
import Sealing

private struct SentEvent: Encodable {
    let event = "sent"
    let handle: String
    let `case`: String
    let envelopes: Int
}

private struct ProgressEvent: Encodable {
    let event = "progress"
    let done: Int
    let of: Int
}

/// What ask, note and open's writing share: a session, and saying what happened.
struct SeekerIO: Sendable {
    let terminal: Terminal

    func progress(_ done: Int, _ all: Int) {
        terminal.progress("sealing", done, all)
        terminal.emit(ProgressEvent(done: done, of: all))
    }

    func sent(_ sent: SeekerSession.Sent) {
        terminal.emit(
            SentEvent(
                handle: sent.handle.bytes.hex, case: sent.caseID.bytes.hex,
                envelopes: sent.envelopes))
    }
}

struct Ask: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a community for support. Shows a return code to come back with.",
        discussion: """
            Without --file your words are read from the terminal until an empty line.
            FILE is plain text, or a JSON object with any of: account, language, kinds (ICCS codes),
            bias, reported, reasons, safety, needs, contact, when, where, danger.
            Names of values: protocol/schema/codes.md.

            Examples:
              kith ask
              kith ask --file what-happened.txt
              kith ask --file incident.json --json
              kith ask --file what-happened.txt --attach letter.pdf
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var which: CommunityOptions

    @Option(name: .long, help: "A file with your words; - for standard input is not possible here.")
    var file: String?

    @Option(
        name: .long,
        help: "Attach a file as it is, hidden data included: the page cleans, this does not.")
    var attach: [String] = []

    func run() async throws {
        try await Writing(options: options, which: which, file: file, attach: attach)
            .run(isNote: false)
    }
}

struct NoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note",
        abstract: "Keep a dated note that only your return code opens.",
        discussion: """
            Takes the same files as kith ask. Nobody but you can read a note.

            Examples:
              kith note
              kith note --file incident.json
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var which: CommunityOptions

    @Option(name: .long, help: "A file with your words.")
    var file: String?

    @Option(name: .long, help: "Keep a file beside it, as it is.")
    var attach: [String] = []

    func run() async throws {
        try await Writing(options: options, which: which, file: file, attach: attach)
            .run(isNote: true)
    }
}

/// A first writing: words, a code, its confirmation, and only then the sending.
private struct Writing {
    let options: FolderOptions
    let which: CommunityOptions
    let file: String?
    let attach: [String]

    func run(isNote: Bool) async throws(Problem) {
        let terminal = options.terminal
        let access = try await options.access()
        let view = try await CommunityView.find(which.community, access, now: .now)
        var incident = try read(terminal).incident()
        let files = try readAttachments(attach, forSupporters: !isNote)
        let code = ReturnCode(random: Entropy.bytes)
        let session = try SeekerSession(code, view, access)
        let io = SeekerIO(terminal: terminal)
        let sealed = try await session.attach(
            files, number: 0, now: .now, progress: io.progress)
        incident.attachments = sealed.attachments
        // Sealed before the code is shown, so that nobody writes a code down for nothing.
        let prepared =
            isNote
            ? try session.note(incident, number: 0, now: .now)
            : try session.request(incident, number: 0, now: .now)
        try CodeDialogue(terminal: terminal).show(code)
        let sent = try await session.send(prepared, progress: io.progress)
        io.sent(sent)
        try await session.send(sealed)
        terminal.say(
            """

            Kept on this relay, and on its way to the others (\(sent.envelopes) sealed envelopes).
            \(isNote ? "Only your code opens it." : "\(view.name) will answer here.")
            Come back with: kith open
            """)
    }

    private func read(_ terminal: Terminal) throws(Problem) -> IncidentFile {
        if let file { return try IncidentFile.read(file) }
        terminal.say("Write what you want to say. End with an empty line.")
        var lines: [String] = []
        while let line = terminal.line("> "), !line.isEmpty { lines.append(line) }
        var incident = IncidentFile()
        let text = lines.joined(separator: "\n")
        incident.account = text.isEmpty ? nil : text
        return incident
    }
}
