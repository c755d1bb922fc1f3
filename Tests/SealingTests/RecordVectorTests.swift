import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

/// Signed maps, chains and manifests. What stands in an envelope is for
/// GossipTests/AdmissionVectorTests.swift.
@Suite struct RecordVectorTests {
    static func accepted(_ check: String) throws -> [VectorFile] {
        try VectorFile.some(try VectorFile.accepted("records"), where: "check", is: check)
    }

    static func refused(_ check: String) throws -> [VectorFile] {
        try VectorFile.some(try VectorFile.refused("records"), where: "check", is: check)
    }

    @Test func noCheckIsPassedOver() throws {
        let known = [
            "signed-map", "charter-chain", "root-chain", "manifest", "bridge-card", "checkpoint",
            "guidance", "record-body",
        ]
        for vector in try VectorFile.all("records") {
            #expect(known.contains(try vector.words("check")), "\(vector.name)")
        }
    }

    // MARK: Signed maps

    @Test(arguments: try accepted("signed-map"))
    func enoughSignaturesCount(_ vector: VectorFile) throws {
        let bytes = try vector.bytes("signed")
        let signed = try signedMap(vector)
        #expect(signed.encoded == bytes)
    }

    @Test(arguments: try refused("signed-map"))
    func aMapWithoutThemIsRefused(_ vector: VectorFile) throws {
        expectRefusal(vector) { _ = try signedMap(vector) }
    }

    private func signedMap(_ vector: VectorFile) throws -> SignedMap {
        #expect(vector.text("label") == "kith1:cert")
        let signed = try SignedMap(decoding: try vector.bytes("signed"))
        _ = try signed.fields()
        let isSigned = signed.isSigned(
            byAtLeast: try vector.number("threshold"), of: try vector.bytesList("key"),
            Labels.cert, context: try vector.bytes("context"))
        if !isSigned { throw RecordError.notSigned }
        return signed
    }

    // MARK: Chains

    @Test(arguments: try accepted("charter-chain"))
    func chartersLeadFromTheNetworksIdToTheNewest(_ vector: VectorFile) throws {
        let chain = try charters(vector)
        #expect(try chain.newest.seq == vector.number("newestSeq"))
        let newest = try #require(chain.signed.last)
        #expect(try hash(Labels.net, newest.map) == vector.bytes("newest hash"))
        for (number, signed) in chain.signed.enumerated() {
            #expect(try signed.map == vector.bytes("map \(number)"))
            #expect(try signed.encoded == vector.bytes("signed \(number)"))
        }
        #expect(try CharterChain(chain.content, network: chain.network) == chain)
        if !vector.name.contains("unknown") { #expect(chain.newest.cbor.encoded == newest.map) }
    }

    @Test(arguments: try refused("charter-chain"))
    func chartersThatDoNotAreRefused(_ vector: VectorFile) throws {
        expectRefusal(vector) { _ = try charters(vector) }
    }

    private func charters(_ vector: VectorFile) throws -> CharterChain {
        try CharterChain(
            try vector.bytesList("signed").map { try SignedMap(decoding: $0) },
            network: try #require(NetworkID(try vector.bytes("subject"))))
    }

    @Test(arguments: try accepted("root-chain"))
    func rootsLeadFromTheCommunitysIdToTheNewest(_ vector: VectorFile) throws {
        let chain = try roots(vector)
        #expect(try chain.newest.seq == vector.number("newestSeq"))
        let newest = try #require(chain.signed.last)
        #expect(try hash(Labels.root, newest.map) == vector.bytes("newest hash"))
        for (number, signed) in chain.signed.enumerated() {
            #expect(try signed.map == vector.bytes("map \(number)"))
            #expect(try signed.encoded == vector.bytes("signed \(number)"))
        }
        #expect(chain.rosters.count == chain.signed.count)
        #expect(chain.rosters.first == chain.newest.roster)
        if !vector.name.contains("unknown") { #expect(chain.newest.cbor.encoded == newest.map) }
    }

    @Test(arguments: try refused("root-chain"))
    func rootsThatDoNotAreRefused(_ vector: VectorFile) throws {
        expectRefusal(vector) { _ = try roots(vector) }
    }

    private func roots(_ vector: VectorFile) throws -> RootChain {
        try RootChain(
            try vector.bytesList("signed").map { try SignedMap(decoding: $0) },
            community: try #require(CommunityID(try vector.bytes("subject"))))
    }

    // MARK: Manifests

    @Test(arguments: try accepted("manifest"))
    func aManifestIsReadAndWrittenAlike(_ vector: VectorFile) throws {
        let (record, manifest) = try manifest(vector)
        #expect(try record.encoded == vector.bytes("record"))
        #expect(try record.hash == vector.bytes("record hash"))
        #expect(try record.content.encoded == vector.bytes("content"))
        #expect(try manifest.cbor.encoded == vector.bytes("content"))

        let keys = try vector.bytesList("intake key")
        #expect(keys.count == Manifest.weeks)
        let seed = IntakeSeed(
            week: manifest.firstWeek, seed: Secret(try vector.bytes("intake seed")))
        #expect(seed.keys(Manifest.weeks).map { $0.publicKey } == keys)
        for (number, key) in keys.enumerated() {
            let week = Week(manifest.firstWeek.number + UInt32(number))
            #expect(manifest.intakeKey(week) == key)
        }
        #expect(manifest.intakeKey(Week(manifest.firstWeek.number - 1)) == nil)
        #expect(manifest.intakeKey(Week(manifest.firstWeek.number + 8)) == nil)
    }

    @Test(arguments: try refused("manifest"))
    func aManifestThatDoesNotHoldIsRefused(_ vector: VectorFile) throws {
        expectRefusal(vector) { _ = try manifest(vector) }
    }

    private func manifest(_ vector: VectorFile) throws -> (Record, Manifest) {
        let record = try Record(decoding: try vector.bytes("record"))
        guard try record.subject == vector.bytes("subject") else {
            throw RecordError.wrongSubject
        }
        try record.checkTime(WallTime(seconds: try vector.number("now")))
        return (record, try record.manifest().manifest)
    }

    private func expectRefusal(_ vector: VectorFile, _ body: () throws -> Void) {
        do {
            try body()
            Issue.record("\(vector.name) was accepted")
        } catch let error as RecordError {
            #expect(error.reason == vector.refusal)
        } catch {
            Issue.record(error)
        }
    }
}

extension RecordError {
    /// The word of protocol/vectors/README.md.
    var reason: String {
        switch self {
        case .shape: "shape"
        case .signatureList: "signature-list"
        case .notSigned: "not-signed"
        case .wrongParent: "wrong-parent"
        case .wrongSubject: "wrong-subject"
        case .unknownType: "unknown-type"
        case .notYetValid: "not-yet-valid"
        case .expired: "expired"
        case .validForTooLong: "validity-too-long"
        case .outOfRange: "out-of-range"
        case .tooLong: "too-long"
        case .paddingNotZero: "padding-not-zero"
        }
    }
}
