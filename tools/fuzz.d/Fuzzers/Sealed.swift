import Bridging
import Casework
import Model
import Sodium
import TestKit
import Wire

@testable import Sealing

private let recipient = AgreementKey(secret: .fixed(5))
private let ephemeral = AgreementKey(secret: .fixed(6))
private let shared = Secret.fixed(7)
private let aad: [UInt8] = [1, 2, 3]

/// One key for all inputs: stretching a passphrase is slow on purpose.
private let vaultKey: VaultKey = {
    guard let key = try? VaultKey(passphrase: [1], salt: [UInt8](repeating: 2, count: 16)) else {
        fatalError("no memory for a vault's key")
    }
    return key
}()

/// All that is opened with a key: a stranger's bytes open to nothing, changed ones to nothing,
/// and what an honest key sealed may still be hostile inside.
@Sendable func fuzzSealed(_ input: [UInt8]) {
    var feed = Feed(input)
    let choice = feed.byte()
    switch choice % 6 {
    case 0: hpke(feed.all)
    case 1: envelope(&feed, shared: choice & 0x80 != 0)
    case 2: changed(&feed, shared: choice & 0x80 != 0)
    case 3: vault(feed.all)
    case 4: letter(feed.all)
    default: keyring(feed.all)
    }
}

private func hpke(_ bytes: [UInt8]) {
    if var context = HPKE.recipientContext(
        enc: [UInt8](bytes.prefix(32)), key: recipient, info: [])
    {
        let opened = context.open([UInt8](bytes.dropFirst(32)), aad: aad)
        hold(opened == nil, "a stranger's bytes open to nothing")
    }
    guard
        var (enc, sender) = HPKE.senderContext(
            to: recipient.publicKey, info: bytes, ephemeral: ephemeral),
        var reader = HPKE.recipientContext(enc: enc, key: recipient, info: bytes)
    else { fatalError("good keys agree") }
    enc = sender.seal(bytes, aad: aad)
    hold(reader.open(enc, aad: aad) == bytes, "what is sealed opens")
    let once = reader.open(enc, aad: aad)
    hold(once == nil, "a message opens once")
}

private func header(_ size: UInt8) -> EnvelopeHeader {
    EnvelopeHeader(
        suite: Suite.sealed.rawValue, ttlClass: .week, size: size % 4, workBits: 0,
        slot: testStart.slot, topic: .zero, mailbox: .zero, commitment: .zero)
}

private func body(_ plaintext: [UInt8], _ header: EnvelopeHeader, shared isShared: Bool) -> [UInt8]
{
    guard !isShared else {
        return Sealer.seal(plaintext, header, under: shared, enc: ephemeral.publicKey)
    }
    let sealed = try? Sealer.seal(
        plaintext, header, to: recipient.publicKey, testNetwork.community, ephemeral: ephemeral)
    guard let sealed else { fatalError("a good key can be sealed to") }
    return sealed
}

private func open(_ envelope: Envelope, shared isShared: Bool) -> ContentPart? {
    Sealer.open(
        envelope, with: isShared ? .shared(shared) : .key(recipient),
        community: testNetwork.community)
}

/// Plaintexts as the input has them, sealed by somebody who may.
private func envelope(_ feed: inout Feed, shared isShared: Bool) {
    let header = header(feed.byte())
    let room = header.envelopeBytes - EnvelopeHeader.bytes - (isShared ? 80 : 48)
    let plaintext = feed.padded(room)
    let envelope = Envelope(header: header, body: body(plaintext, header, shared: isShared))
    let part = open(envelope, shared: isShared)
    hold(part == (try? ContentPart(decoding: plaintext)), "a part opens as it was sealed")
    hold(open(envelope, shared: !isShared) == nil, "an envelope opens for its own key alone")
}

private func changed(_ feed: inout Feed, shared isShared: Bool) {
    let header = header(feed.byte())
    let room = header.envelopeBytes - EnvelopeHeader.bytes - (isShared ? 80 : 48)
    let part = ContentPart(
        kind: 4, part: 0, parts: 1, messageID: .zero, payload: [UInt8](repeating: 9, count: 40))
    var bytes =
        header.encoded + body(part.padded(to: room), header, shared: isShared)
    let before = bytes
    for _ in 0..<4 { bytes[feed.number16() % bytes.count] ^= feed.byte() }
    // The nonce is not covered.
    let isSame =
        bytes.prefix(56) == before.prefix(56) && bytes.dropFirst(64) == before.dropFirst(64)
    guard let envelope = try? Envelope(decoding: bytes) else { return }
    let opened = open(envelope, shared: isShared)
    // X25519 ignores the highest bit of a key, HPKE binds it.
    hold(opened == (isSame ? part : nil), "a changed envelope opens to nothing")
}

private func vault(_ bytes: [UInt8]) {
    hold((try? vaultKey.open(bytes)) == nil, "a stranger's vault opens to nothing")
    hold((try? vaultKey.open(vaultKey.salt + bytes)) == nil, "another's vault opens to nothing")
    let sealed = vaultKey.seal(bytes, nonce: [UInt8](repeating: 3, count: 24))
    hold((try? vaultKey.open(sealed)) == bytes, "a vault opens to what was put in")
    _ = try? VaultKey.salt(of: bytes)
}

/// A case letter whose secrets are the input.
private func letter(_ bytes: [UInt8]) {
    guard let letter = try? CaseLetter(decoding: bytes) else { return }
    _ = letter.opened(by: recipient, community: testNetwork.community)
    if let secrets = try? CaseSecrets(decoding: bytes) {
        hold(
            (try? CaseSecrets(decoding: secrets.encoded)) == secrets, "secrets are read as written")
    }
}

/// What a vault holds, should its owner's passphrase be known to somebody else.
private func keyring(_ bytes: [UInt8]) {
    if let keyring = try? Keyring(decoding: bytes) {
        hold((try? Keyring(decoding: keyring.encoded)) != nil, "a keyring is read as written")
    }
    if let keyring = BridgeKeyring(decoding: bytes) {
        hold(
            BridgeKeyring(decoding: keyring.encoded) != nil, "a bridge's keyring is read as written"
        )
    }
}
