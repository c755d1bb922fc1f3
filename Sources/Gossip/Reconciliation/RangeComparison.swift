public import Model

/// An ordered set that tells fingerprints of its ranges.
public protocol OrderedItems {
    var count: Int { get }
    /// The item with `rank` smaller ones.
    func item(at rank: Int) -> RangeItem
    /// How many items are below `bound`.
    func rank(of bound: RangeBound) -> Int
    /// The ids of a range of ranks, ascending.
    func ids(_ ranks: Range<Int>) -> [ItemID]
    /// Whether the id is held, wherever it stands.
    func contains(_ id: ItemID) -> Bool
    /// 16 bytes that differ where the ranges differ.
    mutating func fingerprint(_ ranks: Range<Int>) -> [UInt8]
    /// What fingerprints cost so far, in units of the set's own.
    var work: Int { get }
}

/// One step of comparing two ordered sets, with the choices of Negentropy's reference: a range that
/// differs is told by ids if it holds fewer than 32 items, else as 16 fingerprints.
/// Source: protocol/22-reconciliation.md, "A step".
public struct RangeComparison: Sendable {
    public enum Role: Sendable { case initiator, responder }

    /// How much one step may find and cost.
    public struct Bounds: Sendable {
        /// A message's most bytes; 0 for any number.
        public var messageBytes: Int
        /// Ids told in `have`; those beyond are left out.
        public var have: Int
        /// Units of the set's work.
        public var work: Int

        public init(messageBytes: Int, have: Int = .max, work: Int = .max) {
            self.messageBytes = messageBytes
            self.have = have
            self.work = work
        }
    }

    /// What came of a message. Only an initiator learns ids.
    public struct Answer: Sendable, Equatable {
        public var message: [UInt8] = []
        /// Ids that this side alone has.
        public var have: [ItemID] = []
        /// Ids that the other side alone has.
        public var need: [ItemID] = []
        /// Items seen to be on one side only.
        public var differences = 0
        /// The work ran out: `message` is not to be sent.
        public var isExhausted = false

        /// An initiator has no more to ask.
        public var isLast: Bool { message.count <= 1 }
    }

    static let parts = 16
    /// What stays free in a message: the last claims end within it.
    static let reservedBytes = 200

    let role: Role
    let bounds: Bounds
    private var writer = RangeWriter()
    private var answer = Answer()
    /// Ranges up to here need no more comparing, and this was not written yet.
    private var skipped: RangeBound?

    private init(_ role: Role, _ bounds: Bounds) {
        self.role = role
        self.bounds = bounds
    }

    /// The message that begins a comparison.
    public static func opening(_ items: inout some OrderedItems) -> [UInt8] {
        var step = RangeComparison(.initiator, Bounds(messageBytes: 0))
        step.split(0..<items.count, to: .infinity, &items)
        return step.writer.bytes
    }

    /// Reads one message and writes the next.
    ///
    /// - Throws: `RangeMessageError`; nothing of the message counts then.
    public static func answer(
        _ message: [UInt8], as role: Role, within bounds: Bounds, _ items: inout some OrderedItems
    ) throws(RangeMessageError) -> Answer {
        guard let version = message.first else { throw .empty }
        guard RangeFormat.versions.contains(version) else { throw .version(version) }
        var step = RangeComparison(role, bounds)
        guard version == RangeFormat.version else {
            // The other side may go on in this version, if it speaks it.
            guard role == .responder else { throw .version(version) }
            return Answer(message: step.writer.bytes)
        }
        try step.read(message.dropFirst(), &items)
        step.answer.message = step.writer.bytes
        return step.answer
    }

