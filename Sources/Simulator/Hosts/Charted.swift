import Gossip
import Model
import Node
import Sealing
import Sodium
import Wire

/// The network that is simulated: its charter, its keys, and the items that travel in it.
struct Charted: Sendable {
    private static let label = Label("kith1:sim")

    let seed: UInt64
    let network: NetworkID
    let community: CommunityID
    /// The charter's record as a store keeps it.
    let charterItem: StoreItem

    init(seed: UInt64, start: WallTime) {
        self.seed = seed
        let signer = SigningKey(seed: Self.secret(seed, "charter", 0))
        // No root stands behind it: nobody publishes here.
        community = CommunityID(hash(Self.label, [0x43])) ?? .zero
        let charter = Charter(
            signers: [signer.publicKey], threshold: 1, workBase: 0,
            communities: [.init(community: community, weight: 1)], seeds: [], isTest: true,
            name: "Simulated network")
        let signed = SignedMap(charter.cbor, Labels.net, by: [signer])
        network = Charter.networkID(of: signed)
        // Older than the run, so that a clock hours behind still takes it.
        let early = WallTime(seconds: start.seconds - 86400)
        let record = Record(
            .charters, subject: network.bytes, seq: 0, notBefore: early,
            notAfter: start.adding(seconds: 400 * 86400), content: .array([signed.cbor]),
            by: signer)
        do {
            let envelope = try Sealer.publish(
                record.encoded, network: network, subject: network.bytes, slot: early.slot,
                workBits: TTLClass.quarter.rawValue
            ).worked(from: 0)
            charterItem = Self.item(envelope, network, signer, start)
        } catch {
            preconditionFailure("a charter that fits no envelope: \(error)")
        }
    }

    /// What a relay orders stored when a record is submitted to it.
    private static func item(
        _ envelope: Envelope, _ network: NetworkID, _ key: SigningKey, _ start: WallTime
    ) -> StoreItem {
        let now = Moment(milliseconds: 0)
        var relay = RelayNode(
            .init(network: network, nodeKey: key, addresses: [], carried: [], seed: 0), now: now,
            wall: start)
        for case .storeSubmission(_, _, let items) in relay.handle(
            .submit(0, [envelope]), now: now, wall: start)
        {
            if let item = items.first { return item }
        }
        preconditionFailure("a relay that does not take its charter")
    }

    /// 32 bytes that only the seed, the purpose and the number decide.
    static func secret(_ seed: UInt64, _ purpose: StaticString, _ number: Int) -> Secret {
        var input: [UInt8] = []
        input.append(bigEndian: seed)
        input += Label(purpose).padded
        input.append(bigEndian: UInt64(number))
        return Secret(hash(label, input))
    }

    // MARK: Items

    private func opening(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: seed)
        bytes.append(bigEndian: number)
        return bytes
    }

    /// An envelope nobody can read, another for every number, with its work done.
    func envelope(
        _ number: UInt64, at wall: WallTime, size: UInt8 = 0, ttl: TTLClass = .week,
        work: UInt8 = 0
    ) -> Envelope {
        let commitment = hash128(Labels.retract, opening(number))
        var header = EnvelopeHeader(
            suite: Suite.sealed.rawValue, ttlClass: ttl, size: size,
            workBits: ttl.rawValue + work,
            slot: wall.slot, topic: Topics.intake(community, wall.slot.week), mailbox: .zero,
            commitment: Identifier16(commitment) ?? .zero)
        var body: [UInt8] = []
        body.append(bigEndian: number)
        body += [UInt8](
            repeating: 0xEE, count: header.envelopeBytes - EnvelopeHeader.bytes - body.count)
        let id = Naming.envelopeID(
            network: network, header: header, bodyHash: Naming.bodyHash(body))
        guard let nonce = Work(id: id).search(bits: header.workBits, from: 0, tries: 1 << 20) else {
            preconditionFailure("no nonce for \(header.workBits) bits")
        }
        header.nonce = nonce
        return Envelope(header: header, body: body)
    }

    func id(_ envelope: Envelope) -> ItemID { Naming.envelopeID(network: network, envelope) }

    /// Takes back `envelope(number)`.
    func retraction(_ number: UInt64, of envelope: Envelope) -> Retraction {
        Retraction(
            header: envelope.header, bodyHash: Naming.bodyHash(envelope.body),
            opening: opening(number))
    }

    func retractionID(of target: ItemID) -> ItemID { Naming.retractionID(of: target) }

    func target(of retraction: Retraction) -> ItemID {
        Naming.envelopeID(
            network: network, header: retraction.header, bodyHash: retraction.bodyHash)
    }
}
