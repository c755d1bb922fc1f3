import ArgumentParser
import Casework
import Daemon
import Model
import Sealing
import Seeking

struct CaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case",
        abstract: "Files of a case.",
        subcommands: [CaseAttachments.self, CaseSaveAttachment.self])
}

extension Case {
    /// Its files as they are numbered for people, from 1.
    var fileViews: [FileView] {
        files.enumerated().map { index, file in
            FileView(
                file.attachment, number: index + 1,
                from: file.speaker == .seeker ? "seeker" : "supporter", at: file.at)
        }
    }
}

struct CaseAttachments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attachments",
        abstract: "List the files of a case.",
        discussion: """
            Example:
              kith case attachments 3fa94c10
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var person: PersonOptions

    @Argument(help: "The beginning of the case's id.")
    var `case`: String

    private struct Held: Encodable {
        let chunks: Int
        let held: Int
        let file: FileView
    }

    private struct View: Encodable {
        let `case`: String
        let attachments: [Held]
    }

    func run() async throws {
        let desk = try await person.unlock(options)
        let item = try desk.find(`case`)
        var attachments: [Held] = []
        for (file, view) in zip(item.files, item.fileViews) {
            attachments.append(
                Held(
                    chunks: file.attachment.chunks.count,
                    held: try await desk.held(file.attachment), file: view))
        }
        options.terminal.emit(View(case: item.id.bytes.hex, attachments: attachments))
        if attachments.isEmpty { options.terminal.say("No files.") }
        for one in attachments {
            let arrived = one.held == one.chunks ? "" : " (\(one.held) of \(one.chunks) parts here)"
            options.terminal.say(one.file.line + arrived)
        }
    }
}

struct CaseSaveAttachment: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save-attachment",
        abstract: "Save a file of a case, checked, under a new name.",
        discussion: """
            A file can carry hidden data and can harm a computer that opens it. It is saved as it was
            sent; nothing opens it. An existing file is never written over.

            Example:
              kith case save-attachment 3fa94c10 1 --to photo.jpg
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var person: PersonOptions

    @Argument(help: "The beginning of the case's id.")
    var `case`: String

    @Argument(help: "The file's number, as kith case attachments shows it.")
    var number: Int

    @Option(name: .long, help: "Where to save it: a path that does not exist yet.")
    var to: String

    func run() async throws {
        let desk = try await person.unlock(options)
        let item = try desk.find(`case`)
        guard item.files.indices.contains(number - 1) else {
            throw Problem(
                .notFound, "this case has no file \(number)",
                hint: "kith case attachments \(`case`) lists them")
        }
        let bytes = try await desk.fetch(item.files[number - 1].attachment)
        try Saving(terminal: options.terminal, path: to)
            .save(bytes, item.fileViews[number - 1])
    }
}

/// Saves a file that was checked, and warns of what it may be.
struct Saving {
    let terminal: Terminal
    let path: String

    private struct Saved: Encodable {
        let event = "saved"
        let path: String
        let bytes: Int
        let type: String
        let original: Bool
    }

    func save(_ bytes: [UInt8], _ file: FileView) throws(Problem) {
        try LocalFile.create(path, bytes)
        terminal.emit(
            Saved(path: path, bytes: bytes.count, type: file.type, original: file.original))
        terminal.say("Saved \(bytes.count) bytes, said to be \(file.type), as \(path).")
        Terminal.warn(
            file.original
                ? "this is an original: it may carry hidden data and can harm this computer"
                : "any file can harm this computer",
            hint: "open it only with a program you trust, best on a computer without other cases")
    }
}
