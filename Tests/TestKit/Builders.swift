public import Model
public import Node
public import Sealing
public import Sodium
public import Wire

/// The moment tests begin at: 2026-09-07 00:00 UTC, the first second of a slot.
public let testStart = WallTime(seconds: 1_788_739_200)

extension Secret {
    /// 32 bytes, all of them `byte`.
    public static func fixed(_ byte: UInt8) -> Secret {
        Secret([UInt8](repeating: byte, count: 32))
    }
}

extension WallTime {
    /// May be negative; never before 1970.
    public func moved(seconds: Int64) -> WallTime {
        WallTime(seconds: UInt64(Int64(self.seconds) + seconds))
    }
}

/// A test network with one community, and what its officers sign.
public struct TestNetwork: Sendable {
    public let signer: SigningKey
    public let operations = SigningKey(seed: .fixed(0x52))
    public let charter: Charter
    public let signedCharter: SignedMap
    public let network: NetworkID
    public let signedRoot: SignedMap
    public let community: CommunityID

    /// - Parameter number: networks of different numbers share nothing.
    public init(_ number: UInt8 = 1, workBase: UInt8 = 0) {
        signer = SigningKey(seed: .fixed(number))
        let stewards = [SigningKey(seed: .fixed(0x51))]
        let root = Root(
            stewards: stewards.map(\.publicKey), threshold: 1, operations: operations.publicKey,
            roster: SigningKey(seed: .fixed(0x53)).publicKey,
            moderation: SigningKey(seed: .fixed(0x54)).publicKey, name: "Test community")
        signedRoot = SignedMap(root.cbor, Labels.root, by: stewards)
        community = Root.communityID(of: signedRoot)
        charter = Charter(
            signers: [signer.publicKey], threshold: 1, workBase: workBase,
            communities: [.init(community: community, weight: 1)], seeds: [], isTest: true,
            name: "Test network")
        signedCharter = SignedMap(charter.cbor, Labels.net, by: [signer])
        network = Charter.networkID(of: signedCharter)
    }

    // MARK: Public records

    /// The next charter after `chain`, signed by the same key.
    ///
    /// - Parameter newcomer: a community that it names as well, of the same weight.
    public func successor(
        of chain: [SignedMap], workBase: UInt8? = nil, newcomer: CommunityID? = nil
    ) -> SignedMap {
        var next = charter
        next.seq = UInt64(chain.count)
        next.parents = chain.last.map { [hash(Labels.net, $0.map)] } ?? []
        next.workBase = workBase ?? charter.workBase
        if let newcomer { next.communities.append(.init(community: newcomer, weight: 1)) }
        return SignedMap(next.cbor, Labels.net, by: [signer])
    }

    /// The record of the network's charters in an envelope of `slot`.
    public func charters(
        _ chain: [SignedMap]? = nil, seq: UInt64 = 0, from start: WallTime = testStart,
        slot: Slot? = nil, by key: SigningKey? = nil
    ) -> Envelope {
        let chain = chain ?? [signedCharter]
        let newest = (try? CharterChain(chain, network: network))?.newest
        return publish(
            .charters, subject: network.bytes, seq: seq, from: start, days: 400,
            content: .array(chain.map(\.cbor)), by: key ?? signer, slot: slot,
            workBase: newest?.workBase)
    }

    /// A manifest of the community.
    public func manifest(
        roots: [SignedMap]? = nil, seq: UInt64 = 1, from start: WallTime = testStart,
        days: UInt64 = 45, epoch: UInt64 = 1, bridges: [NamedBridge] = [], slot: Slot? = nil,
        by key: SigningKey? = nil
    ) -> Envelope {
        let seed = IntakeSeed(week: start.slot.week, seed: .fixed(0x55))
        let manifest = Manifest(
            epoch: epoch, epochFirstSlot: start.slot, roots: roots ?? [signedRoot],
            firstWeek: start.slot.week, intakeKeys: seed.keys(Manifest.weeks).map(\.publicKey),
            groupTopics: [], relays: [], bridges: bridges.map(\.cbor))
        return publish(
            .manifest, subject: community.bytes, seq: seq, from: start, days: days,
            content: manifest.cbor, by: key ?? operations, slot: slot)
    }

