public import Model
public import Sodium
public import Wire

/// Names of what travels. Source: protocol/05-envelopes.md, 07-retraction.md.
public enum Naming {
    public static func bodyHash(_ body: some Collection<UInt8>) -> [UInt8] {
        hash(Labels.body, [UInt8](body))
    }

    /// The id of the envelope with this header and body hash in this network.
    public static func envelopeID(
        network: NetworkID, header: EnvelopeHeader, bodyHash: [UInt8]
    ) -> ItemID {
        identifier(hash(Labels.env, network.bytes + header.covered + bodyHash))
    }

    public static func envelopeID(network: NetworkID, _ envelope: Envelope) -> ItemID {
        envelopeID(
            network: network, header: envelope.header, bodyHash: bodyHash(envelope.body))
    }

    /// The id under which a retraction of `target` is announced.
    public static func retractionID(of target: ItemID) -> ItemID {
        identifier(hash(Labels.retr, target.bytes))
    }
}

/// A digest as an identifier; every digest used so has 32 bytes.
func identifier<Kind>(_ digest: [UInt8]) -> Identifier32<Kind> {
    guard let id = Identifier32<Kind>(digest) else { preconditionFailure("a digest of 32 bytes") }
    return id
}

func identifier16<Kind>(_ digest: [UInt8]) -> Identifier16<Kind> {
    guard let id = Identifier16<Kind>(digest) else { preconditionFailure("a digest of 16 bytes") }
    return id
}

/// Who may take an envelope back: holders of a key whose opening the header commits to.
/// Source: protocol/07-retraction.md.
public enum RetractCommitment {
    /// `header` up to and without the commitment: its first 40 bytes.
    static func opening(_ key: Secret, header: EnvelopeHeader) -> [UInt8] {
        prf128(key, Labels.open, [UInt8](header.encoded.prefix(40)))
    }

    static func commitment(opening: [UInt8]) -> Identifier16<CommitmentKind> {
        identifier16(hash128(Labels.retract, opening))
    }

    /// The erase key of everything under the shared key `key`, and of grants of it.
    public static func eraseKey(of key: Secret) -> Secret { prf(key, Labels.erase) }

    /// Whether `key` opens the header's commitment.
    public static func opens(_ key: Secret, _ header: EnvelopeHeader) -> Bool {
        commitment(opening: opening(key, header: header)) == header.commitment
    }

    /// The retraction of an envelope by a key that opens its commitment; nil if it does not.
    public static func retraction(of envelope: Envelope, key: Secret) -> Retraction? {
        retraction(
            of: envelope.header, bodyHash: Naming.bodyHash(envelope.body), key: key)
    }

    /// The same for an envelope of which only this was kept.
    public static func retraction(
        of header: EnvelopeHeader, bodyHash: [UInt8], key: Secret
    ) -> Retraction? {
        let opening = opening(key, header: header)
        guard commitment(opening: opening) == header.commitment else { return nil }
        return Retraction(header: header, bodyHash: bodyHash, opening: opening)
    }

    /// Whether a retraction's opening fits its header.
    public static func isOpened(by retraction: Retraction) -> Bool {
        commitment(opening: retraction.opening) == retraction.header.commitment
    }
}

/// Hints in the mailbox field that only holders of a tag key can read.
/// Source: protocol/05-envelopes.md.
public enum Mailbox {
    /// - Parameter random: 8 bytes, `r`.
    static func hint(
        _ tagKey: Secret, header: EnvelopeHeader, random: [UInt8]
    ) -> Identifier16<MailboxKind> {
        let tag = prf128(tagKey, Labels.tag, [UInt8](header.encoded.prefix(24)) + random)
        return identifier16(random + tag.prefix(8))
    }

    /// Whether the mailbox field carries `tagKey`'s hint.
    public static func matches(_ tagKey: Secret, _ header: EnvelopeHeader) -> Bool {
        let random = [UInt8](header.mailbox.bytes.prefix(8))
        return hint(tagKey, header: header, random: random) == header.mailbox
    }

    /// The tag key of everything under the shared key `key`.
    public static func tagKey(of key: Secret) -> Secret { prf(key, Labels.tagKey) }
}

/// Looks for the hints of several tag keys in raw envelopes: of ten thousand, all but a few are
/// somebody else's, so a try costs a hash and copies nothing. Source: protocol/05-envelopes.md.
public struct MailboxFinder: Sendable {
    private let tagKeys: [Secret]

    public init(_ tagKeys: [Secret]) { self.tagKeys = tagKeys }

    /// The place of the key whose hint the envelope carries that begins at `start` in `bytes`.
    ///
    /// - Precondition: its header is there.
    public func find(in bytes: [UInt8], at start: Int) -> Int? {
        precondition(start >= 0 && bytes.count - start >= EnvelopeHeader.bytes, "a whole header")
        return bytes.withUnsafeBufferPointer { all in
            // A header begins with what the hint covers: 24 bytes, then the mailbox's `r`, 8.
            let covered = UnsafeBufferPointer(rebasing: all[start..<(start + 32)])
            let hint = UnsafeBufferPointer(rebasing: all[(start + 32)..<(start + 40)])
            for (index, key) in tagKeys.enumerated()
            where prf128(key, Labels.tag, covered, beginsWith: hint) {
                return index
            }
            return nil
        }
    }
}

/// Topic tags. Source: protocol/06-store.md.
public enum Topics {
    public static func intake(_ community: CommunityID, _ week: Week) -> Topic {
        weekly(Labels.intake, community, week)
    }

    public static func files(_ community: CommunityID, _ week: Week) -> Topic {
        weekly(Labels.files, community, week)
    }

    /// Where records about `subject`, a network or a community, travel.
    public static func records(of subject: [UInt8]) -> Topic {
        identifier16(hash128(Labels.publicTopic, subject))
    }

    public static func group(_ groupKey: Secret) -> Topic {
        identifier16(prf128(groupKey, Labels.topic))
    }

    private static func weekly(_ label: Label, _ community: CommunityID, _ week: Week) -> Topic {
        var input = community.bytes
        input.append(bigEndian: week.number)
        return identifier16(hash128(label, input))
    }
}
