import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Model
import Sodium
import TestKit
import Testing

@testable import Web

@Suite struct ManifestTests {
    static let key = SigningKey(seed: Secret([UInt8](repeating: 7, count: 32)))
    static let listing = PageListing(PageFiles(contents: Visiting.contents))
    static let manifest = PageManifest(listing, version: "0.1.0", by: key)

    @Test func aManifestIsReadAsItWasWritten() throws {
        let read = try PageManifest(decoding: Self.manifest.encoded)
        #expect(read == Self.manifest)
        #expect(read.node == Self.key.publicKey)
        #expect(read.listing == Self.listing)
    }

    /// The example of chapter 25.
    @Test func theExampleOfTheChapterHolds() throws {
        let listing = PageListing([
            .init(name: "index.html", bytes: 3, digest: sha256([UInt8]("abc".utf8)))
        ])
        let chapter = try String(
            contentsOf: Project.root.appending(path: "protocol/25-page.md"), encoding: .utf8)
        let manifest = PageManifest(listing, version: "0.1.0", by: Self.key)
        #expect(chapter.contains(String(decoding: listing.text.dropLast(), as: UTF8.self)))
        #expect(chapter.contains(listing.digest.hex))
        #expect(chapter.contains("signature  " + manifest.signature.prefix(32).map { $0 }.hex))
        #expect(chapter.contains(" " + manifest.signature.suffix(32).map { $0 }.hex))
    }

    @Test(arguments: [
        ("0.1.0", "0.1.1"), ("page.css", "page.csS"), ("\"bytes\":15", "\"bytes\":16"),
        ("\"hash\":\"", "\"hash\":\"A"),
    ])
    func whatWasChangedDoesNotHold(_ old: String, _ new: String) {
        let text = String(decoding: Self.manifest.encoded, as: UTF8.self)
        let changed = text.replacingOccurrences(of: old, with: new)
        #expect(changed != text)
        #expect(throws: PageManifest.Fault.self) {
            try PageManifest(decoding: [UInt8](changed.utf8))
        }
    }

    @Test func anotherKeyDoesNotSignForIt() {
        let other = SigningKey(seed: Secret([UInt8](repeating: 8, count: 32)))
        let text = String(decoding: Self.manifest.encoded, as: UTF8.self)
            .replacingOccurrences(
                of: Base64URL.encode(Self.key.publicKey),
                with: Base64URL.encode(other.publicKey))
        #expect(throws: PageManifest.Fault.signature) {
            try PageManifest(decoding: [UInt8](text.utf8))
        }
    }

    @Test(arguments: [
        "", "null", "[]", "{}", #"{"version":1}"#, String(repeating: "[", count: 100_000),
        String(repeating: "x", count: 300_000),
    ])
    func whatIsNoManifestIsRefused(_ text: String) {
        #expect(throws: PageManifest.Fault.shape) {
            try PageManifest(decoding: [UInt8](text.utf8))
        }
    }

    @Test(arguments: ["../x", "/x", "a/../b", "a//b", ".x", "a/.b", "", "a b", "a?b", "a#b", "é"])
    func namesThatLeadElsewhereAreRefused(_ name: String) {
        #expect(!PageManifest.isName(name))
        let listing = PageListing([.init(name: name, bytes: 1, digest: sha256([]))])
        let manifest = PageManifest(listing, version: "1", by: Self.key)
        #expect(throws: PageManifest.Fault.shape) { try PageManifest(decoding: manifest.encoded) }
    }

    @Test func addressesAreReadAsPeopleHaveThem() {
        #expect(PageAddress("https://Relay.example.org")?.base == "https://relay.example.org/")
        #expect(
            PageAddress("http://127.0.0.1:8470/#k1.yiC-j95F")?.base == "http://127.0.0.1:8470/")
        #expect(PageAddress("http://abc.onion/")?.isOnion == true)
        for text in [
            "", "relay.example.org", "ftp://x/", "http://", "http://u:p@x/", "http://x/y",
            "http://x/?q", "javascript:alert(1)", "http://x y/", "file:///etc/passwd",
        ] {
            #expect(PageAddress(text) == nil, "\(text)")
        }
    }
}

@Suite(.serialized) struct ComparingTests {
    static let own = ManifestTests.listing

    /// Compares with a page that serves these files and lists those.
    func compare(
        serving contents: [String: [UInt8]]?, listing: PageListing? = nil, version: String = "1",
        manifest: [UInt8]? = nil
    ) async throws -> PageComparison.Outcome {
        let files = contents.map { PageFiles(contents: $0) }
        let listed = listing ?? files.map { PageListing($0) } ?? Self.own
        let server = Visiting(
            files: files,
            manifest: manifest
                ?? PageManifest(listed, version: version, by: ManifestTests.key).encoded
        ).server
        let port = try await server.start()
        let address = try #require(PageAddress("http://127.0.0.1:\(port)/"))
        let found = await PageComparison.compare(address, with: Self.own, version: "1")
        await server.stop()
        return found.outcome
    }

    @Test func theSamePageIsTheSame() async throws {
        var contents = Visiting.contents
        contents["page.css.gz"] = nil
        #expect(try await compare(serving: contents) == .same(files: 4))
    }

