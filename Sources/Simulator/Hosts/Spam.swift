import Gossip
import Model
import Sealing
import Wire

/// Frames that cost their reader something: against the rules, or too many of what is not.
enum Spam {
    /// A handful of one kind, drawn anew each time.
    static func burst(_ charted: Charted, at now: WallTime, _ choices: inout Choices) -> [Frame] {
        // Drawn once for a burst: ids cost more to make up than to answer.
        let few = ids(64, &choices)
        switch choices.below(16) {
        case 0: return (0..<200).map { .ping(UInt64($0)) }
        case 1: return (0..<2).map { _ in announcement(Limits.announcedIDs, &choices) }
        case 2: return [Frame](repeating: .want(session: 0, few), count: 64)
        case 3: return (0..<20).map { _ in .push(hops: 3, envelope(charted, now, &choices)) }
        case 4: return (0..<20).map { _ in .retract(retraction(charted, now, &choices)) }
        case 5: return (0..<20).map { _ in .stem(.envelope(envelope(charted, now, &choices))) }
        case 6: return few.map { .graft($0, hops: 0) }
        case 7: return [Frame](repeating: .prune(backoffSeconds: Limits.pruneSeconds), count: 64)
        case 8: return [Frame](repeating: .dontWant(few), count: 50)
        case 9: return [Frame](repeating: .gone(session: 0, few), count: 50)
        case 10: return (0..<20).map { _ in .receipt(receipt(now, &choices)) }
        case 11: return (0..<20).map { _ in .membership(membership(now, &choices)) }
        case 12: return (0..<8).map { _ in .syncOpen(opening(now, &choices)) }
        case 13:
            return (0..<8).map { _ in
                .syncMessage(session: UInt32(choices.below(4)), bytes(200, &choices))
            }
        case 14: return [.unknown(type: 0x90), .pad(count: 1000)]
        default: return [.graft(nil, hops: 0), .prune(backoffSeconds: 0)]
        }
    }

    static func bytes(_ count: Int, _ choices: inout Choices) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: choices.next()) }
    }

    static func id(_ choices: inout Choices) -> ItemID { ItemID(bytes(32, &choices)) ?? .zero }

    /// A message with one byte changed, or its end cut off.
    static func damaged(_ message: [UInt8], _ choices: inout Choices) -> [UInt8] {
        guard !message.isEmpty else { return message }
        var out = message
        if choices.chance(0.5) {
            out[choices.below(out.count)] ^= 1 << UInt8(choices.below(8))
        } else {
            out.removeLast(choices.below(out.count))
        }
        return out
    }

    private static func ids(_ count: Int, _ choices: inout Choices) -> [ItemID] {
        (0..<count).map { _ in id(&choices) }
    }

    private static func announcement(_ count: Int, _ choices: inout Choices) -> Frame {
        .announce(ids(count, &choices).map { Announcement(id: $0, hops: 1) })
    }

    /// Of a time that nobody takes, or without the work it claims.
    private static func envelope(
        _ charted: Charted, _ now: WallTime, _ choices: inout Choices
    ) -> Envelope {
        let slot = now.slot.number
        let (shift, bits): (Int, UInt8) =
            switch choices.below(4) {
            case 0: (40, 2)
            case 1: (-100_000, 2)
            case 2: (-100, 2)
            default: (0, 64)
            }
        let header = EnvelopeHeader(
            suite: Suite.sealed.rawValue, ttlClass: .week, size: UInt8(choices.below(3)),
            workBits: bits, slot: Slot(UInt32(clamping: Int(slot) + shift)),
            topic: Topics.intake(charted.community, now.slot.week), mailbox: .zero,
            commitment: Identifier16(bytes(16, &choices)) ?? .zero, nonce: choices.next())
        return Envelope(
            header: header,
            body: [UInt8](
                repeating: UInt8(truncatingIfNeeded: choices.next()),
                count: header.envelopeBytes - EnvelopeHeader.bytes))
    }

    private static func retraction(
        _ charted: Charted, _ now: WallTime, _ choices: inout Choices
    ) -> Retraction {
        let envelope = charted.envelope(UInt64.max - UInt64(choices.below(1 << 20)), at: now)
        return Retraction(
            header: envelope.header, bodyHash: Naming.bodyHash(envelope.body),
            opening: bytes(16, &choices))
    }

    private static func receipt(_ now: WallTime, _ choices: inout Choices) -> Receipt {
        Receipt(
            retraction: id(&choices), slot: now.slot, signature: bytes(64, &choices))
    }

    private static func record(_ now: WallTime, _ choices: inout Choices) -> PeerRecord {
        PeerRecord(
            node: NodeID(bytes(32, &choices)) ?? .zero, seq: choices.next(),
            notAfter: UInt32(clamping: now.seconds + 3600),
            addresses: [.ipv4(bytes(4, &choices), port: 7447)], signature: bytes(64, &choices))
    }

    private static func membership(_ now: WallTime, _ choices: inout Choices) -> MembershipFrame {
        switch choices.below(7) {
        case 0: .join(record(now, &choices))
        case 1: .forwardJoin(ttl: 255, record(now, &choices))
        case 2: .neighbor(isHighPriority: true)
        case 3: .neighborReply(isAccepted: true)
        case 4: .disconnect(reason: 0, backoffSeconds: .max)
        case 5:
            .shuffle(
                nonce: choices.next(), ttl: 255, (0..<8).map { _ in record(now, &choices) })
        default:
            .shuffleReply(nonce: choices.next(), (0..<8).map { _ in record(now, &choices) })
        }
    }

    private static func opening(_ now: WallTime, _ choices: inout Choices) -> SyncOpen {
        SyncOpen(
            session: UInt32(choices.below(4)),
            ttlClass: TTLClass.allCases[choices.below(TTLClass.allCases.count)],
            from: Slot(UInt32(truncatingIfNeeded: choices.next())), topics: [],
            message: bytes(100, &choices))
    }
}
