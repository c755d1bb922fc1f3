import Entropy
import Foundation
import Gossip
public import Model
import NIOConcurrencyHelpers
import Node
import Sealing
import Transport
import Web

/// The page of a running node, and why it may not be there.
struct RunningPage: Sendable {
    var server: PageServer?
    var address: Endpoint?
    var isPublic = false
    /// Nil without files.
    var listing: PageListing?
    var warnings: [String] = []
}

extension NodeService {
    /// Serves the page; where only the usual place is taken or nothing was built, says so later.
    ///
    /// - Throws: `Problem` where what the operator chose can't be had.
    func startPage(_ place: PagePlace?) async throws(Problem) {
        guard let place else { return }
        var page = RunningPage(isPublic: place.isPublic)
        defer { self.page.withLockedValue { $0 = page } }
        let files = try pageFiles(place, &page)
        guard files != nil || place.isChosen else { return }
        if place.isPublic {
            page.warnings += [
                "the page is for visitors from elsewhere: what stands before "
                    + "\(place.endpoint) must be TLS or an onion service"
            ].filter { _ in !PagePlace.isLoopback(place.endpoint.host) }
        }
        let listing = files.map { PageListing($0) }
        page.listing = listing
        let server = PageServer(
            PageServer.Configuration(
                host: place.endpoint.host, port: Int(place.endpoint.port), files: files,
                manifest: listing.map {
                    PageManifest($0, version: Version.text, by: keys.nodeKey).encoded
                }, random: Entropy.bytes), node: PageBridge(self))
        do {
            let port = try await server.start()
            page.address = Endpoint(
                host: place.endpoint.host, port: UInt16(clamping: port))
            page.server = server
        } catch {
            let problem = Problem(error, place.endpoint)
            guard !place.isChosen else { throw problem }
            page.warnings.append(
                "the page is not served: \(problem.what) (\(problem.hint), or --no-page)")
        }
    }

    func stopPage() async {
        let server = page.withLockedValue { page in
            defer { page = RunningPage() }
            return page.server
        }
        await server?.stop()
    }

    private func pageFiles(
        _ place: PagePlace, _ page: inout RunningPage
    ) throws(Problem) -> PageFiles? {
        guard let folder = place.found else {
            page.warnings.append("no page was built, so none is served: tools/page (or --no-page)")
            return nil
        }
        do {
            return try PageFiles(folder: folder, spool: self.folder.path)
        } catch {
            throw Problem(error, folder)
        }
    }

    /// What `kith status` shows of it; nil where it is not served.
    func pageStatus(_ book: RecordBook) -> NodeStatus.Page? {
        let page = page.withLockedValue { $0 }
        guard let address = page.address else { return nil }
        let base = "http://\(address)/"
        return NodeStatus.Page(
            address: base, isPublic: page.isPublic, files: page.listing?.entries.count ?? 0,
            hash: page.listing.map { $0.digest.hex },
            links: book.subjects.filter { book.communities[$0] != nil }
                .map { PageLink.text(base, $0) })
    }

    /// Other relays known by links and by the manifests.
    func knownRelays(_ book: RecordBook) async -> Set<NodeID> {
        var relays = Set(await shell.peerList().filter { $0.isGreeted }.map { $0.node })
        for community in book.communities.values { relays.formUnion(community.manifest.relays) }
        relays.remove(keys.node)
        return relays
    }
}

/// The address of a page for one community. Source: protocol/25-page.md, "Links".
public enum PageLink {
    /// - Parameter base: where the page is, with a trailing slash.
    public static func text(_ base: String, _ community: CommunityID) -> String {
        base + "#k1." + Base64URL.encode(community.bytes)
    }
}

extension Problem {
    init(_ error: PageServer.Trouble, _ place: Endpoint) {
        switch error {
        case .addressInUse:
            self.init(
                .cannotCreate, "\(place) is taken by another program",
                hint: "choose another: kith run --page 127.0.0.1:0")
        case .notAllowed:
            self.init(
                .noRights, "listening on \(place) is not allowed",
                hint: "use a port from 1024 on: kith run --page \(PagePlace.usual)")
        case .noSuchAddress:
            self.init(
                .configuration, "\(place) is not an address of this computer",
                hint: "kith run --page \(PagePlace.usual)")
        case .failed(let code):
            self.init(
                .unavailable, "listening on \(place) failed (code \(code))",
                hint: "kith run --page \(PagePlace.usual)")
        }
    }

    init(_ error: PageFiles.Trouble, _ folder: String) {
        switch error {
        case .missing:
            self.init(
                .notFound, "there is no page in \(folder)",
                hint: "tools/page builds one in .build-page; or run without: --no-page")
        case .unreadable(let name):
            self.init(
                .noRights, "\(folder)/\(name) can't be read", hint: "look at its rights")
        case .notKept(let spool):
            self.init(
                .disk, "the page's files can't be put aside in \(spool)",
                hint: "look at the rights and space there, or run without: --no-page")
        case .tooMuch(let limit):
            self.init(
                .badData, "\(folder) holds more than \(limit >> 20) MiB or a thousand files",
                hint: "is it the page's folder? tools/page builds one in .build-page")
        }
    }
}
