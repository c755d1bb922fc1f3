import Model
import Sodium

/// Names, lengths and hashes of a page's files, in one text that anybody can make with usual tools.
///
/// Shape: for each file, by name ascending by its bytes, `SHA-256 in hexadecimal ‖ two spaces ‖
/// length in decimal ‖ two spaces ‖ name ‖ line feed`. Source: protocol/25-page.md, "Manifest".
public struct PageListing: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public var name: String
        public var bytes: Int
        /// SHA-256.
        public var digest: [UInt8]

        public init(name: String, bytes: Int, digest: [UInt8]) {
            self.name = name
            self.bytes = bytes
            self.digest = digest
        }
    }

    public let entries: [Entry]

    public init(_ entries: some Sequence<Entry>) {
        self.entries = entries.sorted {
            Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8))
        }
    }

    public init(_ files: PageFiles) {
        self.init(
            files.files.map { Entry(name: $0.name, bytes: $0.bytes, digest: $0.digest) })
    }

    public var text: [UInt8] {
        entries.flatMap { entry in
            [UInt8]("\(entry.digest.hex)  \(entry.bytes)  \(entry.name)\n".utf8)
        }
    }

    /// SHA-256 of the text: names a page as a whole.
    public var digest: [UInt8] { sha256(text) }
}
