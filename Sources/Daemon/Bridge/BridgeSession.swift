public import Bridging
import Casework
import Entropy
import Foundation
public import Model
public import Sealing
import Seeking
import Sodium
import Wire

/// A bridge's operator at work: the vault unlocked in the command's own process, every event on
/// the node's disk, under the vault key, before it has an effect.
public final class BridgeSession {
    /// What a vault's rows hold: a byte, then the value.
    private enum Row: UInt8 {
        /// A part of a message of which others are to come.
        case part = 0
        case event = 1
    }

    var vault: OpenVault
    public private(set) var keyring: BridgeKeyring
    public private(set) var book: BridgeBook
    public private(set) var view: CommunityView?
    private var parts = Reassembly()
    /// Where the last row read stands.
    private var position: Int64 = 0
    /// Rows of each consent, to be removed with it.
    private var rows: [ConsentID: [ItemID]] = [:]
    /// Rows of withdrawals, what they void, and since when they are known.
    private var withdrawals: [(row: ItemID, commitment: RevokeCommitment, at: WallTime)] = []

    public static let vaultPrefix = "bridge:"

    // MARK: Vaults

    /// Makes a bridge of a node's community.
    public static func create(
        _ name: String, passphrase: [UInt8], _ view: CommunityView, coolingOffSeconds: UInt64,
        leastPeersInSync: Int, _ access: any NodeAccess, now: WallTime
    ) async throws(Problem) -> BridgeSession {
        let vaultName = vaultPrefix + Setup.vaultName(name)
        let names = try await NodeClient.vaultNames(access)
        guard !names.contains(vaultName) else {
            throw Problem(
                .cannotCreate, "there is a bridge named \(name) here already",
                hint: "choose another --name")
        }
        let keyring = BridgeKeyring(
            network: view.network, community: view.community, name: Text(name),
            coolingOffSeconds: coolingOffSeconds, leastPeersInSync: leastPeersInSync, now: now,
            random: Entropy.bytes)
        var plain = keyring.encoded
        defer { wipe(&plain) }
        let vault = try await OpenVault.create(
            vaultName, passphrase: passphrase, plain, access)
        return BridgeSession(vault, keyring)
    }

    /// Unlocks a bridge's vault and reads all that happened.
    public static func unlock(
        _ vaultName: String, passphrase: [UInt8], _ access: any NodeAccess, now: WallTime
    ) async throws(Problem) -> BridgeSession {
        var (vault, plain) = try await OpenVault.unlock(vaultName, passphrase: passphrase, access)
        defer { wipe(&plain) }
        guard let keyring = BridgeKeyring(decoding: plain) else {
            throw Problem(
                .badData, "the vault \(vaultName) was written by another version",
                hint: "upgrade kith")
        }
        let session = BridgeSession(vault, keyring)
        try await session.readRows()
        return session
    }

    private init(_ vault: OpenVault, _ keyring: BridgeKeyring) {
        self.vault = vault
        self.keyring = keyring
        book = BridgeBook(keyring.configuration)
    }

    var access: any NodeAccess { vault.access }

    func save() async throws(Problem) {
        var plain = keyring.encoded
        defer { wipe(&plain) }
        try await vault.save(plain)
    }

    // MARK: Reading

    /// The authorities that the current manifest names for this bridge; none when it does not name
    /// the bridge at all.
    public var authorities: [Presentation.Recipient] { named?.authorities ?? [] }

    private var named: NamedBridge? {
        let key = keyring.key.publicKey
        return view?.manifest.namedBridges.first { $0.key == key }
    }

    public var isNamed: Bool { named != nil }

    /// What the node knows now, what other commands decided, and what has come in.
    public func refresh(now: WallTime) async throws(Problem) {
        view = try await CommunityView.all(access, now: now)
            .first { $0.community == keyring.community }
        try await readRows()
        if keyring.line.seed.week < now.slot.week {
            keyring.step(to: now.slot.week)
            try await save()
        }
        // Without a manifest that names the bridge every consent would be refused for good.
        guard isNamed else { return }
        let topics = MemberReader.intakeTopics(keyring.community, now: now)
        let seqs = try await access.expect(
            .scanned(vault: vault.name, topics: topics.map { Data($0.bytes) })
        ) { if case .cursors(let seqs) = $0 { seqs } else { nil } }
        for (topic, seq) in zip(topics, seqs) {
            let items = try await ItemReader(access).items(topic, after: seq)
            guard let last = items.last else { continue }
            try await takeIn(items, topic, last.arrival, now)
        }
    }

    /// Adds up what is on disk and was not read yet: this is how every event gets its effect.
    private func readRows() async throws(Problem) {
        position = try await vault.eachRow(after: position) { id, plain in
            let value = [UInt8](plain.dropFirst())
            switch plain.first.flatMap(Row.init(rawValue:)) {
            case .event?:
                guard let event = BridgeEvent(decoding: value) else { return }
                if let consent = event.consent ?? event.namedConsent {
                    rows[consent, default: []].append(id)
                }
                if case .withdrawn(let opening, let at) = event {
                    withdrawals.append((id, ConsentKeys.commitment(opening: opening), at))
                }
                book.apply(event)
            case .part?:
                if let part = OpenedPart(decoding: value) { _ = parts.add(part.content) }
            case nil: break
            }
        }
    }

