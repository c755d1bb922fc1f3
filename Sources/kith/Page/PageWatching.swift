import ArgumentParser
import Daemon
import Foundation
import Model

extension PageCommand {
    struct Watch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have this node compare a page with its own every day; or list those.",
            discussion: """
                What differs is said by kith status.

                Examples:
                  kith page watch https://relay.example.org/
                  kith page watch
                """)

        @OptionGroup var options: FolderOptions

        @Argument(help: "Where the page is; without it, those that are watched are listed.")
        var url: String?

        @Option(name: .long, help: "A SOCKS proxy to go by, such as Tor's 127.0.0.1:9050.")
        var socks: String?

        func run() async throws {
            let access = try await options.access()
            if let url {
                try OwnPage.check(url, socks: socks)
                try await NodeClient.watchPage(url, socks: socks, isWatched: true, access)
            }
            let pages = try await NodeClient.watchedPages(access)
            options.terminal.emit(pages)
            if pages.isEmpty { options.terminal.say("No page is watched.") }
            for page in pages {
                let since = page.compared.map { WallTime(seconds: $0).shown } ?? "not compared yet"
                options.terminal.say("\(page.url)  \(since)  \(page.detail ?? "")")
            }
        }
    }

    struct Unwatch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare a page no more.",
            discussion: """
                Example:
                  kith page unwatch https://relay.example.org/
                """)

        @OptionGroup var options: FolderOptions

        @Argument(help: "Where the page is.")
        var url: String

        func run() async throws {
            try await NodeClient.watchPage(
                url, socks: nil, isWatched: false, options.access())
            options.terminal.say("It is watched no more.")
        }
    }
}
