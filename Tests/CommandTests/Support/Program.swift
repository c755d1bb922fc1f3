import Foundation

/// The built program under test.
struct Program: Sendable {
    let path: String

    /// `KITH_BINARY`; else beside the test bundle; else the release build of this checkout.
    static let kith: Program = {
        if let named = ProcessInfo.processInfo.environment["KITH_BINARY"] {
            return Program(path: named)
        }
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let beside = Bundle.main.bundleURL.deletingLastPathComponent()
        let places = [
            Bundle.main.bundleURL.appending(path: "kith"), beside.appending(path: "kith"),
            root.appending(path: ".build/release/kith"),
            root.appending(path: ".build/debug/kith"),
        ]
        let found = places.first {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: $0.path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        return Program(path: (found ?? places[2]).path)
    }()

    /// Whether a tool stands on the PATH.
    static func has(_ tool: String) -> Bool {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return folders.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)")
        }
    }

    /// The call's words, and what runs it: a user switch, another clock.
    func call(_ words: [String], by wrapper: [String] = []) -> [String] {
        wrapper + [path] + words
    }
}

/// What a call came to.
struct Outcome: Sendable, CustomStringConvertible {
    let words: [String]
    let status: Int32
    let out: String
    let err: String
    let seconds: Double

    /// Shortened, and harmless to a terminal.
    var description: String {
        let told = [out, err].map { text in
            text.prefix(600).unicodeScalars.map { $0 == "\n" ? "\n" : $0.escaped(asASCII: false) }
                .joined()
        }
        return "kith \(words.joined(separator: " ")): status \(status)\n\(told.joined())"
    }

    /// The last line printed, as JSON.
    func json() throws -> JSON {
        guard let line = out.split(separator: "\n").last else {
            throw Failed("printed nothing: \(self)")
        }
        return try JSON(String(line))
    }

    /// As `json`, of a call that must have succeeded.
    func answer() throws -> JSON {
        guard status == 0 else { throw Failed("failed: \(self)") }
        return try json()
    }
}

/// Something needed for a test did not happen.
struct Failed: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Any JSON value.
enum JSON: Decodable, Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(_ text: String) throws {
        self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    subscript(_ key: String) -> JSON? {
        if case .object(let entries) = self { entries[key] } else { nil }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var int: Int? { if case .number(let number) = self { Int(number) } else { nil } }
    var list: [JSON] { if case .list(let list) = self { list } else { [] } }
    var texts: [String] { list.compactMap { $0.text } }
}
