// For tools/measure-browser alone: not in the program that pages load.

import Model
import Sealing
import Sodium
import Wire

/// Seals a message into envelopes that lack only their work.
///
/// Request: network 32, community 32, topic 16, message id 16, slot u32, ttl class u8, work bits
/// u8, kind u8, form u8 (0 to a key, 1 under a shared key), that key 32, tag key 32, erase key 32,
/// payload. Reply: for each envelope its length u32, its id 32 and the envelope, nonce zero.
@_expose(wasm, "seal") @_cdecl("kith_page_seal")
func seal(_ start: UnsafePointer<UInt8>, _ count: UInt32) -> Reply {
    var bytes = request(start, count)
    defer { wipe(&bytes) }
    var reader = ByteReader(bytes)
    guard let network: NetworkID = reader.identifier32(),
        let community: CommunityID = reader.identifier32(),
        let topic: Topic = reader.identifier16(), let id: MessageID = reader.identifier16(),
        let slot: UInt32 = reader.integer(),
        let ttl: UInt8 = reader.integer(), let ttlClass = TTLClass(rawValue: ttl),
        let workBits: UInt8 = reader.integer(), workBits <= Limits.workBits,
        let kindCode: UInt8 = reader.integer(), let kind = ContentKind(rawValue: kindCode),
        let form: UInt8 = reader.integer(), let key = reader.take(32),
        let tagKey = reader.take(32), let eraseKey = reader.take(32)
    else { return reply(.malformed) }
    let posting = Posting(
        network: network, topic: topic, slot: Slot(slot), ttlClass: ttlClass, workBits: workBits,
        tagKey: Secret(tagKey), eraseKey: Secret(eraseKey))
    do {
        let drafts = try Sealer.seal(
            kind, [UInt8](reader.rest), id: id,
            to: form == 0 ? .key([UInt8](key)) : .shared(Secret(key)), community: community,
            posting, random: pageRandom)
        return reply(.good, listed(drafts))
    } catch {
        switch error {
        case .tooLong: return reply(.tooLong)
        case .unusableKey: return reply(.wrongKey)
        }
    }
}

private func listed(_ drafts: [EnvelopeDraft]) -> [UInt8] {
    var out: [UInt8] = []
    for draft in drafts {
        let envelope = draft.finished(nonce: 0).bytes
        out.append(bigEndian: UInt32(envelope.count))
        out += draft.id.bytes + envelope
    }
    return out
}

/// Opens an envelope.
///
/// Request: form u8 (0 with an X25519 secret, 1 with a shared key), that key 32, community 32,
/// envelope. Reply: kind u8, part u8, parts u8, message id 16, payload.
@_expose(wasm, "open") @_cdecl("kith_page_open")
func open(_ start: UnsafePointer<UInt8>, _ count: UInt32) -> Reply {
    var bytes = request(start, count)
    defer { wipe(&bytes) }
    var reader = ByteReader(bytes)
    guard let form: UInt8 = reader.integer(), let keyBytes = reader.take(32),
        let community: CommunityID = reader.identifier32(),
        let envelope = try? Envelope(decoding: [UInt8](reader.rest))
    else { return reply(.malformed) }
    let key = Secret(keyBytes)
    let opener: Opener = form == 0 ? .key(AgreementKey(secret: key)) : .shared(key)
    guard let content = Sealer.open(envelope, with: opener, community: community) else {
        return reply(.wrongKey)
    }
    return reply(
        .good,
        [content.kind, content.part, content.parts] + content.messageID.bytes + content.payload)
}
