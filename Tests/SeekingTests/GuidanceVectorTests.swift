import Model
import Sealing
import TestKit
import Testing
import Wire

@testable import Seeking

/// Packs in both forms, and what they choose. Source: protocol/24-guidance.md.
@Suite struct GuidanceVectorTests {
    static func some(_ check: String, _ files: [VectorFile]) throws -> [VectorFile] {
        try VectorFile.some(files, where: "check", is: check)
    }

    static func guidance(_ vector: VectorFile) throws -> Guidance {
        let fields = try Fields(decoding: try vector.bytes("cbor"))
        return Guidance(language: try fields.words(1), pack: fields.value(2))
    }

    static func pack(_ vector: VectorFile) throws -> GuidancePack {
        try #require(try GuidancePack.read(guidance(vector)))
    }

    @Test(arguments: try some("pack", VectorFile.accepted("guidance")))
    func bothFormsHoldTheSamePack(_ vector: VectorFile) throws {
        let pack = try Self.pack(vector)
        #expect(pack.faults == [])
        let json = try vector.words("json")
        #expect(String(decoding: pack.json.encoded, as: UTF8.self) == json)
        #expect(try GuidancePack(source: [UInt8](json.utf8)) == pack)
        if !vector.name.contains("unknown-key") {
            #expect(try pack.guidance.cbor.encoded == vector.bytes("cbor"))
        }
    }

    @Test(arguments: try some("pack", VectorFile.refused("guidance")))
    func aPackWithAFaultIsRefusedForIt(_ vector: VectorFile) throws {
        do {
            _ = try GuidancePack.read(Self.guidance(vector))
            Issue.record("\(vector.name) was accepted")
        } catch let fault as GuidanceFault {
            #expect(fault.flaw.reason == vector.refusal, "\(fault)")
        }
    }

    @Test(arguments: try some("advice", VectorFile.accepted("guidance")))
    func thePackChoosesWhatTheChapterSays(_ vector: VectorFile) throws {
        let advice = try Self.pack(vector).advice(try answers(vector))
        func lines(_ items: [GuidanceAdvice.Item]) -> [String] {
            items.map { "\($0.id.string) \($0.urgency.name.string)" }
        }
        #expect(lines(advice.contacts) == vector.wordsList("contact"))
        #expect(lines(advice.sections) == vector.wordsList("section"))
    }

    @Test(arguments: try some("advice", VectorFile.refused("guidance")))
    func answersThePackDoesNotHaveAreRefused(_ vector: VectorFile) throws {
        #expect(vector.refusal == "unknown-id")
        let pack = try Self.pack(vector)
        #expect(throws: GuidanceAnswerError.self) { try pack.advice(try answers(vector)) }
    }

    @Test func noCheckIsPassedOver() throws {
        for vector in try VectorFile.all("guidance") {
            #expect(["pack", "advice"].contains(try vector.words("check")))
        }
    }

    private func answers(_ vector: VectorFile) throws -> GuidanceAnswers {
        let given = vector.wordsList("answer").map { line in
            let words = line.split(separator: " ").map { Text(String($0)) }
            return GuidanceAnswers.Given(question: words[0], answer: words[1])
        }
        return GuidanceAnswers(
            given, kinds: vector.wordsList("kind").compactMap { UInt64($0) },
            needs: vector.wordsList("need").compactMap { UInt64($0) })
    }
}

extension GuidanceFault.Flaw {
    /// The word of protocol/vectors/README.md.
    fileprivate var reason: String {
        switch self {
        case .notJSON, .missing, .wrongType, .unknownEntry, .notADay: "shape"
        case .tooLong: "too-long"
        case .repeated, .repeatedNumber: "repeated"
        case .unknownID: "unknown-id"
        case .tooMany, .tooFew, .empty, .steeringCharacter, .address, .notAnID, .notALanguage,
            .notACountry, .notAPhone, .notHTTPS, .unreachable, .noPlace, .noEmergencyContact:
            "out-of-range"
        }
    }
}
