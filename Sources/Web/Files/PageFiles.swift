import Foundation
import HTTPTypes
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
        let content: ByteBuffer
        let packed: ByteBuffer?
    }

    public enum Trouble: Error, Sendable, Equatable {
        /// No folder, or no index.html in it.
        case missing(folder: String)
        case unreadable(name: String)
        case tooMuch(limit: Int)
    }

    /// All that is read, bytes. Guess: twenty times what a page should be.
    static let mostBytes = 32 << 20
    /// Guess.
    static let mostFiles = 1000

    /// By name, ascending by their bytes.
    public let files: [File]
    private let places: [String: Int]

    /// - Throws: `Trouble`.
    public init(folder: String) throws(Trouble) {
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        var found: [String: [UInt8]] = [:]
        var bytes = 0
        for name in Self.names(in: root) {
            guard found.count < Self.mostFiles, bytes < Self.mostBytes else {
                throw .tooMuch(limit: Self.mostBytes)
            }
            guard let data = try? Data(contentsOf: root.appending(path: name)) else {
                throw .unreadable(name: name)
            }
            bytes += data.count
            found[name] = [UInt8](data)
        }
        guard found["index.html"] != nil else { throw .missing(folder: folder) }
        guard bytes <= Self.mostBytes else { throw .tooMuch(limit: Self.mostBytes) }
        self.init(contents: found)
    }

    /// Files given by name.
    init(contents: [String: [UInt8]]) {
        let named = contents.filter { name, _ in
            !(name.hasSuffix(".gz") && contents[String(name.dropLast(3))] != nil)
        }
        files = named.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
            .map { name, bytes in
                File(
                    name: name, bytes: bytes.count, digest: sha256(bytes),
                    content: ByteBuffer(bytes: bytes),
                    packed: contents[name + ".gz"].map { ByteBuffer(bytes: $0) })
            }
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

extension PageFiles.File {
    /// - Parameter accepts: the request's Accept-Encoding.
    func response(accepts: String?) -> Response {
        var headers: HTTPFields = [.contentType: type, .vary: "Accept-Encoding"]
        let takesPacked = (accepts ?? "").split(separator: ",").contains { part in
            let words = part.split(separator: ";").map { $0.filter { $0 != " " } }
            return words.first == "gzip" && !words.dropFirst().contains("q=0")
        }
        guard takesPacked, let packed else {
            return Response(
                status: .ok, headers: headers, body: ResponseBody(byteBuffer: content))
        }
        headers[.contentEncoding] = "gzip"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: packed))
    }

    private var type: String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "json": "application/json; charset=utf-8"
        case "wasm": "application/wasm"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}
