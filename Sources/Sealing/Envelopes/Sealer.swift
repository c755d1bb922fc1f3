public import Model
public import Sodium
public import Wire

/// Everything about an envelope but its content and keys.
public struct Posting: Sendable {
    public var network: NetworkID
    public var topic: Topic
    public var slot: Slot
    public var ttlClass: TTLClass
    public var workBits: UInt8
    /// Whose hint the mailbox carries; nil for a random mailbox.
    public var tagKey: Secret?
    /// Who may take it back; nil for a random commitment.
    public var eraseKey: Secret?

    public init(
        network: NetworkID, topic: Topic, slot: Slot, ttlClass: TTLClass, workBits: UInt8,
        tagKey: Secret?, eraseKey: Secret?
    ) {
        self.network = network
        self.topic = topic
        self.slot = slot
        self.ttlClass = ttlClass
        self.workBits = workBits
        self.tagKey = tagKey
        self.eraseKey = eraseKey
    }
}

/// An envelope that lacks only its proof of work.
public struct EnvelopeDraft: Sendable {
    public let header: EnvelopeHeader
    public let body: [UInt8]
    public let id: ItemID
    /// What was sealed, so that the sender can keep it; nil in a public record.
    public let content: ContentPart?

    /// The finished envelope.
    public func finished(nonce: UInt64) -> Envelope {
        var header = header
        header.nonce = nonce
        return Envelope(header: header, body: body)
    }

    /// Does all the work at once; a page works in steps through `Work` instead.
    public func worked(from start: UInt64) -> Envelope {
        let work = Work(id: id)
        var start = start
        while true {
            if let nonce = work.search(bits: header.workBits, from: start, tries: 1 << 20) {
                return finished(nonce: nonce)
            }
            start &+= 1 << 20
        }
    }
}

/// To whom content is sealed.
public enum Recipient: Sendable {
    /// An X25519 public key, by HPKE.
    case key([UInt8])
    /// A key that several hold.
    case shared(Secret)
}

/// How sealed content is opened.
public enum Opener: Sendable {
    case key(AgreementKey)
    case shared(Secret)
}

public enum SealError: Error, Equatable {
    case tooLong(bytes: Int, limit: Int)
    case unusableKey
}

/// Seals messages into envelopes and opens them. Source: protocol/10-content.md.
public enum Sealer {
    private static let suite = Suite.sealed.rawValue

    /// Room for a part's payload in an envelope of size class `size`.
    static func room(_ recipient: Recipient, size: UInt8) -> Int {
        let body = (512 << Int(size)) - EnvelopeHeader.bytes
        return switch recipient {
        case .key: body - 32 - HPKE.overhead - ContentPart.headBytes
        case .shared: body - 64 - XChaChaPoly.tagBytes - ContentPart.headBytes
        }
    }

    /// Seals a message of text: one envelope of 1 KiB if it fits, else up to 16 of 4 KiB.
    ///
    /// - Throws: `SealError.tooLong` above 16 parts; `.unusableKey` for a recipient key no secret
    ///   can be agreed with.
    public static func seal(
        _ kind: ContentKind, _ payload: [UInt8], id: MessageID, to recipient: Recipient,
        community: CommunityID, _ posting: Posting, random: RandomSource
    ) throws(SealError) -> [EnvelopeDraft] {
        let size: UInt8 = payload.count <= room(recipient, size: 1) ? 1 : 3
        let room = room(recipient, size: size)
        let parts = max(1, (payload.count + room - 1) / room)
        guard parts <= Limits.messageParts else {
            throw .tooLong(bytes: payload.count, limit: room * Limits.messageParts)
        }
        var drafts: [EnvelopeDraft] = []
        for part in 0..<parts {
            let piece = payload.dropFirst(part * room).prefix(room)
            let content = ContentPart(
                kind: kind.rawValue, part: UInt8(part), parts: UInt8(parts), messageID: id,
                payload: [UInt8](piece))
            drafts.append(
                try draft(content, size, recipient, community, posting, random))
        }
        return drafts
    }

    static func draft(
        _ content: ContentPart, _ size: UInt8, _ recipient: Recipient, _ community: CommunityID,
        _ posting: Posting, _ random: RandomSource
    ) throws(SealError) -> EnvelopeDraft {
        let header = header(posting, size: size, suite: suite, random: random)
        var ephemeral = random(32)
        let key = AgreementKey(secret: Secret(wiping: &ephemeral))
        var plaintext = content.padded(to: room(recipient, size: size) + ContentPart.headBytes)
        defer { wipe(&plaintext) }
        let body: [UInt8]
        switch recipient {
        case .key(let recipient):
            body = try seal(plaintext, header, to: recipient, community, ephemeral: key)
        case .shared(let shared):
            body = seal(plaintext, header, under: shared, enc: key.publicKey)
        }
        let id = Naming.envelopeID(
            network: posting.network, header: header, bodyHash: Naming.bodyHash(body))
        return EnvelopeDraft(header: header, body: body, id: id, content: content)
    }

