import Bridging
import Model
import Sealing
import Sodium
import TestKit
import Wire

/// Four consents: the second renews the first, the third the second, the last another.
private let consents: [(id: ConsentID, opening: [UInt8], message: [UInt8])] = {
    let keys = ConsentKeys(.fixed(4))
    let ids = (UInt8(1)...4).map { ConsentID([UInt8](repeating: $0, count: 16)) ?? .zero }
    return ids.enumerated().map { index, id in
        let authority = fuzzedAuthorities[0].uri
        let terms = ConsentTerms(
            id: id, authority: authority, bridge: fuzzedBridge.publicKey,
            purpose: Purpose.help.term, issued: testStart,
            expires: testStart.adding(seconds: UInt64(index + 1) * 7 * 86400),
            commitment: keys.commitment(id), isPublic: false,
            renews: index == 0 ? nil : index == 3 ? ids[0] : ids[index - 1])
        let presentation = Presentation(
            [.account("They shouted.")], terms, by: keys.pair(id, authority),
            random: SeededRandom.source(UInt64(index)))
        let message = Consent(presentation: presentation.bytes, replyKey: keys.replyKey(id))
        return (id, keys.opening(id), message.encoded)
    }
}()

/// A bridge's history: any events in any order, at any time, some as bytes of a damaged disk.
@Sendable func fuzzBridge(_ input: [UInt8]) {
    var feed = Feed(input)
    var book = BridgeBook(
        .init(
            key: fuzzedBridge.publicKey, coolingOffSeconds: 3600, leastPeersInSync: 1,
            firstDay: testStart.day))
    var steps = 0
    while !feed.isEmpty, steps < 64 {
        steps += 1
        let now = moment(&feed)
        if let event = event(&feed, now, &book) {
            hold(BridgeEvent(decoding: event.encoded) == event, "an event is read as written")
            book.apply(event)
        }
        look(&book, now)
    }
}

private func moment(_ feed: inout Feed) -> WallTime {
    let choice = feed.byte()
    guard choice != 0xFF else { return WallTime(seconds: feed.number64()) }
    return testStart.adding(seconds: UInt64(choice) * 3600)
}

/// What a bridge's shell asks after every event.
private func look(_ book: inout BridgeBook, _ now: WallTime) {
    let at = Circumstances(now: now, peersInSync: 2, authorities: fuzzedAuthorities)
    for order in book.orders(at) {
        guard case .send(let id) = order, let entry = book.entries[id] else { continue }
        hold(book.holds(entry, now), "nothing is sent without a consent that holds")
    }
    _ = book.forgettable(now)
    _ = book.log.due(now)
    for due in book.dueAnswers(now) {
        hold((try? Answer(decoding: due.answer.encoded)) == due.answer, "an answer can be read")
        book.apply(due.event)
    }
    hold(book.dueAnswers(now).isEmpty, "seekers are told once")
}

private func event(_ feed: inout Feed, _ now: WallTime, _ book: inout BridgeBook) -> BridgeEvent? {
    let choice = feed.byte() % 20
    let consent = consents[Int(feed.byte() % 4)]
    let id = consent.id
    switch choice {
    case 0:
        return .consented(message: consent.message, recipient: fuzzedAuthorities[0], at: now)
    case 1: return .rejected(message: consent.message, reason: "no", at: now)
    case 2: return .withdrawn(opening: consent.opening, at: now)
    case 3: return .approved(id, at: now)
    case 4: return .refused(id, reason: "no", at: now)
    case 5: return .sending(id, at: now)
    case 15:
        return book.log.checkpoint(
            book.log.due(now).first ?? now.day, community: testNetwork.community, now: now,
            by: fuzzedBridge, random: SeededRandom.source(1))
    case 16: return came(&feed, id, now, &book)
    case 17:
        return book.considered(
            consent: consent.message, authorities: fuzzedAuthorities, now: now)
    case 18: return book.considered(withdrawal: feed.piece(), now: now)
    case 19: return stored(feed.piece())
    default: return outcome(choice, &feed, id, now)
    }
}

/// What an authority did, whether it was asked to or not.
private func outcome(
    _ choice: UInt8, _ feed: inout Feed, _ id: ConsentID, _ now: WallTime
) -> BridgeEvent {
    let salt = [UInt8](repeating: choice, count: 32)
    switch choice {
    case 6: return .delivered(id, id: "1", salt: salt, at: now)
    case 7: return .tokened(id, token: "t", salt: salt, at: now)
    case 8: return .resolved(id, id: "2", at: now)
    case 9: return .failed(id, why: "w", next: feed.byte() & 1 == 0 ? nil : now, at: now)
    case 10: return .unclear(id, why: "w", next: now, at: now)
    case 11: return .notFound(id, isSure: feed.byte() & 1 == 0, at: now)
    case 12:
        let status = AuthorityStatus(isClosed: feed.byte() & 1 == 0, notes: nil)
        return .status(id, status, at: now)
    case 13:
        let told = BridgeEvent.Told(rawValue: UInt64(feed.byte() % 4)) ?? .told
        return .told(id, told, at: now)
    default:
        let answer = Answer(
            consent: id, counter: feed.number64(), state: .waiting, text: nil, reference: nil,
            forwards: [])
        return .answered(id, message: answer.encoded)
    }
}

private func came(
    _ feed: inout Feed, _ id: ConsentID, _ now: WallTime, _ book: inout BridgeBook
) -> BridgeEvent? {
    let salt = [UInt8](repeating: 1, count: 32)
    switch feed.byte() % 8 {
    case 0: return book.came(.accepted(id: "1", notice: nil), of: id, salt: salt, now: now)
    case 1:
        let outcome = DeliveryOutcome.unreachable("w", after: feed.number64())
        return book.came(outcome, of: id, salt: salt, now: now)
    case 2: return book.came(DeliveryOutcome.unclear("w"), of: id, salt: salt, now: now)
    case 3: return book.came(FindOutcome.absent, of: id, salt: salt, now: now)
    case 4: return book.came(TokenOutcome.pending, of: id, now: now)
    case 5: return book.came(StatusOutcome.unknown("w"), of: id, now: now)
    case 6: return book.came(TellOutcome.failed("w"), of: id, now: now)
    default: return book.came(TellOutcome.told, of: id, now: now)
    }
}

/// An event as bytes.
private func stored(_ bytes: [UInt8]) -> BridgeEvent? {
    guard let event = BridgeEvent(decoding: bytes) else { return nil }
    hold(event.encoded == bytes, "an event encodes to the same bytes")
    _ = (event.consent, event.namedConsent)
    return event
}
