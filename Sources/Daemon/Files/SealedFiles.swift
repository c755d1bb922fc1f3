import Entropy
import Foundation
public import Model
public import Sealing
import Wire

/// Files on their way out: sealed, their work done, listed for the message that goes first.
public struct SealedFiles: Sendable {
    public private(set) var attachments: [Attachment] = []
    private var envelopes: [Envelope] = []

    public init() {}

    /// Seals one more file and does its work.
    ///
    /// - Parameter begin: begins to seal it for its message.
    public mutating func add(
        _ file: LocalFile,
        _ begin: (Int, MediaType) throws(FileError) -> FileSealer,
        progress: @Sendable (Int, Int) -> Void
    ) async throws(Problem) {
        do {
            var sealer = try begin(file.bytes.count, file.type)
            let drafts = try sealer.sealAll(file.bytes, random: Entropy.bytes)
            let done = await Worker.finish(drafts, progress: progress)
            attachments.append(try sealer.finished(nonces: done.map { $0.header.nonce }))
            envelopes += done
        } catch {
            throw Problem(error)
        }
        let all = attachments.reduce(0) { $0 + $1.size }
        guard all <= Limits.attachmentBytes, attachments.count <= Limits.attachmentsPerMessage
        else {
            throw Problem(
                .badData,
                "the attachments are more than \(Limits.attachmentBytes >> 20) MiB or "
                    + "\(Limits.attachmentsPerMessage) files",
                hint: "send some of them in another message")
        }
    }

    /// Hands the chunks to the node once their message is there, in random order: it tells nothing
    /// of the files.
    public func send(_ access: any NodeAccess) async throws(Problem) {
        var rest = envelopes.shuffled()[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batch)
            rest = rest.dropFirst(Self.batch)
            try await access.expectDone(
                .submit(
                    ControlRequest.Submission(
                        handle: Data(Entropy.bytes(16)),
                        envelopes: batch.map { Data($0.bytes) })))
        }
    }

    /// 2 MiB: half of what the control socket takes.
    private static let batch = 32
}

/// Fetches files from the node's own store.
public enum StoredFiles {
    /// The whole file, checked.
    ///
    /// - Throws: `Problem` `.tryAgain` while chunks are missing, `.badData` for a damaged file.
    public static func fetch(
        _ attachment: Attachment, network: NetworkID, community: CommunityID,
        _ access: any NodeAccess
    ) async throws(Problem) -> [UInt8] {
        var opener = FileOpener(attachment, community: community)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(attachment.size)
        var rest = attachment.chunks.map { Data($0.id(network).bytes) }[...]
        while !rest.isEmpty {
            let ids = Array(rest.prefix(batch))
            rest = rest.dropFirst(batch)
            let found = try await access.expect(.fetch(ids: ids)) {
                if case .found(let found) = $0, found.count == ids.count { found } else { nil }
            }
            for item in found {
                guard let item else { throw missing(attachment) }
                bytes += try opened { () throws(FileError) in
                    // As damaged as one that does not open: which of the two helps nobody.
                    guard let envelope = try? Envelope(decoding: [UInt8](item)) else {
                        throw .cannotOpen
                    }
                    return try opener.open(envelope)
                }
            }
        }
        try opened { () throws(FileError) in try opener.finish() }
        return bytes
    }

    /// Chunks that this node holds now, of all.
    public static func held(
        _ attachment: Attachment, network: NetworkID, _ access: any NodeAccess
    ) async throws(Problem) -> Int {
        var held = 0
        var rest = attachment.chunks.map { Data($0.id(network).bytes) }[...]
        while !rest.isEmpty {
            let ids = Array(rest.prefix(batch))
            rest = rest.dropFirst(batch)
            held += try await access.expect(.fetch(ids: ids)) {
                if case .found(let found) = $0 { found.count { $0 != nil } } else { nil }
            }
        }
        return held
    }

    private static func opened<Value>(
        _ body: () throws(FileError) -> Value
    ) throws(Problem) -> Value {
        do { return try body() } catch { throw Problem(error) }
    }

    private static func missing(_ attachment: Attachment) -> Problem {
        Problem(
            .tryAgain, "not all of this file has arrived on this node",
            hint: "files come after their message and last 30 days; try again later")
    }

    /// A mebibyte of envelopes at a time.
    private static let batch = 16
}

extension Problem {
    init(_ error: FileError) {
        switch error {
        case .empty:
            self.init(.badData, "the file is empty", hint: "attach another file")
        case .tooLarge(let bytes, let limit):
            self.init(
                .badData, "the file has \(bytes) bytes, \(limit) fit", hint: "make it smaller")
        case .length, .count, .cannotOpen, .wrongDigest:
            self.init(
                .badData, "the file is damaged, or not the one that its message describes",
                hint: "nothing was saved; ask its sender to send it again")
        }
    }
}
