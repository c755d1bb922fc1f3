import Gossip
import Model
import Sealing
import Sodium
import TestKit
import Wire

private let steward = SigningKey(seed: .fixed(0x51))
private let bridge = TestNetwork.bridgeKey(1)

/// Public records: as they stand, and signed anew by whoever may, which reaches what lies behind
/// the signatures.
@Sendable func fuzzRecords(_ input: [UInt8]) {
    var feed = Feed(input)
    let choice = feed.byte()
    let bytes = feed.all
    if choice % 8 == 0 {
        asItStands(bytes)
        return
    }
    guard let content = try? CBOR(decoding: bytes) else { return }
    let patched = choice & 0x80 == 0
    switch choice % 8 {
    case 1: charters(content, patched)
    case 2: roots(content, patched)
    case 3: manifest(content, patched)
    case 4:
        let record = record(.bridgeCard, testNetwork.community.bytes, content, bridge)
        if let card = try? record.bridgeCard(of: bridge.publicKey) {
            hold((try? CBOR(decoding: card.cbor.encoded)) == card.cbor, "a card can be written")
            _ = [0, 1, .max].map { card.key(Week($0)) }
        }
    case 5: checkpoint(content)
    default: book(content, choice)
    }
}

private func record(
    _ type: RecordType, _ subject: [UInt8], _ content: CBOR, _ key: SigningKey, seq: UInt64 = 1
) -> Record {
    Record(
        type, subject: subject, seq: seq, notBefore: testStart,
        notAfter: testStart.adding(seconds: 45 * 86400), content: content, by: key)
}

private func asItStands(_ bytes: [UInt8]) {
    guard let record = try? Record(decoding: bytes) else { return }
    hold(record.encoded == bytes, "a record encodes to the same bytes")
    _ = try? record.charters()
    _ = try? record.manifest()
    _ = try? record.bridgeCard(of: record.signed.signatures.first?.key ?? [])
    _ = try? record.checkpoint(of: record.signed.signatures.first?.key ?? [])
    try? record.checkTime(testStart)
}

/// The second charter of the network; where `patched`, one that follows the first.
private func charters(_ content: CBOR, _ patched: Bool) {
    let parent = CBOR.bytes(hash(Labels.net, testNetwork.signedCharter.map))
    let map =
        patched ? content.with(1, .unsigned(1)).with(2, .array([parent])) : content
    let second = SignedMap(map, Labels.net, by: [testNetwork.signer])
    guard
        let chain = try? CharterChain(
            [testNetwork.signedCharter, second], network: testNetwork.network)
    else { return }
    let record = record(
        .charters, testNetwork.network.bytes, chain.content, testNetwork.signer)
    guard let again = try? record.charters() else {
        hold(
            !chain.newest.signers.contains(testNetwork.signer.publicKey),
            "a record of good charters by one of their signers is good")
        return
    }
    hold(again == chain, "charters that were written are read")
}

private func roots(_ content: CBOR, _ patched: Bool) {
    let parent = CBOR.bytes(hash(Labels.root, testNetwork.signedRoot.map))
    let map =
        patched ? content.with(1, .unsigned(1)).with(2, .array([parent])) : content
    let second = SignedMap(map, Labels.root, by: [steward])
    guard
        let chain = try? RootChain(
            [testNetwork.signedRoot, second], community: testNetwork.community)
    else { return }
    hold(chain.follows(chain) && chain.rosters.count == 2, "a chain has all its roots")
}

private func manifest(_ content: CBOR, _ patched: Bool) {
    let content =
        patched ? content.with(3, .array([testNetwork.signedRoot.cbor])) : content
    let record = record(
        .manifest, testNetwork.community.bytes, content, testNetwork.operations)
    guard let (manifest, _) = try? record.manifest() else { return }
    hold((try? CBOR(decoding: manifest.cbor.encoded)) != nil, "a manifest can be written")
    _ = [0, 1, .max].map { manifest.intakeKey(Week($0)) }
    hold(manifest.namedBridges.count <= NamedBridge.most, "bridges are bounded")
}

private func checkpoint(_ content: CBOR) {
    let day = (try? Fields(content))?.value(1)?.asUnsigned ?? 0
    let community = testNetwork.community.bytes
    let record = record(.checkpoint, community, content, bridge, seq: day)
    guard let checkpoint = try? record.checkpoint(of: bridge.publicKey) else { return }
    try? record.checkFollows(record, of: bridge.publicKey)
    let proof = LogProof(index: 0, siblings: [[UInt8]](repeating: checkpoint.top, count: 4))
    _ = proof.shows(checkpoint.top, in: checkpoint)
}

/// A node's book takes in a record by whoever may sign it, as first or as next.
private func book(_ content: CBOR, _ choice: UInt8) {
    var book = RecordBook(network: testNetwork.network, carried: [])
    var envelopes = [
        testNetwork.charters(), testNetwork.manifest(bridges: TestNetwork.bridges(1)),
    ]
    let types: [RecordType] = [.charters, .manifest, .bridgeCard, .checkpoint]
    let type = types[Int(choice >> 3) % 4]
    let subject = type == .charters ? testNetwork.network.bytes : testNetwork.community.bytes
    let keys = [testNetwork.signer, testNetwork.operations, bridge, bridge]
    let day = (try? Fields(content))?.value(1)?.asUnsigned ?? 0
    guard content.encoded.count < 60_000 else { return }
    let own = testNetwork.publish(
        type, subject: subject, seq: type == .checkpoint ? day : 2, from: testStart, days: 45,
        content: content, by: keys[Int(choice >> 3) % 4])
    envelopes.insert(own, at: choice & 0x40 == 0 ? 2 : 0)
    for envelope in envelopes {
        let id = Naming.envelopeID(network: testNetwork.network, envelope)
        _ = try? book.consider(envelope, id: id, now: testStart)
    }
    for (id, envelope) in book.takeWaiting() {
        _ = try? book.consider(envelope, id: id, now: testStart)
    }
    _ = book.currentIDs
    _ = book.renewals(now: testStart.adding(seconds: 85 * 86400))
}
