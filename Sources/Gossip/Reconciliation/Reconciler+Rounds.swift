public import Model
import Wire

// Rounds of our own: one class after another, as the initiator of each session.

extension Reconciler {
    /// Compares with the node on this link as soon as there is room; not twice at once.
    public mutating func begin(with link: LinkID, now: Moment, wall: WallTime) -> [Effect] {
        guard peers[link] != nil, peers[link]?.round == nil else { return [] }
        peers[link]?.due = now
        return advance(now, wall)
    }

    /// Time has passed.
    public mutating func wake(now: Moment, wall: WallTime) -> [Effect] {
        expired(wall)
        takeTurns(now)
        warm()
        var effects: [Effect] = []
        for link in order {
            effects += answerUnread(link, now, wall)
            endSilent(link, now, &effects)
            effects += settle(link, now, wall)
        }
        return effects + advance(now, wall)
    }

    /// Starts what may start.
    mutating func advance(_ now: Moment, _ wall: WallTime) -> [Effect] {
        var effects: [Effect] = []
        for link in order {
            if let due = peers[link]?.due, due <= now, peers[link]?.round == nil {
                startRound(link, wall)
            }
            if case .waiting = peers[link]?.round?.phase, hasRoomForOurs {
                open(link, now, wall, &effects)
            }
        }
        return effects
    }

    // MARK: Turns

    private mutating func takeTurns(_ now: Moment) {
        if let due = nextNeighbour, due <= now {
            nextNeighbour = now.adding(
                milliseconds: choices.jittered(Limits.syncNeighbourMilliseconds))
            takeTurn(now) { $0.isNeighbour }
        }
        if let due = nextOther, due <= now {
            nextOther = now.adding(milliseconds: choices.jittered(Limits.syncOtherMilliseconds))
            takeTurn(now) { !$0.isNeighbour }
        }
    }

    private mutating func takeTurn(_ now: Moment, _ isMeant: (Peer) -> Bool) {
        let links = order.filter { link in
            peers[link].map { isMeant($0) && $0.round == nil && $0.due == nil } ?? false
        }
        // Whoever waits longest: a random one may be left out for an hour.
        let longest = links.map { peers[$0]?.compared ?? Moment(milliseconds: 0) }.min()
        let waiting = links.filter {
            peers[$0]?.compared ?? Moment(milliseconds: 0) == longest
        }
        if let link = choices.pick(waiting) { peers[link]?.due = now }
    }

    /// One group of lanes for the first session that waits for some.
    private mutating func warm() {
        for link in order {
            if case .waiting = peers[link]?.round?.phase,
                let ttlClass = peers[link]?.round?.classes.first, warm(ttlClass)
            {
                return
            }
            if peers[link]?.unread != nil {
                if peers[link]?.theirs?.part?.needsWarming == true {
                    peers[link]?.theirs?.part?.warm()
                    return
                }
                if let theirs = peers[link]?.theirs, theirs.part == nil, warm(theirs.ttlClass) {
                    return
                }
            }
        }
    }

    private mutating func warm(_ ttlClass: TTLClass) -> Bool {
        let place = Int(ttlClass.rawValue)
        guard indexes[place]?.needsWarming == true else { return false }
        indexes[place]?.warm()
        return true
    }

    // MARK: Opening

    private mutating func startRound(_ link: LinkID, _ wall: WallTime) {
        peers[link]?.due = nil
        guard let first = classes.first else { return }
        // What did not come after the last round is lost, unless this one finds it again.
        if peers[link]?.missing.isEmpty == false { peers[link]?.wasCompared = false }
        peers[link]?.missing = []
        var round = SyncRound(classes: classes)
        round.isNewestOnly = isFarBehind(first, wall)
        peers[link]?.round = round
    }

    /// Nothing of the last week is here: what is newest comes first.
    func isFarBehind(_ ttlClass: TTLClass, _ wall: WallTime) -> Bool {
        guard ttlClass.seconds > Self.weekSeconds else { return false }
        guard let last = indexes[Int(ttlClass.rawValue)]?.last else { return true }
        return last.slot.start.adding(seconds: Self.weekSeconds) < wall
    }

    static let weekSeconds: UInt64 = 604_800

    private mutating func open(
        _ link: LinkID, _ now: Moment, _ wall: WallTime, _ effects: inout [Effect]
    ) {
        guard let key = peers[link]?.key, let round = peers[link]?.round,
            let ttlClass = round.classes.first,
            indexes[Int(ttlClass.rawValue)]?.needsWarming == false
        else { return }
        var from = max(Self.oldest(ttlClass, wall), round.from ?? Slot(0))
        if round.isNewestOnly, wall.seconds > Self.weekSeconds {
            from = max(from, WallTime(seconds: wall.seconds - Self.weekSeconds).slot)
        }
        var session = SyncSession(
            number: freeNumber(link), ttlClass: ttlClass, from: from, now: now)
        if !topics.isEmpty {
            session.part =
                indexes[Int(ttlClass.rawValue)]?.only(
                    topics, from: from, most: Limits.syncPartItems
                ).items
        }
        guard let (message, _) = look(&session, key: key, { RangeComparison.opening(&$0) }) else {
            return
        }
        session.count(message)
        peers[link]?.round?.phase = .open(session)
        effects.append(
            .send(
                link,
                .syncOpen(
                    SyncOpen(
                        session: session.number, ttlClass: ttlClass, from: from,
                        topics: [Topic](topics.prefix(Limits.syncTopics)), message: message))))
    }

    /// Chosen at random, so that two nodes that open at once take different ones.
    private mutating func freeNumber(_ link: LinkID) -> UInt32 {
        while true {
            let number = UInt32(truncatingIfNeeded: choices.next())
            if number != 0, number != peers[link]?.theirs?.number { return number }
        }
    }
}
