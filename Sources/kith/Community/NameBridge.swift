import ArgumentParser
import Daemon
import Model
import Sealing
import Wire

/// A bridge as people and programs read it.
struct BridgeLine: Encodable {
    struct Authority: Encodable {
        let uri: String
        let name: String
        let publishing: Bool
    }

    let key: String
    let name: String
    /// Whether a card of it that holds has arrived.
    let reachable: Bool
    let coolingOffSeconds: UInt64?
    let authorities: [Authority]

    init(_ bridge: CommunityView.Bridge) {
        key = bridge.named.key.hex
        name = bridge.name
        reachable = bridge.card != nil
        coolingOffSeconds = bridge.card?.coolingOffSeconds
        authorities = bridge.named.authorities.map {
            Authority(uri: $0.uri.string, name: $0.name.string, publishing: $0.isPublishing)
        }
    }

    var lines: [String] {
        ["bridge \(name) \(key.prefix(16))\(reachable ? "" : ", not heard yet")"]
            + authorities.map {
                "  \($0.name)  \($0.uri)\($0.publishing ? "  shows everybody what it gets" : "")"
            }
    }
}

extension CommunityCommand {
    struct NameBridge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "bridge",
            abstract: "Name a bridge, and the authorities it may forward consented reports to.",
            discussion: """
                KEY is what kith bridge init printed on the bridge's own node. An authority is taken to show
                everybody what it gets, as open city systems do, unless you say --private.
                What was said of a bridge before is replaced; the manifest is published anew.

                Examples:
                  kith community bridge KEY --authority https://police.example/open311 --name "City police" \\
                      --private
                  kith community bridge KEY --remove
                """)

        @OptionGroup var options: FolderOptions
        @OptionGroup var person: PersonOptions

        @Argument(help: "The bridge's key, 64 hexadecimal digits.")
        var key: String

        @Option(name: .long, help: "Address of an authority; may be repeated, with a --name each.")
        var authority: [String] = []

        @Option(name: .long, help: "Name of the authority, as seekers shall read it.")
        var name: [String] = []

        @Flag(name: .customLong("private"), help: "These authorities do not publish what they get.")
        var isPrivate = false

        @Flag(name: .long, help: "Name this bridge no more.")
        var remove = false

        private struct View: Encodable {
            let event = "published"
            let until: UInt64
        }

        func run() async throws {
            let bridge = try named()
            let desk = try await person.unlock(options)
            let until = try await desk.name(bridge, relay: options.access(), now: .now)
            options.terminal.emit(View(until: until.seconds))
            options.terminal.say(
                remove
                    ? "Published: the bridge is named no more, and sends nothing."
                    : "Published. Seekers see it once the bridge runs: kith bridge run")
        }

        private func named() throws(Problem) -> NamedBridge {
            guard let bytes = [UInt8](hex: key), bytes.count == 32 else {
                throw Problem(
                    .usage, "that is not a bridge's key", hint: "64 digits: kith bridge init")
            }
            guard remove == authority.isEmpty else {
                throw Problem(
                    .usage, "say which authorities, or --remove",
                    hint: "kith community bridge KEY --authority URI --name NAME")
            }
            guard authority.count == name.count, authority.count <= NamedBridge.mostAuthorities
            else {
                throw Problem(
                    .usage, "\(authority.count) authorities and \(name.count) names",
                    hint: "a --name for each --authority, \(NamedBridge.mostAuthorities) at most")
            }
            if let odd = authority.first(where: { !NamedBridge.isURI([UInt8]($0.utf8)) }) {
                throw Problem(
                    .usage, "\(odd) is no address", hint: "such as https://police.example/open311")
            }
            guard Set(authority).count == authority.count else {
                throw Problem(.usage, "an authority is named twice", hint: "each once")
            }
            return NamedBridge(
                key: bytes,
                authorities: zip(authority, name).map {
                    Presentation.Recipient(
                        uri: Text($0), name: Text($1), isPublishing: !isPrivate)
                })
        }
    }
}