    private mutating func read(
        _ bytes: ArraySlice<UInt8>, _ items: inout some OrderedItems
    ) throws(RangeMessageError) {
        var reader = RangeReader(bytes)
        let worked = items.work
        var lower = 0
        var isFull = false
        while let claim = try reader.next() {
            // The rest is read to see that it is well-formed, and not looked at.
            if isFull || answer.isExhausted { continue }
            let mark = writer.bytes.count
            var upper = max(lower, items.rank(of: claim.bound))
            let isKept = compare(claim, lower, &upper, &items)
            if exceeds(writer.bytes.count) {
                if !isKept { writer.cut(to: mark) }
                // The range left out lies in the rest for the reader. As with the reference this
                // fingerprint does not cover it, and so differs all the more.
                writer.fingerprint(items.fingerprint(upper..<items.count), to: .infinity)
                isFull = true
            }
            answer.isExhausted = items.work - worked > bounds.work
            lower = upper
        }
    }

    /// Compares one range. Whether what it wrote stays, however long: a list ends by itself.
    private mutating func compare(
        _ claim: RangeClaim, _ lower: Int, _ upper: inout Int, _ items: inout some OrderedItems
    ) -> Bool {
        switch claim.kind {
        case .skip: skipped = claim.bound
        case .fingerprint(let theirs):
            if items.fingerprint(lower..<upper) == theirs {
                skipped = claim.bound
            } else {
                writeSkip()
                split(lower..<upper, to: claim.bound, &items)
                return false
            }
        case .ids(let theirs) where role == .initiator:
            learn(theirs, lower..<upper, items)
            skipped = claim.bound
        case .ids(let theirs):
            tell(theirs, lower, &upper, claim.bound, items)
        }
        return true
    }

    private mutating func writeSkip() {
        guard let bound = skipped else { return }
        skipped = nil
        writer.skip(to: bound)
    }

    private mutating func learn(
        _ theirs: [ItemID], _ range: Range<Int>, _ items: some OrderedItems
    ) {
        var listed = Set(theirs)
        let isHeld = theirs.map { items.contains($0) }
        // Of an id named twice the first counts.
        for (id, isHeld) in zip(theirs, isHeld) where !isHeld && listed.remove(id) != nil {
            answer.need.append(id)
            answer.differences += 1
        }
        var rank = range.lowerBound
        while rank < range.upperBound, answer.have.count < bounds.have {
            let end = min(rank + 1024, range.upperBound)
            for id in items.ids(rank..<end) where !listed.contains(id) {
                guard answer.have.count < bounds.have else { break }
                answer.have.append(id)
                answer.differences += 1
            }
            rank = end
        }
    }

    /// Lists our ids of a range, as many as the message has room for; `upper` comes down to where
    /// the list ends.
    private mutating func tell(
        _ theirs: [ItemID], _ lower: Int, _ upper: inout Int, _ bound: RangeBound,
        _ items: some OrderedItems
    ) {
        var end = bound
        if bounds.messageBytes > 0 {
            let room = bounds.messageBytes - Self.reservedBytes - writer.bytes.count
            let most = max(room, -1) / 32 + (room < 0 ? 0 : 1)
            if upper - lower > most {
                upper = lower + most
                let first = items.item(at: upper)
                end = RangeBound(time: first.time, prefix: first.id.bytes)
            }
        }
        writeSkip()
        let ours = items.ids(lower..<upper)
        writer.ids(ours, to: end)
        let listed = Set(theirs)
        let common = ours.reduce(0) { $0 + (listed.contains($1) ? 1 : 0) }
        answer.differences += ours.count + listed.count - 2 * common
    }

    private mutating func split(
        _ range: Range<Int>, to bound: RangeBound, _ items: inout some OrderedItems
    ) {
        guard range.count >= 2 * Self.parts else {
            return writer.ids(items.ids(range), to: bound)
        }
        let (size, larger) = range.count.quotientAndRemainder(dividingBy: Self.parts)
        var start = range.lowerBound
        for part in 0..<Self.parts {
            let end = start + size + (part < larger ? 1 : 0)
            let fingerprint = items.fingerprint(start..<end)
            let isLast = end == range.upperBound
            writer.fingerprint(
                fingerprint,
                to: isLast
                    ? bound : RangeBound.between(items.item(at: end - 1), items.item(at: end)))
            start = end
        }
    }

    private func exceeds(_ bytes: Int) -> Bool {
        bounds.messageBytes > 0 && bytes > bounds.messageBytes - Self.reservedBytes
    }
}