    private func takeIn(
        _ items: [(arrival: Int64, envelope: Envelope)], _ topic: Topic, _ cursor: Int64,
        _ now: WallTime
    ) async throws(Problem) {
        var new: [ControlRequest.OpenedRow] = []
        for (arrival, envelope) in items {
            guard let content = open(envelope) else { continue }
            let id = Naming.envelopeID(network: keyring.network, envelope)
            if content.parts > 1 {
                let part = OpenedPart(
                    id: id, header: envelope.header, content: content, arrival: arrival)
                new.append(row(id, .part, part.encoded, topic))
            }
            guard let payload = parts.add(content),
                let event = event(content.kind, payload, now)
            else { continue }
            new.append(row(newID(), .event, event.encoded, topic))
        }
        let cursors = [ControlRequest.Cursor(topic: Data(topic.bytes), seq: cursor)]
        try await access.expectDone(
            .addOpened(vault: vault.name, items: new, cursors: cursors))
        if !new.isEmpty { try await readRows() }
    }

    private func open(_ envelope: Envelope) -> ContentPart? {
        guard let key = keyring.line.key(envelope.header.slot.week),
            let content = Sealer.open(
                envelope, with: .key(key), community: keyring.community),
            content.kind == ContentKind.consent.rawValue
                || content.kind == ContentKind.withdrawal.rawValue
        else { return nil }
        return content
    }

    private func event(_ kind: UInt8, _ payload: [UInt8], _ now: WallTime) -> BridgeEvent? {
        kind == ContentKind.consent.rawValue
            ? book.considered(consent: payload, authorities: authorities, now: now)
            : book.considered(withdrawal: payload, now: now)
    }

    private func row(
        _ id: ItemID, _ kind: Row, _ value: [UInt8], _ topic: Topic
    ) -> ControlRequest.OpenedRow {
        var plain = [kind.rawValue] + value
        defer { wipe(&plain) }
        return vault.row(id, topic, plain)
    }

    private func newID() -> ItemID { ItemID(Entropy.bytes(32)) ?? .zero }

    /// What came of a question changes when it is asked again; that alone is not kept.
    func changeBook<Value>(_ change: (inout BridgeBook) -> Value) -> Value { change(&book) }

    // MARK: Writing

    /// Puts an event on disk and takes it in.
    ///
    /// - Parameter isDecision: whether it rests on nothing else having been decided meanwhile.
    /// - Throws: `Problem` `.tryAgain` when a decision came too late; the book is up to date then.
    public func record(_ event: BridgeEvent, isDecision: Bool = false) async throws(Problem) {
        do {
            try await access.expectDone(
                .addOpened(
                    vault: vault.name, items: [row(newID(), .event, event.encoded, .zero)],
                    cursors: [], expectedLast: isDecision ? position : nil))
        } catch {
            try await readRows()
            throw error
        }
        try await readRows()
    }

    /// Puts a decision on disk that rests on the book as it is; decides anew where somebody else
    /// was quicker.
    ///
    /// - Parameter make: the event, or what speaks against it.
    public func decide(
        _ make: (BridgeBook) throws(Problem) -> BridgeEvent
    ) async throws(Problem) {
        for _ in 0..<5 {
            let event = try make(book)
            do { return try await record(event, isDecision: true) } catch {
                guard error.status == .tryAgain else { throw error }
            }
        }
        try await record(try make(book), isDecision: true)
    }

    /// Submits envelopes together with the event that they were.
    func submit(_ drafts: [EnvelopeDraft], _ event: BridgeEvent?) async throws(Problem) {
        let envelopes = await Worker.finish(drafts)
        var submission = ControlRequest.Submission(
            handle: Data(Entropy.bytes(16)), envelopes: envelopes.map { Data($0.bytes) })
        if let event {
            submission.opened = [row(newID(), .event, event.encoded, .zero)]
        }
        try await access.expectDone(.submit(submission))
        try await readRows()
    }

    /// A new card, saved before it is shown to anybody.
    func nextCard(now: WallTime) async throws(Problem) -> Record {
        let card = keyring.card(now: now)
        try await save()
        return card
    }

    /// Removes what need not be remembered any more.
    func forget(now: WallTime) async throws(Problem) {
        // What voids a consent lives as long as what is known of the consent.
        let old = withdrawals.filter {
            $0.at.adding(seconds: Limits.withdrawalSeconds) <= now
                && !book.isBorne($0.commitment)
        }
        let ids = book.forgettable(now).flatMap { rows[$0] ?? [] } + old.map { $0.row }
        guard !ids.isEmpty else { return }
        try await access.expectDone(
            .deleteOpened(vault: vault.name, ids: ids.map { Data($0.bytes) }))
        book = BridgeBook(keyring.configuration)
        (parts, position, rows, withdrawals) = (Reassembly(), 0, [:], [])
        try await readRows()
    }
}