    /// The header of a posting: mailbox hint first, then the commitment over it.
    private static func header(
        _ posting: Posting, size: UInt8, suite: UInt8, random: RandomSource
    ) -> EnvelopeHeader {
        var header = EnvelopeHeader(
            suite: suite, ttlClass: posting.ttlClass, size: size, workBits: posting.workBits,
            slot: posting.slot, topic: posting.topic, mailbox: .zero, commitment: .zero)
        if let tagKey = posting.tagKey {
            header.mailbox = Mailbox.hint(tagKey, header: header, random: random(8))
        } else {
            header.mailbox = identifier16(random(16))
        }
        if let eraseKey = posting.eraseKey {
            let opening = RetractCommitment.opening(eraseKey, header: header)
            header.commitment = RetractCommitment.commitment(opening: opening)
        } else {
            header.commitment = identifier16(random(16))
        }
        return header
    }

    static func info(_ community: CommunityID) -> [UInt8] {
        Labels.seal.padded + [suite] + community.bytes
    }

    static func seal(
        _ plaintext: [UInt8], _ header: EnvelopeHeader, to recipient: [UInt8],
        _ community: CommunityID, ephemeral: AgreementKey
    ) throws(SealError) -> [UInt8] {
        guard
            var (enc, context) = HPKE.senderContext(
                to: recipient, info: info(community), ephemeral: ephemeral)
        else { throw .unusableKey }
        enc += context.seal(plaintext, aad: header.covered)
        return enc
    }

    static func seal(
        _ plaintext: [UInt8], _ header: EnvelopeHeader, under shared: Secret, enc: [UInt8]
    ) -> [UInt8] {
        let key = messageKey(shared, enc: enc)
        let nonce = [UInt8](repeating: 0, count: XChaChaPoly.nonceBytes)
        return enc + commitment(key)
            + XChaChaPoly.seal(plaintext, key: key, nonce: nonce, aad: header.covered)
    }

    /// The key of one envelope under a shared key: fresh with every `enc`, so that showing it
    /// opens nothing else.
    public static func messageKey(_ shared: Secret, enc: [UInt8]) -> Secret {
        prf(shared, Labels.msg, enc)
    }

    private static func commitment(_ messageKey: Secret) -> [UInt8] {
        prf(messageKey, Labels.commit).copied()
    }

    /// Opens an envelope; nil when it is not for this key, or was changed.
    public static func open(
        _ envelope: Envelope, with opener: Opener, community: CommunityID
    ) -> ContentPart? {
        guard envelope.header.suite == suite else { return nil }
        let aad = envelope.header.covered
        let enc = [UInt8](envelope.body.prefix(32))
        var plaintext: [UInt8]?
        switch opener {
        case .key(let key):
            guard
                var context = HPKE.recipientContext(enc: enc, key: key, info: info(community))
            else { return nil }
            plaintext = context.open([UInt8](envelope.body.dropFirst(32)), aad: aad)
        case .shared(let shared):
            let key = messageKey(shared, enc: enc)
            guard constantTimeEqual(envelope.body.dropFirst(32).prefix(32), commitment(key))
            else { return nil }
            let nonce = [UInt8](repeating: 0, count: XChaChaPoly.nonceBytes)
            plaintext = XChaChaPoly.open(
                [UInt8](envelope.body.dropFirst(64)), key: key, nonce: nonce, aad: aad)
        }
        guard var plaintext else { return nil }
        defer { wipe(&plaintext) }
        return try? ContentPart(decoding: plaintext)
    }

    /// A public record's envelope. Source: protocol/14-public-records.md.
    public static func publish(
        _ record: [UInt8], network: NetworkID, subject: [UInt8], slot: Slot, workBits: UInt8
    ) throws(SealError) -> EnvelopeDraft {
        guard record.count <= Limits.recordContentBytes else {
            throw .tooLong(bytes: record.count, limit: Limits.recordContentBytes)
        }
        var size: UInt8 = 0
        while (512 << Int(size)) < EnvelopeHeader.bytes + 4 + record.count { size += 1 }
        let header = EnvelopeHeader(
            suite: Suite.publicRecord.rawValue, ttlClass: .quarter, size: size, workBits: workBits,
            slot: slot, topic: Topics.records(of: subject), mailbox: .zero, commitment: .zero)
        var body: [UInt8] = []
        body.append(bigEndian: UInt32(record.count))
        body += record
        body += [UInt8](
            repeating: 0, count: header.envelopeBytes - EnvelopeHeader.bytes - body.count)
        let id = Naming.envelopeID(
            network: network, header: header, bodyHash: Naming.bodyHash(body))
        return EnvelopeDraft(header: header, body: body, id: id, content: nil)
    }
}
