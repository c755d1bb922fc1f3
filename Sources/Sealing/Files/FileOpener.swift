public import Model
import Sodium
public import Wire

/// Opens the chunks of a file in their order and checks them, so that nobody has to hold all of
/// it. What it gave before `finish` is not yet known to be the file.
/// Source: protocol/26-files.md.
public struct FileOpener: Sendable {
    public let attachment: Attachment
    private let community: CommunityID
    private var stream = HashStream(Labels.file)
    private var opened = 0

    public init(_ attachment: Attachment, community: CommunityID) {
        self.attachment = attachment
        self.community = community
    }

    /// Chunks opened so far.
    public var openedCount: Int { opened }

    /// The next chunk's bytes.
    ///
    /// - Throws: `FileError.cannotOpen` for another envelope than the index names here; `.length`,
    ///   `.count`.
    public mutating func open(_ envelope: Envelope) throws(FileError) -> [UInt8] {
        guard opened < attachment.chunks.count else {
            throw .count(chunks: opened + 1, expected: attachment.chunks.count)
        }
        let chunk = attachment.chunks[opened]
        guard envelope.header.covered == chunk.header.covered,
            Naming.bodyHash(envelope.body) == chunk.bodyHash,
            let content = Sealer.open(
                envelope, with: .shared(attachment.key), community: community),
            content.kind == ContentKind.chunk.rawValue, content.parts == 1
        else { throw .cannotOpen }
        guard content.payload.count == attachment.length(of: opened) else {
            throw .length(
                bytes: content.payload.count, expected: attachment.length(of: opened))
        }
        stream.add(content.payload)
        opened += 1
        return content.payload
    }

    /// Whether all of it was opened and is the file that was sealed.
    ///
    /// - Throws: `FileError.count`, `.wrongDigest`.
    public func finish() throws(FileError) {
        guard opened == attachment.chunks.count else {
            throw .count(chunks: opened, expected: attachment.chunks.count)
        }
        guard stream.digest == attachment.digest else { throw .wrongDigest }
    }
}
