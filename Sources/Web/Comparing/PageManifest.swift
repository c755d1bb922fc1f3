import Foundation
public import Sodium

/// A page's files as the relay that serves them lists and signs them.
/// Source: protocol/25-page.md, "Manifest".
public struct PageManifest: Sendable, Equatable {
    public enum Fault: Error, Sendable, Equatable {
        /// Not JSON of this shape, or a name that no page has.
        case shape
        /// The hash is not that of the files, or the signature not the node's.
        case signature
    }

    static let label = Label("kith1:page")
    /// Of a manifest, bytes. Guess: twice what a thousand files need.
    public static let mostBytes = 256 << 10

    /// Of the program that serves it.
    public let version: String
    public let listing: PageListing
    /// The relay's key.
    public let node: [UInt8]
    public let signature: [UInt8]

    public init(_ listing: PageListing, version: String, by key: SigningKey) {
        self.version = version
        self.listing = listing
        node = key.publicKey
        signature = key.sign(Self.label, Self.signed(version, listing.digest))
    }

    /// Reads and checks one.
    public init(decoding bytes: [UInt8]) throws(Fault) {
        guard bytes.count <= Self.mostBytes,
            let view = try? JSONDecoder().decode(View.self, from: Data(bytes)),
            view.version.utf8.count <= 64, view.files.count <= PageFiles.mostFiles,
            let hash = Base64URL.decode(view.hash), let node = Base64URL.decode(view.node),
            let signature = Base64URL.decode(view.signature)
        else { throw .shape }
        var entries: [PageListing.Entry] = []
        for file in view.files {
            guard let digest = Base64URL.decode(file.sha256), digest.count == 32,
                file.bytes >= 0, Self.isName(file.name)
            else { throw .shape }
            entries.append(
                PageListing.Entry(name: file.name, bytes: file.bytes, digest: digest))
        }
        let listing = PageListing(entries)
        guard Set(entries.map { $0.name }).count == entries.count else { throw .shape }
        guard hash == listing.digest,
            verify(signature, Self.label, Self.signed(view.version, hash), key: node)
        else { throw .signature }
        version = view.version
        self.listing = listing
        self.node = node
        self.signature = signature
    }

    public var encoded: [UInt8] {
        PageJSON.encoded(
            View(
                version: version,
                files: listing.entries.map {
                    View.File(
                        name: $0.name, bytes: $0.bytes, sha256: Base64URL.encode($0.digest))
                }, hash: Base64URL.encode(listing.digest), node: Base64URL.encode(node),
                signature: Base64URL.encode(signature)))
    }

    /// Shape: `length` u8 ‖ version ‖ hash 32.
    private static func signed(_ version: String, _ hash: [UInt8]) -> [UInt8] {
        let name = [UInt8](version.utf8.prefix(255))
        return [UInt8(name.count)] + name + hash
    }

    /// Letters, digits and `. _ -`, in parts of which none begins with a dot.
    static func isName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return name.utf8.count <= 200
            && parts.allSatisfy { part in
                guard let first = part.first, first != UInt8(ascii: ".") else { return false }
                return part.allSatisfy {
                    (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                        || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
                        || $0 == UInt8(ascii: "-")
                }
            }
    }

    private struct View: Codable {
        struct File: Codable {
            let name: String
            let bytes: Int
            let sha256: String
        }

        let version: String
        let files: [File]
        let hash: String
        let node: String
        let signature: String
    }
}
