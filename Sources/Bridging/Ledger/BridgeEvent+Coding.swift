import Model
import Sealing
import Wire

// Events at rest: an array of the event's number and its values. They never travel; what a later
// version adds gets a new number.

extension BridgeEvent {
    public var encoded: [UInt8] { CBOR.array(items).encoded }

    private var items: [CBOR] {
        switch self {
        case .consented(let message, let recipient, let at):
            [
                .unsigned(1), .bytes(message), recipient.uri.cbor, recipient.name.cbor,
                .bool(recipient.isPublishing), time(at),
            ]
        case .rejected(let message, let reason, let at):
            [.unsigned(2), .bytes(message), reason.cbor, time(at)]
        case .withdrawn(let opening, let at): [.unsigned(3), .bytes(opening), time(at)]
        case .approved(let id, let at): [.unsigned(4), name(id), time(at)]
        case .refused(let id, let reason, let at):
            [.unsigned(5), name(id), reason.cbor, time(at)]
        case .sending(let id, let at): [.unsigned(6), name(id), time(at)]
        case .delivered(let id, let reference, let salt, let at):
            [.unsigned(7), name(id), reference.cbor, .bytes(salt), time(at)]
        case .tokened(let id, let token, let salt, let at):
            [.unsigned(8), name(id), token.cbor, .bytes(salt), time(at)]
        case .resolved(let id, let reference, let at):
            [.unsigned(9), name(id), reference.cbor, time(at)]
        case .failed(let id, let why, let next, let at):
            [.unsigned(10), name(id), why.cbor, next.map(time) ?? .null, time(at)]
        case .unclear(let id, let why, let next, let at):
            [.unsigned(11), name(id), why.cbor, time(next), time(at)]
        case .notFound(let id, let isSure, let at):
            [.unsigned(12), name(id), .bool(isSure), time(at)]
        case .status(let id, let status, let at):
            [
                .unsigned(13), name(id), .bool(status.isClosed), status.notes?.cbor ?? .null,
                time(at),
            ]
        case .told(let id, let told, let at):
            [.unsigned(14), name(id), .unsigned(told.rawValue), time(at)]
        case .answered(let id, let message): [.unsigned(15), name(id), .bytes(message)]
        case .checkpointed(let day, let fill, let record):
            [
                .unsigned(16), .unsigned(UInt64(day)), .array(fill.map { .bytes($0) }),
                .bytes(record),
            ]
        }
    }

    private func time(_ at: WallTime) -> CBOR { .unsigned(at.seconds) }

    private func name(_ id: ConsentID) -> CBOR { .bytes(id.bytes) }

    /// Nil for bytes this version did not write.
    public init?(decoding bytes: [UInt8]) {
        guard case .array(let items)? = try? CBOR(decoding: bytes), let number = items.first,
            let event = Self.read(number.asUnsigned, EventReader(items.dropFirst()))
        else { return nil }
        self = event
    }

    private static func read(_ number: UInt64?, _ items: EventReader) -> BridgeEvent? {
        var reader = items
        guard let event = try? readEarly(number, &reader), reader.isAtEnd else { return nil }
        return event
    }

    private static func readEarly(
        _ number: UInt64?, _ reader: inout EventReader
    ) throws -> BridgeEvent? {
        switch number {
        case 1:
            .consented(
                message: try reader.bytes(),
                recipient: Presentation.Recipient(
                    uri: try reader.text(), name: try reader.text(),
                    isPublishing: try reader.bool()), at: try reader.time())
        case 2:
            .rejected(
                message: try reader.bytes(), reason: try reader.text(), at: try reader.time())
        case 3: .withdrawn(opening: try reader.bytes(), at: try reader.time())
        case 4: .approved(try reader.id(), at: try reader.time())
        case 5:
            .refused(try reader.id(), reason: try reader.text(), at: try reader.time())
        case 6: .sending(try reader.id(), at: try reader.time())
        case 7:
            .delivered(
                try reader.id(), id: try reader.text(), salt: try reader.bytes(),
                at: try reader.time())
        case 8:
            .tokened(
                try reader.id(), token: try reader.text(), salt: try reader.bytes(),
                at: try reader.time())
        default: try readLater(number, &reader)
        }
    }

    private static func readLater(
        _ number: UInt64?, _ reader: inout EventReader
    ) throws -> BridgeEvent? {
        switch number {
        case 9: .resolved(try reader.id(), id: try reader.text(), at: try reader.time())
        case 10:
            .failed(
                try reader.id(), why: try reader.text(), next: try reader.optionalTime(),
                at: try reader.time())
        case 11:
            .unclear(
                try reader.id(), why: try reader.text(), next: try reader.time(),
                at: try reader.time())
        case 12: .notFound(try reader.id(), isSure: try reader.bool(), at: try reader.time())
        case 13:
            .status(
                try reader.id(),
                AuthorityStatus(isClosed: try reader.bool(), notes: try reader.optionalText()),
                at: try reader.time())
        case 14:
            .told(
                try reader.id(), try reader.told(), at: try reader.time())
        case 15: .answered(try reader.id(), message: try reader.bytes())
        case 16:
            .checkpointed(
                day: try reader.day(), fill: try reader.byteStrings(), record: try reader.bytes())
        default: nil
        }
    }
}

/// Takes an event's values in their order; anything else is not an event of ours.
private struct EventReader {
    private struct Foreign: Error {}

    private var items: ArraySlice<CBOR>

    init(_ items: ArraySlice<CBOR>) { self.items = items }

    var isAtEnd: Bool { items.isEmpty }

    private mutating func next<Value>(_ read: (CBOR) -> Value?) throws -> Value {
        guard let item = items.popFirst(), let value = read(item) else { throw Foreign() }
        return value
    }

    mutating func bytes() throws -> [UInt8] { try next { $0.asBytes() } }

    mutating func bool() throws -> Bool { try next { $0.asBool } }

    mutating func text() throws -> Text {
        try next { if case .text(let utf8) = $0 { Text(utf8: utf8) } else { nil } }
    }

    mutating func time() throws -> WallTime {
        try next { $0.asUnsigned.map { WallTime(seconds: $0) } }
    }

    mutating func id() throws -> ConsentID { try next { $0.asBytes(16).flatMap { ConsentID($0) } } }

    mutating func told() throws -> BridgeEvent.Told {
        try next { $0.asUnsigned.flatMap { BridgeEvent.Told(rawValue: $0) } }
    }

    mutating func day() throws -> UInt32 {
        try next { $0.asUnsigned.flatMap { UInt32(exactly: $0) } }
    }

    mutating func optionalTime() throws -> WallTime? {
        try next { item -> WallTime?? in
            if item == .null { return .some(nil) }
            guard let seconds = item.asUnsigned else { return nil }
            return WallTime(seconds: seconds)
        }
    }

    mutating func optionalText() throws -> Text? {
        try next { item -> Text?? in
            if item == .null { return .some(nil) }
            guard case .text(let utf8) = item else { return nil }
            return Text(utf8: utf8)
        }
    }

    mutating func byteStrings() throws -> [[UInt8]] {
        try next { item in
            guard case .array(let items) = item else { return nil }
            let strings = items.compactMap { $0.asBytes(32) }
            return strings.count == items.count ? strings : nil
        }
    }
}
