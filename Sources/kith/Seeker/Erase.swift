import ArgumentParser
import Daemon
import Foundation
import Model
import Seeking

struct Erase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take back everything a return code opens.",
        discussion: """
            Copies that people have read or written down can't be recalled. The relays let the
            retractions go one by one, at random times, so that nobody can tell what belonged together;
            the handle shows how far it is.

            Examples:
              kith erase
              kith erase --state HANDLE
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var which: CommunityOptions

    @Option(name: .long, help: "How far an erasure is, by its handle.")
    var state: String?

    @Flag(
        name: .long,
        help: "Go on where a consent can't be taken back now; then nobody can later.")
    var leaveConsents = false

    private struct Confirm: Encodable {
        let event = "confirm"
        let type = "erase"
    }

    private struct Done: Encodable {
        let event = "erased"
        let handle: String
        let retractions: Int
    }

    private struct State: Encodable {
        let applied: Int
        let of: Int
        let confirmedBy: Int
        let relays: Int
    }

    func run() async throws {
        let access = try await options.access()
        if let state { return try await show(state, access) }
        let terminal = options.terminal
        let view = try await CommunityView.find(which.community, access, now: .now)
        let code = try CodeDialogue(terminal: terminal).ask()
        let session = try SeekerSession(code, view, access)
        let book = try await session.read(now: .now)
        guard book.threads.contains(where: { !$0.isGone }) else {
            throw Problem(
                .notFound, "nothing was found under this code on this relay",
                hint: "a relay that has just started may not have everything yet")
        }
        terminal.emit(Confirm())
        guard terminal.line("This can't be undone. Type erase: ") == "erase" else {
            throw Problem(.badData, "not confirmed: nothing was erased", hint: "type erase")
        }
        let io = SeekerIO(terminal: terminal)
        let erased = try await session.erase(
            book, leavingConsents: leaveConsents, now: .now, progress: io.progress)
        terminal.emit(Done(handle: erased.handle.bytes.hex, retractions: erased.retractions))
        terminal.say(
            """
            \(erased.retractions) retractions are kept here and will go out one by one.
            See how far it is: kith erase --state \(erased.handle.bytes.hex)
            """)
    }

    private func show(_ text: String, _ access: any NodeAccess) async throws(Problem) {
        guard let bytes = [UInt8](hex: text), let handle = Handle(bytes) else {
            throw Problem(.badData, "that is not a handle", hint: "32 hexadecimal digits")
        }
        let (items, relays) = try await NodeClient.erasure(handle, access)
        guard !items.isEmpty else {
            throw Problem(.notFound, "no such erasure is known here", hint: "check the handle")
        }
        let applied = items.filter { $0.isHeld }.count
        let confirmed = items.map { max($0.confirmedBy, $0.announcedBy) }.min() ?? 0
        options.terminal.emit(
            State(applied: applied, of: items.count, confirmedBy: confirmed, relays: relays))
        options.terminal.say(
            """
            Erased on this relay: \(applied) of \(items.count).
            All of it confirmed by \(confirmed) of \(relays) other relays known here.
            Copies that people have made can't be recalled.
            """)
    }
}
