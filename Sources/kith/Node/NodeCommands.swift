import ArgumentParser
import Daemon
import Foundation
import Logging
import Model
import Sealing
import Wire

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a node: with a community and network of its own, or joining one.",
        discussion: """
            Examples:
              kith init
              kith init --community "Harbour Street" --name Ada
              kith init --join kith1:...
              kith init --bare
            """)

    @OptionGroup var options: FolderOptions

    @Option(name: .long, help: "Join the network of this invite instead of making one.")
    var join: String?

    @Flag(name: .long, help: "Make the node only; kith community create or kith join comes later.")
    var bare = false

    @Option(name: .long, help: "Name of the new community.")
    var community: String = "Our community"

    @Option(name: .long, help: "Your name as its members and seekers shall read it.")
    var name: String = "Steward"

    @Option(name: .long, help: "Address to listen on.")
    var listen: String = Setup.usualListen

    @Option(name: .long, help: "Address others are told, host:port; may be repeated.")
    var advertise: [String] = []

    @Flag(name: .long, help: "A network for trying things out: less work, marked as a test.")
    var testNetwork = false

    @Flag(name: .long, help: "On a test network: as much work as on a real one.")
    var fullWork = false

    @Flag(name: .long, help: "A closed network: only who has an invite can even connect.")
    var closed = false

    @Flag(name: .long, help: "Read the passphrase from the first line of standard input.")
    var passphraseStdin = false

    private struct View: Encodable {
        let node: String
        let network: String
        let community: String?
        let invite: String?
        let data: String
        let madePassphrase: Bool
    }

    func run() async throws {
        let terminal = options.terminal
        let place = Setup.Place(
            listen: listen, advertised: advertise.isEmpty ? nil : advertise)
        if let join {
            let invite = try Setup.invite(join, now: .now)
            let made = try await Setup.initialise(options.folder, joining: invite, place)
            finish(made, nil, false, terminal)
            if invite.oneTimeSecret != nil {
                terminal.say("This invite makes you a member too: kith join INVITE --name NAME")
            }
            return
        }
        if bare {
            let made = try await Setup.initialise(options.folder, bare: place)
            return finish(made, nil, false, terminal)
        }
        try Setup.refuseInitialised(options.folder)
        let (passphrase, isMade) = try NewPassphrase(terminal: terminal).read(
            fromInput: passphraseStdin)
        let founding = Setup.NewCommunity(
            community: community, founder: name, isTest: testNetwork, isClosed: closed,
            hasFullWork: fullWork)
        let made = try await Setup.initialise(
            options.folder, founding: founding, passphrase: passphrase, place)
        finish(made, isMade ? passphrase : nil, isMade, terminal)
    }

    private func finish(
        _ made: Setup.Made, _ passphrase: String?, _ isMade: Bool, _ terminal: Terminal
    ) {
        terminal.emit(
            View(
                node: made.node.bytes.hex, network: made.network.bytes.hex,
                community: made.community?.bytes.hex, invite: made.invite, data: made.folder.path,
                madePassphrase: isMade))
        terminal.say("Node \(made.node.bytes.hex.prefix(16)) in \(made.folder.path)")
        if let community = made.community {
            terminal.say("Community \(community.bytes.hex.prefix(16))")
        }
        if let invite = made.invite {
            let isSecret = closed ? "secret: it opens your closed network" : "not secret"
            terminal.say("Invite for relays (\(isSecret)):\n  \(invite)")
        }
        terminal.say("Next: kith run")
    }
}

/// A new passphrase: typed twice, or made when the person types nothing.
struct NewPassphrase {
    let terminal: Terminal

    private struct Event: Encodable {
        let event = "passphrase"
        let passphrase: String
    }

