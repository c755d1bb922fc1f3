public import Casework
import Model
public import Sealing

extension DeskSession {
    /// Seals files for an answer, as they are: nothing is cleaned here.
    public func attach(
        _ files: [LocalFile], _ composer: MemberComposer, under key: MemberComposer.AnswerKey,
        progress: @Sendable (Int, Int) -> Void
    ) async throws(Problem) -> SealedFiles {
        var sealed = SealedFiles()
        for file in files {
            try await sealed.add(
                file,
                { (size, type) throws(FileError) in
                    try composer.file(size: size, type: type, role: .original, under: key)
                }, progress: progress)
        }
        return sealed
    }

    /// Hands the chunks to the node, once the message that lists them is there.
    public func send(_ files: SealedFiles) async throws(Problem) { try await files.send(access) }

    /// A file of a case, fetched from this node and checked.
    public func fetch(_ attachment: Attachment) async throws(Problem) -> [UInt8] {
        try await StoredFiles.fetch(
            attachment, network: keyring.network, community: keyring.community, access)
    }

    /// Chunks of a file that this node holds now.
    public func held(_ attachment: Attachment) async throws(Problem) -> Int {
        try await StoredFiles.held(attachment, network: keyring.network, access)
    }
}
