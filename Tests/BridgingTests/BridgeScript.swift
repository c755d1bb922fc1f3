import Bridging
import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

typealias Recipient = Presentation.Recipient

extension Recipient {
    static let city = Recipient(
        uri: "https://city.example/open311/v2", name: "City", isPublishing: false)
    static let police = Recipient(
        uri: "https://police.example/reports", name: "Police", isPublishing: false)
    /// Shows to everybody what it receives.
    static let board = Recipient(
        uri: "https://board.example/open311/v2", name: "Board", isPublishing: true)
}

/// What one consent says; the rest follows from its number.
struct ConsentDraft {
    var number: UInt8
    var fields: [ReportField] = [
        .account("The door was daubed."), .kinds([.init(number: 3, iccs: "0407")]),
    ]
    var to = Recipient.city
    var issued = testStart
    var days: UInt64 = 30
    var renews: ConsentID?
    var isPublic = false
    var bridge = BridgeScript.key.publicKey
    /// Another's consent key.
    var key: UInt8 = 0xC1

    var id: ConsentID { BridgeScript.id(number) }
    var keys: ConsentKeys { ConsentKeys(.fixed(key)) }

    var presentation: Presentation {
        let terms = ConsentTerms(
            id: id, authority: to.uri, bridge: bridge, purpose: Purpose.help.term, issued: issued,
            expires: issued.adding(seconds: days * 86400), commitment: keys.commitment(id),
            isPublic: isPublic, renews: renews)
        return Presentation(
            fields, terms, by: keys.pair(id, to.uri), random: SeededRandom.source(UInt64(number)))
    }

    var message: [UInt8] {
        Consent(presentation: presentation.bytes, replyKey: keys.replyKey(id)).encoded
    }

    var withdrawal: [UInt8] { Withdrawal(opening: keys.opening(id)).encoded }
}

/// A bridge by hand: does what its shell does, one step a call. Every event goes through its
/// encoding first.
struct BridgeScript {
    static let key = SigningKey(seed: .fixed(0xB1))
    static let salt = [UInt8](repeating: 0x5A, count: 32)
    static let cooling: UInt64 = 3600
    /// When a report that was approved at once is first ordered to be sent.
    static let firstSending = testStart.adding(seconds: cooling)

    static func id(_ number: UInt8) -> ConsentID {
        ConsentID([UInt8](repeating: number, count: 16)) ?? .zero
    }

    var book: BridgeBook
    private(set) var disk: [[UInt8]] = []
    var now = testStart
    var authorities: [Recipient] = [.city, .police, .board]
    var peers = 2

    static let configuration = BridgeBook.Configuration(
        key: key.publicKey, coolingOffSeconds: cooling, leastPeersInSync: 2,
        firstDay: testStart.day)

    init() { book = BridgeBook(Self.configuration) }

    var circumstances: Circumstances {
        Circumstances(now: now, peersInSync: peers, authorities: authorities)
    }

    var orders: [BridgeOrder] { book.orders(circumstances) }

    mutating func pass(_ seconds: UInt64) { now = now.adding(seconds: seconds) }

