import ArgumentParser
import Casework
import Daemon
import Entropy
import Foundation
import Model
import Sealing
import Wire

/// Seeker and supporter in one process, each at their own relay: what a person waits for without
/// the start of programs and the stretching of codes and passphrases, which is told apart.
struct AskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask",
        abstract: "Asks at one relay until the request lies opened in the inbox of another.",
        discussion: """
            Parts of a request, one after the other:
              stretch   making the case's keys from the return code (16 MiB of Argon2id)
              submit    sealing, work, and the first relay's acknowledgement
              arrive    from the acknowledgement until the other relay shows a new envelope
              open      from then until the request is opened and kept in the inbox
            "ask" is submit, arrive and open together. Unlocking the vault is not in it.

            Example:
              echo PASSPHRASE | kith-bench ask --from /tmp/C --to /tmp/A --count 200
            """)

    @Option(name: .long, help: "Data folder of the relay where people ask.")
    var from: String

    @Option(name: .long, help: "Data folder of the relay where a supporter reads.")
    var to: String

    @Option(name: .long, help: "Requests, one after the other.")
    var count = 200

    @Option(name: .long, help: "Seconds after which a request counts as lost.")
    var patience = 30.0

    private struct View: Encodable {
        let count: Int
        let workBase: UInt8
        let envelopes: Int
        let ask: Spread
        let stretch: Spread
        let submit: Spread
        let arrive: Spread
        let open: Spread
    }

    func run() async throws {
        guard count > 0 else { throw ValidationError("--count must be 1 or more") }
        let seeking = try await NodeClient.reach(NodeFolder(from))
        let helping = try await NodeClient.reach(NodeFolder(to))
        let view = try await CommunityView.find(nil, seeking, now: .now)
        var inbox = InboxReader(try await desk(helping), helping, view, patience: patience)
        try await inbox.settle()
        var stretch: [Double] = []
        var submit: [Double] = []
        var arrive: [Double] = []
        var open: [Double] = []
        var ask: [Double] = []
        var envelopes = 0
        for number in 1...count {
            let stretching = ContinuousClock.now
            let session = try SeekerSession(ReturnCode(random: Entropy.bytes), view, seeking)
            stretch.append(milliseconds(since: stretching))
            let begun = ContinuousClock.now
            let request = try session.request(Self.incident(number), number: 0, now: .now)
            let sent = try await session.send(request, progress: { _, _ in })
            submit.append(milliseconds(since: begun))
            let (arrival, opening) = try await inbox.wait(for: sent.caseID)
            arrive.append(arrival)
            open.append(opening)
            ask.append(milliseconds(since: begun))
            envelopes += sent.envelopes
        }
        try printJSON(
            View(
                count: count, workBase: view.workBase, envelopes: envelopes, ask: Spread(ask),
                stretch: Spread(stretch), submit: Spread(submit), arrive: Spread(arrive),
                open: Spread(open)))
    }

    private func desk(_ access: any NodeAccess) async throws -> DeskSession {
        let names = try await NodeClient.vaultNames(access)
        guard names.count == 1 else {
            throw Problem(
                .usage, "the relay in \(to) has \(names.count) vaults, one is needed",
                hint: "use a folder made by tools/bench")
        }
        return try await DeskSession.unlock(
            names[0], passphrase: [UInt8]((readLine() ?? "").utf8), access, now: .now)
    }

    /// About six hundred letters, as people write.
    private static func incident(_ number: Int) -> Incident {
        var incident = Incident()
        incident.account = Text(
            "Request \(number). " + String(repeating: "He waits on the stairs again. ", count: 20))
        incident.language = Text("en")
        return incident
    }
}

/// The supporter's side: waits for a new envelope by asking once a millisecond, then opens it.
private struct InboxReader {
    private let desk: DeskSession
    private let access: any NodeAccess
    private let view: CommunityView
    private let patience: Double
    private var seen: Int64 = 0

    init(
        _ desk: DeskSession, _ access: any NodeAccess, _ view: CommunityView, patience: Double
    ) {
        self.desk = desk
        self.access = access
        self.view = view
        self.patience = patience
    }

    /// Opens what is there already.
    mutating func settle() async throws {
        try await desk.sync(now: .now)
        while try await hasNew() {}
    }

    /// Milliseconds from now until something new is there, and from then until the case is open.
    mutating func wait(for id: CaseID) async throws -> (arrival: Double, opening: Double) {
        let begun = ContinuousClock.now
        // A request is two envelopes, of which the inbox needs one; either may come first.
        while true {
            while try await !hasNew() {
                guard milliseconds(since: begun) < patience * 1000 else {
                    throw Problem(
                        .tryAgain, "a request did not arrive within \(patience) s",
                        hint: "are the relays linked? kith peers")
                }
                try await Task.sleep(for: .milliseconds(1))
            }
            let arrival = milliseconds(since: begun)
            try await desk.sync(now: .now)
            if let found = desk.book.cases[id], !found.requests.isEmpty {
                return (arrival, milliseconds(since: begun) - arrival)
            }
        }
    }

    private mutating func hasNew() async throws -> Bool {
        let topic = Topics.intake(view.community, WallTime.now.slot.week)
        let request = ControlRequest.items(topic: Data(topic.bytes), after: seen)
        guard case .items(let rows) = try await access.call(request), let last = rows.last else {
            return false
        }
        seen = last.seq
        return true
    }
}
