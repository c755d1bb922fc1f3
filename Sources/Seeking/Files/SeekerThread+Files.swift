public import Model
public import Sealing
import Sodium
import Wire

extension SeekerBook.Thread {
    /// A file of the case, and who has its key.
    public struct File: Sendable {
        public let attachment: Attachment
        public let speaker: Speaker
        /// In a message that supporters read, not only in a copy of the seeker's own.
        public let isShared: Bool
        public let at: SaidAt
    }

    /// All attachments in the order in which they were sent; one that was kept first and sent
    /// later stands twice.
    public var files: [File] {
        var files: [File] = []
        for item in told {
            for attachment in item.body.attachments {
                files.append(
                    File(
                        attachment: attachment, speaker: .seeker,
                        isShared: item.kind == .request, at: item.at))
            }
        }
        for message in messages {
            for attachment in message.attachments {
                files.append(
                    File(
                        attachment: attachment, speaker: message.speaker, isShared: true,
                        at: message.at))
            }
        }
        return files.inOrder { $0.at < $1.at }
    }

    /// The seeker's files that nobody else can open yet.
    public var keptFiles: [File] {
        let all = files
        return all.filter { file in
            !file.isShared
                && !all.contains { $0.isShared && $0.attachment.key == file.attachment.key }
        }
    }

    /// Bytes of the seeker's own files that have not ended.
    public func attachedBytes(_ now: WallTime) -> Int {
        var counted: [Attachment] = []
        for file in files
        where file.speaker == .seeker && now < file.attachment.expiry
            && !counted.contains(where: { $0.key == file.attachment.key })
        {
            counted.append(file.attachment)
        }
        return counted.reduce(0) { $0 + $1.size }
    }

    /// Takes back the chunks of all files, each once, and the seeker's own first: they are there
    /// whatever the indexes of others hold. What no key takes back or no relay has is passed over
    /// before it counts, and a hostile index can't make the list endless.
    func chunkRetractions(by keys: [Secret], _ terms: RetractionTerms) -> [Retraction] {
        var seen: [Secret] = []
        var retractions: [Retraction] = []
        let all = files
        let ordered =
            all.filter { $0.speaker == .seeker } + all.filter { $0.speaker != .seeker }
        for file in ordered where !seen.contains(file.attachment.key) {
            seen.append(file.attachment.key)
            for chunk in file.attachment.chunks where retractions.count < Limits.foundPerCase {
                guard let one = retraction(of: chunk, by: keys, terms),
                    !retractions.contains(where: {
                        $0.opening == one.opening && $0.bodyHash == one.bodyHash
                    })
                else { continue }
                retractions.append(one)
            }
        }
        return retractions
    }

    private func retraction(
        of chunk: Attachment.Chunk, by keys: [Secret], _ terms: RetractionTerms
    ) -> Retraction? {
        guard terms.hold(chunk.header, bodyHash: chunk.bodyHash) else { return nil }
        for key in keys {
            let retraction = RetractCommitment.retraction(
                of: chunk.header, bodyHash: chunk.bodyHash, key: key)
            if let retraction { return retraction }
        }
        return nil
    }
}
