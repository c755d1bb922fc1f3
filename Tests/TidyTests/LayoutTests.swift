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
}
