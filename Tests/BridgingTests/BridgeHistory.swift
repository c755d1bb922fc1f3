import Bridging
import Model
import Sealing
import Sodium
import TestKit
import Wire

/// A random history of one bridge, told by its seed: seekers, authorities, operators, a manifest,
/// a clock, and a computer that crashes. The oracle looks on.
struct BridgeHistory {
    struct Crash: Error {}

    enum Mail {
        case consent(Given)
        case withdrawal(ConsentDraft)
        /// Whatever strangers send.
        case junk([UInt8])
    }

    /// A consent as it was made: signing takes time, so it is done once.
    struct Given {
        let draft: ConsentDraft
        let presentation: [UInt8]

        init(_ draft: ConsentDraft) {
            self.draft = draft
            presentation = draft.presentation.bytes
        }

        var message: [UInt8] {
            Consent(presentation: presentation, replyKey: draft.keys.replyKey(draft.id)).encoded
        }
    }

    static let named: [Recipient] = [.city, .police, .board]

    let seed: UInt64
    var random: SeededRandom
    var now = testStart
    var authorities = named
    var peers = 2
    var book = BridgeBook(BridgeScript.configuration)
    var disk: [[UInt8]] = []
    /// What the disk adds up to, kept up to date event by event.
    var shadow = BridgeBook(BridgeScript.configuration)
    var models: [Text: HistoryAuthority] = [:]
    var oracle = HistoryOracle()
    /// On the way, not known to the bridge's neighbours yet.
    var posted: [Mail] = []
    /// Held by the neighbours, not read here.
    var spread: [Mail] = []
    var given: [Given] = []
    /// Consents given; few in many histories, for each costs most of the time.
    let most: Int
    var isCalm = false
    /// Days are closed in one history of sixteen, and the whole disk is read in one of four: slow.
    var closesDays: Bool { seed % 16 == 0 }
    var readsAnew: Bool { seed % 4 == 1 }

    init(seed: UInt64) {
        self.seed = seed
        random = SeededRandom(seed)
        most = [2, 2, 3, 4, 6][random.number(below: 5)]
    }

    var circumstances: Circumstances {
        Circumstances(now: now, peersInSync: peers, authorities: authorities)
    }

    mutating func chance(_ percent: Int) -> Bool { random.number(below: 100) < percent }

    mutating func pick<Value>(_ values: [Value]) -> Value? {
        values.isEmpty ? nil : values[random.number(below: values.count)]
    }

    // MARK: Running

    mutating func run() {
        let steps = 60 + random.number(below: 140)
        for _ in 0..<steps {
            step()
            guard oracle.problems.isEmpty else { return }
        }
        end()
    }

    private mutating func step() {
        do {
            switch random.number(below: 100) {
            case 0..<14: pass()
            case 14..<22: give()
            case 22..<25: if chance(35) { withdraw() } else { travel() }
            case 25..<35: travel()
            case 35..<45: if chance(50) { try readOne() } else { try readAll() }
            case 45..<62: try decide()
            case 62..<64: changeManifest()
            case 64..<66: peers = pick([0, 1, 2, 2, 3, 3]) ?? 2
            case 66..<68: stranger()
            case 68..<86: try carryOut()
            case 86..<95: try answer()
            case 95..<97: try closeDays()
            default: throw Crash()
            }
        } catch {
            if readsAnew, chance(30) { restart() } else { book = shadow }
        }
        compare()
    }

    /// Loses all but the disk.
    mutating func restart() {
        book = BridgeBook(BridgeScript.configuration)
        for bytes in disk {
            guard let event = BridgeEvent(decoding: bytes) else {
                oracle.require(false, "an event on disk cannot be read")
                continue
            }
            book.apply(event)
        }
        shadow = book
    }

    // MARK: People

    private mutating func pass() {
        let waits: [UInt64] = [60, 60, 600, 1800, 3600, 3600, 3600, 10_800, 10_800, 86400]
        now = now.adding(seconds: chance(2) ? 1_209_600 : pick(waits) ?? 60)
    }

    private mutating func give() {
        guard given.count < most else { return }
        var draft = ConsentDraft(number: UInt8(given.count + 1))
        draft.key = UInt8(random.number(below: 3))
        draft.to = pick(Self.named) ?? .city
        draft.issued = WallTime(seconds: UInt64(now.day) * 86400)
        draft.days = pick([1, 2, 7, 30, 30, 90]) ?? 1
        draft.isPublic = chance(50)
        draft.fields = [.kinds([.init(number: 3, iccs: "0407")]), .danger(chance(50))]
        if chance(70) { draft.fields.insert(.account(Text("No. \(given.count)")), at: 0) }
        if chance(3) { draft.bridge = [UInt8](repeating: 1, count: 32) }
        if chance(3) { draft.issued = draft.issued.adding(seconds: 3 * 86400) }
        if chance(45), let earlier = pick(given) {
            draft.renews = earlier.draft.id
            if chance(90) { draft.to = earlier.draft.to }
        }
        let made = Given(draft)
        given.append(made)
        posted.append(.consent(made))
        if chance(10) { posted.append(.consent(made)) }
    }

    private mutating func withdraw() {
        guard let draft = pick(given)?.draft else { return }
        posted.append(.withdrawal(draft))
        if chance(20) { posted.append(.withdrawal(draft)) }
    }

    private mutating func stranger() {
        guard let made = pick(given) else { return }
        let draft = made.draft
        switch random.number(below: 4) {
        case 0: spread.append(.junk(random.mutated(made.message)))
        case 1: spread.append(.junk(Withdrawal(opening: random.bytes(16)).encoded))
        case 2:
            // The same presentation under somebody else's reply key; the id must be known.
            guard oracle.told[draft.id] != nil else { return }
            let copy = Consent(presentation: made.presentation, replyKey: .fixed(0xEE))
            spread.append(.junk(copy.encoded))
        default:
            guard oracle.told[draft.id] != nil else { return }
            var forged = draft
            forged.key = 0xEE
            forged.to = pick(Self.named) ?? .city
            forged.fields = [.account("Forged.")]
            spread.append(.junk(forged.message))
        }
    }

    private mutating func changeManifest() {
        if chance(40) {
            authorities = Self.named
            return
        }
        let place = random.number(below: Self.named.count)
        let whole = Self.named[place]
        if let known = authorities.firstIndex(where: { $0.uri == whole.uri }) {
            if chance(60) {
                authorities.remove(at: known)
            } else {
                authorities[known].isPublishing.toggle()
            }
        } else {
            authorities.append(whole)
        }
    }

    /// Some of what was posted reaches the neighbours, in any order.
    private mutating func travel() {
        for _ in 0..<(1 + random.number(below: 3)) where !posted.isEmpty {
            spread(posted.remove(at: random.number(below: min(posted.count, 3))))
        }
    }

    mutating func spread(_ mail: Mail) {
        if case .withdrawal(let draft) = mail {
            oracle.spread.insert(draft.keys.commitment(draft.id))
        }
        spread.append(mail)
    }

    // MARK: Comparing

    /// Whether the book agrees with what is true.
    mutating func compare() {
        for (id, entry) in book.entries {
            let one = oracle.told[id]
            oracle.require(
                entry.isForwarded == (one?.report == .taken), "forwarded: \(entry.phase)")
            if let forward = entry.forward {
                let isTwice = oracle.isPerhapsTwice(id)
                oracle.require(forward.isPerhapsTwice == isTwice, "mark of a second one")
            }
        }
        let count = oracle.told.count
        oracle.require(book.entries.count == count, "a consent is lost")
    }
}