    @Test func anotherVersionIsNotCompared() async throws {
        #expect(
            try await compare(serving: ["index.html": [1]], version: "2")
                == .otherVersion(theirs: "2"))
    }

    @Test func whatIsServedDecidesAndNotWhatIsListed() async throws {
        var contents = Visiting.contents
        contents["page.css.gz"] = nil
        contents["kith.wasm"] = [1, 2, 3]
        // It lists what it should have.
        #expect(
            try await compare(serving: contents, listing: Self.own)
                == .differs([("kith.wasm", .changed)]))
        contents = Visiting.contents
        contents["page.css.gz"] = nil
        let listed = PageListing(
            Self.own.entries.map { entry in
                var entry = entry
                if entry.name == "kith.wasm" { entry.digest[0] ^= 1 }
                return entry
            })
        #expect(
            try await compare(serving: contents, listing: listed)
                == .differs([("kith.wasm", .falselyListed)]))
    }

    @Test func whatIsMissingOrAddedIsNamed() async throws {
        var contents = Visiting.contents
        contents["page.css.gz"] = nil
        contents["page.css"] = nil
        contents["spy.js"] = [1]
        contents["index.html"] = [9]
        #expect(
            try await compare(serving: contents)
                == .differs([
                    ("/", .changed), ("index.html", .changed), ("page.css", .missing),
                    ("spy.js", .added),
                ]))
    }

    @Test func aPageThatIsPackedFalselyIsSeen() async throws {
        // Its packed form, which browsers get, is not its plain one.
        let outcome = try await compare(serving: Visiting.contents)
        guard case .failed = outcome else {
            #expect(outcome == .differs([("page.css", .changed)]))
            return
        }
    }

    /// The page as it is, but for headers that `change` sets or, where nil, takes away.
    func compareServed(with change: [HTTPField.Name: String?]) async throws
        -> PageComparison.Outcome
    {
        var contents = Visiting.contents
        contents["page.css.gz"] = nil
        let server = Visiting(
            files: PageFiles(contents: contents),
            manifest: PageManifest(Self.own, version: "1", by: ManifestTests.key).encoded
        ).server
        let responder = Proxy(server.routes.router().buildResponder(), change)
        return try await Application(responder: responder).test(.live) { client in
            let port = try #require(client.port)
            let address = try #require(PageAddress("http://127.0.0.1:\(port)/"))
            return await PageComparison.compare(address, with: Self.own, version: "1").outcome
        }
    }

    @Test func whatAProxyAddsForItselfIsNoDifference() async throws {
        let added = [
            "server": "caddy", "strict-transport-security": "max-age=31536000",
            "via": "1.1 proxy", "alt-svc": "h3=\":443\"",
        ]
        let fields = try added.map { (try #require(HTTPField.Name($0.key)), Optional($0.value)) }
        #expect(try await compareServed(with: Dictionary(fields) { $1 }) == .same(files: 4))
    }

    @Test(arguments: StandardHeaderValues.all.map { $0.0.canonicalName })
    func aPageWithoutAProtectingHeaderDiffers(_ name: String) async throws {
        let field = try #require(HTTPField.Name(name))
        for value in [nil, "none"] {
            let outcome = try await compareServed(with: [field: value])
            let files = ["/"] + Self.own.entries.map { $0.name }
            #expect(outcome == .differs(files.map { ($0, .unprotected(header: name)) }))
        }
    }

    @Test(arguments: ServedHeaders.unwanted + ["content-type"])
    func aPageWithAHeaderThatHarmsDiffers(_ name: String) async throws {
        let field = try #require(HTTPField.Name(name))
        let outcome = try await compareServed(with: [field: "text/html; charset=utf-7"])
        guard case .differs(let found) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(found.count == 5 && found.allSatisfy { $0.1 == .unprotected(header: name) })
    }

    @Test func withoutAManifestThereIsNothingToCompare() async throws {
        let server = Visiting().server
        let port = try await server.start()
        let address = try #require(PageAddress("http://127.0.0.1:\(port)/"))
        let found = await PageComparison.compare(address, with: Self.own, version: "1")
        #expect(found.outcome == .noPage)
        await server.stop()
        let gone = await PageComparison.compare(address, with: Self.own, version: "1")
        guard case .failed = gone.outcome else {
            Issue.record("\(gone.outcome)")
            return
        }
    }

    @Test func aManifestThatDoesNotHoldIsSaid() async throws {
        #expect(
            try await compare(serving: Visiting.contents, manifest: [UInt8]("{}".utf8))
                == .badManifest(.shape))
    }
}

/// Answers as another does, with other headers.
private struct Proxy<Inner: HTTPResponder>: HTTPResponder {
    let inner: Inner
    let change: [HTTPField.Name: String?]

    init(_ inner: Inner, _ change: [HTTPField.Name: String?]) {
        self.inner = inner
        self.change = change
    }

    func respond(to request: Request, context: Inner.Context) async throws -> Response {
        var response = try await inner.respond(to: request, context: context)
        for (name, value) in change { response.headers[name] = value }
        return response
    }
}
