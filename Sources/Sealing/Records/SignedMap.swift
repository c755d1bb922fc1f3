import Model
public import Sodium
public import Wire

public enum RecordError: Error, Equatable {
    case shape(ShapeError)
    /// Signatures missing, in the wrong order, or too many.
    case signatureList
    case notSigned
    case wrongParent
    case wrongSubject
    case unknownType(UInt64)
    case notYetValid
    case expired
    case validForTooLong
    case outOfRange
    case tooLong
    case paddingNotZero
}

/// A map and the signatures over exactly its bytes. Source: protocol/01-conventions.md.
public struct SignedMap: Sendable, Equatable {
    public static let mostSignatures = 32

    /// The encoded map, as received.
    public let map: [UInt8]
    /// Ascending by key, each key once.
    public let signatures: [Signature]

    public struct Signature: Sendable, Equatable {
        public let key: [UInt8]
        public let bytes: [UInt8]
    }

    /// Signs `map` with every key.
    public init(_ map: CBOR, _ label: Label, context: [UInt8] = [], by keys: [SigningKey]) {
        let bytes = map.encoded
        self.map = bytes
        let sorted = keys.inOrder { $0.publicKey.lexicographicallyPrecedes($1.publicKey) }
        signatures = sorted.map {
            Signature(key: $0.publicKey, bytes: $0.sign(label, context + bytes))
        }
    }

    public init(_ value: CBOR) throws(RecordError) {
        guard let parts = value.tuple(2), let map = parts[0].asBytes(),
            case .array(let items) = parts[1]
        else { throw .shape(.notAList) }
        guard items.count <= Self.mostSignatures else { throw .signatureList }
        var signatures: [Signature] = []
        for item in items {
            guard let pair = item.tuple(2), let key = pair[0].asBytes(32),
                let bytes = pair[1].asBytes(64)
            else { throw .signatureList }
            if let last = signatures.last, !last.key.lexicographicallyPrecedes(key) {
                throw .signatureList
            }
            signatures.append(Signature(key: key, bytes: bytes))
        }
        self.map = map
        self.signatures = signatures
    }

    public init(decoding bytes: [UInt8]) throws(RecordError) {
        let value: CBOR
        do { value = try CBOR(decoding: bytes) } catch { throw .shape(.notCBOR(error)) }
        try self.init(value)
    }

    public var cbor: CBOR {
        .array([
            .bytes(map), .array(signatures.map { .array([.bytes($0.key), .bytes($0.bytes)]) }),
        ])
    }

    public var encoded: [UInt8] { cbor.encoded }

    public func fields() throws(RecordError) -> Fields {
        do { return try Fields(decoding: map) } catch { throw .shape(error) }
    }

    /// Whether `key` is among the signers and its signature holds.
    public func isSigned(by key: [UInt8], _ label: Label, context: [UInt8] = []) -> Bool {
        for signature in signatures where signature.key == key {
            return verify(signature.bytes, label, context + map, key: key)
        }
        return false
    }

    /// Whether at least `threshold` of `keys` signed.
    public func isSigned(
        byAtLeast threshold: UInt64, of keys: [[UInt8]], _ label: Label, context: [UInt8] = []
    ) -> Bool {
        var count: UInt64 = 0
        for key in keys where isSigned(by: key, label, context: context) { count += 1 }
        return count >= threshold
    }
}

/// Turns a shape error into a record error.
func shaped<Value>(_ body: () throws(ShapeError) -> Value) throws(RecordError) -> Value {
    do { return try body() } catch { throw .shape(error) }
}
