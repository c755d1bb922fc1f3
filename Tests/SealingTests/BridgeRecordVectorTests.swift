import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

/// Bridges of manifests, their cards and checkpoints, as they are read and written. Which of them a
/// node keeps is for GossipTests/BridgeRecordVectorTests.swift.
@Suite struct BridgeRecordVectorTests {
    static func accepted(_ check: String) throws -> [VectorFile] {
        try VectorFile.some(VectorFile.accepted("records"), where: "check", is: check)
    }

    // MARK: Manifests

    @Test(arguments: try accepted("manifest"))
    func aManifestNamesTheBridgesTheScenarioShows(_ vector: VectorFile) throws {
        let manifest = try Record(decoding: try vector.bytes("record")).manifest().manifest
        let named = try vector.bytesList("bridge").enumerated().map { number, key in
            let uris = vector.wordsList("authority \(number)")
            let authorities = try uris.enumerated().map { at, uri in
                Presentation.Recipient(
                    uri: Text(uri), name: Text(try vector.words("name \(number) \(at)")),
                    isPublishing: try vector.words("publishing \(number) \(at)") == "yes")
            }
            return NamedBridge(key: key, authorities: authorities)
        }
        #expect(manifest.namedBridges == named)
        // Written again they are read as the same.
        var made = manifest
        made.bridges = named.map { $0.cbor }
        #expect(made.namedBridges == named)
        if manifest.bridges.count == named.count { #expect(made.bridges == manifest.bridges) }
    }

    // MARK: Cards

    @Test(arguments: try accepted("bridge-card"))
    func aCardIsReadAndWrittenAlike(_ vector: VectorFile) throws {
        let record = try Record(decoding: try vector.bytes("record"))
        #expect(record.type == .bridgeCard)
        #expect(try record.encoded == vector.bytes("record"))
        #expect(try record.hash == vector.bytes("record hash"))
        let card = try record.bridgeCard(of: try vector.bytes("bridge key"))
        let content = try vector.bytes("content")
        #expect(record.content.encoded == content)
        if !vector.name.contains("unknown-key") { #expect(card.cbor.encoded == content) }

        #expect(try UInt64(card.firstWeek.number) == vector.number("first week"))
        #expect(try card.name == Text(vector.words("name")))
        #expect(try card.coolingOffSeconds == vector.number("cooling-off"))
        let keys = try vector.bytesList("week key")
        #expect(card.keys == keys)
        let seed = IntakeSeed(week: card.firstWeek, seed: Secret(try vector.bytes("bridge seed")))
        #expect(seed.keys(Manifest.weeks).map { $0.publicKey } == keys)
        for (number, key) in keys.enumerated() {
            #expect(card.key(Week(card.firstWeek.number + UInt32(number))) == key)
        }
        #expect(card.key(Week(card.firstWeek.number - 1)) == nil)
        #expect(card.key(Week(card.firstWeek.number + 8)) == nil)
    }

    // MARK: Checkpoints

    @Test(arguments: try accepted("checkpoint"))
    func aCheckpointIsReadAndWrittenAlike(_ vector: VectorFile) throws {
        let record = try Record(decoding: try vector.bytes("record"))
        let bridge = try vector.bytes("bridge key")
        #expect(record.type == .checkpoint)
        #expect(try record.encoded == vector.bytes("record"))
        #expect(try record.hash == vector.bytes("record hash"))
        let checkpoint = try record.checkpoint(of: bridge)
        #expect(try checkpoint.cbor.encoded == vector.bytes("content"))
        #expect(try UInt64(checkpoint.day) == vector.number("day"))
        #expect(try checkpoint.depth == vector.number("depth"))
        #expect(try checkpoint.top == vector.bytes("top"))
        if let before = vector.optionalBytes("before") {
            try record.checkFollows(try Record(decoding: before), of: bridge)
        }
    }

    /// What a follower of the log refuses, though who only keeps checkpoints does not look at it.
    @Test(
        arguments: try VectorFile.some(
            VectorFile.refused("records"), where: "check", is: "checkpoint"
        ).filter { $0.refusal == "wrong-parent" })
    func aCheckpointThatDoesNotFollowIsRefused(_ vector: VectorFile) throws {
        let record = try Record(decoding: try vector.bytes("record"))
        let before = try Record(decoding: try vector.bytes("before"))
        let bridge = try #require(record.signed.signatures.first?.key)
        _ = try record.checkpoint(of: bridge)
        #expect(throws: RecordError.wrongParent) {
            try record.checkFollows(before, of: bridge)
        }
    }
}
