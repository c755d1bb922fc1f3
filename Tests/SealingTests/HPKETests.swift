import Foundation
import Model
import Sealing
import Sodium
import TestKit
import Testing

/// RFC 9180's own vectors, from the folder beside the project.
@Suite(.enabled(if: HPKEVector.file != nil, "../shared/vectors/hpke.json is missing"))
struct HPKETests {
    @Test(arguments: try HPKEVector.all())
    func agreesWithTheRFCsVector(_ vector: HPKEVector) throws {
        let ephemeral = HPKE.deriveKeyPair(ikm: try vector.bytes("ikmE"))
        let recipient = HPKE.deriveKeyPair(ikm: try vector.bytes("ikmR"))
        #expect(try ephemeral.secret == Secret(vector.bytes("skEm")))
        #expect(try ephemeral.publicKey == vector.bytes("pkEm"))
        #expect(try recipient.secret == Secret(vector.bytes("skRm")))
        #expect(try recipient.publicKey == vector.bytes("pkRm"))

        let info = try vector.bytes("info")
        var (enc, sender) = try #require(
            HPKE.senderContext(to: recipient.publicKey, info: info, ephemeral: ephemeral))
        #expect(try enc == vector.bytes("enc"))
        enc = try vector.bytes("enc")
        var reader = try #require(HPKE.recipientContext(enc: enc, key: recipient, info: info))

        #expect(!vector.encryptions.isEmpty && !vector.exports.isEmpty)
        for (number, each) in vector.encryptions.enumerated() {
            let sealed = sender.seal(each.plaintext, aad: each.aad)
            #expect(sealed == each.ciphertext, "message \(number)")
            #expect(reader.open(sealed, aad: each.aad + [0]) == nil)
            #expect(reader.open(sealed, aad: each.aad) == each.plaintext, "message \(number)")
        }
        for each in vector.exports {
            #expect(sender.export(each.context, count: each.value.count) == each.value)
            #expect(reader.export(each.context, count: each.value.count) == each.value)
        }
    }
}

struct HPKEVector: Sendable, CustomTestStringConvertible {
    static let file = Project.shared("vectors/hpke.json")

    let testDescription: String
    let encryptions: [(plaintext: [UInt8], aad: [UInt8], ciphertext: [UInt8])]
    let exports: [(context: [UInt8], value: [UInt8])]
    private let values: [String: [UInt8]]

    /// Those of the one suite and mode that Kith uses.
    static func all() throws -> [HPKEVector] {
        guard let file else { return [] }
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let list = try #require((json as? [String: Any])?["vectors"] as? [[String: Any]])
        let suite = ["mode": 0, "kem_id": 0x20, "kdf_id": 1, "aead_id": 3]
        let ours = list.filter { vector in
            suite.allSatisfy { vector[$0.key] as? Int == $0.value }
        }
        return try #require(ours.isEmpty ? nil : ours).enumerated().map {
            try HPKEVector($0.offset, $0.element)
        }
    }

    private init(_ number: Int, _ json: [String: Any]) throws {
        func hex(_ value: Any?) throws -> [UInt8] {
            try #require((value as? String).flatMap { [UInt8](hex: $0) })
        }
        testDescription = "hpke.json \(number)"
        values = json.compactMapValues { ($0 as? String).flatMap { [UInt8](hex: $0) } }
        encryptions = try #require(json["encryptions"] as? [[String: Any]]).map {
            (try hex($0["pt"]), try hex($0["aad"]), try hex($0["ct"]))
        }
        exports = try #require(json["exports"] as? [[String: Any]]).map {
            (try hex($0["exporter_context"]), try hex($0["exported_value"]))
        }
    }

    func bytes(_ name: String) throws -> [UInt8] { try #require(values[name]) }
}
