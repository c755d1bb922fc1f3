// Fixed-size identifiers as values: four or two machine words, so that tables keyed by them
// allocate nothing and compare like their bytes.

/// A 32-byte name of something of kind `Kind`: an envelope, a node, a community.
///
/// Ordered as its bytes are, big-endian. Source: protocol/01-conventions.md.
public struct Identifier32<Kind>: Hashable, Sendable, Comparable {
    @usableFromInline let a: UInt64, b: UInt64, c: UInt64, d: UInt64

    /// All zero bytes: "none" where the protocol has one.
    @inlinable
    public static var zero: Self { Self(0, 0, 0, 0) }

    @inlinable
    init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    /// Nil unless `bytes` are exactly 32.
    @inlinable
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words = WordReader(bytes)
        self.init(words.next(), words.next(), words.next(), words.next())
    }

    /// The 32 bytes.
    @inlinable
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(32)
        for word in [a, b, c, d] { out.append(bigEndian: word) }
        return out
    }

    @inlinable
    public static func < (l: Self, r: Self) -> Bool {
        if l.a != r.a { return l.a < r.a }
        if l.b != r.b { return l.b < r.b }
        if l.c != r.c { return l.c < r.c }
        return l.d < r.d
    }
}

/// A 16-byte name of something of kind `Kind`: a topic, a message.
public struct Identifier16<Kind>: Hashable, Sendable, Comparable {
    @usableFromInline let a: UInt64, b: UInt64

    @inlinable
    public static var zero: Self { Self(0, 0) }

    @inlinable
    init(_ a: UInt64, _ b: UInt64) { (self.a, self.b) = (a, b) }

    /// Nil unless `bytes` are exactly 16.
    @inlinable
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words = WordReader(bytes)
        self.init(words.next(), words.next())
    }

    /// The 16 bytes.
    @inlinable
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(16)
        out.append(bigEndian: a)
        out.append(bigEndian: b)
        return out
    }

    @inlinable
    public static func < (l: Self, r: Self) -> Bool { l.a != r.a ? l.a < r.a : l.b < r.b }
}

@usableFromInline struct WordReader<Bytes: Collection<UInt8>> {
    @usableFromInline var iterator: Bytes.Iterator

    @inlinable
    init(_ bytes: Bytes) { iterator = bytes.makeIterator() }

    @inlinable
    mutating func next() -> UInt64 {
        var word: UInt64 = 0
        for _ in 0..<8 { word = word << 8 | UInt64(iterator.next() ?? 0) }
        return word
    }
}

public enum EnvelopeKind {}
public enum RetractionKind {}
public enum NodeKind {}
public enum NetworkKind {}
public enum CommunityKind {}
public enum CaseKind {}
public enum PersonaKind {}
public enum ClaimKind {}
public enum TopicKind {}
public enum MessageKind {}
public enum HandleKind {}

/// What spreads is named by one 32-byte id; a retraction is listed under an id of its own.
public typealias ItemID = Identifier32<EnvelopeKind>
public typealias NodeID = Identifier32<NodeKind>
public typealias NetworkID = Identifier32<NetworkKind>
public typealias CommunityID = Identifier32<CommunityKind>
public typealias CaseID = Identifier32<CaseKind>
public typealias PersonaID = Identifier32<PersonaKind>
public typealias ClaimID = Identifier32<ClaimKind>
public typealias Topic = Identifier16<TopicKind>
public typealias MessageID = Identifier16<MessageKind>
/// Names a submission to its submitter only; says nothing to anybody else.
public typealias Handle = Identifier16<HandleKind>
