public import Model
public import Sodium
public import Wire

public enum RecordType: UInt64, Sendable {
    case charters = 0
    case manifest = 1
    case guidance = 2
    case bridgeCard = 3
    case checkpoint = 4
}

/// A public record: who says what about a network or a community, and how long it holds.
/// Source: protocol/14-public-records.md.
public struct Record: Sendable, Equatable {
    public let signed: SignedMap
    public let type: RecordType
    /// networkId or community.
    public let subject: [UInt8]
    public let seq: UInt64
    public let notBefore: WallTime
    public let notAfter: WallTime
    public let content: CBOR

    /// Makes and signs a record.
    public init(
        _ type: RecordType, subject: [UInt8], seq: UInt64, notBefore: WallTime,
        notAfter: WallTime, content: CBOR, by key: SigningKey
    ) {
        let map = CBOR.fields(
            .unsigned(type.rawValue), .bytes(subject), .unsigned(seq),
            .unsigned(notBefore.seconds), .unsigned(notAfter.seconds), content)
        signed = SignedMap(map, Labels.record, context: subject, by: [key])
        self.type = type
        self.subject = subject
        self.seq = seq
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.content = content
    }

    /// Reads a record; its signature is checked against a key by `isSigned(by:)`.
    public init(decoding bytes: [UInt8]) throws(RecordError) {
        guard bytes.count <= Limits.recordContentBytes else { throw .tooLong }
        let signed = try SignedMap(decoding: bytes)
        let fields = try signed.fields()
        let (number, subject, seq, notBefore, notAfter, content) = try shaped {
            () throws(ShapeError) in
            (
                try fields.unsigned(1), try fields.bytes(2, count: 32), try fields.unsigned(3),
                try fields.unsigned(4), try fields.unsigned(5), try fields.required(6)
            )
        }
        guard let type = RecordType(rawValue: number) else { throw .unknownType(number) }
        guard notBefore <= notAfter else { throw .outOfRange }
        self.signed = signed
        self.type = type
        self.subject = subject
        self.seq = seq
        self.notBefore = WallTime(seconds: notBefore)
        self.notAfter = WallTime(seconds: notAfter)
        self.content = content
    }

    /// Reads the record out of a public envelope's body: a length, the record, zeros.
    public init(body: ArraySlice<UInt8>) throws(RecordError) {
        var reader = ByteReader(body)
        guard let length: UInt32 = reader.integer(), length <= Limits.recordContentBytes,
            let bytes = reader.take(Int(length))
        else { throw .tooLong }
        guard reader.rest.allSatisfy({ $0 == 0 }) else { throw .paddingNotZero }
        // The smallest envelope that fits, so that all holders make one id.
        let half = (body.count + EnvelopeHeader.bytes) / 2
        guard half < 512 || EnvelopeHeader.bytes + 4 + bytes.count > half else { throw .outOfRange }
        try self.init(decoding: [UInt8](bytes))
    }

    public var encoded: [UInt8] { signed.encoded }

    /// What orders two records of one seq: the lower stands.
    public var hash: [UInt8] { Sodium.hash(Labels.record, encoded) }

    public func isSigned(by key: [UInt8]) -> Bool {
        signed.isSigned(by: key, Labels.record, context: subject)
    }

    /// Whether the record holds at `now`, its start allowed a slot ahead for skewed clocks.
    public func checkTime(_ now: WallTime) throws(RecordError) {
        guard notBefore <= now.adding(seconds: 1200) else { throw .notYetValid }
        guard now < notAfter else { throw .expired }
    }

    /// The charters, if this record holds a network's and one of their signers signed it.
    public func charters() throws(RecordError) -> CharterChain {
        guard let network = NetworkID(subject) else { throw .wrongSubject }
        let chain = try CharterChain(content, network: network)
        for signer in chain.newest.signers where isSigned(by: signer) { return chain }
        throw .notSigned
    }

    /// The manifest with its community's roots, if the newest root's operations key signed it and
    /// it is not valid for too long.
    public func manifest() throws(RecordError) -> (manifest: Manifest, roots: RootChain) {
        guard let community = CommunityID(subject) else { throw .wrongSubject }
        guard notAfter.seconds - notBefore.seconds <= Limits.manifestSeconds else {
            throw .validForTooLong
        }
        let manifest = try Manifest(content)
        let roots = try RootChain(manifest.roots, community: community)
        guard isSigned(by: roots.newest.operations) else { throw .notSigned }
        return (manifest, roots)
    }

    /// A bridge's card, if this bridge signed it and it is not valid for too long.
    public func bridgeCard(of bridge: [UInt8]) throws(RecordError) -> BridgeCard {
        guard notAfter.seconds - notBefore.seconds <= Limits.manifestSeconds else {
            throw .validForTooLong
        }
        try checkOnlySigner(bridge)
        return try shaped { () throws(ShapeError) in try BridgeCard(content) }
    }

    /// A day of a bridge's forward log, if this bridge signed it.
    public func checkpoint(of bridge: [UInt8]) throws(RecordError) -> Checkpoint {
        try checkOnlySigner(bridge)
        let checkpoint = try shaped { () throws(ShapeError) in try Checkpoint(content) }
        guard seq == UInt64(checkpoint.day) else { throw .outOfRange }
        return checkpoint
    }

    /// One signature and no other: a second one would make another hash of what was said once.
    func checkOnlySigner(_ key: [UInt8]) throws(RecordError) {
        guard signed.signatures.count == 1 else { throw .signatureList }
        guard isSigned(by: key) else { throw .notSigned }
    }
}
