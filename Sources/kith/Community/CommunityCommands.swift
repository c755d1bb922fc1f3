import ArgumentParser
import Casework
import Daemon
import Model
import Sealing
import Wire

struct CommunityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "community", abstract: "Make a community, invite to it, keep it going.",
        subcommands: [
            Create.self, InviteCommand.self, Members.self, ShowCommunity.self, Publish.self,
            NameBridge.self, LinkCommand.self,
        ])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Make a community and its network on a node that has none (kith init --bare).",
            discussion: """
                Example:
                  kith community create "Harbour Street" --name Ada
                """)

        @OptionGroup var options: FolderOptions

        @Argument(help: "Name of the community.")
        var community: String

        @Option(name: .long, help: "Your name as its members and seekers shall read it.")
        var name: String = "Steward"

        @Flag(name: .long, help: "A network for trying things out: less work, marked as a test.")
        var testNetwork = false

        @Flag(name: .long, help: "A closed network: only who has an invite can even connect.")
        var closed = false

        @Flag(name: .long, help: "Read the passphrase from the first line of standard input.")
        var passphraseStdin = false

        private struct View: Encodable {
            let network: String
            let community: String?
            let invite: String?
        }

        func run() async throws {
            let terminal = options.terminal
            let (passphrase, _) = try NewPassphrase(terminal: terminal).read(
                fromInput: passphraseStdin)
            let made = try await Setup.found(
                options.folder,
                Setup.NewCommunity(
                    community: community, founder: name, isTest: testNetwork, isClosed: closed),
                passphrase: passphrase)
            terminal.emit(
                View(
                    network: made.network.bytes.hex, community: made.community?.bytes.hex,
                    invite: made.invite))
            terminal.say("Made \(community). Next: kith run")
        }
    }

    struct InviteCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "invite",
            abstract: "Write an invite: for one new member, or with --relay for any relay.",
            discussion: """
                A member's invite is a secret for one person and ends after a week.
                A relay's invite only says where the network is; in a closed network it is secret too.

                Examples:
                  kith community invite
                  kith community invite --relay
                """)

        @OptionGroup var options: FolderOptions
        @OptionGroup var person: PersonOptions

        @Flag(name: .long, help: "For a relay, not for a member; needs no passphrase.")
        var relay = false

        @Option(name: .long, help: "How many days a member's invite holds.")
        var days: UInt64 = 7

        private struct View: Encodable {
            let invite: String
            let expires: UInt64?
        }

        func run() async throws {
            guard (1...90).contains(days) else {
                throw Problem(.usage, "an invite holds 1 to 90 days", hint: "--days 7")
            }
            let joining = try await NodeClient.joining(options.access())
            let terminal = options.terminal
            if relay {
                let invite = try joining.relayInvite()
                terminal.emit(View(invite: invite.text, expires: nil))
                return terminal.say(invite.text)
            }
            let desk = try await person.unlock(options)
            guard desk.keyring.office != nil else {
                throw Problem(
                    .noRights, "only who holds the community's keys can invite members",
                    hint: "kith community invite --relay works on every node")
            }
            let expiry = WallTime.now.adding(seconds: days * 86400)
            let invite = desk.invite(joining, expiry: expiry)
            try await desk.save()
            terminal.emit(View(invite: invite.text, expires: expiry.seconds))
            terminal.say(
                """
                For one person, until \(expiry.shown). Send it so that nobody else sees it:

                \(invite.text)

                They type: kith join INVITE --name NAME
                Then you:  kith community members --approve NAME
                """)
        }
    }

    struct Members: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List members and who asks to become one; approve or remove.",
            discussion: """
                Examples:
                  kith community members
                  kith community members --approve Mina
                  kith community members --approve all
                  kith community members --remove Mina
                """)

        @OptionGroup var options: FolderOptions
        @OptionGroup var person: PersonOptions

        @Option(name: .long, help: "Make this person a member; all for everybody who asks.")
        var approve: String?

        @Option(name: .long, help: "Remove this member: a new epoch with new keys.")
        var remove: String?

        private struct Line: Encodable {
            let name: String
            let persona: String
            let waiting: Bool
        }

        private struct View: Encodable {
            let members: [Line]
        }

        func run() async throws {
            let desk = try await person.unlock(options)
            let terminal = options.terminal
            if let approve {
                let names = try await desk.approve(approve, now: .now)
                terminal.say("Approved: \(names.joined(separator: ", "))")
            }
            if let remove {
                try await desk.remove(remove, relay: options.access(), now: .now)
                terminal.say("Removed. All others get new keys.")
            }
            let view = View(
                members: desk.memberList.map {
                    Line(name: $0.name, persona: $0.persona.bytes.hex, waiting: false)
                }
                    + desk.waiting(now: .now).map {
                        Line(
                            name: $0.name?.string ?? "", persona: $0.persona.bytes.hex,
                            waiting: true)
                    })
            terminal.emit(view)
            for member in view.members {
                terminal.say(
                    "\(member.persona.prefix(16))  \(member.name)"
                        + (member.waiting ? "  asks to become a member" : ""))
            }
        }
    }

    struct ShowCommunity: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a community as its signed records describe it.",
            discussion: """
                Example:
                  kith community show --json
                """)

        @OptionGroup var options: FolderOptions
        @OptionGroup var which: CommunityOptions

        private struct View: Encodable {
            let name: String
            let community: String
            let network: String
            let networkName: String
            let testNetwork: Bool
            let workBase: UInt8
            let epoch: UInt64
            let stewards: Int
            let threshold: UInt64
            let languages: [String]
            let relays: [String]
            let manifestUntil: UInt64
            let bridges: [BridgeLine]
        }

        func run() async throws {
            let view = try await CommunityView.find(
                which.community, options.access(), now: .now)
            let root = view.roots.newest
            let shown = View(
                name: view.name, community: view.community.bytes.hex,
                network: view.network.bytes.hex, networkName: view.charter.name.string,
                testNetwork: view.charter.isTest, workBase: view.workBase,
                epoch: view.manifest.epoch, stewards: root.stewards.count,
                threshold: root.threshold, languages: view.manifest.languages.map { $0.string },
                relays: view.manifest.relays.map { $0.bytes.hex },
                manifestUntil: view.manifestUntil.seconds,
                bridges: view.bridges.map { BridgeLine($0) })
            let terminal = options.terminal
            terminal.emit(shown)
            terminal.say("\(shown.name)  \(shown.community)")
            terminal.say(
                "network \(shown.networkName)\(shown.testNetwork ? " (test)" : ""),"
                    + " work base \(shown.workBase)")
            terminal.say("stewards \(shown.stewards), \(shown.threshold) must sign")
            terminal.say("manifest until \(view.manifestUntil.shown), epoch \(shown.epoch)")
            for bridge in shown.bridges {
                for line in bridge.lines { terminal.say(line) }
            }
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish the community's manifest anew; at least every 14 days.",
            discussion: """
                Example:
                  kith community publish --language en --language es
                """)

        @OptionGroup var options: FolderOptions
        @OptionGroup var person: PersonOptions

        @Option(name: .long, help: "A language you answer in; may be repeated.")
        var language: [String] = []

        private struct View: Encodable {
            let event = "published"
            let until: UInt64
        }

        func run() async throws {
            for tag in language { try checkLanguage(tag) }
            let desk = try await person.unlock(options)
            let until = try await desk.publish(
                languages: language, relay: options.access(), now: .now)
            options.terminal.emit(View(until: until.seconds))
            options.terminal.say("Published; it holds until \(until.shown).")
        }
    }
}
