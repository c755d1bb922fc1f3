import Foundation
import TestKit
import Testing

/// Holds the layout: what stands at the top, how long files and lines are, what may not be said.
@Suite struct LayoutTests {
    @Test func theTopLevelHoldsOnlyWhatItShould() throws {
        let allowed: Set<String> = [
            "Package.swift", "Sources", "Tests", "README.md", "protocol", "tools", "LICENSE",
            "CHANGELOG.md", "SECURITY.md", "Package.resolved",
        ]
        let found = try FileManager.default.contentsOfDirectory(atPath: Project.root.path)
        let extra = found.filter { !$0.hasPrefix(".") && !allowed.contains($0) }
        #expect(extra.isEmpty)
    }

    @Test(arguments: ["Sources", "Tests"])
    func noFileIsLongerThanFourHundredLines(_ folder: String) throws {
        for file in try SourceFile.all(in: folder) where file.lines.count > 401 {
            Issue.record("\(file.path) has \(file.lines.count) lines: look for the second subject")
        }
    }

    @Test func nothingIsLeftForLater() throws {
        // Put together here, so that this file does not find itself.
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "fatal" + "Error("]
        for file in try SourceFile.all(in: "Sources") {
            for (number, line) in zip(1..., file.lines) {
                for word in words where line.contains(word) {
                    Issue.record("\(file.path):\(number) has \(word)")
                }
            }
        }
    }

    /// Every limit names where it comes from.
    @Test func everyLimitNamesItsSource() throws {
        let file = try #require(
            SourceFile.all(in: "Sources/Model").first { $0.path.hasSuffix("Limits.swift") })
        for (index, line) in file.lines.enumerated() where line.contains("public static let") {
            let comment = file.lines[..<index].reversed().prefix { $0.contains("///") }
                .joined(separator: " ")
            let hasSource = ["protocol/", "Guess", "Measured"].contains { comment.contains($0) }
            #expect(hasSource, "\(file.path):\(index + 1)")
        }
    }

    /// The tests that protocol/failures.md names are there.
    @Test func everyFailureHasItsTest() throws {
        let tests = try SourceFile.all(in: "Tests").flatMap { $0.lines }
            .filter { $0.contains("func ") }.joined(separator: "\n")
        let table = try String(
            contentsOf: Project.root.appending(path: "protocol/failures.md"), encoding: .utf8)
        let rows = table.split(separator: "\n").filter {
            $0.hasPrefix("| ") && $0.dropFirst(2).first?.isNumber == true
        }
        #expect(rows.count == 34)
        for row in rows {
            let names = row.split(separator: "|")[2].split { ";,".contains($0) }
            for name in names.map({ $0.trimmingPrefix(" ") }) {
                let test = name.split(separator: ".").last.map(String.init) ?? ""
                guard test.first?.isLowercase == true, test.allSatisfy({ $0.isLetter }) else {
                    continue
                }
                #expect(tests.contains("func \(test)("), "\(name)")
            }
        }
    }
}
