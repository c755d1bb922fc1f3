import ArgumentParser
import Daemon
import Foundation
import Model
import Sealing
import Seeking
import Wire

struct GuidanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guidance",
        abstract: "Rights, help and numbers to call: check, try, publish, show.",
        discussion: """
            A pack is a JSON file in one language: sections, contacts, questions, and tables that choose by
            the answers. Answers never leave the device they are given on. protocol/24-guidance.md has the
            format; kith guidance show published --json makes a file to begin with.
            """,
        subcommands: [
            GuidanceCheck.self, GuidanceTry.self, GuidanceShow.self, GuidancePublish.self,
            GuidanceList.self,
        ])
}

struct GuidanceCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look for mistakes in packs, before anybody sees them.",
        discussion: """
            A pack with a fault is shown by nobody. Of what is allowed and most likely a mistake you are warned:
            rows that no answers lead to, questions without effect, sections and contacts that no row
            names. Several files are also held against the first: translations have the same ids, numbers and
            tables.

            Examples:
              kith guidance check help-en.json
              kith guidance check help-*.json --strict

            Exit status: 0 no fault; 65 a fault, or with --strict a warning; 66 no such file.
            """)

    @Argument(help: "Packs; - for standard input.")
    var files: [String]

    @Flag(name: .long, help: "Let warnings count as faults.")
    var strict = false

    @Flag(name: .long, help: "Print JSON instead of text.")
    var json = false

    private struct Line: Encodable {
        let path: String
        let what: String
        let hint: String?
    }

    private struct Checked: Encodable {
        let file: String
        let language: String?
        let bytes: Int?
        let faults: [Line]
        let warnings: [Line]
    }

    private struct View: Encodable {
        let files: [Checked]
    }

    func run() async throws {
        let terminal = Terminal(json: json)
        let today = WallTime.now.day
        var model: GuidancePack?
        var checked: [Checked] = []
        for file in files {
            let pack: GuidancePack
            do { pack = try GuidanceFile.read(file) } catch {
                switch error {
                case .unreadable(let problem): throw problem
                case .faults(let faults): checked.append(refused(file, faults))
                }
                continue
            }
            var warnings = pack.findings(today: today).map {
                Line(path: $0.path.string, what: $0.kind.words, hint: nil)
            }
            if let model {
                warnings += pack.differences(from: model).map {
                    Line(path: $0.string, what: "not as in \(files[0])", hint: nil)
                }
            }
            if file == files[0] { model = pack }
            checked.append(
                Checked(
                    file: file, language: pack.language.string,
                    bytes: pack.guidance.cbor.encoded.count, faults: [], warnings: warnings))
        }
        terminal.emit(View(files: checked))
        for one in checked { say(one, terminal) }
        let hasFaults = checked.contains { !$0.faults.isEmpty || strict && !$0.warnings.isEmpty }
        guard !hasFaults else {
            throw Problem(
                .badData, "not ready to be published", hint: "mend what stands above; try again")
        }
    }

    private func refused(_ file: String, _ faults: [GuidanceFault]) -> Checked {
        Checked(
            file: file, language: nil, bytes: nil,
            faults: faults.map {
                Line(path: $0.path.string, what: $0.flaw.words, hint: $0.flaw.hint)
            }, warnings: [])
    }

    private func say(_ checked: Checked, _ terminal: Terminal) {
        func place(_ line: Line) -> String { line.path.isEmpty ? "" : " \(line.path):" }
        for line in checked.faults {
            terminal.say("\(checked.file):\(place(line)) \(line.what)")
            if let hint = line.hint { terminal.say("  \(hint)") }
        }
        for line in checked.warnings {
            terminal.say("\(checked.file):\(place(line)) warning: \(line.what)")
        }
        if checked.faults.isEmpty, let bytes = checked.bytes {
            let most = Limits.packBytes
            terminal.say("\(checked.file): good, \(bytes) bytes of \(most) that fit")
        }
    }
}
