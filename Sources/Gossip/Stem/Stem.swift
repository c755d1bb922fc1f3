public import Model
public import Wire

/// Lets an item travel along one path before it spreads, so that whoever sees it spread does not
/// see where it began. Source: protocol/21-stem.md.
///
/// What is here is unknown everywhere else: `contains` is for the node alone, never for answers.
public struct Stem: Sendable {
    public enum Effect: Sendable, Equatable {
        case send(LinkID, StemItem)
        /// It enters the open store, spreads from here, and is forgotten here.
        case publish(ItemID, StemItem, isOwn: Bool)
    }

    /// Why something that came by STEM went no further. The neighbour is told nothing.
    public enum Drop: Sendable, Equatable {
        /// Not a neighbour.
        case unknownLink
        /// More than its number a minute.
        case quota
        /// The pool is full.
        case pool
    }

    public enum Heard: Sendable, Equatable {
        case accepted([Effect])
        case dropped(Drop)
    }

    /// All that is kept of one neighbour.
    struct Neighbour: Sendable {
        let isOutbound: Bool
        /// Which of the two stems takes what comes from it, until the epoch ends.
        var route: Int?
        var heard = LastMinute()
    }

    let settings: Settings
    var choices: Choices
    var neighbours: [LinkID: Neighbour] = [:]
    /// In the order they came, so that choices have one order.
    var order: [LinkID] = []
    /// The two that items go to in this epoch, as far as there are links.
    public internal(set) var stems: [LinkID?] = [nil, nil]
    var ownRoute: Int?
    /// Whether what arrives by STEM is published in this epoch, instead of going on.
    var isFluffing = false
    /// Nil until the first link.
    var epochEnds: Moment?
    /// Nil while there are links, and before there was any.
    var linklessSince: Moment?
    var pool: StemPool
    var leaving = StemQueue()

    public init(choices: Choices, settings: Settings = Settings()) {
        self.choices = choices
        self.settings = settings
        pool = StemPool(limit: settings.poolBytes)
    }

    /// Whether an item is on its stem here. To everybody else such an item is unknown.
    public func contains(_ id: ItemID) -> Bool { pool[id] != nil }

    /// Items on their stem here, own and others'.
    public var count: Int { pool.count }

    public var deadline: Moment? {
        var next: [Moment?] = [pool.nextEmbargo, leaving.nextTooLate]
        if order.isEmpty {
            next.append(leaving.oldest.map { linklessEnd($0) })
        } else {
            next.append(epochEnds)
            next.append(nextDeparture)
        }
        return next.compactMap { $0 }.min()
    }

    // MARK: Neighbours

    /// A neighbour came. `isOutbound`: this node dialled it.
    public mutating func linked(_ link: LinkID, isOutbound: Bool, now: Moment) -> [Effect] {
        guard neighbours[link] == nil, order.count < Limits.links else { return [] }
        neighbours[link] = Neighbour(isOutbound: isOutbound)
        order.append(link)
        linklessSince = nil
        guard !startEpochIfDue(now) else { return depart(now) }
        // An inbound link serves only as long as there is no outbound one.
        if isOutbound, let index = stems.firstIndex(where: { !wasDialled($0) }) {
            stems[index] = link
        }
        fillStems()
        return depart(now)
    }

    /// A neighbour went: all that is known of it goes, and another stem takes its place at once.
    public mutating func unlinked(_ link: LinkID, now: Moment) {
        guard neighbours.removeValue(forKey: link) != nil else { return }
        order.removeAll { $0 == link }
        for index in stems.indices where stems[index] == link { stems[index] = nil }
        fillStems()
        if order.isEmpty { linklessSince = now }
    }

    // MARK: Epochs

    /// Whether a new epoch began.
    @discardableResult
    mutating func startEpochIfDue(_ now: Moment) -> Bool {
        guard !order.isEmpty else { return false }
        if let epochEnds, now < epochEnds { return false }
        let jitter = choices.below(Int(min(settings.epochJitterMilliseconds, 1 << 40)) + 1)
        epochEnds = now.adding(milliseconds: settings.epochMilliseconds)
            .adding(milliseconds: UInt64(jitter))
        isFluffing = choices.chance(settings.fluffChance)
        stems = [nil, nil]
        ownRoute = nil
        for link in order { neighbours[link]?.route = nil }
        fillStems()
        return true
    }

    /// Chooses a link for each stem that has none: outbound ones first, for an attacker can dial
    /// us as often as it likes and can't make us dial it.
    private mutating func fillStems() {
        for index in stems.indices where stems[index] == nil {
            let free = order.filter { !stems.contains($0) }
            let outbound = free.filter { wasDialled($0) }
            stems[index] = choices.pick(outbound.isEmpty ? free : outbound)
        }
    }

    private func wasDialled(_ link: LinkID?) -> Bool {
        link.flatMap { neighbours[$0] }?.isOutbound == true
    }

    /// Where what comes from `link` goes in this epoch; nil is this node itself. Never back: then
    /// the other stem takes it. Nil where there is no other link.
    mutating func route(from link: LinkID?) -> LinkID? {
        let known = link == nil ? ownRoute : link.flatMap { neighbours[$0]?.route }
        let index = known ?? choices.below(2)
        if let link { neighbours[link]?.route = index } else { ownRoute = index }
        for stem in [stems[index], stems[1 - index]] {
            if let stem, stem != link { return stem }
        }
        return nil
    }
}
