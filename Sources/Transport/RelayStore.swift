public import Model
public import Node
public import Wire

/// What a relay needs of a store. Every completion is called exactly once, on any thread, and may
/// be called before the method returns.
///
/// A read that fails completes with an empty list: the relay then asks for nothing, sends nothing,
/// and the neighbour's next announcement starts anew.
public protocol RelayStore: Sendable {
    /// Stores all of `items` or none. Completed when they are on disk, not before.
    func store(
        _ items: [StoreItem], completion: @escaping @Sendable (StoreOutcome) -> Void)

    /// As `store`, together with whatever was prepared under `ticket`.
    func storeSubmission(
        ticket: UInt64, _ items: [StoreItem],
        completion: @escaping @Sendable (StoreOutcome) -> Void)

    /// Queues retractions until they are due, together with what was prepared under `ticket`.
    func delay(
        ticket: UInt64, _ retractions: [RelayNode.Delayed],
        completion: @escaping @Sendable (StoreOutcome) -> Void)

    /// Stores a queued retraction and takes it off the queue, in one.
    func release(_ item: StoreItem, completion: @escaping @Sendable (StoreOutcome) -> Void)

    /// Queued retractions due by `now`; they stay queued until released.
    func takeDue(_ now: WallTime, completion: @escaping @Sendable ([Retraction]) -> Void)

    /// Drops items that another took the place of.
    func remove(_ ids: [ItemID])

    /// Makes items that were submitted here unknown to others again.
    func hide(_ ids: [ItemID])

    /// Drops what has expired by `now`.
    func expire(_ now: WallTime)

    /// Those of `ids` neither held nor refused, in the order given.
    func missing(among ids: [ItemID], completion: @escaping @Sendable ([ItemID]) -> Void)

    /// What is held under each of `ids`, in the order given.
    func fetch(_ ids: [ItemID], completion: @escaping @Sendable ([RelayNode.Found]) -> Void)

    /// Keeps records of other nodes for the next start, in place of those before.
    func keepAnchors(_ records: [PeerRecord])

    /// Remembers that `node` holds an item submitted here, or applied a retraction made here.
    func witness(_ id: ItemID, _ node: NodeID, isReceipt: Bool)
}
