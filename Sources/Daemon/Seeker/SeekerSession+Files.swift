public import Model
public import Sealing
import Seeking

extension SeekerSession {
    /// Seals files for the case of this number, as they are: nothing is cleaned here.
    public func attach(
        _ files: [LocalFile], number: UInt8, now: WallTime, progress: @Sendable (Int, Int) -> Void
    ) async throws(Problem) -> SealedFiles {
        let composer = composer(number, now)
        var sealed = SealedFiles()
        for file in files {
            try await sealed.add(
                file,
                { (size, type) throws(FileError) in
                    try composer.file(size: size, type: type, role: .original)
                }, progress: progress)
        }
        return sealed
    }

    /// Hands the chunks to the node, once the message that lists them is there.
    public func send(_ files: SealedFiles) async throws(Problem) { try await files.send(access) }

    /// A file of a case, fetched from this node and checked.
    public func fetch(_ attachment: Attachment) async throws(Problem) -> [UInt8] {
        try await StoredFiles.fetch(
            attachment, network: view.network, community: view.community, access)
    }
}
