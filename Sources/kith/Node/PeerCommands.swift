import ArgumentParser
import Daemon
import Model
import Sealing

struct Peers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the relays this node is linked with or knows.",
        discussion: """
            Example:
              kith peers --json
            """)

    @OptionGroup var options: FolderOptions

    private struct View: Encodable {
        let peers: [PeerStatus]
    }

    func run() async throws {
        let peers = try await NodeClient.peers(options.access())
        options.terminal.emit(View(peers: peers))
        if peers.isEmpty {
            options.terminal.say("No relay is known. kith peer add HOST:PORT, or kith join INVITE.")
        }
        for peer in peers {
            let marks = [
                peer.isLinked ? "linked" : "not linked", peer.isDialled ? "dialled by us" : nil,
                Self.place(peer.place), peer.isStem ? "stem" : nil,
                peer.isInSync ? "in sync" : nil, Self.comparing(peer),
                peer.isPinned ? "pinned" : nil, peer.isBlocked ? "blocked" : nil,
                peer.failures > 0 ? "\(peer.failures) failed dials" : nil,
            ].compactMap { $0 }.joined(separator: ", ")
            options.terminal.say(
                "\(peer.node?.prefix(16) ?? "unknown         ")  \(peer.address ?? "-")  \(marks)")
        }
    }
}

extension Peers {
    private static func place(_ place: PeerStatus.Place) -> String? {
        switch place {
        case .eager: "neighbour (pushed to)"
        case .lazy: "neighbour (announced to)"
        case .outside: nil
        }
    }

    private static func comparing(_ peer: PeerStatus) -> String? {
        let now = peer.comparing.map { "comparing what lives a \($0)" }
        let last = peer.comparedSecondsAgo.map { "compared \($0 / 60) min ago" }
        let words = (now + [last].compactMap { $0 }).joined(separator: ", ")
        return words.isEmpty ? nil : words
    }
}

struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Join the network of an invite; with a member's invite, become a member.",
        discussion: """
            Examples:
              kith join kith1:...
              kith join kith1:... --name Mina
            """)

    @OptionGroup var options: FolderOptions

    @Argument(help: "The invite: one line beginning with kith1:")
    var invite: String

    @Option(name: .long, help: "Your name as members and seekers shall read it.")
    var name: String?

    @Option(name: .long, help: "Address to listen on, for a new node.")
    var listen: String = Setup.usualListen

    @Flag(name: .long, help: "Read the passphrase from the first line of standard input.")
    var passphraseStdin = false

    private struct View: Encodable {
        let network: String
        let community: String
        let member: Bool
    }

    func run() async throws {
        let terminal = options.terminal
        let invite = try Setup.invite(invite, now: .now)
        let wantsMembership = invite.oneTimeSecret != nil && name != nil
        let passphrase =
            wantsMembership
            ? try NewPassphrase(terminal: terminal).read(fromInput: passphraseStdin).0 : nil
        try await Setup.join(
            options.folder, invite,
            Setup.Place(listen: listen, advertised: nil))
        if let passphrase, let name {
            try await Setup.becomeMember(
                invite, name: name, passphrase: passphrase, try await options.access(),
                now: .now)
        }
        terminal.emit(
            View(
                network: invite.network.bytes.hex, community: invite.community.bytes.hex,
                member: wantsMembership))
        terminal.say("Joined network \(invite.network.bytes.hex.prefix(16)).")
        if wantsMembership {
            terminal.say("The steward must approve you; kith inbox then shows the cases.")
        } else if invite.oneTimeSecret != nil {
            terminal.say("To become a member, run it again with --name NAME.")
        }
    }
}

struct PeerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer", abstract: "Add, pin or block a relay.",
        subcommands: [Add.self, Pin.self, Block.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Dial a relay, now and whenever it is lost.",
            discussion: """
                Examples:
                  kith peer add relay.example.org:4711
                  kith peer add '[2001:db8::1]:4711'
                """)

        @OptionGroup var options: FolderOptions

        @Argument(help: "host:port")
        var address: String

        func run() async throws {
            try await NodeClient.addPeer(address, options.access())
            options.terminal.say("Will be dialled: \(address)")
        }
    }

    struct Pin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a relay linked before others.",
            discussion: """
                Example:
                  kith peer pin 3fa94c10
                """)

        @OptionGroup var options: FolderOptions

        @Argument(help: "Its node id or a beginning of it that fits one known peer.")
        var node: String

        @Flag(name: .long, help: "No longer.")
        var undo = false

        func run() async throws {
            try await NodeClient.mark(node, pinned: !undo, blocked: nil, options.access())
            options.terminal.say(undo ? "No longer pinned." : "Pinned.")
        }
    }

    struct Block: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have no links with a relay.",
            discussion: """
                Example:
                  kith peer block 3fa94c10
                """)

        @OptionGroup var options: FolderOptions

        @Argument(help: "Its node id or a beginning of it that fits one known peer.")
        var node: String

        @Flag(name: .long, help: "No longer.")
        var undo = false

        func run() async throws {
            try await NodeClient.mark(node, pinned: nil, blocked: !undo, options.access())
            options.terminal.say(undo ? "No longer blocked." : "Blocked.")
        }
    }
}
