import Model
import Sealing
import Sodium
import TestKit
import Wire

/// Reads a payload and writes it again; nil where it is refused.
typealias Reader = @Sendable ([UInt8]) -> [UInt8]?

/// By the number of the kind; tools/fuzz.d/seeds.py puts it before each seed.
let readers: [UInt8: Reader] = [
    0x01: { try? Request(decoding: $0).encoded },
    0x02: { try? SelfCopy(decoding: $0).encoded },
    0x03: signed { (fields) throws(RecordError) in try Grant(fields).cbor },
    0x04: { try? Words(decoding: $0).cbor.encoded },
    0x05: signed { (fields) throws(RecordError) in
        guard let act = try? Act(fields) else { throw .outOfRange }
        return act.cbor
    },
    0x06: signed { (fields) throws(RecordError) in try Status(fields).cbor },
    0x09: { bytes in
        (try? CBOR(decoding: bytes)).flatMap { try? Incident($0) }.map { $0.cbor.encoded }
    },
    0x10: signed { (fields) throws(RecordError) in try Claim(fields).cbor },
    0x11: signed { (fields) throws(RecordError) in try Release(fields).cbor },
    0x12: { try? CaseLetter(decoding: $0).encoded },
    0x14: signed { (fields) throws(RecordError) in try epochLetter(fields) },
    0x15: { try? Join(decoding: $0).encoded },
    0x19: signed { (fields) throws(RecordError) in try MemberDirectory(fields).cbor },
    0x20: { try? Consent(decoding: $0).encoded },
    0x21: { try? Withdrawal(decoding: $0).encoded },
    0x22: { try? Answer(decoding: $0).encoded },
    0x30: signed { (fields) throws(RecordError) in try certificate(fields) },
]

/// Payloads of every kind: what is read can be written, and is the same when read again.
@Sendable func fuzzContent(_ input: [UInt8]) {
    var feed = Feed(input)
    guard let read = readers[feed.byte()] else { return }
    guard let once = read(feed.all) else { return }
    hold(read(once) == once, "a payload that was written is read")
}

/// A signed payload, or the map alone.
private func signed(
    _ read: @escaping @Sendable (Fields) throws(RecordError) -> CBOR
) -> Reader {
    { bytes in
        if let map = try? SignedMap(decoding: bytes) {
            hold(map.encoded == bytes, "a signed map encodes to the same bytes")
            _ = map.isSigned(byAtLeast: 1, of: map.signatures.map(\.key), Labels.said)
            return (try? read(map.fields())).map { again in
                let bytes: CBOR = .bytes(again.encoded)
                return CBOR.array([bytes, .array([])]).encoded
            }
        }
        return (try? Fields(decoding: bytes)).flatMap { try? read($0).encoded }
    }
}

private func epochLetter(_ fields: Fields) throws(RecordError) -> CBOR {
    let letter = try EpochLetter(fields)
    hold(letter.intake.keys(Manifest.weeks + 1).count == 9, "a letter's weeks have keys")
    return letter.cbor
}

/// Signed anew, so that it is one of the roster's.
private func certificate(_ fields: Fields) throws(RecordError) -> CBOR {
    let roster = SigningKey(seed: .fixed(0x53))
    let map = entries(fields)
    let signed = SignedMap(
        map, Labels.cert, context: testNetwork.community.bytes, by: [roster])
    let certificate = try Certificate(
        signed, community: testNetwork.community, roster: [roster.publicKey])
    hold(certificate.signed == signed, "a certificate keeps what was signed")
    return map
}

/// The entries that a certificate may have.
private func entries(_ fields: Fields) -> CBOR {
    var map = CBOR.map([])
    for key in UInt64(1)...6 { map = map.with(key, fields.value(key)) }
    return map
}
