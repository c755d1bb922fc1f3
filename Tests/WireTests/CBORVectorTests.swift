import TestKit
import Testing
import Wire

@Suite struct CBORVectorTests {
    @Test(arguments: try VectorFile.accepted("cbor"))
    func whatIsDeterministicComesBackAsItWas(_ vector: VectorFile) throws {
        let bytes = try vector.bytes("cbor")
        #expect(try CBOR(decoding: bytes).encoded == bytes)
    }

    @Test(arguments: try VectorFile.refused("cbor"))
    func everyOtherEncodingIsRefusedForItsReason(_ vector: VectorFile) throws {
        let bytes = try vector.bytes("cbor")
        do {
            let value = try CBOR(decoding: bytes)
            Issue.record("read as \(value)")
        } catch {
            #expect(error.reason == vector.refusal)
        }
    }
}

extension CBORError {
    /// The word of protocol/vectors/README.md.
    var reason: String {
        switch self {
        case .truncated: "truncated"
        case .trailingBytes: "trailing-bytes"
        case .notDeterministic: "not-deterministic"
        case .unsupported: "unsupported"
        case .keyNotUnsigned: "key-not-unsigned"
        case .tooDeep: "too-deep"
        case .notUTF8: "not-utf8"
        }
    }
}
