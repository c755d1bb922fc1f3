public import Bridging
public import Model
public import Wire

/// The seam between a bridge's decisions and a way to reach an authority: Open311 today, others
/// beside it. Source: protocol/19-delivery.md.
public protocol DeliveryAdapter: Sendable {
    /// Sends a report once. Never repeats by itself: the bridge decides.
    func deliver(_ report: Report) async -> DeliveryOutcome

    /// Looks for a report that may have arrived, by its mark.
    ///
    /// - Parameters:
    ///   - since: the first moment at which it can have been sent.
    ///   - now: until when to look.
    func find(_ mark: Text, since: WallTime, now: WallTime) async -> FindOutcome

    /// What became of a token that `deliver` brought instead of an id.
    func resolve(token: Text) async -> TokenOutcome

    /// How a report stands at the authority.
    func status(of id: Text) async -> StatusOutcome

    /// Tells the authority that the person has withdrawn their consent.
    func tellWithdrawal(of id: Text, now: WallTime) async -> TellOutcome
}
