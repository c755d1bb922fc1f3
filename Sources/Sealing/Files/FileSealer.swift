public import Model
public import Sodium
import Wire

/// Why a file can't be sealed or opened.
public enum FileError: Error, Equatable {
    case empty
    case tooLarge(bytes: Int, limit: Int)
    /// A chunk of another length than its place asks for.
    case length(bytes: Int, expected: Int)
    /// More chunks than the file has, or fewer.
    case count(chunks: Int, expected: Int)
    /// An envelope that the index does not name in this place, or that its key does not open.
    case cannotOpen
    /// All chunks opened, and they are not the file that the index describes.
    case wrongDigest
}

/// Seals a file chunk by chunk, so that nobody has to hold all of it.
/// Source: protocol/26-files.md.
///
/// The drafts are worked for first; their nonces then complete the index, so that what the index
/// names can be taken back from the index alone.
public struct FileSealer: Sendable {
    static let sizeClass: UInt8 = 7

    public let size: Int
    public let type: MediaType
    public let role: Attachment.Role
    public let slot: Slot
    private let key: Secret
    private let posting: Posting
    private let community: CommunityID
    private var stream = HashStream(Labels.file)
    private var sealed: [Attachment.Chunk] = []

    public var chunkCount: Int { Attachment.chunkCount(size) }

    /// Chunks sealed so far.
    public var sealedCount: Int { sealed.count }

    /// - Parameter eraseKey: whose holder may take the chunks back.
    /// - Throws: `FileError.empty`, `.tooLarge`.
    public init(
        size: Int, type: MediaType, role: Attachment.Role, network: NetworkID,
        community: CommunityID, slot: Slot, workBase: UInt8, eraseKey: Secret,
        random: RandomSource
    ) throws(FileError) {
        guard size > 0 else { throw .empty }
        guard size <= Limits.attachmentBytes else {
            throw .tooLarge(bytes: size, limit: Limits.attachmentBytes)
        }
        self.size = size
        self.type = type
        self.role = role
        self.slot = slot
        self.community = community
        var bytes = random(32)
        key = Secret(wiping: &bytes)
        posting = Posting(
            network: network, topic: Topics.files(community, slot.week), slot: slot,
            ttlClass: .month, workBits: workBase + TTLClass.month.rawValue, tagKey: nil,
            eraseKey: eraseKey)
    }

    /// Seals the next piece of the file: full chunks, and what is left in the last.
    ///
    /// - Throws: `FileError.length`, `.count`.
    public mutating func seal(
        _ piece: [UInt8], random: RandomSource
    ) throws(FileError) -> EnvelopeDraft {
        guard sealed.count < chunkCount else {
            throw .count(chunks: sealed.count + 1, expected: chunkCount)
        }
        let expected = min(Limits.chunkBytes, size - sealed.count * Limits.chunkBytes)
        guard piece.count == expected else {
            throw .length(bytes: piece.count, expected: expected)
        }
        let content = ContentPart(
            kind: ContentKind.chunk.rawValue, part: 0, parts: 1,
            messageID: MessageID(random(16)) ?? .zero, payload: piece)
        let draft: EnvelopeDraft
        do {
            draft = try Sealer.draft(
                content, Self.sizeClass, .shared(key), community, posting, random)
        } catch { preconditionFailure("a shared key is always usable") }
        stream.add(piece)
        sealed.append(
            Attachment.Chunk(header: draft.header, bodyHash: Naming.bodyHash(draft.body)))
        return draft
    }

    /// The index, once all chunks were sealed and worked for.
    ///
    /// - Parameter nonces: of each chunk, in order.
    /// - Throws: `FileError.count`.
    public func finished(nonces: [UInt64]) throws(FileError) -> Attachment {
        guard sealed.count == chunkCount, nonces.count == chunkCount else {
            throw .count(chunks: min(sealed.count, nonces.count), expected: chunkCount)
        }
        var chunks: [Attachment.Chunk] = []
        for (chunk, nonce) in zip(sealed, nonces) {
            var header = chunk.header
            header.nonce = nonce
            chunks.append(Attachment.Chunk(header: header, bodyHash: chunk.bodyHash))
        }
        return Attachment(
            size: size, digest: stream.digest, type: type, role: role, key: key, chunks: chunks)
    }
}

extension FileSealer {
    /// Seals a file that is in memory already.
    public mutating func sealAll(
        _ bytes: [UInt8], random: RandomSource
    ) throws(FileError) -> [EnvelopeDraft] {
        guard bytes.count == size else { throw .length(bytes: bytes.count, expected: size) }
        var drafts: [EnvelopeDraft] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + Limits.chunkBytes, bytes.count)
            drafts.append(try seal([UInt8](bytes[start..<end]), random: random))
            start = end
        }
        return drafts
    }
}
