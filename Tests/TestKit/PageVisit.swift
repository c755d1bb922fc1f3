import Foundation
public import Model
public import Sealing
public import Seeking
import Sodium
public import Wire

/// A visit as the page's worker asks it, in JSON.
public struct PageVisit {
    public var visit: Visit

    public init(random: @escaping RandomSource) { visit = Visit(random: random) }

    /// A call and its answer; requests are written as the page's scripts write them.
    @discardableResult
    public mutating func ask(_ call: String, _ request: String = "{}") throws -> JSON {
        try Self.read(visit.answer([UInt8](call.utf8), [UInt8](request.utf8)))
    }

    public mutating func ask(_ call: String, _ request: JSON) throws -> JSON {
        try Self.read(visit.answer([UInt8](call.utf8), request.encoded))
    }

    /// By the reader of Foundation: replies may be deeper than what our own takes from outside.
    public static func read(_ reply: [UInt8]) throws -> JSON {
        try JSONDecoder().decode(Reply.self, from: Data(reply)).json
    }

    /// A call that takes or gives bytes.
    @discardableResult
    public mutating func bytes(_ call: String, _ request: [UInt8] = [0x7B, 0x7D]) throws -> [UInt8]
    {
        try visit.answer([UInt8](call.utf8), request)
    }

    /// Why a call is refused; nil if it is not.
    public mutating func refusal(_ call: String, _ request: String = "{}") -> VisitError? {
        do { _ = try visit.answer([UInt8](call.utf8), [UInt8](request.utf8)) } catch {
            return error
        }
        return nil
    }

    /// The drafts as envelopes with their work, as the page makes them.
    public mutating func drafts() throws -> [Envelope] {
        var reader = ByteReader(try bytes("drafts"))
        var envelopes: [Envelope] = []
        while let length: UInt32 = reader.integer() {
            let id: ItemID = reader.identifier32() ?? .zero
            let draft = try Envelope(decoding: [UInt8](reader.take(Int(length)) ?? []))
            var header = draft.header
            let nonce = Work(id: id).search(bits: header.workBits, from: 0, tries: 1 << 24)
            header.nonce = nonce ?? 0
            envelopes.append(Envelope(header: header, body: [UInt8](draft.body)))
        }
        return envelopes
    }

    /// Both passes over everything, as the page reads.
    public mutating func read(_ batches: [[UInt8]]) throws {
        for batch in batches { try bytes("scan", batch) }
        guard try ask("needsSecondPass") == .bool(true) else { return }
        for batch in batches { try bytes("scanAgain", batch) }
    }

    /// The request that follows a community.
    public static func following(
        network: NetworkID, community: CommunityID, charters: CBOR, manifest: Record,
        cards: [Record] = [], now: WallTime
    ) -> JSON {
        func base64(_ bytes: [UInt8]) -> JSON { .text(Text(utf8: Base64URL.encode(bytes))) }
        return .object([
            JSON.Member("network", base64(network.bytes)),
            JSON.Member("community", base64(community.bytes)),
            JSON.Member("charters", base64(charters.encoded)),
            JSON.Member("manifest", base64(manifest.encoded)),
            JSON.Member("cards", .array(cards.map { base64($0.encoded) })),
            JSON.Member("now", .number(now.seconds)),
        ])
    }
}

/// Any value of JSON as Foundation reads it.
private struct Reply: Decodable {
    let json: JSON

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            json = .object(
                try object.allKeys.map {
                    JSON.Member(
                        Text($0.stringValue), try object.decode(Reply.self, forKey: $0).json)
                })
            return
        }
        if var list = try? decoder.unkeyedContainer() {
            var items: [JSON] = []
            while !list.isAtEnd { items.append(try list.decode(Reply.self).json) }
            json = .array(items)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            json = .null
        } else if let flag = try? value.decode(Bool.self) {
            json = .bool(flag)
        } else if let number = try? value.decode(UInt64.self) {
            json = .number(number)
        } else {
            json = .text(Text(try value.decode(String.self)))
        }
    }
}

extension JSON {
    /// What stands under a path of names and places, such as "cases", 0, "state".
    public func at(_ path: JSONStep...) -> JSON? {
        var here: JSON? = self
        for step in path {
            switch (step, here) {
            case (.name(let name), .object(let members)?):
                here = members.first { $0.name == name }?.value
            case (.place(let place), .array(let items)?):
                here = items.indices.contains(place) ? items[place] : nil
            default: return nil
            }
        }
        return here
    }
}

public enum JSONStep: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case name(Text)
    case place(Int)

    public init(stringLiteral value: StaticString) { self = .name(Text(stringLiteral: value)) }

    public init(integerLiteral value: Int) { self = .place(value) }
}
