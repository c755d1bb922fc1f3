import Bridging
import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

/// Consents as they come to a bridge that knows others already: all ten checks. The first seven,
/// with their reasons: SealingTests/ConsentVectorTests.swift.
@Suite struct ConsentVectorTests {
    /// What a bridge answers, for the presentation is whole; others have nobody to be told.
    static let answered = [
        "unknown-authority", "not-yet-valid", "expired", "unknown-purpose", "not-public",
    ]

    // MARK: Taken

    @Test(arguments: try VectorFile.accepted("consent"))
    func aConsentThatHoldsIsTaken(_ vector: VectorFile) throws {
        var book = try book(vector)
        let id = try #require(ConsentID(try vector.bytes("consent id")))
        let event = try considered(vector, book)
        #expect((event == nil) == (vector.text("again") == "yes"))
        let known = book.order.count
        if let event {
            guard case .consented(_, let recipient, _) = event else {
                Issue.record("\(event)")
                return
            }
            #expect(try recipient.uri == Text(vector.words("audience")))
            #expect(try vector.recipients().contains(recipient))
            book.apply(event)
            #expect(book.order.count == known + 1)
        }
        let entry = try #require(book.entries[id])
        #expect(entry.phase == .waiting)
        #expect(book.holds(entry, try vector.now()))
        #expect(try entry.presentation.bytes == vector.presentation())
        try expectRenewal(vector, book)
        // The same again, with another reply key, is no second consent.
        #expect(try considered(vector, book, replyKey: .fixed(9)) == nil)
        try expectSent(entry, book, vector)
    }

    /// A renewal that counts takes the earlier one's place, one that does not leaves it alone.
    private func expectRenewal(_ vector: VectorFile, _ book: BridgeBook) throws {
        guard let renewal = vector.text("renewal") else { return }
        let earlier = vector.optionalBytes("renews").flatMap { ConsentID($0) }
        let phase = earlier.flatMap { book.entries[$0] }?.phase
        #expect((phase == .replaced) == (renewal == "yes"))
        for entry in book.all where entry.id != earlier { #expect(entry.phase == .waiting) }
    }

    /// Approved and cooled off, it is sent.
    private func expectSent(
        _ entry: BridgeEntry, _ book: BridgeBook, _ vector: VectorFile
    ) throws {
        var book = book
        book.apply(try book.approval(of: entry, now: try vector.now()))
        #expect(book.orders(try circumstances(vector)) == [.send(entry.id)])
    }

    // MARK: Refused

    @Test(arguments: try VectorFile.refused("consent"))
    func aConsentThatDoesNotHoldIsNeverSent(_ vector: VectorFile) throws {
        var book = try book(vector)
        let before = book.order
        let event = try considered(vector, book)
        switch event {
        case nil: #expect(!Self.answered.contains(vector.refusal ?? ""))
        case .rejected: #expect(Self.answered.contains(vector.refusal ?? ""))
        default: #expect(vector.refusal == "withdrawn")
        }
        if let event { book.apply(event) }
        if event != nil { #expect(book.order.count == before.count + 1) }
        // Whatever the bridge's people think of it.
        for entry in book.all where vector.refusal == "withdrawn" || !before.contains(entry.id) {
            #expect(throws: BridgeBook.DecisionError.self) {
                try book.approval(of: entry, now: try vector.now())
            }
            book.apply(.approved(entry.id, at: try vector.now()))
        }
        #expect(book.orders(try circumstances(vector)) == [])
    }

    @Test(arguments: try VectorFile.refused("consent").filter { $0.refusal == "replayed" })
    func aForgeryDoesNotTouchTheConsentWhoseIdItTook(_ vector: VectorFile) throws {
        let book = try book(vector)
        #expect(try considered(vector, book) == nil)
        let entry = try #require(book.all.first)
        #expect(try entry.presentation.bytes != vector.presentation())
        // One of the known ones was refused itself: it has words of the person's own for an
        // authority that publishes.
        if entry.phase == .waiting { try expectSent(entry, book, vector) }
    }

    // MARK: The scenario's bridge

    /// A bridge that took the known presentations and then heard of the openings.
    private func book(_ vector: VectorFile) throws -> BridgeBook {
        var book = BridgeBook(
            BridgeBook.Configuration(
                key: try vector.bytes("bridge key"), coolingOffSeconds: 0, leastPeersInSync: 2,
                firstDay: 0))
        for known in vector.wordsList("known") {
            let message = Consent(presentation: [UInt8](known.utf8), replyKey: .fixed(1)).encoded
            book.apply(
                try #require(
                    book.considered(
                        consent: message, authorities: try vector.recipients(),
                        now: try vector.now())))
        }
        for opening in try vector.bytesList("opened") {
            let message = Withdrawal(opening: opening).encoded
            book.apply(
                try #require(book.considered(withdrawal: message, now: try vector.now())))
        }
        return book
    }

    private func considered(
        _ vector: VectorFile, _ book: BridgeBook, replyKey: Secret = .fixed(2)
    ) throws -> BridgeEvent? {
        let consent = Consent(presentation: try vector.presentation(), replyKey: replyKey)
        return book.considered(
            consent: consent.encoded, authorities: try vector.recipients(),
            now: try vector.now())
    }

    private func circumstances(_ vector: VectorFile) throws -> Circumstances {
        Circumstances(
            now: try vector.now(), peersInSync: 2, authorities: try vector.recipients())
    }
}
