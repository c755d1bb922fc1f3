public import Authorities
import Bridging
import Casework
import Entropy
import Foundation
public import Model
public import Sealing
import Sodium
public import Wire

/// Carries out what a bridge's book orders, one thing at a time: delivers, asks, answers.
///
/// It may be killed at any moment: whatever was begun is on disk, and is looked into first.
/// Source: protocol/18-bridges.md, 19-delivery.md.
public struct BridgeWorker {
    /// What happened, for the operator's eyes: ids and states, never a field.
    public enum Note: Sendable {
        case arrived(ConsentID)
        case sending(ConsentID)
        case outcome(ConsentID, String)
        case answered(ConsentID, UInt64)
        case published(String)
        case noAdapter(Text)
        case notNamed
        case waitingForPeers(inSync: Int, least: Int)
    }

    let session: BridgeSession
    let adapters: [Text: any DeliveryAdapter]
    let clock: @Sendable () -> WallTime
    let note: (Note) -> Void

    /// - Parameter adapters: by the authority's URI.
    public init(
        _ session: BridgeSession, adapters: [Text: any DeliveryAdapter],
        clock: @escaping @Sendable () -> WallTime, note: @escaping (Note) -> Void
    ) {
        self.session = session
        self.adapters = adapters
        self.clock = clock
        self.note = note
    }

    /// One round: reads, publishes, sends what is due, answers.
    public func turn() async throws(Problem) {
        let known = session.book.order.count
        try await session.refresh(now: clock())
        for id in session.book.order.dropFirst(known) { note(.arrived(id)) }
        try await publish()
        try await answer()
        let circumstances = try await circumstances()
        let least = session.book.configuration.leastPeersInSync
        if circumstances.peersInSync < least {
            note(.waitingForPeers(inSync: circumstances.peersInSync, least: least))
        }
        for order in session.book.orders(circumstances) { try await carryOut(order) }
        try await answer()
        try await session.forget(now: clock())
    }

    private func circumstances() async throws(Problem) -> Circumstances {
        Circumstances(
            now: clock(), peersInSync: try await NodeClient.status(session.access).peersInSync,
            authorities: session.authorities)
    }

    // MARK: Authorities

    private func carryOut(_ order: BridgeOrder) async throws(Problem) {
        let id = order.consent
        guard let entry = session.book.entries[id] else { return }
        guard let adapter = adapters[entry.terms.authority] else {
            return note(.noAdapter(entry.recipient.name))
        }
        let event: BridgeEvent?
        switch order {
        case .send: return try await send(id, entry.report, adapter)
        case .find(_, let mark, let since):
            let found = await adapter.find(mark, since: since, now: clock())
            event = session.book.came(found, of: id, salt: Entropy.bytes(32), now: clock())
        case .resolve(_, let token):
            event = session.resolved(await adapter.resolve(token: token), id, clock())
        case .status(_, let reference):
            event = session.statusCame(await adapter.status(of: reference), id, clock())
        case .tell(_, let reference):
            let told = await adapter.tellWithdrawal(of: reference, now: clock())
            event = session.toldCame(told, id, clock())
        }
        guard let event else { return }
        try await session.record(event)
        note(.outcome(id, event.word))
    }

    /// Reads everything once more, puts the order on disk if the consent still holds, and sends.
    private func send(
        _ id: ConsentID, _ report: Report, _ adapter: any DeliveryAdapter
    ) async throws(Problem) {
        try await session.refresh(now: clock())
        guard let begun = session.book.sendingStarts(id, try await circumstances()) else { return }
        do { try await session.record(begun, isDecision: true) } catch {
            // Somebody decided otherwise at this very moment: the next round knows.
            if error.status == .tryAgain { return }
            throw error
        }
        note(.sending(id))
        let outcome = await adapter.deliver(report)
        let event = session.book.came(
            outcome, of: id, salt: Entropy.bytes(32), now: clock())
        try await session.record(event)
        note(.outcome(id, event.word))
    }

