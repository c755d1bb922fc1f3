import Foundation
import Logging
import Model
import NIOConcurrencyHelpers
import Storage
import Transport
public import Web

/// What a running node knows of the pages that it watches.
struct WatchedPages: Sendable {
    /// As last compared.
    var pages: [WatchedPage] = []
    /// Why they could not be compared, or what came of it not kept; nil while all is well.
    var trouble: Problem?
}

extension NodeService {
    private static let watchedKey = "pages"
    /// Guess: more than a community has relays with a page.
    private static let mostWatched = 64
    private static let daySeconds: UInt64 = 86400
    private static let againSeconds: UInt64 = 3600
    private static let lookSeconds: UInt64 = 20

    func watchedPages() async throws(Problem) -> [WatchedPage] {
        let bytes: [UInt8]?
        do { bytes = try await store.setting(Self.watchedKey) } catch { throw Problem(error) }
        guard let bytes else { return [] }
        // Read as empty, a damaged list would be written over by the next change. Where in it the
        // damage is helps nobody.
        guard let pages = try? JSONDecoder().decode([WatchedPage].self, from: Data(bytes)) else {
            throw Problem(
                .badData, "the list of watched pages can't be read",
                hint: "was it written by a newer kith? run that one, or restore from your backup")
        }
        return pages
    }

    func watchPage(_ url: String, socks: String?, isWatched: Bool) async throws(Problem) {
        guard let address = PageAddress(url) else { throw Problem.noPageAddress }
        if isWatched { try OwnPage.check(address.base, socks: socks) }
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
        watched.withLockedValue { [pages] in $0.pages = pages }
    }

    private func save(_ pages: [WatchedPage]) async throws(Problem) {
        // Texts and numbers can be encoded; what the encoder says would be a mistake of ours.
        guard let bytes = try? JSONEncoder().encode(pages) else {
            throw Problem(
                .internalError, "the list of watched pages can't be written", hint: "try again")
        }
        let kept = pages.isEmpty ? nil : [UInt8](bytes)
        do { try await store.setSetting(Self.watchedKey, kept) } catch {
            throw Problem(error)
        }
    }

    /// Compares what is due, until it is cancelled. Where that fails it is tried again after an
    /// hour, not sooner: each time other relays are asked for their pages.
    func watchPages(_ place: PagePlace?) async {
        var wait = Self.lookSeconds
        while true {
            // Cancelling alone ends it early, and that is looked at next.
            try? await Task.sleep(for: .seconds(wait))
            guard !Task.isCancelled else { return }
            do throws(Problem) {
                try await compareDue(place)
                watched.withLockedValue { $0.trouble = nil }
                wait = Self.lookSeconds
            } catch {
                // A node that stops has closed its store.
                guard !Task.isCancelled else { return }
                tell(error)
                wait = Self.againSeconds
            }
        }
    }

    private func compareDue(_ place: PagePlace?) async throws(Problem) {
        let pages = try await watchedPages()
        watched.withLockedValue { $0.pages = pages }
        let now = Clocks.system.wall().seconds
        let due = pages.filter { $0.due <= now }
        guard !due.isEmpty else { return }
        let listing = try ownListing(place)
        for page in due where !Task.isCancelled { try await compare(page, listing) }
    }

    /// What pages are compared with: the files served, or those that would be.
    private func ownListing(_ place: PagePlace?) throws(Problem) -> PageListing {
        if let listing = page.withLockedValue({ $0.listing }) { return listing }
        return try OwnPage.listing(folder: place?.folder)
    }

    private func compare(_ page: WatchedPage, _ listing: PageListing) async throws(Problem) {
        let comparison = try await OwnPage.compare(page.url, with: listing, socks: page.socks)
        let now = Clocks.system.wall().seconds
        guard !Task.isCancelled else { return }
        var pages = try await watchedPages()
        // Nobody wants to know any more.
        guard let index = pages.firstIndex(where: { $0.url == page.url }) else { return }
        pages[index].note(comparison.outcome, now: now)
        pages[index].due =
            now + (pages[index].failingSince == nil ? Self.daySeconds : Self.againSeconds)
        // What was seen is said, also where it can't be kept.
        watched.withLockedValue { [pages] in $0.pages = pages }
        try await save(pages)
    }

    /// Logged once for as long as it stays the same; `kith status` says it until it is over.
    private func tell(_ problem: Problem) {
        let isNew = watched.withLockedValue { known in
            defer { known.trouble = problem }
            return known.trouble != problem
        }
        guard isNew else { return }
        logger.error(
            "comparing watched pages failed; kith status says so until it is done",
            metadata: ["problem": "\(problem.what)"])
    }

    func watchWarnings(now: UInt64) -> [String] {
        let known = watched.withLockedValue { $0 }
        var warnings = known.pages.compactMap { $0.warning(now: now) }
        if let trouble = known.trouble {
            warnings.append(
                "comparing watched pages failed, and is tried again every hour: \(trouble)")
        }
        return warnings
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
    /// For scripts; and the header, where it is one.
    public var code: (name: String, header: String?) {
        switch self {
        case .changed: ("changed", nil)
        case .missing: ("missing", nil)
        case .added: ("added", nil)
        case .falselyListed: ("falselyListed", nil)
        case .unprotected(let header): ("unprotected", header)
        }
    }

    public var words: String {
        switch self {
        case .changed: "is changed"
        case .missing: "is missing"
        case .added: "is not known here"
        case .falselyListed: "is listed with another hash"
        case .unprotected(let header): "is served with \(header) otherwise than here"
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
