import ArgumentParser
import Daemon
import Foundation
import Model
import Web

/// The seeker's page: what it consists of, and whether others serve the same.
struct PageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "page",
        abstract: "List the page's files; compare them with what another relay serves.",
        discussion: """
            Comparing shows that a relay serves another page than this program has: because
            it is old, broken or hostile. It does not show a page that a relay, or whoever stands
            before it, serves to some visitors only: a relay that wants to can tell who asks.
            """,
        subcommands: [Manifest.self, Verify.self, Watch.self, Unwatch.self])
}

/// This program's own page, without a node.
struct OwnPageOptions: ParsableArguments {
    @Option(name: .long, help: "This program's page (default: the folder that kith run serves).")
    var pages: String?

    @Flag(name: .long, help: "Print JSON instead of text.")
    var json = false

    var terminal: Terminal { Terminal(json: json) }

    func listing() throws(Problem) -> PageListing { try OwnPage.listing(folder: pages) }
}

extension PageCommand {
    struct Manifest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List this program's page: SHA-256, bytes and name of each file.",
            discussion: """
                Examples:
                  kith page manifest
                  kith page manifest --pages .build-page
                """)

        @OptionGroup var own: OwnPageOptions

        private struct View: Encodable {
            struct File: Encodable {
                let name: String
                let bytes: Int
                let sha256: String
            }

            let version: String
            let hash: String
            let files: [File]
        }

        func run() async throws {
            let listing = try own.listing()
            let terminal = own.terminal
            terminal.emit(
                View(
                    version: Version.text, hash: listing.digest.hex,
                    files: listing.entries.map {
                        View.File(name: $0.name, bytes: $0.bytes, sha256: $0.digest.hex)
                    }))
            for entry in listing.entries {
                terminal.say("\(entry.digest.hex)  \(entry.bytes)  \(entry.name)")
            }
            terminal.say("page \(listing.digest.hex), of kith \(Version.text)")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch another relay's page and compare it with this program's own.",
            discussion: """
                Asks as a browser would. Exit status 0: all files are the same; 65: they differ;
                69: it could not be compared, since it is of another version or does not answer.

                Examples:
                  kith page verify https://relay.example.org/
                  kith page verify http://....onion/ --socks 127.0.0.1:9050
                """)

        @Argument(help: "Where the page is; a whole link will do.")
        var url: String

        @Option(name: .long, help: "A SOCKS proxy to go by, such as Tor's 127.0.0.1:9050.")
        var socks: String?

        @OptionGroup var own: OwnPageOptions

        /// Of the differences, for people. A proxy that takes a header away changes every file.
        private static let mostTold = 12

        private struct View: Encodable {
            struct File: Encodable {
                let name: String
                let difference: String
                let header: String?
            }

            let url: String
            let state: String
            let detail: String
            let node: String?
            let differences: [File]
        }

        func run() async throws {
            let found = try await OwnPage.compare(url, with: own.listing(), socks: socks)
            let (state, words) = found.outcome.told
            let terminal = own.terminal
            let node = found.node?.hex
            var differences: [View.File] = []
            if case .differs(let files) = found.outcome {
                differences = files.map { name, difference in
                    let (code, header) = difference.code
                    return View.File(name: name, difference: code, header: header)
                }
                for (name, difference) in files.prefix(Self.mostTold) {
                    terminal.say("\(name) \(difference.words)")
                }
                if files.count > Self.mostTold {
                    terminal.say("and \(files.count - Self.mostTold) more: --json lists all")
                }
            }
            terminal.emit(
                View(
                    url: url, state: state.rawValue, detail: words, node: node,
                    differences: differences))
            switch state {
            case .same:
                terminal.say("\(words); signed by node \(node?.prefix(16) ?? "")")
            case .differs, .badManifest:
                throw Problem(
                    .badData, "this is not the page of kith \(Version.text): \(words)",
                    hint: "tell whoever runs that relay, and your community")
            case .otherVersion, .noPage, .failed:
                throw Problem(
                    .unavailable, "the page could not be compared: \(words)",
                    hint: "is the address right? else with the same version, or later")
            }
        }
    }
}
