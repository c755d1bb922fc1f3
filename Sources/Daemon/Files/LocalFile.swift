import Foundation
import Model
public import Sealing
import Wire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file of this computer on its way into a message, or out of one.
public struct LocalFile: Sendable {
    public let bytes: [UInt8]
    public let type: MediaType

    /// Reads a file that is to be attached.
    ///
    /// - Throws: `Problem` for one that can't be read, is no file, is empty or larger than 16 MiB.
    public init(reading path: String) throws(Problem) {
        let manager = FileManager.default
        // Missing, hidden by rights or no file: all three are said below, with what to look at.
        let attributes = try? manager.attributesOfItem(
            atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular else {
            throw Problem(
                .notFound, "cannot attach \(path): it is not a file that can be read",
                hint: "check the path and its rights")
        }
        guard (attributes[.size] as? UInt64 ?? 0) <= UInt64(Limits.attachmentBytes) else {
            throw Self.tooLarge(path)
        }
        guard let data = manager.contents(atPath: path) else {
            throw Problem(
                .notFound, "cannot read \(path)", hint: "check the path and its rights")
        }
        guard !data.isEmpty else {
            throw Problem(.badData, "\(path) is empty", hint: "attach another file")
        }
        guard data.count <= Limits.attachmentBytes else { throw Self.tooLarge(path) }
        bytes = [UInt8](data)
        type = Self.type(of: path)
    }

    private static func tooLarge(_ path: String) -> Problem {
        Problem(
            .badData, "\(path) is larger than \(Limits.attachmentBytes >> 20) MiB",
            hint: "make it smaller, or send it in parts in several messages")
    }

    /// By the name's ending: a hint for whoever receives it.
    private static func type(of path: String) -> MediaType {
        let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
        let known: [String: Text] = [
            "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif",
            "webp": "image/webp", "heic": "image/heic", "avif": "image/avif",
            "pdf": "application/pdf", "txt": "text/plain", "mp3": "audio/mpeg",
            "m4a": "audio/mp4", "ogg": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav",
            "mp4": "video/mp4", "webm": "video/webm", "zip": "application/zip",
        ]
        return known[ending].flatMap { MediaType($0) } ?? .unknown
    }

    /// Writes a file that did not exist before, readable by its owner alone.
    ///
    /// - Throws: `Problem`; then nothing was left behind.
    public static func create(_ path: String, _ bytes: [UInt8]) throws(Problem) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let isThere = errno == EEXIST
            throw Problem(
                .cannotCreate, isThere ? "\(path) exists already" : "cannot create \(path)",
                hint: isThere ? "choose another name" : "check the folder and its rights")
        }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                unlink(path)
                throw Problem(
                    .disk, "cannot write \(path)", hint: "free some space, and save it again")
            }
            rest = rest.dropFirst(count)
        }
    }
}
