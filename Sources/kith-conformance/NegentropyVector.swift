import Gossip
import Model
import Sodium

/// A file of messages that the reference made: comparisons step by step, and answers to odd ones.
struct NegentropyFile: Decodable {
    let cases: [NegentropyVector]
    let probes: NegentropyProbes
}

/// One comparison of two sets, from its first message to its last.
struct NegentropyVector: Decodable {
    struct Item: Decodable {
        let item: RangeItem

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            let time = try container.decode(UInt64.self)
            let bytes = try container.decode(Hexadecimal.self).bytes
            guard let id = ItemID(bytes) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "an id of \(bytes.count) bytes")
            }
            item = RangeItem(time: time, id: id)
        }
    }

    struct Generator: Decodable {
        let seed: String
        let count: Int
        let base: UInt64
        let span: UInt64
        let shares: [UInt32]

        private enum CodingKeys: String, CodingKey {
            case seed, base, span
            case count = "n"
            case shares = "p"
        }
    }

    struct Step: Decodable {
        let sha256: Hexadecimal?
        let haveCount: Int?
        let needCount: Int?
        let have: [Hexadecimal]?
        let need: [Hexadecimal]?
        let haveDigest: Hexadecimal?
        let needDigest: Hexadecimal?

        private enum CodingKeys: String, CodingKey {
            case sha256, haveCount, needCount, have, need
            case haveDigest = "haveSha256OfSortedConcatenatedIds"
            case needDigest = "needSha256OfSortedConcatenatedIds"
        }
    }

    let name: String
    let initiatorFrameSizeLimit: Int
    let responderFrameSizeLimit: Int
    let initiatorItems: [Item]?
    let responderItems: [Item]?
    let generator: Generator?
    let steps: [Step]

    /// Runs both sides against each other and against the vector.
    func check() -> Verdict {
        do {
            try run()
            return .passed
        } catch let difference as Difference {
            return .failed(difference.what)
        } catch {
            return .failed("refused: \(error)")
        }
    }

    private func run() throws {
        var (near, far) = try sets()
        var message = RangeComparison.opening(&near)
        for (number, step) in steps.enumerated() {
            if number % 2 == 0, number > 0 {
                let answer = try RangeComparison.answer(
                    message, as: .initiator, within: .init(messageBytes: initiatorFrameSizeLimit),
                    &near)
                try check(answer.have, step.haveCount, step.have, step.haveDigest, "have", number)
                try check(answer.need, step.needCount, step.need, step.needDigest, "need", number)
                message = answer.isLast ? [] : answer.message
            } else if number % 2 == 1 {
                message = try RangeComparison.answer(
                    message, as: .responder, within: .init(messageBytes: responderFrameSizeLimit),
                    &far
                ).message
            }
            let digest = message.isEmpty ? nil : Sodium.sha256(message)
            guard digest == step.sha256?.bytes else {
                throw Difference("message \(number) is \(message.count) bytes, and not the same")
            }
        }
        guard message.isEmpty else { throw Difference("it does not end") }
    }

    private func sets() throws -> (NegentropySet, NegentropySet) {
        if let near = initiatorItems, let far = responderItems {
            return (NegentropySet(near.map { $0.item }), NegentropySet(far.map { $0.item }))
        }
        guard let generator, generator.shares.count == 3 else { throw Difference("lacks items") }
        let items = try generator.items()
        let near = items.filter { $0.side != .responder }
        let far = items.filter { $0.side != .initiator }
        return (NegentropySet(near.map { $0.item }), NegentropySet(far.map { $0.item }))
    }

    private func check(
        _ ids: [ItemID], _ count: Int?, _ list: [Hexadecimal]?, _ digest: Hexadecimal?,
        _ what: String, _ number: Int
    ) throws {
        let sorted = ids.sorted()
        guard ids.count == count ?? 0,
            list == nil || list?.map({ $0.bytes }) == sorted.map({ $0.bytes }),
            digest == nil || digest?.bytes == sha256(sorted.flatMap { $0.bytes })
        else { throw Difference("\(what) of message \(number) is \(ids.count) ids, not the same") }
    }
}

extension NegentropyVector.Generator {
    enum Side { case initiator, responder, both }

    /// As the file's own words say.
    func items() throws -> [(item: RangeItem, side: Side)] {
        let all = shares.reduce(0, +)
        guard all > 0, span < 1 << 32 else { throw Difference("cannot make its items") }
        return try (0..<count).map { number in
            guard let id = ItemID(digest("id", number)) else { throw Difference("no id") }
            let time = base + (span == 0 ? 0 : UInt64(draw("ts", number)) % span)
            let share = draw("side", number) % all
            let side: Side =
                share < shares[0]
                ? .initiator : share < shares[0] + shares[1] ? .responder : .both
            return (RangeItem(time: time, id: id), side)
        }
    }

    private func digest(_ what: String, _ number: Int) -> [UInt8] {
        sha256([UInt8]("\(what)/\(seed)/\(number)".utf8))
    }

    private func draw(_ what: String, _ number: Int) -> UInt32 {
        digest(what, number).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Single messages to a responder.
struct NegentropyProbes: Decodable {
    struct Reply: Decodable {
        let reply: Hexadecimal?
        let error: String?
    }

    struct Probe: Decodable {
        let name: String
        let message: Hexadecimal
        let cpp: Reply

        /// What the reference takes and this refuses: it does not bound numbers.
        static let refusedHere = ["varint-11-bytes"]
    }

    let responderItems: [NegentropyVector.Item]
    let list: [Probe]

    func check(_ probe: Probe) -> Verdict {
        var items = NegentropySet(responderItems.map { $0.item })
        let answer = try? RangeComparison.answer(
            probe.message.bytes, as: .responder, within: .init(messageBytes: 0), &items)
        let expected = Probe.refusedHere.contains(probe.name) ? nil : probe.cpp.reply?.bytes
        if answer?.message == expected { return .passed }
        return .failed("the answer is \(answer?.message.hex ?? "a refusal")")
    }
}
