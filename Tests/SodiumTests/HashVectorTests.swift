import Sodium
import TestKit
import Testing

@Suite struct HashVectorTests {
    @Test(arguments: try VectorFile.accepted("hash"))
    func theResultIsTheGivenOne(_ vector: VectorFile) throws {
        guard try vector.words("function") == "SIG" else {
            #expect(try digest(vector) == vector.bytes("digest"))
            return
        }
        let key = SigningKey(seed: Secret(try vector.bytes("seed")))
        let input = try vector.bytes("input")
        let signature = try vector.bytes("signature")
        let label = try label(vector)
        #expect(try key.publicKey == vector.bytes("public"))
        #expect(key.sign(label, input) == signature)
        #expect(verify(signature, label, input, key: key.publicKey))
    }

    @Test(arguments: try VectorFile.refused("hash"))
    func anotherConstructionGivesAnotherResult(_ vector: VectorFile) throws {
        guard try vector.words("function") == "SIG" else {
            #expect(vector.refusal == "wrong-digest")
            #expect(try digest(vector) != vector.bytes("digest"))
            return
        }
        #expect(vector.refusal == "bad-signature")
        #expect(
            !verify(
                try vector.bytes("signature"), try label(vector), try vector.bytes("input"),
                key: try vector.bytes("public")))
    }

    private func digest(_ vector: VectorFile) throws -> [UInt8] {
        let input = try vector.bytes("input")
        let label = try label(vector)
        switch try vector.words("function") {
        case "H": return hash(label, input)
        case "H128": return hash128(label, input)
        case "PRF": return prf(Secret(try vector.bytes("key")), label, input).copied()
        case "PRF128": return prf128(Secret(try vector.bytes("key")), label, input)
        default: throw VectorFileError.missing(file: vector.name, name: "function")
        }
    }

    private func label(_ vector: VectorFile) throws -> Label {
        switch try vector.words("label") {
        case "kith1:body": Label("kith1:body")
        case "kith1:code": Label("kith1:code")
        case "kith1:env": Label("kith1:env")
        case "kith1:msg": Label("kith1:msg")
        case "kith1:said": Label("kith1:said")
        case "kith1:sixteen-by": Label("kith1:sixteen-by")
        case "kith1:tag": Label("kith1:tag")
        default: throw VectorFileError.missing(file: vector.name, name: "label")
        }
    }
}
