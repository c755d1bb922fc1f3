import Casework
import Entropy
import Foundation
public import Model
public import Sealing
public import Seeking
import Sodium
public import Wire

/// What a seeker does with a node: everything is sealed and opened here, in the command's own
/// process; the node sees envelopes only, and the code never leaves this type's caller.
public struct SeekerSession: Sendable {
    let access: any NodeAccess
    public let view: CommunityView
    let code: StretchedCode

    /// Stretches the code, which takes a moment on purpose.
    public init(
        _ code: ReturnCode, _ view: CommunityView, _ access: any NodeAccess
    ) throws(Problem) {
        self.access = access
        self.view = view
        do { self.code = try code.stretched() } catch {
            throw Problem(
                .tryAgain, "there is too little memory to stretch the code",
                hint: "close other programs and try again")
        }
    }

    public struct Sent: Sendable {
        public let handle: Handle
        public let caseID: CaseID
        public let envelopes: Int
    }

    // MARK: Writing

    /// Sealed, and not sent yet.
    public struct Prepared: Sendable {
        let drafts: [EnvelopeDraft]
        let number: UInt8
    }

    /// Seals a request that opens a case.
    ///
    /// - Throws: `Problem` `.badData` for a text that is too long.
    public func request(
        _ body: Incident, number: UInt8, now: WallTime
    ) throws(Problem) -> Prepared {
        let composer = composer(number, now)
        let drafts = try composed { () throws(SeekerComposer.Failure) in
            try composer.request(body, manifest: view.manifest)
        }
        return Prepared(drafts: drafts, number: number)
    }

    /// Seals a note for oneself.
    public func note(
        _ body: Incident, number: UInt8, now: WallTime
    ) throws(Problem) -> Prepared {
        let composer = composer(number, now)
        let drafts = try composed { () throws(SeekerComposer.Failure) in try composer.note(body) }
        return Prepared(drafts: drafts, number: number)
    }

    /// Does the work and hands the envelopes to the node; returns when they are on its disk.
    public func send(
        _ prepared: Prepared, progress: @Sendable (Int, Int) -> Void
    ) async throws(Problem) -> Sent {
        try await send(prepared.drafts, prepared.number, progress)
    }

    /// Writes again in a case: under its key once somebody answered, as another request before.
    public func say(
        _ text: Text, language: Text?, in thread: SeekerBook.Thread, now: WallTime,
        progress: @Sendable (Int, Int) -> Void
    ) async throws(Problem) -> Sent {
        let composer = composer(thread.number, now)
        let drafts = try composed { () throws(SeekerComposer.Failure) in
            try composer.more(
                text, language: language, under: thread.key, manifest: view.manifest)
        }
        return try await send(drafts, thread.number, progress)
    }

    /// Asks that a closed case be taken up again.
    public func reopen(
        _ thread: SeekerBook.Thread, now: WallTime, progress: @Sendable (Int, Int) -> Void
    ) async throws(Problem) -> Sent {
        let composer = composer(thread.number, now)
        let drafts = try composed { () throws(SeekerComposer.Failure) in
            try composer.act(
                .reopen, counter: thread.nextCounter, under: thread.key, manifest: view.manifest)
        }
        return try await send(drafts, thread.number, progress)
    }

    public struct Erased: Sendable {
        public let handle: Handle
        public let retractions: Int
    }

    /// Takes back everything of all cases and notes, consents first, and tells supporters to erase
    /// their copies.
    ///
    /// - Parameter leavingConsents: whether to go on where a consent can't be taken back now.
    public func erase(
        _ book: SeekerBook, leavingConsents: Bool = false, now: WallTime,
        progress: @Sendable (Int, Int) -> Void
    ) async throws(Problem) -> Erased {
        var retractions: [Retraction] = []
        let terms = RetractionTerms(
            network: view.network, workBase: view.workBase, now: now)
        for thread in book.threads where !thread.isGone {
            for consent in thread.consents where consent.needsWithdrawal(now) {
                let drafts: [EnvelopeDraft]
                do { drafts = try withdrawal(of: consent, in: thread, now) } catch {
                    // A bridge that is named no more sends nothing. One that can't be reached must
                    // not be forgotten: after the erasure nobody could take the consent back.
                    guard error.status == .notFound || leavingConsents else {
                        throw Problem(
                            error.status, "a consent can't be taken back now: \(error.what)",
                            hint: "try again later; or kith erase --leave-consents")
                    }
                    continue
                }
                _ = try await send(drafts, thread.number, progress)
            }
            if !thread.requests.isEmpty || thread.isErased {
                let composer = composer(thread.number, now)
                let drafts = try composed { () throws(SeekerComposer.Failure) in
                    try composer.act(
                        .erase, counter: thread.nextCounter, under: thread.key,
                        manifest: view.manifest)
                }
                _ = try await send(drafts, thread.number, progress)
            }
            retractions += thread.retractions(terms)
        }
        let handle = Self.handle()
        // All under one handle, by which it is asked how far they are.
        for part in Retraction.parts(retractions) {
            try await access.expectDone(
                .erase(handle: Data(handle.bytes), retractions: part.map { Data($0.encoded) }))
        }
        return Erased(handle: handle, retractions: retractions.count)
    }

