import Model
import Wire

/// A running hash over everything that happens: two runs with the same are the same run. FNV-1a
/// over words of 64 bits, with a shift that carries the high bits down.
struct Trace: Sendable {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ word: UInt64) {
        hash = (hash ^ word) &* 0x100_0000_01B3
        hash ^= hash >> 29
    }

    mutating func add(_ code: UInt8, _ a: Int, _ b: UInt64 = 0) {
        add(UInt64(code) << 56 ^ UInt64(truncatingIfNeeded: a))
        if b != 0 { add(b) }
    }

    /// Type, size and what tells one item from another.
    mutating func add(_ frame: Frame) {
        add(UInt64(frame.type) << 32 ^ UInt64(frame.bytes))
        switch frame {
        case .push(let hops, let envelope):
            add(UInt64(hops) ^ envelope.header.commitment.word)
        case .announce(let items): for item in items { add(item.id.word ^ UInt64(item.hops)) }
        case .want(_, let ids), .gone(_, let ids), .dontWant(let ids):
            for id in ids { add(id.word) }
        case .graft(let id, let hops): add((id?.word ?? 0) ^ UInt64(hops))
        case .retract(let retraction): add(retraction.header.commitment.word)
        case .stem(.envelope(let envelope)): add(envelope.header.commitment.word)
        case .stem(.retraction(let retraction)): add(retraction.header.commitment.word)
        case .receipt(let receipt): add(receipt.retraction.word)
        case .ping(let value), .pong(let value): add(value)
        case .syncMessage(let session, let message): add(bytes: message, UInt64(session))
        case .syncOpen(let open): add(bytes: open.message, UInt64(open.session))
        case .pad, .hello, .bye, .membership, .prune, .syncEnd, .unknown: break
        }
    }

    mutating func add(bytes: [UInt8], _ start: UInt64 = 0) {
        var word = start
        for byte in bytes { word = (word ^ UInt64(byte)) &* 0x100_0000_01B3 }
        add(word)
    }
}

extension Identifier32 {
    /// The first 8 bytes: of a hash, as good as all of them to tell items apart.
    var word: UInt64 { withUnsafeBytes(of: self) { $0.load(as: UInt64.self) } }
}

extension Identifier16 {
    var word: UInt64 { withUnsafeBytes(of: self) { $0.load(as: UInt64.self) } }
}

extension UInt64 {
    /// Sixteen digits, as seeds and hashes are shown.
    public var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
