import ArgumentParser
import Authorities
import Bridging
import Daemon
import Foundation
import Model
import Sealing
import Wire

/// Where a bridge's authorities are described.
struct AuthoritiesOption: ParsableArguments {
    @Option(name: .long, help: "The file that says how each authority is reached.")
    var authorities: String

    func read() throws(Problem) -> [Mapping] {
        do { return try Mapping.read(authorities) } catch {
            throw Problem(.configuration, error.description, hint: error.hint)
        }
    }
}

struct BridgeRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Do the bridge's work until it is told to stop (Ctrl-C).",
        discussion: """
            Asks for the passphrase once and keeps the keys in this process only: nothing is sent while it
            does not run. The node must run beside it: kith run. It may be stopped, or die, at any moment.

            FILE: {"authorities": [{"uri": …, "adapter": "open311", "services": {"threat": "002",
            "*": "009"}, …}]}; kith bridge check tells what else there is, and whether it fits.

            Example:
              kith bridge run --authorities authorities.json
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var bridge: BridgeOptions
    @OptionGroup var file: AuthoritiesOption

    @Option(name: .long, help: "Seconds between two looks.")
    var every: UInt64 = 10

    func run() async throws {
        guard (1...3600).contains(every) else {
            throw Problem(.usage, "--every \(every) is not possible", hint: "1 to 3600 seconds")
        }
        let mappings = try file.read()
        let access = try NodeClient.runningNode(options.folder)
        let session = try await bridge.unlock(options, access)
        let lock = try session.lock(options.folder)
        defer { lock.release() }
        let client = AuthorityClient()
        var adapters: [Text: any DeliveryAdapter] = [:]
        for mapping in mappings {
            adapters[mapping.authority] = Open311Adapter(mapping, client: client)
        }
        let screen = Screen(terminal: options.terminal)
        let worker = BridgeWorker(session, adapters: adapters, clock: { .now }, note: screen.show)
        screen.ready(session)
        try await Working.untilTold { try await work(worker, screen) }
        await client.shutdown()
    }

    /// Rounds until the task is cancelled; one that fails is begun again at the next.
    private func work(_ worker: BridgeWorker, _ screen: Screen) async throws {
        while !Task.isCancelled {
            do throws(Problem) {
                try await worker.turn()
                screen.works()
            } catch {
                // Without its node a bridge can only wait for it.
                if error.status == .unavailable { throw error }
                screen.complain(error)
            }
            try? await Task.sleep(for: .seconds(every))
        }
    }
}

/// What the operator sees of the work: each thing once, not every round.
private final class Screen {
    private struct Event: Encodable {
        let event: String
        var consent: String?
        var text: String?
    }

    private let terminal: Terminal
    private var last: [String: String] = [:]

    init(terminal: Terminal) { self.terminal = terminal }

    func ready(_ session: BridgeSession) {
        terminal.emit(Event(event: "ready"))
        terminal.say(
            """
            kith bridge: ready
              bridge     \(session.keyring.name.string)
              cooling    \(session.keyring.coolingOffSeconds) seconds
              reports    \(session.book.all.count)
            Ctrl-C stops it.
            """)
    }

    func show(_ note: BridgeWorker.Note) {
        switch note {
        case .arrived(let id): tell("arrived", id, nil)
        case .sending(let id): tell("sending", id, nil)
        case .outcome(let id, let word): tell("outcome", id, word)
        case .answered(let id, let state): tell("answered", id, "state \(state)")
        case .published(let what): say("published", what)
        case .noAdapter(let name): once("setup", "no entry in the file for \(name.string)")
        case .notNamed:
            once("setup", "the manifest does not name this bridge: nothing is sent")
        case .waitingForPeers(let inSync, let least):
            once("peers", "\(inSync) of \(least) neighbours are in sync: nothing is sent")
        }
    }

    func works() { last["trouble"] = nil }

    func complain(_ problem: Problem) {
        guard last["trouble"] != problem.what else { return }
        last["trouble"] = problem.what
        Terminal.complain(problem)
    }

    private func tell(_ event: String, _ consent: ConsentID, _ text: String?) {
        let id = consent.bytes.hex
        terminal.emit(Event(event: event, consent: id, text: text))
        terminal.say(
            "\(WallTime.now.shown)  \(id.prefix(8))  \(event)\(text.map { ": " + $0 } ?? "")")
    }

    private func say(_ event: String, _ text: String) {
        terminal.emit(Event(event: event, text: text))
        terminal.say("\(WallTime.now.shown)  \(event): \(text)")
    }

    private func once(_ topic: String, _ text: String) {
        guard last[topic] != text else { return }
        last[topic] = text
        say(topic, text)
    }
}

struct BridgeCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a file of authorities against what they offer; sends no report.",
        discussion: """
            An entry has
              uri                 as the community's manifest names the authority
              adapter             "open311"
              endpoint            where its GeoReport v2 is (default: uri)
              services            service code for each kind of incident, and for all others: "*"
              apiKeyFile          a file with the key, readable by you alone
              jurisdiction        if the endpoint asks for one
              format              "json" (default) or "xml"
              place               address_string where the person named no place
              attributes          {service code: {attribute: value or [values]}}
              tellsWithdrawals    true if it takes servicerequestupdates

            Example:
              kith bridge check --authorities authorities.json
            """)

    @Flag(name: .long, help: "Print JSON instead of text.")
    var json = false

    @OptionGroup var file: AuthoritiesOption

    private struct Line: Encodable {
        let authority: String
        let severity: String
        let text: String
    }

    private struct View: Encodable {
        let findings: [Line]
    }

    func run() async throws {
        let terminal = Terminal(json: json)
        let client = AuthorityClient()
        var lines: [Line] = []
        var errors = 0
        for mapping in try file.read() {
            for finding in await AuthorityChecker(client: client).check(mapping) {
                errors += finding.severity == .error ? 1 : 0
                lines.append(
                    Line(
                        authority: mapping.authority.string, severity: "\(finding.severity)",
                        text: finding.text))
            }
        }
        await client.shutdown()
        terminal.emit(View(findings: lines))
        for line in lines { terminal.say("\(line.severity)  \(line.authority): \(line.text)") }
        guard errors == 0 else {
            throw Problem(
                .configuration, "\(errors) errors: reports would be refused",
                hint: "mend \(file.authorities) and check again")
        }
    }
}
