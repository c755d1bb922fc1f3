import TestKit
import Testing

@testable import Sealing

@Suite struct JSONVectorTests {
    @Test(arguments: try VectorFile.accepted("json"))
    func aValueIsReadAndWrittenInOneForm(_ vector: VectorFile) throws {
        let value = try JSON(decoding: try vector.bytes("json"))
        let canonical = try vector.bytes("canonical")
        #expect(value.encoded == canonical)
        #expect(try JSON(decoding: canonical).encoded == canonical)
    }

    @Test(arguments: try VectorFile.refused("json"))
    func anythingElseIsRefusedForItsReason(_ vector: VectorFile) throws {
        let bytes = try vector.bytes("json")
        do {
            _ = try JSON(decoding: bytes)
            Issue.record("\(vector.name) was accepted")
        } catch {
            #expect(error.reasons.contains(vector.refusal ?? ""), "\(error)")
        }
    }
}

extension JSONError {
    /// Words of protocol/vectors/README.md.
    fileprivate var reasons: [String] {
        switch self {
        case .truncated: ["truncated"]
        // Also half of a surrogate pair, which is no UTF-8, and what follows the value.
        case .unexpected: ["shape", "not-utf8", "trailing-bytes"]
        case .notUTF8: ["not-utf8"]
        case .tooDeep: ["too-deep"]
        case .repeatedName: ["repeated"]
        case .notWhole: ["out-of-range"]
        }
    }
}
