import ArgumentParser
import Daemon
import Model
import Sealing
import Seeking

extension SeekerBook.Thread {
    /// The only consent whose id begins so.
    func consent(prefix: String) throws(Problem) -> GivenConsent {
        let fitting = consents.filter { $0.id.bytes.hex.hasPrefix(prefix.lowercased()) }
        guard fitting.count == 1, !prefix.isEmpty else {
            throw Problem(
                .notFound, "no single consent begins with \(prefix)", hint: "kith open shows them")
        }
        return fitting[0]
    }
}

struct WithdrawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Take a consent back: what was not sent is never sent.",
        discussion: """
            What was sent already can't be made undone; the bridge tells the authority where it can, and
            kith open shows what happened.

            Examples:
              kith withdraw 3fa94c10
              kith withdraw all
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var which: CommunityOptions

    @Argument(help: "The beginning of a consent's id, as kith open shows it, or all.")
    var consent: String

    private struct Done: Encodable {
        let event = "withdrawn"
        let consents: [String]
    }

    func run() async throws {
        let terminal = options.terminal
        let access = try await options.access()
        let view = try await CommunityView.find(which.community, access, now: .now)
        let code = try CodeDialogue(terminal: terminal).ask()
        let session = try SeekerSession(code, view, access)
        let book = try await session.read(now: .now)
        let all = book.threads.flatMap { thread in thread.consents.map { (thread, $0) } }
        let chosen = all.filter {
            consent == "all" ? !$0.1.isWithdrawn : $0.1.id.bytes.hex.hasPrefix(consent.lowercased())
        }
        guard !chosen.isEmpty, consent == "all" || chosen.count == 1 else {
            throw Problem(
                .notFound,
                all.isEmpty
                    ? "no consent was found under this code here"
                    : "no single consent begins with \(consent)", hint: "kith open shows them")
        }
        for (thread, given) in chosen {
            _ = try await session.withdraw(
                given, in: thread, now: .now, progress: SeekerIO(terminal: terminal).progress)
        }
        terminal.emit(Done(consents: chosen.map { $0.1.id.bytes.hex }))
        terminal.say(
            """
            Taken back: \(chosen.count). On its way to the bridge, which sends nothing of it any more.
            What it had sent before is shown by: kith open
            """)
    }
}