    /// A signed record in its envelope.
    public func publish(
        _ type: RecordType, subject: [UInt8], seq: UInt64, from start: WallTime, days: UInt64,
        content: CBOR, by key: SigningKey, slot: Slot? = nil, workBase: UInt8? = nil
    ) -> Envelope {
        let record = Record(
            type, subject: subject, seq: seq, notBefore: start,
            notAfter: start.adding(seconds: days * 86400), content: content, by: key)
        do {
            return try Sealer.publish(
                record.encoded, network: network, subject: subject, slot: slot ?? start.slot,
                workBits: (workBase ?? charter.workBase) + TTLClass.quarter.rawValue
            ).worked(from: 0)
        } catch {
            preconditionFailure("a record that fits no envelope: \(error)")
        }
    }

    // MARK: Items

    /// The opening that takes back `envelope(number)`.
    public static func opening(_ number: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0x0F, count: 8)
        bytes.append(bigEndian: number)
        return bytes
    }

    /// An envelope nobody can read, different for every number, with its work done.
    ///
    /// - Parameter workBits: claimed and done; by default the least the charter allows.
    public func envelope(
        _ number: UInt64, at wall: WallTime = testStart, slotsAgo: UInt32 = 0, size: UInt8 = 0,
        ttl: TTLClass = .week, suite: UInt8 = Suite.sealed.rawValue, workBits: UInt8? = nil
    ) -> Envelope {
        let commitment = hash128(Labels.retract, Self.opening(number))
        let header = EnvelopeHeader(
            suite: suite, ttlClass: ttl, size: size,
            workBits: workBits ?? charter.workBase + ttl.rawValue,
            slot: Slot(wall.slot.number - slotsAgo),
            topic: Topics.intake(community, wall.slot.week), mailbox: .zero,
            commitment: Identifier16(commitment) ?? .zero)
        var body: [UInt8] = []
        body.append(bigEndian: number)
        body += [UInt8](
            repeating: 0xEE, count: header.envelopeBytes - EnvelopeHeader.bytes - body.count)
        return worked(header, body)
    }

    /// Finds the nonce that does the header's work.
    public func worked(_ header: EnvelopeHeader, _ body: [UInt8]) -> Envelope {
        var header = header
        let id = Naming.envelopeID(
            network: network, header: header, bodyHash: Naming.bodyHash(body))
        let tries: UInt64 = 1 << 32
        guard let nonce = Work(id: id).search(bits: header.workBits, from: 0, tries: tries) else {
            preconditionFailure("no nonce for \(header.workBits) bits")
        }
        header.nonce = nonce
        return Envelope(header: header, body: body)
    }

    /// The same envelope with a nonce that does less than the work it claims.
    ///
    /// - Precondition: it claims some.
    public func underworked(_ envelope: Envelope) -> Envelope {
        var header = envelope.header
        let work = Work(id: id(envelope))
        while work.bits(nonce: header.nonce) >= header.workBits { header.nonce &+= 1 }
        return Envelope(header: header, body: envelope.body)
    }

    public func id(_ envelope: Envelope) -> ItemID {
        Naming.envelopeID(network: network, envelope)
    }

    /// The retraction of `envelope`, made by `envelope(number)`.
    public func retraction(_ number: UInt64, of envelope: Envelope) -> Retraction {
        Retraction(
            header: envelope.header, bodyHash: Naming.bodyHash(envelope.body),
            opening: Self.opening(number))
    }

    // MARK: Nodes

    public static func nodeKey(_ number: UInt8) -> SigningKey {
        SigningKey(seed: Secret([UInt8](repeating: 0x70, count: 31) + [number]))
    }

    public static func linkKey(_ number: UInt8) -> AgreementKey {
        AgreementKey(secret: Secret([UInt8](repeating: 0x71, count: 31) + [number]))
    }

    public static func node(_ number: UInt8) -> NodeID {
        NodeID(nodeKey(number).publicKey) ?? .zero
    }

    /// What node `number` of this network is made from; retractions leave at once.
    ///
    /// - Parameter stemGap: mean wait between own items on their way out, milliseconds; by default
    ///   there is no stem.
    public func configuration(_ number: UInt8, stemGap: UInt64 = 0) -> RelayNode.Configuration {
        RelayNode.Configuration(
            network: network, nodeKey: Self.nodeKey(number), addresses: [], carried: [],
            eraseDelaySeconds: 0, stemGapMilliseconds: stemGap, seed: UInt64(number))
    }

    public func secrets(_ number: UInt8, preSharedKey: Secret? = nil) -> LinkSecrets {
        LinkSecrets(
            network: network, nodeKey: Self.nodeKey(number), linkKey: Self.linkKey(number),
            preSharedKey: preSharedKey)
    }
}
