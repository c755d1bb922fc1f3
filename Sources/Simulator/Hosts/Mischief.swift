import Gossip
import Model
import Sodium
import Wire

/// How a hostile or curious host behaves; besides, it is an ordinary relay.
public enum MischiefKind: String, Sendable, CaseIterable {
    /// Announces what it does not have, forges hops, leaves every second question unanswered.
    case liar
    /// Passes nothing on and answers nothing.
    case hider
    /// Sends what breaks rules, and floods of what does not.
    case spammer
    /// Sends everything twice, and old things again.
    case replayer
    /// Writes down who first sent it what; does nothing wrong.
    case spy
    /// Opens connections and does not finish what it begins.
    case slowloris
    /// One of many with addresses of one group: an ordinary relay until told to fall silent.
    case sybil

    /// It holds and passes on all that an honest one does.
    public var isHarmless: Bool { self == .spy }
}

/// A host's behaviour, at the level of frames: what it lets in, what it lets out, what it adds.
struct Mischief: Sendable {
    /// How often it acts by itself, milliseconds.
    static let period: UInt64 = 1000
    private static let mostReplayed = 64

    let kind: MischiefKind
    private let charted: Charted
    private var choices: Choices
    /// A sybil that was told to fall silent.
    var isSilent = false
    private var replayed: [Frame] = []
    /// Ids heard of, to lie about.
    private var heardIDs: [ItemID] = []

    init(_ kind: MischiefKind, _ charted: Charted, choices: Choices) {
        self.kind = kind
        self.charted = charted
        self.choices = choices
    }

    /// Whether the relay beneath hears a frame.
    mutating func letsIn(_ frame: Frame) -> Bool {
        switch kind {
        case .hider:
            switch frame {
            case .want, .graft, .syncOpen, .syncMessage: return false
            default: return true
            }
        case .sybil: return !isSilent
        case .liar:
            if case .announce(let items) = frame {
                heardIDs = [ItemID]((items.prefix(32).map(\.id) + heardIDs).prefix(64))
            }
            if case .want = frame { return choices.chance(0.5) }
            return true
        case .replayer:
            remember(frame)
            return true
        case .spammer, .spy, .slowloris: return true
        }
    }

    /// What leaves instead of a frame that the relay beneath sends.
    mutating func letsOut(_ frame: Frame) -> [Frame] {
        switch kind {
        case .hider: return Self.isOfItems(frame) ? [] : [frame]
        case .sybil: return isSilent ? [] : [frame]
        case .liar: return [lied(frame)]
        case .replayer: return Self.isOfItems(frame) ? [frame, frame] : [frame]
        case .spammer, .spy, .slowloris: return [frame]
        }
    }

    /// What it sends on one of its links of its own accord.
    mutating func acts(now: WallTime) -> [Frame] {
        switch kind {
        case .spammer: return Spam.burst(charted, at: now, &choices)
        case .liar: return [.announce(invented(8) + known(8))]
        case .replayer: return choices.some(4, of: replayed)
        case .hider, .spy, .slowloris, .sybil: return []
        }
    }

    private mutating func lied(_ frame: Frame) -> Frame {
        switch frame {
        case .push(_, let envelope): .push(hops: 0, envelope)
        case .announce(let items):
            .announce(
                [Announcement](
                    (items.map { Announcement(id: $0.id, hops: 0) } + invented(2))
                        .prefix(Limits.announcedIDs)))
        case .syncMessage(let session, let message):
            .syncMessage(session: session, Spam.damaged(message, &choices))
        default: frame
        }
    }

    private mutating func invented(_ count: Int) -> [Announcement] {
        (0..<count).map { _ in
            Announcement(id: Spam.id(&choices), hops: UInt8(choices.below(3)))
        }
    }

    /// Ids that others announced: it claims to have them, at the shortest way.
    private mutating func known(_ count: Int) -> [Announcement] {
        choices.some(count, of: heardIDs).map { Announcement(id: $0, hops: 0) }
    }

    private mutating func remember(_ frame: Frame) {
        guard Self.isOfItems(frame) else { return }
        if replayed.count < Self.mostReplayed {
            replayed.append(frame)
        } else {
            replayed[choices.below(replayed.count)] = frame
        }
    }

    private static func isOfItems(_ frame: Frame) -> Bool {
        switch frame {
        case .push, .announce, .retract, .stem, .syncMessage, .syncOpen: true
        default: false
        }
    }
}
