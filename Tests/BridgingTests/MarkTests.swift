import Bridging
import Model
import Sealing
import TestKit
import Testing
import Wire

@Suite struct MarkTests {
    static func marks(_ files: [VectorFile]) throws -> [VectorFile] {
        try VectorFile.some(files, where: "check", is: "mark")
    }

    @Test(arguments: try marks(VectorFile.accepted("delivery")))
    func aConsentsMarkIsTheScenarios(_ vector: VectorFile) throws {
        #expect(try mark(vector) == Text(vector.words("mark")))
    }

    @Test(arguments: try marks(VectorFile.refused("delivery")))
    func anotherMarkIsNotIts(_ vector: VectorFile) throws {
        #expect(vector.refusal == "wrong-digest")
        #expect(try mark(vector) != Text(vector.words("mark")))
    }

    private func mark(_ vector: VectorFile) throws -> Text {
        Report.mark(of: try #require(ConsentID(try vector.bytes("consent id"))))
    }

    @Test func aMarkIsTheSameForOneConsentAndSaysNothing() throws {
        let id = try #require(ConsentID([UInt8](repeating: 7, count: 16)))
        let mark = Report.mark(of: id).string
        #expect(mark == Report.mark(of: id).string)
        #expect(mark.count == 24 && mark.hasPrefix("KITH-") && !mark.contains("0707"))
    }
}
