import Foundation
import Hummingbird
import NIOCore
import Sodium

/// The page's own files, read once: what is served is what was there at the start.
///
/// `NAME.gz` beside `NAME` is the same packed, served to whoever takes it; it has no name of its own.
public struct PageFiles: Sendable {
    public struct File: Sendable {
        /// Below the folder, parts joined by "/".
        public let name: String
        public let bytes: Int
        /// SHA-256 of its bytes.
        public let digest: [UInt8]
        let content: Content
        let packed: Content?
    }

    /// Bytes in memory or put aside.
    enum Content: Sendable {
        case bytes(ByteBuffer)
        case spooled(Spool, Spool.Place)
    }

    public enum Trouble: Error, Sendable, Equatable {
        /// No folder, or no index.html in it.
        case missing(folder: String)
        case unreadable(name: String)
        case tooMuch(limit: Int)
        /// There is no room to put them aside.
        case notKept(folder: String)
    }

    /// All that is read, bytes. Guess: several times what a page should be.
    static let mostBytes = 32 << 20
    /// Guess.
    static let mostFiles = 1000

    /// By name, ascending by their bytes.
    public let files: [File]
    private let places: [String: Int]

    /// - Parameter spool: a folder on whose disk they are put aside; nil to keep them in memory.
    /// - Throws: `Trouble`.
    public init(folder: String, spool: String? = nil) throws(Trouble) {
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        let names = Self.names(in: root)
        guard names.count <= Self.mostFiles else { throw .tooMuch(limit: Self.mostBytes) }
        guard names.contains("index.html") else { throw .missing(folder: folder) }
        let aside = try spool.map { spool throws(Trouble) in
            do { return try Spool(folder: spool) } catch { throw .notKept(folder: spool) }
        }
        var bytes = 0
        try self.init(names: names) { name throws(Trouble) in
            guard let data = try? Data(contentsOf: root.appending(path: name)) else {
                throw .unreadable(name: name)
            }
            bytes += data.count
            guard bytes <= Self.mostBytes else { throw .tooMuch(limit: Self.mostBytes) }
            let read = [UInt8](data)
            guard let aside, let spool else {
                return (.bytes(ByteBuffer(bytes: read)), read.count, sha256(read))
            }
            do { return (.spooled(aside, try aside.keep(read)), read.count, sha256(read)) } catch {
                throw .notKept(folder: spool)
            }
        }
    }

    /// Files given by name, in memory.
    init(contents: [String: [UInt8]]) {
        self.init(names: Array(contents.keys)) { name in
            let bytes = contents[name] ?? []
            return (.bytes(ByteBuffer(bytes: bytes)), bytes.count, sha256(bytes))
        }
    }

    private init<Failure: Error>(
        names: [String],
        _ read: (String) throws(Failure) -> (Content, bytes: Int, digest: [UInt8])
    ) throws(Failure) {
        let all = Set(names)
        var files: [File] = []
        for name in names.sorted(by: {
            Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
        }) where !(name.hasSuffix(".gz") && all.contains(String(name.dropLast(3)))) {
            let (content, bytes, digest) = try read(name)
            let packed = all.contains(name + ".gz") ? try read(name + ".gz").0 : nil
            files.append(
                File(
                    name: name, bytes: bytes, digest: digest, content: content, packed: packed))
        }
        self.init(files: files)
    }

    private init(files: [File]) {
        self.files = files
        var places: [String: Int] = [:]
        for (index, file) in files.enumerated() { places[file.name] = index }
        self.places = places
    }

    func file(_ name: String) -> File? { places[name].map { files[$0] } }

    /// Regular files below `root`, none whose name begins with a dot.
    private static func names(in root: URL) -> [String] {
        let base = root.resolvingSymlinksInPath().path
        guard
            let walk = FileManager.default.enumerator(
                at: URL(fileURLWithPath: base, isDirectory: true),
                includingPropertiesForKeys: [.isRegularFileKey], options: [.skipsHiddenFiles])
        else { return [] }
        var names: [String] = []
        for case let url as URL in walk {
            let isFile = try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile
            guard isFile == true, url.path.hasPrefix(base + "/") else { continue }
            names.append(String(url.path.dropFirst(base.count + 1)))
            if names.count > mostFiles { break }
        }
        return names
    }
}
