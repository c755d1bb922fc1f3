public import Casework
import Entropy
import Foundation
public import Model
public import Sealing
import Seeking
import Sodium
import Wire

/// A member at work: their vault unlocked in the command's own process, everything opened kept
/// on the node under the vault key only.
public final class DeskSession {
    var vault: OpenVault
    public internal(set) var keyring: Keyring
    public private(set) var book: CaseBook
    public private(set) var view: CommunityView?
    /// Why what was opened could not be kept on the node; it can be read all the same, and is
    /// opened again next time.
    public private(set) var unkept: Problem?
    private var openedIDs: Set<ItemID> = []
    private var lastArrival: Int64 = 0

    // MARK: Vaults

    /// Unlocks a vault; slow on purpose.
    ///
    /// - Throws: `Problem` `.noRights` for a wrong passphrase, `.notFound` without such a vault.
    public static func unlock(
        _ name: String, passphrase: [UInt8], _ access: any NodeAccess, now: WallTime
    ) async throws(Problem) -> DeskSession {
        var (vault, plain) = try await OpenVault.unlock(name, passphrase: passphrase, access)
        defer { wipe(&plain) }
        let keyring: Keyring
        do { keyring = try Keyring(decoding: plain) } catch {
            throw Problem(
                .badData, "the vault \(name) was written by another version",
                hint: "upgrade kith")
        }
        let session = DeskSession(vault, keyring)
        try await session.load(now)
        return session
    }

    /// Makes a vault for a new keyring.
    public static func create(
        _ name: String, passphrase: [UInt8], _ keyring: Keyring, _ access: any NodeAccess
    ) async throws(Problem) -> DeskSession {
        var plain = keyring.encoded
        defer { wipe(&plain) }
        return DeskSession(
            try await OpenVault.create(name, passphrase: passphrase, plain, access), keyring)
    }

    private init(_ vault: OpenVault, _ keyring: Keyring) {
        self.vault = vault
        self.keyring = keyring
        book = CaseBook(
            network: keyring.network, community: keyring.community, rosters: [],
            member: keyring.person.memberKey)
    }

    var access: any NodeAccess { vault.access }

    /// Writes the keyring as it is now.
    public func save() async throws(Problem) {
        var plain = keyring.encoded
        defer { wipe(&plain) }
        try await vault.save(plain)
    }

    // MARK: Reading

    /// What was opened before.
    private func load(_ now: WallTime) async throws(Problem) {
        let views = try await CommunityView.all(access, now: now)
        view = views.first { $0.community == keyring.community }
        book = CaseBook(
            network: keyring.network, community: keyring.community,
            rosters: view?.roots.rosters ?? keyring.ownRosters,
            member: keyring.person.memberKey)
        var parts: [OpenedPart] = []
        try await vault.eachRow { _, plain in
            if let part = OpenedPart(decoding: plain) { parts.append(part) }
        }
        add(parts)
    }

    /// Case letters first: what lies under the keys they bring can be read then.
    private func add(_ parts: [OpenedPart]) {
        let letters = parts.filter { $0.content.kind == ContentKind.caseLetter.rawValue }
        let others = parts.filter { $0.content.kind != ContentKind.caseLetter.rawValue }
        for part in letters + others.sorted(by: { $0.arrival < $1.arrival }) {
            openedIDs.insert(part.id)
            lastArrival = max(lastArrival, part.arrival)
            book.add(part)
        }
    }

    /// Opens what has come since the last time, takes in letters, erases what seekers erased.
    public func sync(now: WallTime) async throws(Problem) {
        let before = keyring.encoded
        keyring.step(to: now.slot.week)
        try await sendJoin(now)
        try await openNew(now)
        var known: [CaseKey] = []
        while true {
            let accepted = book.letters.filter { keyring.accept($0) }
            let fresh = book.caseKeys.filter { !known.contains($0) }
            if accepted.isEmpty, fresh.isEmpty { break }
            known = book.caseKeys
            // Keys that come after what they open: what was passed over is looked at again.
            let reader =
                accepted.isEmpty
                ? MemberReader.only(fresh, keyring) : MemberReader(keyring, caseKeys: known)
            try await openAgain(reader, now)
        }
        if keyring.encoded != before {
            try await keeping { () throws(Problem) in try await save() }
        }
        try await forgetErased()
    }

