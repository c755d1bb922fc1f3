import Model
public import Wire

extension Frame {
    /// The type byte. Source: protocol/04-frames.md.
    public var type: UInt8 {
        switch self {
        case .pad: 0x00
        case .hello: 0x01
        case .ping: 0x02
        case .pong: 0x03
        case .bye: 0x04
        case .membership(let frame): frame.type
        case .push: 0x20
        case .announce: 0x21
        case .graft: 0x22
        case .prune: 0x23
        case .dontWant: 0x24
        case .stem: 0x28
        case .retract: 0x29
        case .receipt: 0x2A
        case .syncOpen: 0x30
        case .syncMessage: 0x31
        case .syncEnd: 0x32
        case .want: 0x33
        case .gone: 0x34
        case .unknown(let type): type
        }
    }

    /// Bytes on the link, the frame's header included: `encoded.count` without encoding.
    public var bytes: Int {
        switch self {
        case .pad(let count): 4 + count
        case .hello(let hello): 18 + hello.record.byteCount
        case .ping, .pong: 12
        case .bye: 5
        case .membership(let frame): 4 + frame.byteCount
        case .push(_, let envelope): 5 + envelope.bytes.count
        case .announce(let items): 6 + 33 * items.count
        case .graft: 37
        case .prune: 6
        case .dontWant(let ids): 5 + 32 * ids.count
        case .stem(.envelope(let envelope)): 5 + envelope.bytes.count
        case .stem(.retraction): 5 + Retraction.bytes
        case .retract: 4 + Retraction.bytes
        case .receipt: 104
        case .syncOpen(let open): 14 + 16 * open.topics.count + open.message.count
        case .syncMessage(_, let message): 8 + message.count
        case .syncEnd: 13
        case .want(_, let ids), .gone(_, let ids): 9 + 32 * ids.count
        case .unknown: 4
        }
    }

    /// How the chapters call it.
    public static func name(ofType type: UInt8) -> String {
        switch type {
        case 0x00: "PAD"
        case 0x01: "HELLO"
        case 0x02: "PING"
        case 0x03: "PONG"
        case 0x04: "BYE"
        case 0x10: "JOIN"
        case 0x11: "FORWARD_JOIN"
        case 0x12: "NEIGHBOR"
        case 0x13: "NEIGHBOR reply"
        case 0x14: "DISCONNECT"
        case 0x15: "SHUFFLE"
        case 0x16: "SHUFFLE reply"
        case 0x20: "PUSH"
        case 0x21: "IHAVE"
        case 0x22: "GRAFT"
        case 0x23: "PRUNE"
        case 0x24: "IDONTWANT"
        case 0x28: "STEM"
        case 0x29: "RETRACT"
        case 0x2A: "RECEIPT"
        case 0x30: "SYNC_OPEN"
        case 0x31: "SYNC_MSG"
        case 0x32: "SYNC_END"
        case 0x33: "WANT"
        case 0x34: "GONE"
        default: "type \(type)"
        }
    }
}

extension MembershipFrame {
    var type: UInt8 {
        switch self {
        case .join: 0x10
        case .forwardJoin: 0x11
        case .neighbor: 0x12
        case .neighborReply: 0x13
        case .disconnect: 0x14
        case .shuffle: 0x15
        case .shuffleReply: 0x16
        }
    }

    var byteCount: Int {
        switch self {
        case .join(let record): record.byteCount
        case .forwardJoin(_, let record): 1 + record.byteCount
        case .neighbor, .neighborReply: 1
        case .disconnect: 3
        case .shuffle(_, _, let records): records.reduce(10) { $0 + $1.byteCount }
        case .shuffleReply(_, let records): records.reduce(9) { $0 + $1.byteCount }
        }
    }
}

extension PeerRecord {
    var byteCount: Int { addresses.reduce(45 + signature.count) { $0 + $1.byteCount } }
}

extension PeerAddress {
    fileprivate var byteCount: Int {
        switch self {
        case .ipv4: 7
        case .ipv6: 19
        case .onion: 35
        case .name(let text, _): 4 + text.count
        }
    }
}