    // MARK: Reading

    /// Everything the code finds here.
    public func read(now: WallTime) async throws(Problem) -> SeekerBook {
        var book = SeekerBook(
            code, network: view.network, community: view.community, rosters: view.roots.rosters)
        book.read(try await ItemReader(access).intake(view.community, now: now))
        return book
    }

    // MARK: Private

    func composer(_ number: UInt8, _ now: WallTime) -> SeekerComposer {
        SeekerComposer(
            network: view.network, community: view.community,
            keys: code.caseKeys(view.community, number), workBase: view.workBase, now: now,
            random: Entropy.bytes)
    }

    func composed(
        _ body: () throws(SeekerComposer.Failure) -> [EnvelopeDraft]
    ) throws(Problem) -> [EnvelopeDraft] {
        do { return try body() } catch { throw Self.problem(error) }
    }

    static func problem(_ error: SeekerComposer.Failure) -> Problem {
        switch error {
        case .intakeKeyMissing:
            Problem(
                .tryAgain, "the community's published keys do not reach this week",
                hint: "is this computer's clock right? else the community must publish anew")
        case .bridgeKeyMissing:
            Problem(
                .tryAgain, "the bridge's published keys do not reach this week",
                hint: "is this computer's clock right? else the bridge must run again")
        case .nothingChosen:
            Problem(.badData, "nothing was chosen to be sent", hint: "--share account,kinds")
        case .sealing(.tooLong(let bytes, let limit)):
            Problem(
                .badData, "the text is too long: \(bytes) bytes, \(limit) fit",
                hint: "shorten it, or send the rest as a second message")
        case .sealing(.unusableKey):
            Problem(
                .badData, "a published key can't be used",
                hint: "tell the community; nothing was sent")
        }
    }

    func send(
        _ drafts: [EnvelopeDraft], _ number: UInt8, _ progress: @Sendable (Int, Int) -> Void
    ) async throws(Problem) -> Sent {
        let envelopes = await Worker.finish(drafts, progress: progress)
        let handle = Self.handle()
        let submission = ControlRequest.Submission(
            handle: Data(handle.bytes), envelopes: envelopes.map { Data($0.bytes) })
        try await access.expectDone(.submit(submission))
        return Sent(
            handle: handle, caseID: code.caseKeys(view.community, number).caseID,
            envelopes: envelopes.count)
    }

    private static func handle() -> Handle { Handle(Entropy.bytes(16)) ?? .zero }
}

/// Reads whole topics from a node, page by page.
struct ItemReader {
    let access: any NodeAccess

    init(_ access: any NodeAccess) { self.access = access }

    /// All envelopes on a topic after `seq`, oldest arrival first.
    func items(
        _ topic: Topic, after seq: Int64
    ) async throws(Problem) -> [(arrival: Int64, envelope: Envelope)] {
        var out: [(arrival: Int64, envelope: Envelope)] = []
        var after = seq
        while true {
            let rows = try await access.expect(.items(topic: Data(topic.bytes), after: after)) {
                if case .items(let rows) = $0 { rows } else { nil }
            }
            guard let last = rows.last else { return out }
            after = last.seq
            for row in rows {
                // The store holds only what passed admission; anything else is not ours to read.
                guard let envelope = try? Envelope(decoding: [UInt8](row.bytes)) else { continue }
                out.append((row.seq, envelope))
            }
        }
    }

    /// All envelopes on a community's intake topics that may still live, in order of arrival.
    func intake(
        _ community: CommunityID, now: WallTime
    ) async throws(Problem) -> [(arrival: Int64, envelope: Envelope)] {
        var all: [(arrival: Int64, envelope: Envelope)] = []
        for topic in MemberReader.intakeTopics(community, now: now) {
            all += try await items(topic, after: 0)
        }
        return all.sorted { $0.arrival < $1.arrival }
    }
}
