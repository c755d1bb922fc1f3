import Model
public import Sealing

extension SeekerComposer {
    /// Begins to seal a file for a message of this case. Source: protocol/26-files.md.
    ///
    /// - Throws: `FileError.empty`, `.tooLarge`.
    public func file(
        size: Int, type: MediaType, role: Attachment.Role
    ) throws(FileError) -> FileSealer {
        try FileSealer(
            size: size, type: type, role: role, network: network, community: community,
            slot: now.slot, workBase: workBase, eraseKey: keys.erase, random: random)
    }

    /// Keeps files for the seeker alone, beside what was sent; nothing for none.
    public func kept(_ files: [Attachment]) throws(Failure) -> [EnvelopeDraft] {
        guard !files.isEmpty else { return [] }
        var body = Incident()
        body.attachments = files
        return try note(body)
    }
}
