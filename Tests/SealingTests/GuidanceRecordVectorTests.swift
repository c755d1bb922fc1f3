import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

/// Guidance records as they are read and written; which a node keeps is for
/// GossipTests/GuidanceRecordVectorTests.swift, what their packs hold for SeekingTests.
@Suite struct GuidanceRecordVectorTests {
    static func accepted() throws -> [VectorFile] {
        try VectorFile.some(VectorFile.accepted("records"), where: "check", is: "guidance")
    }

    @Test(arguments: try accepted())
    func guidanceIsReadAndWrittenAlike(_ vector: VectorFile) throws {
        let record = try Record(decoding: try vector.bytes("record"))
        let manifest = try Record(decoding: try vector.bytes("manifest"))
        let operations = try manifest.manifest().roots.newest.operations
        #expect(record.type == .guidance)
        #expect(try record.encoded == vector.bytes("record"))
        #expect(try record.hash == vector.bytes("record hash"))
        let guidance = try record.guidance(of: operations)
        #expect(try guidance.language == Text(vector.words("language")))
        if !vector.name.contains("unknown-key") {
            #expect(try guidance.cbor.encoded == vector.bytes("content"))
        }
        let isEmpty = ["taken-back", "unknown-key"].contains { vector.name.contains($0) }
        #expect((guidance.pack == nil) == isEmpty)
    }

    @Test(arguments: [
        "en", "ast", "pt-br", "zh-hant-tw", "sl-rozaj-biske-1994", "de-1996", "ca-x-val",
    ])
    func languageTagsHaveOneSpelling(_ tag: String) {
        #expect(Text(tag).isLanguageTag)
        #expect(!Text(tag.uppercased()).isLanguageTag)
        #expect(!Text(tag + "-").isLanguageTag)
        #expect(!Text("-" + tag).isLanguageTag)
        #expect(!Text(tag + " ").isLanguageTag)
        #expect(!Text(tag + "--us").isLanguageTag)
        #expect(!Text(tag + "-ninechars").isLanguageTag)
        #expect(!Text("1" + tag).isLanguageTag)
    }
}
