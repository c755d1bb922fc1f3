public import Model
public import Sealing
import Sodium

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

    /// Chunks of all files, each with the key that takes it back; those that no key does are left
    /// out, and a hostile index can't make the list endless.
    func erasableChunks(by keys: [Secret]) -> [SeekerBook.Erasable] {
        var seen: [Secret] = []
        var erasable: [SeekerBook.Erasable] = []
        for file in files where !seen.contains(file.attachment.key) {
            seen.append(file.attachment.key)
            for chunk in file.attachment.chunks where erasable.count < Limits.foundPerCase {
                guard let key = keys.first(where: { RetractCommitment.opens($0, chunk.header) })
                else { continue }
                erasable.append(
                    SeekerBook.Erasable(header: chunk.header, bodyHash: chunk.bodyHash, key: key))
            }
        }
        return erasable
    }
}
