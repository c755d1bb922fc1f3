import Sodium

/// Another relay's page beside this one's files, as far as somebody who asks like a visitor sees it.
/// Source: protocol/25-page.md, "Comparing".
public struct PageComparison: Sendable, Equatable {
    public enum Difference: Sendable, Equatable {
        /// Served otherwise than here.
        case changed
        /// Not served, or not in time.
        case missing
        /// Listed there, unknown here.
        case added
        /// Served as here, and listed with another hash.
        case falselyListed
        /// The bytes are as here; a header that tells browsers how to treat them is not.
        case unprotected(header: String)
    }

    public enum Outcome: Sendable, Equatable {
        case same(files: Int)
        /// Pages of two versions differ, which says nothing.
        case otherVersion(theirs: String)
        case differs([(name: String, Difference)])
        /// Its manifest does not hold.
        case badManifest(PageManifest.Fault)
        case noPage
        /// Could not be compared, and why.
        case failed(String)

        public static func == (l: Self, r: Self) -> Bool {
            switch (l, r) {
            case (.same(let l), .same(let r)): l == r
            case (.otherVersion(let l), .otherVersion(let r)): l == r
            case (.differs(let l), .differs(let r)):
                l.map { $0.name } == r.map { $0.name } && l.map { $0.1 } == r.map { $0.1 }
            case (.badManifest(let l), .badManifest(let r)): l == r
            case (.noPage, .noPage): true
            case (.failed(let l), .failed(let r)): l == r
            default: false
            }
        }
    }

    public let outcome: Outcome
    /// The key that signed its manifest, where that holds.
    public let node: [UInt8]?

    /// Fetches all that either page has and compares it with this one's listing.
    public static func compare(
        _ address: PageAddress, with own: PageListing, version: String,
        socks: (host: String, port: Int)? = nil
    ) async -> PageComparison {
        let fetcher = PageFetcher(address, socks: socks)
        let comparison = await compare(fetcher, own, version)
        await fetcher.shutdown()
        return comparison
    }

    private static func compare(
        _ fetcher: PageFetcher, _ own: PageListing, _ version: String
    ) async -> PageComparison {
        let manifest: PageManifest
        do {
            manifest = try PageManifest(decoding: try await fetcher.get("api/manifest").bytes)
        } catch let fault as PageManifest.Fault {
            return PageComparison(outcome: .badManifest(fault), node: nil)
        } catch PageFetcher.Failure.status(404) {
            return PageComparison(outcome: .noPage, node: nil)
        } catch {
            return PageComparison(outcome: .failed(words(error)), node: nil)
        }
        guard manifest.version == version else {
            return PageComparison(
                outcome: .otherVersion(theirs: manifest.version), node: manifest.node)
        }
        do {
            let found = try await differences(fetcher, own, manifest.listing)
            return PageComparison(
                outcome: found.isEmpty ? .same(files: own.entries.count) : .differs(found),
                node: manifest.node)
        } catch {
            return PageComparison(outcome: .failed(words(error)), node: manifest.node)
        }
    }

    /// What is served decides, not what is listed.
    private static func differences(
        _ fetcher: PageFetcher, _ own: PageListing, _ theirs: PageListing
    ) async throws(PageFetcher.Failure) -> [(name: String, Difference)] {
        var listed: [String: [UInt8]] = [:]
        for entry in theirs.entries { listed[entry.name] = entry.digest }
        var found: [(name: String, Difference)] = []
        // What a visitor sees first, then every file by its name.
        let first = own.entries.first { $0.name == "index.html" }
        let asked =
            (first.map { [(path: "", entry: $0)] } ?? [])
            + own.entries.map { (path: "page/" + $0.name, entry: $0) }
        for (path, entry) in asked {
            do {
                let (bytes, headers) = try await fetcher.get(path)
                if sha256(bytes) != entry.digest {
                    found.append((path.isEmpty ? "/" : entry.name, .changed))
                } else if let header = ServedHeaders.fault(in: headers, for: entry.name) {
                    found.append(
                        (path.isEmpty ? "/" : entry.name, .unprotected(header: header)))
                } else if !path.isEmpty, listed[entry.name] != entry.digest {
                    found.append((entry.name, .falselyListed))
                }
            } catch .status(404) {
                found.append((path.isEmpty ? "/" : entry.name, .missing))
            } catch .tooLarge {
                found.append((path.isEmpty ? "/" : entry.name, .changed))
            }
            // Any other failure says nothing about the page: it is thrown.
        }
        let known = Set(own.entries.map { $0.name })
        found += theirs.entries.filter { !known.contains($0.name) }.map { ($0.name, .added) }
        return found
    }

    private static func words(_ error: any Error) -> String {
        switch error as? PageFetcher.Failure {
        case .unreachable(let why): why
        case .tooLarge(let limit): "an answer is longer than \(limit >> 20) MiB"
        case .tooSlow: "no whole answer came in time"
        case .status(let code) where (300..<400).contains(code):
            "it sends visitors elsewhere (status \(code)): give the address where the page is"
        case .status(let code): "it answered with status \(code)"
        case nil: "it failed"
        }
    }
}
