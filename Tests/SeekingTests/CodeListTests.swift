import Foundation
import Seeking
import TestKit
import Testing
import Wire

/// The lists say what protocol/schema/codes.md says.
@Suite struct CodeListTests {
    /// The rows of the table under a heading, cell by cell.
    func rows(_ heading: String) throws -> [[String]] {
        let text = try String(
            contentsOf: Project.root.appending(path: "protocol/schema/codes.md"), encoding: .utf8)
        let parts = text.components(separatedBy: "\n## ")
        let part = try #require(parts.first { $0.hasPrefix(heading + "\n") })
        return part.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst().map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    @Test(arguments: [
        ("Bias motivations", CodeList.bias), ("Reported to police", .reported),
        ("Reasons for not reporting", .reasons), ("Feeling of safety", .safety),
        ("Needs", .needs), ("Case states", .states), ("States of a consent", .consents),
    ])
    func everyNameHasItsNumber(_ heading: String, _ list: CodeList) throws {
        let rows = try rows(heading)
        #expect(rows.count == list.names.count && rows.count > 3)
        for row in rows {
            let number = try #require(UInt64(row[0]))
            #expect(list.name(number) == Text(row[1]))
            #expect(list.number(Text(row[1])) == number)
        }
        #expect(list.name(0) == nil && list.name(UInt64(rows.count) + 1) == nil)
        #expect(list.number("nothing") == nil && list.name(.max) == nil)
    }

    @Test func everyKindHasItsCodes() throws {
        let rows = try rows("Kinds of incident")
        #expect(rows.count == IncidentKind.all.count)
        for (row, kind) in zip(rows, IncidentKind.all) {
            #expect(row[0] == "\(kind.number)" && row[1] == kind.name.string)
            #expect(row[2] == kind.iccs.map { $0.string }.joined(separator: " or "))
        }
    }

    @Test func aLongerCodeBelongsToTheKindWhoseCodeItBeginsWith() {
        #expect(IncidentKind.closest(to: "020111")?.name == "assault")
        #expect(IncidentKind.closest(to: "0502")?.name == "burglary or theft")
        #expect(IncidentKind.closest(to: "09") == nil)
        #expect(IncidentKind.closest(to: "") == nil)
        for code in ["02", "020111"] as [Text] { #expect(IncidentKind.isCode(code)) }
        for code in ["2", "0201112", "02a", ""] as [Text] { #expect(!IncidentKind.isCode(code)) }
    }
}
