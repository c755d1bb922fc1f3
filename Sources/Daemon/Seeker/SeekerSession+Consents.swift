import Entropy
public import Model
public import Sealing
public import Seeking
import Wire

/// Consents: what a seeker lets a bridge forward, and takes back.
extension SeekerSession {
    /// Signs a consent, to be shown before anything is sent.
    ///
    /// - Throws: `Problem` `.badData` when nothing was chosen.
    public func present(
        _ choice: ConsentChoice, in thread: SeekerBook.Thread, now: WallTime
    ) throws(Problem) -> Presentation {
        do { return try composer(thread.number, now).present(choice) } catch {
            throw Self.problem(error)
        }
    }

    /// Sends a consent that its writer has seen and agreed to.
    public func give(
        _ presentation: Presentation, to bridge: CommunityView.Bridge,
        in thread: SeekerBook.Thread, now: WallTime, progress: @Sendable (Int, Int) -> Void
    ) async throws(Problem) -> Sent {
        let card = try Self.card(bridge)
        let composer = composer(thread.number, now)
        let drafts = try composed { () throws(SeekerComposer.Failure) in
            try composer.consent(presentation, card: card)
        }
        return try await send(drafts, thread.number, progress)
    }

    /// Takes a consent back, whether its bridge has acted on it or not.
    public func withdraw(
        _ consent: GivenConsent, in thread: SeekerBook.Thread, now: WallTime,
        progress: @Sendable (Int, Int) -> Void
    ) async throws(Problem) -> Sent {
        let drafts = try withdrawal(of: consent, in: thread, now)
        return try await send(drafts, thread.number, progress)
    }

    func withdrawal(
        of consent: GivenConsent, in thread: SeekerBook.Thread, _ now: WallTime
    ) throws(Problem) -> [EnvelopeDraft] {
        let key = consent.presentation.terms.bridge
        guard let bridge = view.bridges.first(where: { $0.named.key == key }) else {
            throw Problem(
                .notFound, "the community does not name this bridge any more: it sends nothing",
                hint: "if something was sent already, ask the authority to erase it")
        }
        let card = try Self.card(bridge)
        let composer = composer(thread.number, now)
        return try composed { () throws(SeekerComposer.Failure) in
            try composer.withdrawal(of: consent.id, card: card)
        }
    }

    private static func card(_ bridge: CommunityView.Bridge) throws(Problem) -> BridgeCard {
        guard let card = bridge.card else {
            throw Problem(
                .tryAgain, "the bridge's card has not arrived here",
                hint: "try again later; the bridge must be running")
        }
        return card
    }

    /// The days of a bridge's forward log as this node has seen them, by day.
    public func checkpoints(
        of bridge: CommunityView.Bridge
    ) async throws(Problem) -> [UInt32: Checkpoint] {
        try await BridgeLog.read(bridge.named.key, view.community, access).days
    }
}
