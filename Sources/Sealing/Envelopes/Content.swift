public import Model
import Wire

/// What a sealed message is. Source: protocol/10-content.md.
public enum ContentKind: UInt8, Sendable {
    case request = 0x01
    case selfCopy = 0x02
    case grant = 0x03
    case words = 0x04
    case act = 0x05
    case status = 0x06
    /// Part of a file; what it belongs to stands in the file's index alone.
    case chunk = 0x08
    /// Only inside a self copy.
    case incidentNote = 0x09
    case claim = 0x10
    case release = 0x11
    case caseLetter = 0x12
    case note = 0x13
    case epochLetter = 0x14
    case join = 0x15
    case directory = 0x19
    case consent = 0x20
    case withdrawal = 0x21
    case answer = 0x22
}

public enum ContentError: Error, Equatable {
    case truncated
    case parts(part: UInt8, of: UInt8)
    case reservedNotZero
    case lengthBeyondEnd(claimed: Int, room: Int)
    case paddingNotZero
}

/// One part of a message: the plaintext of one sealed envelope.
///
/// Shape: kind u8, part u8 from 0, parts u8 1…16, zero u8, length u16, message id 16, payload,
/// zeros up to the room the envelope gives.
public struct ContentPart: Sendable, Equatable {
    public static let headBytes = 22

    /// As on the wire; readers skip kinds they do not know.
    public var kind: UInt8
    public var part: UInt8
    public var parts: UInt8
    public var messageID: MessageID
    public var payload: [UInt8]

    public init(
        kind: UInt8, part: UInt8, parts: UInt8, messageID: MessageID, payload: [UInt8]
    ) {
        self.kind = kind
        self.part = part
        self.parts = parts
        self.messageID = messageID
        self.payload = payload
    }

    /// - Precondition: the payload fits.
    public func padded(to room: Int) -> [UInt8] {
        precondition(payload.count + Self.headBytes <= room, "a part fits its envelope")
        var out: [UInt8] = [kind, part, parts, 0]
        out.reserveCapacity(room)
        out.append(bigEndian: UInt16(payload.count))
        out += messageID.bytes + payload
        out += [UInt8](repeating: 0, count: room - out.count)
        return out
    }

    public init(decoding plaintext: [UInt8]) throws(ContentError) {
        var reader = ByteReader(plaintext)
        guard let kind: UInt8 = reader.integer(), let part: UInt8 = reader.integer(),
            let parts: UInt8 = reader.integer(), let reserved: UInt8 = reader.integer(),
            let length: UInt16 = reader.integer(), let id: MessageID = reader.identifier16()
        else { throw .truncated }
        guard parts >= 1, parts <= Limits.messageParts, part < parts else {
            throw .parts(part: part, of: parts)
        }
        guard reserved == 0 else { throw .reservedNotZero }
        guard let payload = reader.take(Int(length)) else {
            throw .lengthBeyondEnd(claimed: Int(length), room: reader.rest.count)
        }
        guard reader.rest.allSatisfy({ $0 == 0 }) else { throw .paddingNotZero }
        self.init(
            kind: kind, part: part, parts: parts, messageID: id, payload: [UInt8](payload))
    }
}

/// Puts parts together again; bounded, since each message has at most 16 parts of 4 KiB and only
/// opened envelopes reach it.
public struct Reassembly: Sendable {
    private var waiting: [(id: MessageID, kind: UInt8, parts: [[UInt8]?])] = []

    public init() {}

    /// The whole payload once its last part has arrived; nil before, and for repeats.
    public mutating func add(_ part: ContentPart) -> [UInt8]? {
        if part.parts == 1 { return part.payload }
        var index = waiting.count
        for (at, entry) in waiting.enumerated()
        where entry.id == part.messageID && entry.kind == part.kind
            && entry.parts.count == Int(part.parts)
        {
            index = at
        }
        if index == waiting.count {
            let empty = [[UInt8]?](repeating: nil, count: Int(part.parts))
            waiting.append((part.messageID, part.kind, empty))
        }
        // The first copy of a part stands.
        if waiting[index].parts[Int(part.part)] == nil {
            waiting[index].parts[Int(part.part)] = part.payload
        }
        var whole: [UInt8] = []
        for piece in waiting[index].parts {
            guard let piece else { return nil }
            whole += piece
        }
        waiting.remove(at: index)
        return whole
    }
}
