public import Model

// What the frames of membership, stem and reconciliation carry. Source: protocol/04-frames.md.

/// Who is whose neighbour: protocol/20-membership.md.
public enum MembershipFrame: Sendable, Equatable {
    case join(PeerRecord)
    case forwardJoin(ttl: UInt8, PeerRecord)
    /// Asks to be neighbours; one with high priority has no other neighbour.
    case neighbor(isHighPriority: Bool)
    case neighborReply(isAccepted: Bool)
    case disconnect(reason: UInt8, backoffSeconds: UInt16)
    case shuffle(nonce: UInt64, ttl: UInt8, [PeerRecord])
    case shuffleReply(nonce: UInt64, [PeerRecord])

    var parts: (UInt8, [UInt8]) {
        var body: [UInt8] = []
        switch self {
        case .join(let record): return (0x10, record.encoded)
        case .forwardJoin(let ttl, let record): return (0x11, [ttl] + record.encoded)
        case .neighbor(let isHighPriority): return (0x12, [isHighPriority ? 1 : 0])
        case .neighborReply(let isAccepted): return (0x13, [isAccepted ? 1 : 0])
        case .disconnect(let reason, let backoff):
            body.append(reason)
            body.append(bigEndian: backoff)
            return (0x14, body)
        case .shuffle(let nonce, let ttl, let records):
            body.append(bigEndian: nonce)
            body += [ttl, UInt8(records.count)]
            return (0x15, body + records.flatMap { $0.encoded })
        case .shuffleReply(let nonce, let records):
            body.append(bigEndian: nonce)
            body.append(UInt8(records.count))
            return (0x16, body + records.flatMap { $0.encoded })
        }
    }

    init?(type: UInt8, _ reader: inout ByteReader) {
        switch type {
        case 0x10:
            guard let record = PeerRecord(from: &reader) else { return nil }
            self = .join(record)
        case 0x11:
            guard let ttl: UInt8 = reader.integer(), let record = PeerRecord(from: &reader) else {
                return nil
            }
            self = .forwardJoin(ttl: ttl, record)
        case 0x12:
            guard let isHighPriority = reader.flag() else { return nil }
            self = .neighbor(isHighPriority: isHighPriority)
        case 0x13:
            guard let isAccepted = reader.flag() else { return nil }
            self = .neighborReply(isAccepted: isAccepted)
        case 0x14:
            guard let reason: UInt8 = reader.integer(), let backoff: UInt16 = reader.integer()
            else { return nil }
            self = .disconnect(reason: reason, backoffSeconds: backoff)
        case 0x15:
            guard let nonce: UInt64 = reader.integer(), let ttl: UInt8 = reader.integer(),
                let records = Self.records(&reader)
            else { return nil }
            self = .shuffle(nonce: nonce, ttl: ttl, records)
        case 0x16:
            guard let nonce: UInt64 = reader.integer(), let records = Self.records(&reader) else {
                return nil
            }
            self = .shuffleReply(nonce: nonce, records)
        default: return nil
        }
    }

    private static func records(_ reader: inout ByteReader) -> [PeerRecord]? {
        guard let count: UInt8 = reader.integer(), Int(count) <= Limits.shuffledRecords else {
            return nil
        }
        var records: [PeerRecord] = []
        for _ in 0..<count {
            guard let record = PeerRecord(from: &reader) else { return nil }
            records.append(record)
        }
        return records
    }
}

/// What travels one path before it spreads: protocol/21-stem.md.
public enum StemItem: Sendable, Equatable {
    case envelope(Envelope)
    case retraction(Retraction)
}

/// Opens a session that compares what two nodes hold: protocol/22-reconciliation.md.
public struct SyncOpen: Sendable, Equatable {
    public var session: UInt32
    public var ttlClass: TTLClass
    public var from: Slot
    /// All, if none is named.
    public var topics: [Topic]
    public var message: [UInt8]

    public init(
        session: UInt32, ttlClass: TTLClass, from: Slot, topics: [Topic] = [], message: [UInt8]
    ) {
        self.session = session
        self.ttlClass = ttlClass
        self.from = from
        self.topics = topics
        self.message = message
    }

    var encoded: [UInt8] {
        var out: [UInt8] = []
        out.append(bigEndian: session)
        out.append(ttlClass.rawValue)
        out.append(bigEndian: from.number)
        out.append(UInt8(topics.count))
        for topic in topics { out += topic.bytes }
        return out + message
    }

    init?(from reader: inout ByteReader) {
        guard let session: UInt32 = reader.integer(), let classByte: UInt8 = reader.integer(),
            let ttlClass = TTLClass(rawValue: classByte), let from: UInt32 = reader.integer(),
            let count: UInt8 = reader.integer(), Int(count) <= Limits.syncTopics
        else { return nil }
        var topics: [Topic] = []
        for _ in 0..<count {
            guard let topic: Topic = reader.identifier16() else { return nil }
            topics.append(topic)
        }
        let message = [UInt8](reader.take(reader.rest.count) ?? [])
        self.init(
            session: session, ttlClass: ttlClass, from: Slot(from), topics: topics,
            message: message)
    }
}

/// How a session ended, and a number that goes with it.
public struct SyncEnd: Sendable, Equatable {
    /// 0 done, 1 open again from slot `value`, 2 a limit was met after `value` differences, else
    /// see protocol/schema/codes.md.
    public var reason: UInt8
    public var value: UInt32

    public init(reason: UInt8, value: UInt32) {
        self.reason = reason
        self.value = value
    }
}

extension ByteReader {
    /// A byte that is 0 or 1.
    fileprivate mutating func flag() -> Bool? {
        guard let value: UInt8 = integer(), value <= 1 else { return nil }
        return value == 1
    }
}
