public import Model
public import Sealing
import Sodium
public import Wire

/// What a return code finds: the seeker's own cases and notes, made of nothing but the envelopes
/// of some weeks. Source: protocol/12-cases.md.
///
/// Envelopes are looked through twice: own copies and grants first, then what lies under the keys
/// that they bring. Nothing is kept but what was found. The same envelopes in any order give the
/// same book, and one that comes again changes nothing.
public struct SeekerBook: Sendable {
    public internal(set) var threads: [Thread]
    let network: NetworkID
    let community: CommunityID
    let rosters: [[UInt8]]
    /// Finds own copies at even places and grants at odd ones, of each thread in its turn.
    private let firstTags: [Secret]
    /// Keys that were found and looked for since: all that was read was looked through with them.
    private var secondKeys: [SecondKey] = []
    /// Envelopes looked through, and those of the second pass under way.
    private var firstCount: Int64 = 0
    private var secondCount: Int64 = 0

    public init(
        _ code: StretchedCode, network: NetworkID, community: CommunityID, rosters: [[UInt8]]
    ) {
        self.network = network
        self.community = community
        self.rosters = rosters
        threads = (0..<StretchedCode.cases).map {
            Thread(number: $0, keys: code.caseKeys(community, $0))
        }
        firstTags = threads.flatMap { [$0.keys.selfTag, $0.keys.grantTag] }
    }

    /// The first number that nothing was found for.
    public var freeNumber: UInt8? { threads.first { $0.isUnused }?.number }

    // MARK: Reading

    /// Reads all envelopes of some weeks, in the order this node received them.
    public mutating func read(_ received: [(arrival: Int64, envelope: Envelope)]) {
        let envelopes = received.inOrder { $0.arrival < $1.arrival }
        for isSecond in [false, true] {
            if isSecond { secondKeys = keysFound }
            let finder = finder(isSecond: isSecond)
            for (arrival, envelope) in envelopes {
                look(envelope.bytes, 0..<envelope.bytes.count, arrival, finder)
            }
        }
        inOrder()
    }

    /// First pass over envelopes that stand one after the other in `batch`: own copies, grants, and
    /// what lies under keys that an earlier second pass knew.
    ///
    /// - Returns: how many there were.
    /// - Throws: `EnvelopeError` where the batch goes on with something else; what stands before
    ///   it was read.
    @discardableResult
    public mutating func scan(_ batch: [UInt8]) throws(EnvelopeError) -> Int {
        let (count, error) = walk(batch, finder(isSecond: false), from: firstCount)
        firstCount += Int64(count)
        if let error { throw error }
        return count
    }

    /// Whether keys were found under which something may lie in what was read before.
    public var needsSecondPass: Bool {
        keysFound.contains { key in !secondKeys.contains { $0.tag == key.tag } }
    }

    /// Second pass: all batches once more, in the same order.
    @discardableResult
    public mutating func scanAgain(_ batch: [UInt8]) throws(EnvelopeError) -> Int {
        if needsSecondPass {
            secondKeys = keysFound
            secondCount = 0
        }
        let (count, error) = walk(batch, finder(isSecond: true), from: secondCount)
        secondCount += Int64(count)
        if let error { throw error }
        return count
    }

    /// How many envelopes were looked through, and what ended them early.
    private mutating func walk(
        _ batch: [UInt8], _ finder: Finder, from arrival: Int64
    ) -> (count: Int, error: EnvelopeError?) {
        defer { inOrder() }
        var walk = EnvelopeWalk(batch)
        var count = 0
        do {
            while let range = try walk.next() {
                count += 1
                look(batch, range, arrival + Int64(count), finder)
            }
            return (count, nil)
        } catch {
            return (count, error)
        }
    }

