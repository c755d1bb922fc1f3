import Bridging
import Model
import Sealing
import TestKit
import Testing
import Wire

/// Events at rest: read as they were written, or not at all.
@Suite struct EventCodingTests {
    static let all: [BridgeEvent] = {
        let (id, at, salt) = (BridgeScript.id(1), testStart, BridgeScript.salt)
        let draft = ConsentDraft(number: 1)
        return [
            .consented(message: draft.message, recipient: .board, at: at),
            .rejected(message: draft.message, reason: "Ended.", at: at),
            .withdrawn(opening: draft.keys.opening(id), at: at), .approved(id, at: at),
            .refused(id, reason: "No: “näher”.", at: at), .sending(id, at: at),
            .delivered(id, id: "4711", salt: salt, at: at),
            .tokened(id, token: "t", salt: salt, at: at), .resolved(id, id: "", at: at),
            .failed(id, why: "Busy.", next: at, at: at),
            .failed(id, why: "No.", next: nil, at: WallTime(seconds: .max)),
            .unclear(id, why: "?", next: at, at: WallTime(seconds: 0)),
            .notFound(id, isSure: true, at: at), .notFound(id, isSure: false, at: at),
            .status(id, AuthorityStatus(isClosed: true, notes: "Done."), at: at),
            .status(id, AuthorityStatus(isClosed: false, notes: nil), at: at),
            .told(id, .told, at: at), .told(id, .impossible, at: at), .told(id, .failed, at: at),
            .answered(
                id,
                message: Answer(
                    consent: id, counter: 1, state: .waiting, text: nil, reference: nil,
                    forwards: []
                ).encoded),
            .checkpointed(day: 7, fill: [salt, salt], record: [1, 2, 3]),
            .checkpointed(day: .max, fill: [], record: []),
        ]
    }()

    @Test(arguments: all)
    func everyEventIsReadAsItWasWritten(_ event: BridgeEvent) {
        #expect(BridgeEvent(decoding: event.encoded) == event)
        #expect(BridgeEvent(decoding: event.encoded + [0]) == nil)
    }

    @Test(arguments: all)
    func noBeginningIsAnEvent(_ event: BridgeEvent) {
        let bytes = event.encoded
        for count in 0..<bytes.count {
            #expect(BridgeEvent(decoding: [UInt8](bytes.prefix(count))) == nil)
        }
    }

    /// Damage is noticed, or makes another event that can be read and applied.
    @Test(arguments: all)
    func damageNeverTraps(_ event: BridgeEvent) throws {
        let bytes = event.encoded
        let script = try BridgeScript.at(.sent)
        for place in bytes.indices {
            for bit: UInt8 in [1, 2, 0x40, 0x80, 0xFF] where place < 120 || place % 97 == 0 {
                var damaged = bytes
                damaged[place] ^= bit
                guard let other = BridgeEvent(decoding: damaged) else { continue }
                #expect(other != event)
                #expect(other.encoded == damaged)
                var book = script.book
                book.apply(other)
                _ = book.dueAnswers(script.now)
                _ = book.orders(script.circumstances)
                _ = book.log.due(script.now)
            }
        }
    }

    @Test func anotherNumberOrShapeIsNoEvent() {
        let values: [CBOR] = [
            .array([]), .array([.unsigned(0)]), .array([.unsigned(17), .bytes([])]),
            .array([.unsigned(4), .bytes([1]), .unsigned(0)]), .map([]), .null,
            .array([.unsigned(4), .bytes(BridgeScript.id(1).bytes), .unsigned(0), .null]),
            .array([.unsigned(14), .bytes(BridgeScript.id(1).bytes), .unsigned(4), .unsigned(0)]),
            .array([.unsigned(16), .unsigned(1 << 32), .array([]), .bytes([])]),
            .array([.unsigned(16), .unsigned(1), .array([.bytes([1])]), .bytes([])]),
        ]
        for value in values { #expect(BridgeEvent(decoding: value.encoded) == nil, "\(value)") }
    }

    @Test func anEventNamesItsConsent() {
        for event in Self.all {
            switch event {
            case .consented, .rejected, .withdrawn, .checkpointed: #expect(event.consent == nil)
            default: #expect(event.consent == BridgeScript.id(1))
            }
        }
    }
}