    /// A full disk must not keep a supporter from reading.
    private func keeping(_ body: () async throws(Problem) -> Void) async throws(Problem) {
        do { try await body() } catch {
            guard error.status == .disk else { throw error }
            unkept = error
        }
    }

    private func openNew(_ now: WallTime) async throws(Problem) {
        let topics = MemberReader.topics(keyring, now: now)
        let seqs = try await access.expect(
            .scanned(vault: vault.name, topics: topics.map { Data($0.bytes) })
        ) { if case .cursors(let seqs) = $0 { seqs } else { nil } }
        let reader = MemberReader(keyring, caseKeys: book.caseKeys)
        for (topic, seq) in zip(topics, seqs) {
            let items = try await ItemReader(access).items(topic, after: seq)
            guard let last = items.last else { continue }
            try await keep(opened(items, reader), topic, cursor: last.arrival)
        }
    }

    /// Looks through all that may still live with keys that were not known before.
    private func openAgain(_ reader: MemberReader, _ now: WallTime) async throws(Problem) {
        for topic in MemberReader.topics(keyring, now: now) {
            let items = try await ItemReader(access).items(topic, after: 0)
            try await keep(opened(items, reader), topic, cursor: nil)
        }
    }

    private func opened(
        _ items: [(arrival: Int64, envelope: Envelope)], _ reader: MemberReader
    ) -> [OpenedPart] {
        var parts: [OpenedPart] = []
        for (arrival, envelope) in items {
            let id = Naming.envelopeID(network: keyring.network, envelope)
            guard !openedIDs.contains(id), let (content, caseID) = reader.open(envelope) else {
                continue
            }
            parts.append(
                OpenedPart(
                    id: id, header: envelope.header, content: content, arrival: arrival,
                    caseID: caseID))
        }
        return parts
    }

    private func keep(
        _ parts: [OpenedPart], _ topic: Topic, cursor: Int64?
    ) async throws(Problem) {
        let cursors = cursor.map {
            [ControlRequest.Cursor(topic: Data(topic.bytes), seq: $0)]
        }
        try await keeping { () throws(Problem) in
            try await access.expectDone(
                .addOpened(
                    vault: vault.name, items: parts.map { row($0, topic) }, cursors: cursors ?? []))
        }
        add(parts)
    }

    private func row(_ part: OpenedPart, _ topic: Topic) -> ControlRequest.OpenedRow {
        var plain = part.encoded
        defer { wipe(&plain) }
        return vault.row(part.id, topic, plain)
    }

    /// Deletes opened copies of cases whose seekers erased them; that they did so stays known.
    private func forgetErased() async throws(Problem) {
        var ids: [Data] = []
        for item in book.cases.values where item.isErased {
            let keep = Set(item.actItems)
            ids += item.items.filter { !keep.contains($0) }.map { Data($0.bytes) }
        }
        guard !ids.isEmpty else { return }
        book.forgetErased()
        try await keeping { () throws(Problem) in
            try await access.expectDone(.deleteOpened(vault: vault.name, ids: ids))
        }
    }

    // MARK: Writing

    public func composer(_ now: WallTime) throws(Problem) -> MemberComposer {
        guard let view else {
            throw Problem(
                .tryAgain, "the community's manifest has not arrived",
                hint: "is the node running and connected? kith status, kith peers")
        }
        return MemberComposer(
            keyring, workBase: view.workBase, now: now, random: Entropy.bytes)
    }

