import Model
import Sealing
import Sodium
import Wire

/// A file that is being read.
struct OpeningFile {
    let file: UInt32
    var opener: FileOpener
}

/// Files of a case, opened chunk by chunk: no call holds more than one.
extension Visit {
    private static let mostOpen = 4

    /// Names the envelopes that are needed, in order.
    mutating func openFile(_ asked: Asked) throws(VisitError) -> [UInt8] {
        guard let followed else { throw .noCommunity }
        let attachment = try self.file(of: thread(asked), asked.bytes("id", count: 32))
        lastFile += 1
        let file = lastFile
        if opening.count >= Self.mostOpen { opening.removeFirst() }
        opening.append(
            OpeningFile(
                file: file, opener: FileOpener(attachment, community: followed.community)))
        return JSONText.object { reply in
            reply.number("file", UInt64(file))
            reply.array("chunks") { list in
                for chunk in attachment.chunks {
                    list.object { item in
                        item.bytes("id", chunk.id(followed.network).bytes)
                        item.bytes("head", chunk.header.covered)
                        item.number("week", UInt64(chunk.header.slot.week.number))
                    }
                }
            }
        }
    }

    /// Request: file u32, the next chunk's envelope. Reply: its piece of the file, to be shown to
    /// nobody before `closeFile` says that it holds.
    mutating func openChunk(_ request: [UInt8]) throws(VisitError) -> [UInt8] {
        var reader = ByteReader(request)
        guard let file: UInt32 = reader.integer(),
            let place = opening.firstIndex(where: { $0.file == file })
        else { throw .noSuchFile }
        guard let envelope = try? Envelope(decoding: [UInt8](reader.rest)) else {
            throw .fileDamaged
        }
        do { return try opening[place].opener.open(envelope) } catch { throw .fileDamaged }
    }

    /// Whether all that was opened is the file that was sent.
    mutating func closeFile(_ asked: Asked) throws(VisitError) -> [UInt8] {
        let file = try asked.number("file")
        guard let place = opening.firstIndex(where: { UInt64($0.file) == file }) else {
            throw .noSuchFile
        }
        let opener = opening.remove(at: place).opener
        do { try opener.finish() } catch { throw .fileDamaged }
        return JSONText.object { _ in }
    }

    /// Files of the seeker's own that are to be sent to supporters, by their ids.
    func shared(
        _ name: StaticString, of thread: SeekerBook.Thread, _ asked: Asked
    ) throws(VisitError) -> [Attachment] {
        var files: [Attachment] = []
        for id in try asked.byteStrings(name) { files.append(try file(of: thread, id)) }
        return files
    }

    private func file(
        of thread: SeekerBook.Thread, _ id: [UInt8]
    ) throws(VisitError) -> Attachment {
        for file in thread.files where file.attachment.name == id { return file.attachment }
        throw .noSuchFile
    }
}

extension Attachment {
    /// What the page calls a file: it tells nothing of its key.
    var name: [UInt8] { hash(Labels.file, key.copied() + digest) }
}

extension JSONText {
    /// Attachments of a message; nothing without any.
    mutating func attachments(_ attachments: [Attachment]) {
        guard !attachments.isEmpty else { return }
        array("attachments") { list in
            for attachment in attachments { list.attachment(attachment) }
        }
    }

    /// Files that only their writer has.
    mutating func kept(_ thread: SeekerBook.Thread) {
        let kept = thread.requests.isEmpty ? [] : thread.keptFiles
        array("kept") { list in
            for file in kept { list.attachment(file.attachment) }
        }
    }

    private mutating func attachment(_ attachment: Attachment) {
        object { item in
            item.bytes("id", attachment.name)
            item.number("size", UInt64(attachment.size))
            item.text("type", attachment.type.text)
            item.flag("isOriginal", attachment.role == .original)
            item.number("expires", attachment.expiry.seconds)
        }
    }
}
