import Foundation
import Gossip
import Model
import Sodium
import TestKit
import Testing

/// Messages that Negentropy's reference made, from the folder beside the project.
@Suite(.enabled(if: Reference.file != nil, "../shared/vectors/negentropy.json is missing"))
struct ReconciliationReferenceTests {
    @Test(arguments: try Reference.comparisons())
    func everyMessageIsTheReferences(_ comparison: Reference.Comparison) throws {
        var (near, far) = (comparison.near, comparison.far)
        var message = RangeComparison.opening(&near)
        for (number, step) in comparison.steps.enumerated() {
            if number % 2 == 1 {
                let bounds = RangeComparison.Bounds(messageBytes: comparison.farLimit)
                message = try RangeComparison.answer(
                    message, as: .responder, within: bounds, &far
                ).message
            } else if number > 0 {
                let bounds = RangeComparison.Bounds(messageBytes: comparison.nearLimit)
                let answer = try RangeComparison.answer(
                    message, as: .initiator, within: bounds, &near)
                #expect(answer.have.count == step.have)
                #expect(answer.need.count == step.need)
                message = answer.isLast ? [] : answer.message
            }
            let digest = message.isEmpty ? nil : sha256(message).hex
            #expect(digest == step.digest, "message \(number)")
        }
        #expect(message.isEmpty)
    }

    /// What one side lacks in all is what it was told in all.
    @Test(arguments: try Reference.comparisons())
    func allDifferencesAreFound(_ comparison: Reference.Comparison) throws {
        var (near, far) = (comparison.near, comparison.far)
        var (have, need): (Set<ItemID>, Set<ItemID>) = ([], [])
        let bounds = RangeComparison.Bounds(messageBytes: 4096)
        var message = RangeComparison.opening(&near)
        while message.count > 1 {
            message = try RangeComparison.answer(
                message, as: .responder, within: bounds, &far
            ).message
            let answer = try RangeComparison.answer(
                message, as: .initiator, within: bounds, &near)
            have.formUnion(answer.have)
            need.formUnion(answer.need)
            message = answer.message
        }
        #expect(have == near.known.subtracting(far.known))
        #expect(need == far.known.subtracting(near.known))
    }

    /// The reference takes numbers of any length; here they end after ten bytes.
    @Test(arguments: try Reference.probes())
    func oddMessagesAreAnsweredAsTheReferenceDoes(_ probe: Reference.Probe) throws {
        var items = PlainSet(try Reference.probed())
        let answer = try? RangeComparison.answer(
            probe.message, as: .responder, within: .init(messageBytes: 0), &items)
        #expect(answer?.message == (probe.name == "varint-11-bytes" ? nil : probe.reply))
    }
}

/// Negentropy's own fingerprints, added up anew for every range.
struct PlainSet: OrderedItems {
    private let items: [RangeItem]
    let known: Set<ItemID>
    private(set) var work = 0

    init(_ items: [RangeItem]) {
        self.items = items.sorted { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
        known = Set(items.map { $0.id })
    }

    var count: Int { items.count }

    func item(at rank: Int) -> RangeItem { items[rank] }

    func rank(of bound: RangeBound) -> Int {
        items.firstIndex { !bound.isAbove($0) } ?? items.count
    }

    func ids(_ ranks: Range<Int>) -> [ItemID] { items[ranks].map { $0.id } }

    func contains(_ id: ItemID) -> Bool { known.contains(id) }

    mutating func fingerprint(_ ranks: Range<Int>) -> [UInt8] {
        work += 1
        var sum: [UInt64] = [0, 0, 0, 0]
        for item in items[ranks] {
            var bytes = ByteReader([UInt8](item.id.bytes.reversed()))
            var carry: UInt64 = 0
            // The id's lowest word stands first in it, so last in what is read here.
            for (place, word) in (0..<4).map({ _ in bytes.integer(UInt64.self) ?? 0 }).reversed()
                .enumerated()
            {
                let (partial, first) = sum[place].addingReportingOverflow(word)
                let (whole, second) = partial.addingReportingOverflow(carry)
                sum[place] = whole
                carry = first || second ? 1 : 0
            }
        }
        var input: [UInt8] = sum.flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
        }
        var digits = [UInt8(ranks.count & 127)]
        if ranks.count > 127 { digits.insert(UInt8(ranks.count >> 7 & 127) | 128, at: 0) }
        if ranks.count >> 14 > 0 { digits.insert(UInt8(ranks.count >> 14) | 128, at: 0) }
        input += digits
        return [UInt8](sha256(input).prefix(16))
    }
}