    private mutating func inOrder() {
        for index in threads.indices {
            let thread = threads[index]
            threads[index].told = thread.told.inOrder { $0.at < $1.at }
            threads[index].messages = thread.messages.inOrder { $0.at < $1.at }
            threads[index].statuses = thread.statuses.inOrder { $0.at < $1.at }
            threads[index].consents = thread.consents.inOrder { $0.at < $1.at }
            for (place, consent) in thread.consents.enumerated() {
                let replies = consent.replies.inOrder { $0.answer.counter < $1.answer.counter }
                threads[index].consents[place].replies = replies
            }
        }
    }

    // MARK: Looking

    /// A key that was found, and what lies under it.
    struct SecondKey: Sendable {
        let tag: Secret
        let key: Secret
        let thread: Int
        /// The consent that is answered under it; nil for a case key.
        let consent: ConsentID?
    }

    private var keysFound: [SecondKey] {
        var keys: [SecondKey] = []
        for (index, thread) in threads.enumerated() {
            for granted in thread.caseKeys {
                keys.append(
                    SecondKey(
                        tag: Mailbox.tagKey(of: granted.key), key: granted.key, thread: index,
                        consent: nil))
            }
            let consentKeys = ConsentKeys(thread.keys.consent)
            for consent in thread.consents {
                let key = consentKeys.replyKey(consent.id)
                keys.append(
                    SecondKey(
                        tag: Mailbox.tagKey(of: key), key: key, thread: index,
                        consent: consent.id))
            }
        }
        return keys
    }

    /// Tag keys that are looked for; those of the first pass come first.
    private struct Finder {
        let tags: MailboxFinder
        let firstCount: Int
    }

    private func finder(isSecond: Bool) -> Finder {
        let first = isSecond ? [] : firstTags
        return Finder(
            tags: MailboxFinder(first + secondKeys.map { $0.tag }), firstCount: first.count)
    }

    private mutating func look(
        _ bytes: [UInt8], _ range: Range<Int>, _ arrival: Int64, _ finder: Finder
    ) {
        guard let place = finder.tags.find(in: bytes, at: range.lowerBound) else { return }
        if place >= finder.firstCount {
            let key = secondKeys[place - finder.firstCount]
            guard let found = newlyFound(bytes, range, in: key.thread) else { return }
            if let consent = key.consent {
                readAnswer(found, arrival, key, consent)
            } else {
                readShared(found, arrival, key)
            }
            return
        }
        let index = place / 2
        guard let found = newlyFound(bytes, range, in: index) else { return }
        let keys = threads[index].keys
        if place % 2 == 0 {
            threads[index].taken.append(found.erasable(by: keys.erase))
            readCopy(found, arrival, index)
        } else {
            // With which key it can be taken back is known once all of it was read.
            threads[index].grants.append(found.erasable(by: keys.grantTag))
            readGrant(found, arrival, index)
        }
    }

    /// An envelope that carries one of our hints.
    struct Found {
        let envelope: Envelope
        let bodyHash: [UInt8]
        let id: ItemID

        func erasable(by key: Secret) -> Erasable {
            Erasable(header: envelope.header, bodyHash: bodyHash, key: key)
        }
    }

    /// The envelope in these bytes, unless the thread has it already or has its fill.
    private mutating func newlyFound(
        _ bytes: [UInt8], _ range: Range<Int>, in index: Int
    ) -> Found? {
        // Relays hold what they can't read: one that breaks a rule is not ours.
        guard let envelope = try? Envelope(decoding: [UInt8](bytes[range])) else { return nil }
        let bodyHash = Naming.bodyHash(envelope.body)
        let id = Naming.envelopeID(network: network, header: envelope.header, bodyHash: bodyHash)
        guard threads[index].known.count < Limits.foundPerCase,
            !threads[index].known.contains(id)
        else { return nil }
        threads[index].known.append(id)
        return Found(envelope: envelope, bodyHash: bodyHash, id: id)
    }

    /// What an envelope holds; nil if it does not open.
    func opened(_ found: Found, _ opener: Opener, _ arrival: Int64) -> OpenedPart? {
        guard let part = Sealer.open(found.envelope, with: opener, community: community) else {
            return nil
        }
        return OpenedPart(
            id: found.id, header: found.envelope.header, content: part, arrival: arrival)
    }
}
