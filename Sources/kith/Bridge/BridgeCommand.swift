import ArgumentParser
import Bridging
import Daemon
import Model
import Sealing
import Wire

struct BridgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bridge",
        abstract: "Forward what people consented to, and nothing else, to authorities.",
        discussion: """
            Begin:  kith bridge init, tell the steward its key, then kith bridge run
            Work:   kith bridge queue, kith bridge show ID, kith bridge approve ID
            Check:  kith bridge log, kith bridge verify
            """,
        subcommands: [
            BridgeInit.self, BridgeRun.self, BridgeCheck.self, BridgeQueue.self, BridgeShow.self,
            BridgeApprove.self, BridgeRefuse.self, BridgeLogCommand.self, BridgeVerify.self,
        ])
}

struct BridgeInit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a bridge on this node, with keys and a passphrase of its own.",
        discussion: """
            Prints the key that the community's steward must name.

            Examples:
              kith bridge init --name "City bridge"
              kith bridge init --name "City bridge" --cooling-off 7200
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var which: CommunityOptions

    @Option(name: .long, help: "The bridge's name, as seekers shall read it.")
    var name: String = "Bridge"

    @Option(name: .long, help: "How long an approved report waits before it is sent, seconds.")
    var coolingOff: UInt64 = 3600

    @Option(name: .long, help: "Neighbours that must be in sync before anything is sent.")
    var peers: Int = 2

    @Flag(name: .long, help: "Read the passphrase from the first line of standard input.")
    var passphraseStdin = false

    private struct View: Encodable {
        let name: String
        let key: String
        let community: String
        let madePassphrase: Bool
    }

    func run() async throws {
        guard (1...Limits.links).contains(peers) else {
            throw Problem(
                .usage, "--peers \(peers) is not possible", hint: "2 is usual, 1 the least")
        }
        try Setup.checkName(name)
        let access = try await options.access()
        let view = try await CommunityView.find(which.community, access, now: .now)
        let terminal = options.terminal
        let (passphrase, isMade) = try NewPassphrase(terminal: terminal).read(
            fromInput: passphraseStdin)
        let session = try await BridgeSession.create(
            name, passphrase: [UInt8](passphrase.utf8), view, coolingOffSeconds: coolingOff,
            leastPeersInSync: peers, access, now: .now)
        let key = session.keyring.publicKey.hex
        terminal.emit(
            View(
                name: name, key: key, community: view.community.bytes.hex, madePassphrase: isMade))
        terminal.say(
            """
            Bridge \(name) of \(view.name), with the key
              \(key)
            The steward names it, and the authorities it may forward to:
              kith community bridge \(key) --authority URI --name NAME
            Then: kith bridge run --authorities FILE
            """)
    }
}

struct BridgeQueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "List consented reports: those that wait for you first.",
        discussion: """
            Examples:
              kith bridge queue
              kith bridge queue --all --json
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var bridge: BridgeOptions

    @Flag(name: .long, help: "Also those that are done with.")
    var all = false

    private struct View: Encodable {
        let reports: [ReportLine]
        let isNamed: Bool
    }

    func run() async throws {
        let session = try await bridge.unlock(options, options.access())
        let lines = session.book.all.map { ReportLine($0, session.book) }
        let shown =
            lines.filter { $0.needsPeople }
            + lines.filter { !$0.needsPeople && (all || options.json || isUnderWay($0)) }
        let terminal = options.terminal
        terminal.emit(View(reports: shown, isNamed: session.isNamed))
        for line in shown { terminal.say(line.line) }
        if shown.isEmpty { terminal.say("Nothing waits.") }
        if !session.isNamed {
            terminal.say("The community's manifest does not name this bridge: nothing is sent.")
        }
    }

    private func isUnderWay(_ line: ReportLine) -> Bool {
        !line.withdrawn && ["approved", "sending", "retrying", "unclear"].contains(line.state)
    }
}

struct BridgeShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a report: exactly the consented fields.",
        discussion: """
            Example:
              kith bridge show 3fa94c10
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var bridge: BridgeOptions

    @Argument(help: "The beginning of the consent's id.")
    var consent: String

    func run() async throws {
        let session = try await bridge.unlock(options, options.access())
        let line = ReportLine(try session.find(consent), session.book)
        options.terminal.emit(line)
        for text in line.lines { options.terminal.say(text) }
    }
}

private struct Decided: Encodable {
    let event: String
    let consent: String
}

struct BridgeApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Agree that a report is sent, once the cooling-off is over.",
        discussion: """
            Also for a report that was parked: it is tried again.

            Example:
              kith bridge approve 3fa94c10
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var bridge: BridgeOptions

    @Argument(help: "The beginning of the consent's id.")
    var consent: String

    func run() async throws {
        let session = try await bridge.unlock(options, options.access())
        let entry = try session.find(consent)
        try await session.decide { (book) throws(Problem) in
            do throws(BridgeBook.DecisionError) {
                return try book.approval(of: book.entries[entry.id] ?? entry, now: .now)
            } catch {
                throw Problem(error)
            }
        }
        let terminal = options.terminal
        terminal.emit(Decided(event: "approved", consent: entry.id.bytes.hex))
        terminal.say(
            "Approved. It is sent in \(session.keyring.coolingOffSeconds) seconds, if it still may be."
        )
    }
}

struct BridgeRefuse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse", abstract: "Refuse a report, with a reason that the person reads.",
        discussion: """
            Example:
              kith bridge refuse 3fa94c10 --reason "That authority is not competent; ask the city."
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var bridge: BridgeOptions

    @Argument(help: "The beginning of the consent's id.")
    var consent: String

    @Option(name: .long, help: "Why, in words the person will read.")
    var reason: String

    func run() async throws {
        guard !reason.allSatisfy(\.isWhitespace), reason.utf8.count <= 500 else {
            throw Problem(.usage, "a reason has 1 to 500 bytes", hint: "--reason TEXT")
        }
        let session = try await bridge.unlock(options, options.access())
        let entry = try session.find(consent)
        try await session.decide { (book) throws(Problem) in
            do throws(BridgeBook.DecisionError) {
                return try book.refusal(
                    of: book.entries[entry.id] ?? entry, reason: Text(reason), now: .now)
            } catch {
                throw Problem(error)
            }
        }
        options.terminal.emit(Decided(event: "refused", consent: entry.id.bytes.hex))
        options.terminal.say("Refused. The person reads why.")
    }
}

extension Problem {
    init(_ error: BridgeBook.DecisionError) {
        switch error {
        case .alreadySent:
            self.init(.badData, "it was sent already", hint: "kith bridge show ID")
        case .decided:
            self.init(.badData, "that was decided before", hint: "kith bridge show ID")
        case .withdrawn:
            self.init(.badData, "the person has taken it back", hint: "nothing is sent")
        case .ended: self.init(.badData, "the consent has ended", hint: "nothing is sent")
        case .unknownOutcome:
            self.init(
                .tryAgain, "nobody knows yet whether it was received",
                hint: "wait until the bridge has looked: kith bridge run")
        }
    }
}
