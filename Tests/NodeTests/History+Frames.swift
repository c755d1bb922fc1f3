import Model
import Sealing
import TestKit
import Wire

extension History {
    /// Any frame a stranger may send, good or not, in place or not.
    mutating func frame() -> Frame {
        let number = random.number(below: Self.texts.count)
        let text = Self.texts[number]
        let id =
            random.number(below: 4) == 0
            ? Naming.retractionID(of: Self.network.id(text)) : Self.network.id(text)
        switch random.number(below: 24) {
        case 0...6: return .push(hops: hops(), text)
        case 7: return .push(hops: hops(), Self.charters)
        case 8...9: return .announce([Announcement(id: id, hops: hops())])
        case 10: return .want(session: 0, [id])
        case 11: return .graft(random.number(below: 3) == 0 ? nil : id, hops: hops())
        case 12: return .prune(backoffSeconds: 10)
        case 13: return .dontWant([id])
        case 14...15: return .stem(.envelope(text))
        case 16: return .retract(retraction(number))
        case 17: return .stem(.retraction(retraction(number)))
        case 18: return .gone(session: 0, [id])
        case 19: return .ping(random.next())
        default: return rare(id)
        }
    }

    private mutating func hops() -> UInt8 { [0, 1, 8, 254, 255][random.number(below: 5)] }

    private mutating func rare(_ id: ItemID) -> Frame {
        switch random.number(below: 12) {
        case 0: return .bye(reason: 0)
        case 1: return .hello(Self.network.hello(8))
        case 2...3: return .membership(.neighbor(isHighPriority: random.number(below: 2) == 0))
        case 4: return .membership(.neighborReply(isAccepted: random.number(below: 2) == 0))
        case 5: return .membership(.disconnect(reason: 1, backoffSeconds: 5))
        case 6: return .membership(.shuffle(nonce: random.next(), ttl: 6, []))
        case 7: return .push(hops: 0, Self.network.underworked(Self.texts[3]))
        case 8: return .syncOpen(opening())
        case 9: return .syncMessage(session: 1, [0x61])
        case 10: return .syncEnd(session: 1, SyncEnd(reason: 0, value: 0))
        default: return .pong(random.next())
        }
    }

    private func opening() -> SyncOpen {
        SyncOpen(
            session: 1, ttlClass: .week, from: Slot(testStart.slot.number - 100), topics: [],
            message: [0x61, 0, 0, 0])
    }
}