    mutating func put(
        _ event: BridgeEvent?, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let event = try #require(event, sourceLocation: sourceLocation)
        disk.append(event.encoded)
        let read = try #require(
            BridgeEvent(decoding: event.encoded), sourceLocation: sourceLocation)
        #expect(read == event, sourceLocation: sourceLocation)
        book.apply(read)
    }

    /// Forgets all but the disk.
    mutating func restart() {
        book = BridgeBook(Self.configuration)
        for event in disk.compactMap({ BridgeEvent(decoding: $0) }) { book.apply(event) }
    }

    // MARK: What comes in

    func considered(_ draft: ConsentDraft) -> BridgeEvent? {
        book.considered(consent: draft.message, authorities: authorities, now: now)
    }

    mutating func arrive(_ draft: ConsentDraft) throws { try put(considered(draft)) }

    mutating func withdraw(_ draft: ConsentDraft) throws {
        try put(book.considered(withdrawal: draft.withdrawal, now: now))
    }

    // MARK: What is done

    func entry(_ number: UInt8) throws -> BridgeEntry {
        try #require(book.entries[Self.id(number)])
    }

    func phase(_ number: UInt8) throws -> BridgeEntry.Phase { try entry(number).phase }

    mutating func approve(_ number: UInt8) throws {
        try put(book.approval(of: try entry(number), now: now))
    }

    mutating func refuse(_ number: UInt8) throws {
        try put(book.refusal(of: try entry(number), reason: "Not here.", now: now))
    }

    mutating func send(_ number: UInt8) throws {
        try put(book.sendingStarts(Self.id(number), circumstances))
    }

    mutating func came(_ outcome: DeliveryOutcome, _ number: UInt8) throws {
        try put(book.came(outcome, of: Self.id(number), salt: Self.salt, now: now))
    }

    mutating func came(_ outcome: FindOutcome, _ number: UInt8) throws {
        try put(book.came(outcome, of: Self.id(number), salt: Self.salt, now: now))
    }

    mutating func came(_ outcome: StatusOutcome, _ number: UInt8) throws {
        try put(book.came(outcome, of: Self.id(number), now: now))
    }

    mutating func came(_ outcome: TokenOutcome, _ number: UInt8) throws {
        try put(book.came(outcome, of: Self.id(number), now: now))
    }

    mutating func came(_ outcome: TellOutcome, _ number: UInt8) throws {
        try put(book.came(outcome, of: Self.id(number), now: now))
    }

    /// Tells what is due; gives it.
    @discardableResult
    mutating func answer() throws -> [Answer] {
        let due = book.dueAnswers(now)
        for one in due { try put(one.event) }
        return due.map { $0.answer }
    }

    /// State and words of the answer that is due for a consent; nil if none is.
    func due(_ number: UInt8) -> Told? {
        book.dueAnswers(now).first { $0.answer.consent == Self.id(number) }.map {
            Told(state: ConsentState(rawValue: $0.answer.state), text: $0.answer.text?.string)
        }
    }

    mutating func closeDays() throws {
        for day in book.log.due(now) {
            try put(
                book.log.checkpoint(
                    day, community: TestNetwork().community, now: now, by: Self.key,
                    random: SeededRandom.source(UInt64(day))))
        }
    }
}

/// What a seeker reads.
struct Told: Equatable {
    var state: ConsentState?
    var text: String?

    init(state: ConsentState?, text: String? = nil) {
        self.state = state
        self.text = text
    }
}

/// Every phase an entry can be in, and the way there.
enum Stage: CaseIterable {
    case waiting, approved, sending, retrying, unclear, parked, doubtful, pending, sent, refused

    /// Whether the report left by then, as far as anybody can tell.
    var mayHaveLeft: Bool {
        switch self {
        case .sending, .unclear, .doubtful, .pending, .sent: true
        case .waiting, .approved, .retrying, .parked, .refused: false
        }
    }
}

extension BridgeScript {
    /// A consent that came as far as `stage`.
    static func at(_ stage: Stage, _ draft: ConsentDraft = ConsentDraft(number: 1)) throws -> Self {
        var script = Self()
        try script.arrive(draft)
        try script.bring(draft.number, to: stage)
        return script
    }

    /// From waiting onwards.
    mutating func bring(_ number: UInt8, to stage: Stage) throws {
        if stage == .waiting { return }
        if stage == .refused { return try refuse(number) }
        try approve(number)
        pass(Self.cooling)
        if stage == .approved { return }
        try send(number)
        switch stage {
        case .waiting, .approved, .refused, .sending: break
        case .retrying: try came(.unreachable("Too busy.", after: nil), number)
        case .unclear: try came(DeliveryOutcome.unclear("Cut off."), number)
        case .parked: try came(DeliveryOutcome.refused("No such service."), number)
        case .doubtful:
            try came(FindOutcome.unknown("No list."), number)
            try send(number)
            try came(FindOutcome.unknown("No list."), number)
            try send(number)
            try came(FindOutcome.unknown("No list."), number)
        case .pending: try came(DeliveryOutcome.token("t-1"), number)
        case .sent: try came(.accepted(id: "4711", notice: nil), number)
        }
    }
}