    /// Does the work of drafts and submits them; grants are kept, since only their seeker could
    /// open them again. `savingVault` keeps the keyring as it is now in the same step.
    @discardableResult
    public func send(
        _ drafts: [EnvelopeDraft], savingVault: Bool = false,
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws(Problem) -> Handle {
        let envelopes = await Worker.finish(drafts, progress: progress)
        let handle = Handle(Entropy.bytes(16)) ?? .zero
        var submission = ControlRequest.Submission(
            handle: Data(handle.bytes), envelopes: envelopes.map { Data($0.bytes) })
        var kept: [OpenedPart] = []
        for draft in drafts {
            guard let content = draft.content, content.kind == ContentKind.grant.rawValue else {
                continue
            }
            kept.append(
                OpenedPart(
                    id: draft.id, header: draft.header, content: content,
                    arrival: lastArrival + 1))
            submission.opened.append(row(kept[kept.count - 1], draft.header.topic))
        }
        if savingVault {
            var plain = keyring.encoded
            defer { wipe(&plain) }
            submission.vault = vault.saved(plain)
        }
        try await access.expectDone(.submit(submission))
        if savingVault { vault.wasSaved() }
        add(kept)
        return handle
    }

    /// Asks to become a member, once the community's intake key is known.
    private func sendJoin(_ now: WallTime) async throws(Problem) {
        guard let secret = keyring.joinSecret, !keyring.isMember, let view,
            let key = view.manifest.intakeKey(now.slot.week)
        else { return }
        let drafts = try composed { () throws(MemberComposer.Failure) in
            try MemberComposer(
                keyring, workBase: view.workBase, now: now, random: Entropy.bytes
            ).join(secret, intakeKey: key)
        }
        keyring.joinSecret = nil
        try await send(drafts, savingVault: true)
    }

    /// Turns what can't be composed into words.
    public func composed<Value>(
        _ body: () throws(MemberComposer.Failure) -> Value
    ) throws(Problem) -> Value {
        do { return try body() } catch { throw Problem(error, colleagues: book.colleagues) }
    }
}

extension Keyring {
    /// Roster keys this person knows without any record: their own.
    var ownRosters: [[UInt8]] { office.map { [$0.roster.publicKey] } ?? [] }
}

extension Problem {
    init(_ error: VaultError) {
        switch error {
        case .wrongPassphrase:
            self.init(.noRights, "wrong passphrase", hint: "try again; capitals count")
        case .damaged:
            self.init(
                .badData, "the vault is damaged", hint: "restore the folder from your backup")
        case .emptyPassphrase:
            self.init(.badData, "an empty passphrase protects nothing", hint: "type one")
        case .outOfMemory(let kibibytes):
            self.init(
                .tryAgain, "there is too little memory (\(kibibytes / 1024) MiB are needed)",
                hint: "close other programs and try again")
        }
    }

    init(_ error: MemberComposer.Failure, colleagues: [Certificate]) {
        func name(_ persona: PersonaID) -> String {
            colleagues.first { $0.persona == persona }?.name?.string ?? "another member"
        }
        switch error {
        case .notAMember:
            self.init(
                .noRights, "you are not a member of this community yet",
                hint: "ask for approval: kith community members --approve, on the steward's side")
        case .noSuchCase:
            self.init(.notFound, "there is no such case", hint: "kith inbox lists them")
        case .requestMissing:
            self.init(
                .tryAgain, "the request itself has not arrived yet", hint: "try again later")
        case .notAnswered:
            self.init(
                .badData, "nobody has answered yet, so there is no key to write under",
                hint: "kith reply first")
        case .held(let persona):
            self.init(
                .tryAgain, "\(name(persona)) holds this case",
                hint: "talk to them; the lease ends by itself within 72 hours")
        case .notHeld:
            self.init(.badData, "nobody holds this case", hint: "kith claim first")
        case .noSuchMember:
            self.init(.notFound, "there is no such member", hint: "kith community members")
        case .intakeKeyMissing:
            self.init(
                .tryAgain, "the community's published keys do not reach this week",
                hint: "is this computer's clock right? else: kith community publish")
        case .nothingToSay:
            self.init(.badData, "the text is empty", hint: "nothing was sent; write something")
        case .sealing(.tooLong(let bytes, let limit)):
            self.init(
                .badData, "the text is too long: \(bytes) bytes, \(limit) fit",
                hint: "shorten it, or send the rest as a second message")
        case .sealing(.unusableKey):
            self.init(
                .badData, "a recipient's key can't be used", hint: "nothing was sent")
        }
    }
}
