public import Foundation
import Model
public import Testing

/// Where the tests find what is not compiled in.
public enum Project {
    /// The folder with `Package.swift`.
    ///
    /// Looks upwards from this file as it was named to the compiler, which may be in a scratch
    /// package of links; `KITH_ROOT` in the environment overrides it.
    public static let root: URL = {
        if let set = ProcessInfo.processInfo.environment["KITH_ROOT"] {
            return URL(fileURLWithPath: set)
        }
        return URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }()

    /// A file others wrote, beside the project: `shared/` and then `path`. Says so aloud if it is
    /// not there, and gives nil.
    public static func shared(_ path: String) -> URL? {
        let url = root.deletingLastPathComponent().appendingPathComponent("shared/\(path)")
        if FileManager.default.fileExists(atPath: url.path) { return url }
        print("SKIPPED: no \(url.path); tests against it do not run")
        return nil
    }
}

/// One file of `protocol/vectors/TOPIC/`: a scenario as lines `key: text` and `name = hex`.
///
/// Empty lines and lines from `#` on are skipped. Source: protocol/vectors/README.md.
public struct VectorFile: Sendable, CustomTestStringConvertible {
    /// `TOPIC/scenario.txt`
    public let name: String
    private let texts: [(key: String, value: String)]
    private let values: [(key: String, value: [UInt8])]

    public var testDescription: String { name }

    /// All of a topic's files by name; says so aloud if there are none.
    ///
    /// - Throws: `VectorFileError` for a line that is neither kind, or a file that cannot be read.
    public static func all(_ topic: String) throws -> [VectorFile] {
        let folder = Project.root.appendingPathComponent("protocol/vectors/\(topic)")
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            print("SKIPPED: no \(folder.path); tests against it do not run")
            return []
        }
        return try found.filter { $0.hasSuffix(".txt") }.sorted().map { file in
            let text = try String(
                contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            return try VectorFile(name: "\(topic)/\(file)", text: text)
        }
    }

    /// - Throws: `VectorFileError.unreadable`.
    public init(name: String, text: String) throws(VectorFileError) {
        var texts: [(key: String, value: String)] = []
        var values: [(key: String, value: [UInt8])] = []
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let mark = line.firstIndex(where: { $0 == ":" || $0 == "=" }) else {
                throw .unreadable(file: name, line: number)
            }
            let key = Self.trimmed(line[..<mark])
            let value = Self.trimmed(line[line.index(after: mark)...])
            if line[mark] == ":" {
                texts.append((key, value))
            } else if let bytes = [UInt8](hex: value) {
                values.append((key, bytes))
            } else {
                throw .unreadable(file: name, line: number)
            }
        }
        self.name = name
        self.texts = texts
        self.values = values
    }

    /// The keys of the `key: text` lines, in order.
    public var textKeys: [String] { texts.map(\.key) }

    /// The names of the `name = hex` lines, in order.
    public var byteNames: [String] { values.map(\.key) }

    /// The reason of `expect: refuse REASON`; nil for `expect: accept`.
    public var refusal: String? {
        guard let expect = text("expect"), expect.hasPrefix("refuse ") else { return nil }
        return String(expect.dropFirst("refuse ".count))
    }

    /// The first `key: text` line's text.
    public func text(_ key: String) -> String? { texts.first { $0.key == key }?.value }

    /// The first `name = hex` line's bytes.
    ///
    /// - Throws: `VectorFileError.missing`, so that a test stops at the line it lacks.
    public func bytes(_ name: String) throws(VectorFileError) -> [UInt8] {
        guard let found = values.first(where: { $0.key == name }) else {
            throw .missing(file: self.name, name: name)
        }
        return found.value
    }

    public func has(_ name: String) -> Bool { values.contains { $0.key == name } }

    /// The first `key: text` line's text as a number.
    ///
    /// - Throws: `VectorFileError.missing`.
    public func number(_ key: String) throws(VectorFileError) -> UInt64 {
        guard let found = text(key).flatMap({ UInt64($0) }) else {
            throw .missing(file: name, name: key)
        }
        return found
    }

    private static func trimmed(_ text: Substring) -> String {
        text.trimmingCharacters(in: .whitespaces)
    }
}

public enum VectorFileError: Error {
    case unreadable(file: String, line: Int)
    case missing(file: String, name: String)
    case noScenarios(of: String)
}