    func read(fromInput: Bool) throws(Problem) -> (String, isMade: Bool) {
        terminal.say("A passphrase protects what you open on this node.")
        let typed = try terminal.secret(
            "New passphrase (Enter alone makes one for you): ", fromInput: fromInput)
        if typed.isEmpty { return (show(), true) }
        guard typed.utf8.count >= 8 else {
            throw Problem(
                .badData, "the passphrase is too short", hint: "8 characters or more, or Enter")
        }
        if Terminal.isInteractive, !fromInput {
            guard try terminal.secret("Once more: ") == typed else {
                throw Problem(.badData, "the two are not the same", hint: "begin again")
            }
        }
        return (typed, false)
    }

    private func show() -> String {
        let made = Setup.makePassphrase()
        terminal.emit(Event(passphrase: made))
        terminal.say(
            """

            Your passphrase. Write it down; it is shown once, here:

                \(made)

            """)
        return made
    }
}

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the node until it is told to stop (Ctrl-C).",
        discussion: """
            Examples:
              kith run
              kith run --listen 0.0.0.0:4711 --advertise relay.example.org:4711
              kith run --public 127.0.0.1:8470

            The seeker's page is served on this computer, at http://127.0.0.1:8470/. Visitors from
            elsewhere need TLS or an onion service before it: over plain HTTP whoever stands
            between reads who visits, and can change the page so that it tells them the rest.

            An onion service, by these lines of Tor's torrc; the name is then in the file hostname:
              HiddenServiceDir /var/lib/tor/kith-page
              HiddenServicePort 80 127.0.0.1:8470
              HiddenServicePoWDefensesEnabled 1

            Or a proxy with a certificate, on this computer, that keeps no log of visitors; here of
            Caddy, in its Caddyfile:
              relay.example.org {
                  reverse_proxy 127.0.0.1:8470
              }

            Then give seekers the link: kith community link --url https://relay.example.org/
            """)

    @OptionGroup var options: FolderOptions

    @Option(name: .long, help: "Listen here this time instead of where kith init said.")
    var listen: String?

    @Option(name: .long, help: "Address others are told this time, host:port; may be repeated.")
    var advertise: [String] = []

    @Option(
        name: .long,
        help: "Mean wait before an erasure goes out, seconds; test networks only (default: 600).")
    var eraseDelay: UInt64?

    @Option(
        name: .long,
        help: """
            Mean wait between messages that leave, seconds; test networks only, where 0 sends them \
            at once and hides nothing (default: 10).
            """)
    var stemGap: UInt64?

    @Option(name: .long, help: "Keep so many GiB of messages at the most (default: 16).")
    var storeGib: UInt64?

    @Option(name: .long, help: "Keep so many messages at the most (default: 8000000).")
    var storeRows: UInt64?

    @Option(name: .long, help: "Serve the page here, on this computer (default: 127.0.0.1:8470).")
    var page: String?

    @Option(
        name: .long,
        help: "Serve it here for visitors from elsewhere; TLS or an onion service stands before.")
    var `public`: String?

    @Flag(name: .long, help: "Allow --public to speak HTTP without TLS with other computers.")
    var plainHttp = false

    @Option(name: .long, help: "Serve the page's files out of this folder.")
    var pages: String?

    @Flag(name: .long, help: "Serve no page.")
    var noPage = false

    @Flag(name: .long, help: "Log more.")
    var verbose = false

    private func place() throws(Problem) -> PagePlace? {
        guard !noPage else {
            guard page == nil, `public` == nil, pages == nil else {
                throw Problem(
                    .usage, "--no-page says that there is no page", hint: "leave the others out")
            }
            return nil
        }
        return try PagePlace(page: page, shared: `public`, isPlain: plainHttp, folder: pages)
    }

    func run() async throws {
        let place = try place()
        var tuning = Tuning()
        if let eraseDelay { tuning.erasureSeconds = eraseDelay }
        if let stemGap { tuning.stemGapMilliseconds = min(stemGap, 1 << 32) * 1000 }
        if let storeGib { tuning.storeBytes = min(max(storeGib, 1), 1 << 30) << 30 }
        if let storeRows { tuning.storeRows = min(max(storeRows, 1000), 1 << 40) }
        let chosen = tuning
        let service = try await NodeClient.patiently(options.folder) {
            () async throws(Problem) -> NodeService in
            try await NodeService.open(
                options.folder, tuning: chosen, listen: listen,
                advertised: advertise.isEmpty ? nil : advertise,
                logLevel: verbose ? .debug : .info)
        }
        let terminal = options.terminal
        try await service.run(page: place) { ready in
            terminal.emit(ready)
            terminal.say("kith: ready")
            terminal.say("  node       \(ready.node)")
            terminal.say("  network    \(ready.networkName ?? ready.network)")
            for community in ready.communities {
                terminal.say("  community  \(community.name ?? "not arrived yet") \(community.id)")
            }
            terminal.say("  listening  \(ready.listen)")
            for address in ready.addresses { terminal.say("  reached at \(address)") }
            for link in ready.page?.links ?? [] { terminal.say("  page       \(link)") }
            terminal.say("  data       \(options.folder.path)")
            for warning in ready.warnings { terminal.say("  warning    \(warning)") }
            // As it was started, so that the next line can be typed as it stands.
            let program = CommandLine.arguments[0]
            let folder = options.data.map { " --data \($0)" } ?? ""
            terminal.say(
                """
                Next, in another terminal:
                  \(program) ask\(folder)     ask for support
                  \(program) inbox\(folder)   read what was asked, as a supporter
                  \(program) status\(folder)  look at this node
                  \(program) community invite --relay\(folder)  let another relay in
                Ctrl-C stops the node.
                """)
        }
    }
}

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the node; with CASE and STATE, tell a case's writer where it stands.",
        discussion: """
            States: received, in_progress, waiting_for_you, referred, resolved, closed.

            Examples:
              kith status
              kith status 3fa94c10 in_progress --explain "We are looking for a room."
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var person: PersonOptions

    @Argument(help: "The beginning of a case's id.")
    var `case`: String?

    @Argument(help: "Its new state.")
    var state: String?

    @Option(name: .long, help: "Why, in words the person will read.")
    var explain: String?

    func run() async throws {
        if let prefix = `case` {
            guard let state else {
                throw Problem(
                    .usage, "which state?", hint: "kith status CASE STATE --explain TEXT")
            }
            return try await StatusChange(options: options, person: person)
                .run(prefix, state, explain: explain)
        }
        let status = try await NodeClient.status(options.access())
        options.terminal.emit(status)
        for line in lines(status) { options.terminal.say(line) }
    }

    private func lines(_ status: NodeStatus) -> [String] {
        var lines = [
            "node       \(status.node)",
            "network    \(status.networkName ?? "charter not arrived yet")"
                + (status.isTest ? " (test)" : "") + " \(status.network.prefix(16))",
            status.isRunning
                ? "running    process \(status.pid), since "
                    + WallTime(seconds: status.startedAt).shown
                : "running    no: kith run starts it",
            "listening  \(status.listen)",
            "peers      \(status.peers.count) linked, \(status.gossip.neighbours) of them neighbours,"
                + " \(status.peersInSync) in sync; \(status.gossip.passive) others remembered",
            "spreading  pushed to \(status.gossip.eager), announced to"
                + " \(status.gossip.neighbours - status.gossip.eager); \(status.gossip.stems) stems,"
                + " \(status.gossip.onStem) messages on theirs",
            "comparing  with other relays: \(status.gossip.comparisons) under way, and"
                + " \(status.gossip.wanted) messages heard of and not here yet",
            "store      \(status.items) items, \(status.bytes / 1024) KiB,"
                + " \(status.retractions) of them retractions",
        ]
        for community in status.communities {
            let until = community.manifestUntil.map { "until " + WallTime(seconds: $0).shown }
            lines.append(
                "community  \(community.name ?? community.id.prefix(16).description): manifest "
                    + (until ?? "not arrived yet"))
        }
        if let page = status.page {
            let files = page.hash.map { "\(page.files) files \($0.prefix(16))" } ?? "no files"
            lines.append("page       \(page.address), \(files)")
            lines += page.links.map { "link       \($0)" }
        }
        return lines + status.warnings.map { "warning    \($0)" }
    }
}
