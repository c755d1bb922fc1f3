import ArgumentParser
import Daemon
import Model

/// The link to a community's page that seekers are given.
struct LinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Write the link to the seeker's page, for print and QR codes.",
        discussion: """
            The link ends in the community's name, by which the page checks what a relay tells it.

            Examples:
              kith community link
              kith community link --url https://relay.example.org/
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var chosen: CommunityOptions

    @Option(name: .long, help: "Where visitors find the page (default: where this node serves it).")
    var url: String?

    private struct View: Encodable {
        let link: String
        let community: String
    }

    func run() async throws {
        let access = try await options.access()
        let view = try await CommunityView.find(chosen.community, access, now: .now)
        let link = PageLink.text(try await base(access), view.community)
        options.terminal.emit(View(link: link, community: view.community.bytes.hex))
        options.terminal.say(link)
    }

    private func base(_ access: any NodeAccess) async throws(Problem) -> String {
        guard let url else {
            guard let page = try await NodeClient.status(access).page else {
                throw Problem(
                    .unavailable, "this node serves no page now",
                    hint: "start it with kith run, or pass --url with where visitors find it")
            }
            return page.address
        }
        let isWeb = ["http://", "https://"].contains { url.lowercased().hasPrefix($0) }
        guard isWeb, !url.contains("#"), !url.contains("?"), url.utf8.count <= 256,
            url.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else {
            throw Problem(
                .usage, "that is not the address of a page",
                hint: "--url https://relay.example.org/")
        }
        return url.hasSuffix("/") ? url : url + "/"
    }
}
