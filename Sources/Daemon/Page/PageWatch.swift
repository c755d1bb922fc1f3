import Foundation
import Model
import NIOConcurrencyHelpers
import Storage
import Transport
public import Web

extension NodeService {
    private static let watchedKey = "pages"
    /// Guess: more than a community has relays with a page.
    private static let mostWatched = 64
    private static let daySeconds: UInt64 = 86400
    private static let againSeconds: UInt64 = 3600

    func watchedPages() async throws(Problem) -> [WatchedPage] {
        let bytes: [UInt8]?
        do { bytes = try await store.setting(Self.watchedKey) } catch { throw Problem(error) }
        guard let bytes else { return [] }
        // Read as empty, a damaged list would be written over by the next change.
        guard let pages = try? JSONDecoder().decode([WatchedPage].self, from: Data(bytes)) else {
            throw Problem(
                .badData, "the list of watched pages can't be read",
                hint: "was it written by a newer kith? run that one, or restore from your backup")
        }
        return pages
    }

    func watchPage(_ url: String, socks: String?, isWatched: Bool) async throws(Problem) {
        guard let address = PageAddress(url) else { throw Problem.noPageAddress }
        var pages = try await watchedPages()
        let isKnown = pages.contains { $0.url == address.base }
        guard isWatched || isKnown else {
            throw Problem(
                .notFound, "that page is not watched", hint: "kith page watch lists those that are")
        }
        pages.removeAll { $0.url == address.base }
        if isWatched {
            guard pages.count < Self.mostWatched else {
                throw Problem(
                    .usage, "\(Self.mostWatched) pages are watched already",
                    hint: "kith page unwatch URL")
            }
            pages.append(WatchedPage(url: address.base, socks: socks))
        }
        try await save(pages)
    }

    private func save(_ pages: [WatchedPage]) async throws(Problem) {
        guard let bytes = try? JSONEncoder().encode(pages) else {
            throw Problem(
                .internalError, "the list of watched pages can't be written", hint: "try again")
        }
        let kept = pages.isEmpty ? nil : [UInt8](bytes)
        do { try await store.setSetting(Self.watchedKey, kept) } catch {
            throw Problem(error)
        }
    }

    /// Compares what is due, until it is cancelled.
    func watchPages(_ place: PagePlace?) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(20))
            guard !Task.isCancelled, let pages = try? await watchedPages() else { continue }
            watched.withLockedValue { $0 = pages }
            let now = Clocks.system.wall().seconds
            for page in pages where page.due <= now {
                guard !Task.isCancelled, let listing = ownListing(place) else { break }
                await compare(page, listing)
            }
        }
    }

    /// What pages are compared with: the files served, or those that would be.
    private func ownListing(_ place: PagePlace?) -> PageListing? {
        if let listing = page.withLockedValue({ $0.listing }) { return listing }
        guard let folder = PagePlace.folder(place) else { return nil }
        return (try? PageFiles(folder: folder)).map { PageListing($0) }
    }

    private func compare(_ page: WatchedPage, _ listing: PageListing) async {
        guard let address = PageAddress(page.url) else { return }
        let comparison = await PageComparison.compare(
            address, with: listing, version: Version.text,
            socks: page.socks.flatMap { Endpoint($0) }.map { ($0.host, Int($0.port)) })
        let now = Clocks.system.wall().seconds
        guard !Task.isCancelled, var pages = try? await watchedPages(),
            let index = pages.firstIndex(where: { $0.url == page.url })
        else { return }
        pages[index].note(comparison.outcome, now: now)
        pages[index].due =
            now + (pages[index].failingSince == nil ? Self.daySeconds : Self.againSeconds)
        // If it can't be kept it is compared again.
        try? await save(pages)
        watched.withLockedValue { [pages] in $0 = pages }
    }

    func watchWarnings(now: UInt64) -> [String] {
        watched.withLockedValue { $0 }.compactMap { $0.warning(now: now) }
    }
}

extension WatchedPage {
    /// What was seen once stays true until it was seen otherwise.
    private var wasSeenToDiffer: Bool { state == .differs || state == .badManifest }

    mutating func note(_ outcome: PageComparison.Outcome, now: UInt64) {
        let (state, words) = outcome.told
        switch state {
        case .failed, .noPage:
            failingSince = failingSince ?? now
            if wasSeenToDiffer { return }
        case .otherVersion:
            failingSince = nil
            otherSince = otherSince ?? now
            if wasSeenToDiffer { return }
            compared = now
        case .same, .differs, .badManifest:
            (failingSince, otherSince) = (nil, nil)
            compared = now
        }
        self.state = state
        detail = words
    }
}

extension PageComparison.Outcome {
    /// For people, with at most three names.
    public var told: (state: WatchedPage.State, words: String) {
        switch self {
        case .same(let files): (.same, "\(files) files, all as here")
        case .otherVersion(let theirs):
            (
                .otherVersion,
                "another version: \(Self.harmless(theirs)) there, \(Version.text) here"
            )
        case .differs(let found):
            (
                .differs,
                found.prefix(3).map { "\($0.name) \($0.1.words)" }.joined(separator: ", ")
                    + (found.count > 3 ? " and \(found.count - 3) more" : "")
            )
        case .badManifest(.shape): (.badManifest, "its manifest can't be read")
        case .badManifest(.signature): (.badManifest, "its manifest is not signed by its relay")
        case .noPage: (.noPage, "there is no page of kith")
        case .failed(let why): (.failed, why)
        }
    }

    private static func harmless(_ text: String) -> String {
        String(text.filter { $0.isASCII && ($0.isLetter || $0.isNumber || ".-+".contains($0)) })
    }
}

extension PageComparison.Difference {
    public var words: String {
        switch self {
        case .changed: "is changed"
        case .missing: "is missing"
        case .added: "is not known here"
        case .falselyListed: "is listed with another hash"
        }
    }
}

extension Problem {
    public static var noPageAddress: Problem {
        Problem(
            .usage, "that is not the address of a page",
            hint: "such as https://relay.example.org/ or the link that seekers are given")
    }
}
