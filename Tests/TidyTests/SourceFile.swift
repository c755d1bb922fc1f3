import Foundation
import TestKit

/// A Swift file of the project as the tidy tests read it.
struct SourceFile {
    /// From the project's root.
    let path: String
    let lines: [String]

    static func all(in folder: String) throws -> [SourceFile] {
        let root = Project.root.appending(path: folder)
        guard let files = FileManager.default.enumerator(atPath: root.path) else { return [] }
        return try files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted()
            .map { name in
                let text = try String(
                    contentsOf: root.appending(path: name), encoding: .utf8)
                return SourceFile(
                    path: folder + "/" + name, lines: text.components(separatedBy: "\n"))
            }
    }

    /// Modules imported.
    var imports: [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
                words[..<at].allSatisfy({ $0 == "public" || $0.hasPrefix("@") })
            else { return nil }
            return words[at + 1].split(separator: ".").first.map(String.init)
        }
    }

    /// Lines with their numbers, comments left out.
    var code: [(number: Int, line: String)] {
        lines.enumerated().compactMap { index, line in
            let code = line.components(separatedBy: "//")[0]
            return code.allSatisfy { $0 == " " } ? nil : (index + 1, code)
        }
    }
}