/// The file of vectors.
enum Reference {
    struct Comparison: Sendable, CustomTestStringConvertible {
        struct Step: Sendable {
            let digest: String?
            let have: Int
            let need: Int
        }

        let testDescription: String
        let nearLimit: Int
        let farLimit: Int
        let near: PlainSet
        let far: PlainSet
        let steps: [Step]
    }

    struct Probe: Sendable, CustomTestStringConvertible {
        let name: String
        let message: [UInt8]
        let reply: [UInt8]?

        var testDescription: String { name }
    }

    static let file = Project.shared("vectors/negentropy.json")

    private static func contents() throws -> [String: Any] {
        guard let file else { return [:] }
        return try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
            ?? [:]
    }

    static func comparisons() throws -> [Comparison] {
        try (contents()["cases"] as? [[String: Any]] ?? []).map { entry in
            let (near, far) = try sides(entry)
            return Comparison(
                testDescription: try #require(entry["name"] as? String),
                nearLimit: try #require(entry["initiatorFrameSizeLimit"] as? Int),
                farLimit: try #require(entry["responderFrameSizeLimit"] as? Int),
                near: PlainSet(near), far: PlainSet(far),
                steps: try #require(entry["steps"] as? [[String: Any]]).map {
                    Comparison.Step(
                        digest: $0["sha256"] as? String, have: $0["haveCount"] as? Int ?? 0,
                        need: $0["needCount"] as? Int ?? 0)
                })
        }
    }

    static func probes() throws -> [Probe] {
        let list = (try contents()["probes"] as? [String: Any])?["list"] as? [[String: Any]]
        return try (list ?? []).map {
            let reply = ($0["cpp"] as? [String: String])?["reply"]
            return Probe(
                name: try #require($0["name"] as? String),
                message: try #require([UInt8](hex: $0["message"] as? String ?? "-")),
                reply: reply.flatMap { [UInt8](hex: $0) })
        }
    }

    static func probed() throws -> [RangeItem] {
        try items((contents()["probes"] as? [String: Any])?["responderItems"])
    }

    private static func items(_ list: Any?) throws -> [RangeItem] {
        try #require(list as? [[Any]]).map {
            let time = try #require($0[0] as? NSNumber).uint64Value
            let id = try #require([UInt8](hex: $0[1] as? String ?? "-").flatMap { ItemID($0) })
            return RangeItem(time: time, id: id)
        }
    }

    private static func sides(_ entry: [String: Any]) throws -> ([RangeItem], [RangeItem]) {
        if entry["initiatorItems"] != nil {
            return (try items(entry["initiatorItems"]), try items(entry["responderItems"]))
        }
        let generator = try #require(entry["generator"] as? [String: Any])
        let seed = try #require(generator["seed"] as? String)
        let base = try #require(generator["base"] as? NSNumber).uint64Value
        let span = try #require(generator["span"] as? NSNumber).uint64Value
        let shares = try #require(generator["p"] as? [Int])
        func digest(_ what: String, _ number: Int) -> [UInt8] {
            sha256([UInt8]("\(what)/\(seed)/\(number)".utf8))
        }
        func draw(_ what: String, _ number: Int) -> Int {
            digest(what, number).prefix(4).reduce(0) { $0 << 8 | Int($1) }
        }
        var (near, far): ([RangeItem], [RangeItem]) = ([], [])
        for number in 0..<(try #require(generator["n"] as? Int)) {
            let time = base + UInt64(draw("ts", number)) % max(span, 1)
            let item = RangeItem(
                time: time, id: try #require(ItemID(digest("id", number))))
            let share = draw("side", number) % shares.reduce(0, +)
            if share < shares[0] || share >= shares[0] + shares[1] { near.append(item) }
            if share >= shares[0] { far.append(item) }
        }
        return (near, far)
    }
}