    // MARK: Seekers

    private func answer() async throws(Problem) {
        guard let view = session.view else { return }
        for due in session.book.dueAnswers(clock()) {
            let now = clock()
            let posting = Posting(
                network: view.network, topic: Topics.intake(view.community, now.slot.week),
                slot: now.slot, ttlClass: .quarter,
                workBits: view.workBase + TTLClass.quarter.rawValue,
                tagKey: Mailbox.tagKey(of: due.replyKey),
                eraseKey: RetractCommitment.eraseKey(of: due.replyKey))
            let drafts: [EnvelopeDraft]
            do {
                drafts = try Sealer.seal(
                    .answer, due.answer.encoded, id: MessageID(Entropy.bytes(16)) ?? .zero,
                    to: .shared(due.replyKey), community: view.community, posting,
                    random: Entropy.bytes)
            } catch {
                throw Problem(.internalError, "an answer is too long to send", hint: "report this")
            }
            try await session.submit(drafts, due.event)
            note(.answered(due.answer.consent, due.answer.state))
        }
    }

    // MARK: Everybody

    /// The card and the days of the log, as far as the community names this bridge.
    private func publish() async throws(Problem) {
        guard let view = session.view, session.isNamed else { return note(.notNamed) }
        let key = session.keyring.key
        let known = view.bridges.first { $0.named.key == key.publicKey }
        if isCardDue(known?.cardRecord) {
            try await post(try await session.nextCard(now: clock()), nil, view)
            note(.published("card"))
        }
        for day in session.book.log.due(clock()) {
            guard
                let event = session.book.log.checkpoint(
                    day, community: view.community, now: clock(), by: key, random: Entropy.bytes),
                case .checkpointed(_, _, let bytes) = event,
                let record = try? Record(decoding: bytes)
            else { continue }
            try await post(record, event, view)
            note(.published("checkpoint \(day)"))
        }
    }

    private func isCardDue(_ record: Record?) -> Bool {
        guard let record else { return true }
        return record.notBefore.adding(seconds: 7 * 86400) <= clock()
    }

    private func post(
        _ record: Record, _ event: BridgeEvent?, _ view: CommunityView
    ) async throws(Problem) {
        do {
            let draft = try Sealer.publish(
                record.encoded, network: view.network, subject: record.subject,
                slot: clock().slot, workBits: view.workBase + TTLClass.quarter.rawValue)
            try await session.submit([draft], event)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.internalError, "a record is too long", hint: "report this")
        }
    }
}

extension BridgeSession {
    func resolved(_ outcome: TokenOutcome, _ id: ConsentID, _ now: WallTime) -> BridgeEvent? {
        changeBook { $0.came(outcome, of: id, now: now) }
    }

    func statusCame(_ outcome: StatusOutcome, _ id: ConsentID, _ now: WallTime) -> BridgeEvent? {
        changeBook { $0.came(outcome, of: id, now: now) }
    }

    func toldCame(_ outcome: TellOutcome, _ id: ConsentID, _ now: WallTime) -> BridgeEvent? {
        changeBook { $0.came(outcome, of: id, now: now) }
    }
}

extension BridgeEvent {
    /// One word for the operator's screen.
    var word: String {
        switch self {
        case .consented: "consented"
        case .rejected: "rejected"
        case .withdrawn: "withdrawn"
        case .approved: "approved"
        case .refused: "refused"
        case .sending: "sending"
        case .delivered: "delivered"
        case .tokened: "delivered, id to come"
        case .resolved: "id came"
        case .failed(_, _, .some, _): "not taken, tried again"
        case .failed: "not taken, parked"
        case .unclear: "unclear, looked for next"
        case .notFound: "not found at the authority"
        case .status(_, let status, _): status.isClosed ? "closed" : "open"
        case .told(_, let told, _): told == .told ? "authority told" : "authority not told"
        case .answered: "answered"
        case .checkpointed: "checkpoint"
        }
    }
}
