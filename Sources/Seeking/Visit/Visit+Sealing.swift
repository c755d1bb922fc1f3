import Model
import Sealing
import Wire

/// A file on its way out: it is known by a number until the visit ends.
struct SealingFile {
    let file: UInt32
    /// The case under whose keys it is sealed.
    let number: UInt8
    var sealer: FileSealer
    /// Once all was sealed and worked for.
    var attachment: Attachment?
}

/// Files to be attached, chunk by chunk: no call holds more than one.
extension Visit {
    /// Files at once in one visit.
    private static let mostFiles = 32

    mutating func beginFile(_ asked: Asked) throws(VisitError) -> [UInt8] {
        guard let book else { throw code == nil ? .noCode : .noCommunity }
        let number: UInt8
        if try asked.optionalNumber("case") != nil {
            number = try living(asked).number
        } else {
            guard let free = book.freeNumber else { throw .full }
            number = free
        }
        let composer = try composer(number, asked)
        guard sealing.count < Self.mostFiles else { throw .tooManyFiles }
        guard let size = Int(exactly: try asked.number("size")),
            let role = Attachment.Role(rawValue: try asked.number("role"))
        else { throw .malformed }
        let type = MediaType(try asked.text("type")) ?? .unknown
        let there =
            book.threads[Int(number)].attachedBytes(composer.now)
            + sealing.filter { $0.number == number }.reduce(0) { $0 + $1.sealer.size }
        guard size <= Limits.attachmentBytes - there else { throw .tooLarge }
        let sealer: FileSealer
        do { sealer = try composer.file(size: size, type: type, role: role) } catch {
            throw error == .empty ? .nothingToSend : .tooLarge
        }
        lastFile += 1
        sealing.append(SealingFile(file: lastFile, number: number, sealer: sealer))
        let file = lastFile
        return JSONText.object { reply in
            reply.number("file", UInt64(file))
            reply.number("chunks", UInt64(sealer.chunkCount))
            reply.number("case", UInt64(number))
        }
    }

    /// Request: file u32, the next piece. Reply: the draft, as `drafts` lists one.
    mutating func sealChunk(_ request: [UInt8]) throws(VisitError) -> [UInt8] {
        var reader = ByteReader(request)
        let place = try sealingPlace(&reader)
        do {
            let draft = try sealing[place].sealer.seal([UInt8](reader.rest), random: random)
            return EnvelopeDraft.listed([draft])
        } catch { throw .malformed }
    }

    /// Request: file u32, then the nonce of each chunk, u64, in order.
    mutating func finishFile(_ request: [UInt8]) throws(VisitError) -> [UInt8] {
        var reader = ByteReader(request)
        let place = try sealingPlace(&reader)
        var nonces: [UInt64] = []
        while !reader.isAtEnd {
            guard let nonce: UInt64 = reader.integer() else { throw .malformed }
            nonces.append(nonce)
        }
        do {
            sealing[place].attachment = try sealing[place].sealer.finished(nonces: nonces)
        } catch {
            throw .fileUnfinished
        }
        return JSONText.object { _ in }
    }

    private func sealingPlace(_ reader: inout ByteReader) throws(VisitError) -> Int {
        guard let file: UInt32 = reader.integer(),
            let place = sealing.firstIndex(where: { $0.file == file })
        else { throw .noSuchFile }
        return place
    }

    /// Forgets files that are being sealed; what was composed with them stays as it is.
    mutating func dropFiles() -> [UInt8] {
        sealing = []
        return JSONText.object { _ in }
    }

    /// Finished files by their numbers, then those that go with them.
    ///
    /// - Throws: `.noSuchFile`, also for one of another case; `.fileUnfinished`.
    func attached(
        _ name: StaticString, beside shared: [Attachment] = [], to number: UInt8, _ asked: Asked
    ) throws(VisitError) -> [Attachment] {
        var files: [Attachment] = []
        for asked in try asked.numbers(name) {
            guard let file = sealing.first(where: { UInt64($0.file) == asked }),
                file.number == number
            else { throw .noSuchFile }
            guard let attachment = file.attachment else { throw .fileUnfinished }
            files.append(attachment)
        }
        files += shared
        guard files.count <= Limits.attachmentsPerMessage else { throw .tooManyFiles }
        return files
    }
}
