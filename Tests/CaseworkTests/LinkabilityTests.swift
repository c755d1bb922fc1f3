import Casework
import Foundation
import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

/// Two consents of one case look like those of two people: to authorities that compare what they
/// got, and to whoever holds the envelopes.
@Suite struct LinkabilityTests {
    /// Longest string that may be shared by chance or shape.
    static let most = 8

    let town: TestCommunity
    let card: BridgeCard
    let bridge = SigningKey(seed: .fixed(0xB1)).publicKey

    init() throws {
        town = try TestCommunity(seed: 5)
        let keys = IntakeSeed(week: testStart.slot.week, seed: .fixed(0xB2)).keys(Manifest.weeks)
        card = BridgeCard(
            firstWeek: testStart.slot.week, keys: keys.map { $0.publicKey }, name: "Bridge",
            coolingOffSeconds: 3600)
    }

    struct Made {
        let presentation: Presentation
        let consent: [EnvelopeDraft]
        let withdrawal: [EnvelopeDraft]
        /// What the bridge reads: reply key and opening.
        let secrets: [[UInt8]]
    }

    func make(
        _ code: StretchedCode, _ fields: [ReportField], to authority: String
    ) throws -> Made {
        let keys = code.caseKeys(town.ana.community, 0)
        let composer = SeekerComposer(
            network: town.ana.network, community: town.ana.community, keys: keys, workBase: 0,
            now: town.now, random: town.random)
        let recipient = Presentation.Recipient(
            uri: Text("https://\(authority).example/reports"), name: "", isPublishing: false)
        let presentation = try composer.present(
            ConsentChoice(
                fields: fields, authority: recipient, bridge: bridge, purpose: .help, days: 30,
                isPublic: false, renews: nil))
        let consent = ConsentKeys(keys.consent)
        let id = presentation.terms.id
        return Made(
            presentation: presentation,
            consent: try composer.consent(presentation, card: card),
            withdrawal: try composer.withdrawal(of: id, card: card),
            secrets: [consent.replyKey(id).copied(), consent.opening(id)])
    }

    // MARK: What can be compared

    /// All strings of nine bytes in some values.
    func pieces(_ values: [[UInt8]]) -> Set<[UInt8]> {
        var pieces: Set<[UInt8]> = []
        for value in values where value.count > Self.most {
            for start in 0..<(value.count - Self.most) {
                pieces.insert([UInt8](value[start...(start + Self.most)]))
            }
        }
        return pieces
    }

    /// A presentation's parts, decoded, and every value in them, decoded where it can be.
    func values(_ presentation: Presentation) throws -> [[UInt8]] {
        var values: [[UInt8]] = []
        let tilde = UInt8(ascii: "~")
        for part in presentation.bytes.split(separator: tilde) {
            for piece in part.split(separator: UInt8(ascii: ".")) {
                let bytes = try #require(decoded(String(decoding: piece, as: UTF8.self)))
                let json = try? JSONSerialization.jsonObject(with: Data(bytes))
                values += json.map { leaves($0) } ?? [bytes]
            }
        }
        return values
    }

    func leaves(_ json: Any) -> [[UInt8]] {
        switch json {
        case let object as [String: Any]: object.values.flatMap { leaves($0) }
        case let array as [Any]: array.flatMap { leaves($0) }
        case let text as String: [[UInt8](text.utf8)] + (decoded(text).map { [$0] } ?? [])
        default: []
        }
    }

    func decoded(_ text: String) -> [UInt8]? {
        let standard = text.replacingOccurrences(of: "-", with: "+")
            .replacingOccurrences(of: "_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        return Data(base64Encoded: standard + padding).map { [UInt8]($0) }
    }

    func envelopes(_ drafts: [EnvelopeDraft]) -> [[UInt8]] {
        drafts.map { $0.header.encoded + $0.body }
    }

    func three() throws -> (one: Made, other: Made, unrelated: Made) {
        let stranger = StretchedCode(secret: .fixed(0xD0))
        return (
            try make(
                town.code,
                [.account("The door of our house was daubed at night."), .language("de")],
                to: "police"),
            try make(
                town.code, [.bias([3]), .needs([1, 4]), .area("Harbour quarter, Lower Town")],
                to: "city"),
            try make(
                stranger, [.contact("Write in the evening, please."), .safety(2)], to: "board")
        )
    }

    // MARK: Tests

    @Test func presentationsOfOneCaseShareNoMoreThanStrangersDo() throws {
        let (one, other, unrelated) = try three()
        let shared = pieces(try values(one.presentation))
            .intersection(pieces(try values(other.presentation)))
            .subtracting(pieces(try values(unrelated.presentation)))
        #expect(shared.isEmpty, "\(shared.map { String(decoding: $0, as: UTF8.self) })")
    }

    @Test func envelopesOfOneCaseShareNoMoreThanStrangersDo() throws {
        let (one, other, unrelated) = try three()
        for (l, r, stranger) in [
            (one.consent, other.consent, unrelated.consent),
            (one.withdrawal, other.withdrawal, unrelated.withdrawal),
            (one.consent, one.withdrawal, unrelated.withdrawal),
        ] {
            let shared = pieces(envelopes(l)).intersection(pieces(envelopes(r)))
                .subtracting(pieces(envelopes(stranger)))
            #expect(shared.isEmpty, "\(shared.map { $0.hex })")
        }
    }

    /// The bridge itself reads reply keys and openings.
    @Test func whatTheBridgeReadsSharesNothingEither() throws {
        let (one, other, _) = try three()
        #expect(pieces(one.secrets).isDisjoint(with: pieces(other.secrets)))
        #expect(pieces(one.secrets).isDisjoint(with: pieces(try values(other.presentation))))
        #expect(pieces(one.secrets).isDisjoint(with: pieces(try values(one.presentation))))
    }

    /// The comparison itself finds what there is to find.
    @Test func aSharedValueIsFound() throws {
        let keys = (SigningKey(seed: .fixed(1)), SigningKey(seed: .fixed(2)))
        func presentation(_ key: SigningKey, _ number: UInt8) throws -> Presentation {
            let id = try #require(ConsentID([UInt8](repeating: number, count: 16)))
            let terms = ConsentTerms(
                id: id, authority: "https://a.example/", bridge: bridge,
                purpose: Purpose.help.term, issued: testStart,
                expires: testStart.adding(seconds: 86400),
                commitment: ConsentKeys.commitment(opening: [number]), isPublic: false,
                renews: nil)
            return Presentation(
                [.safety(1)], terms, by: key, random: SeededRandom.source(UInt64(number)))
        }
        let stranger = pieces(try values(presentation(keys.1, 3)))
        let same = pieces(try values(presentation(keys.0, 1)))
            .intersection(pieces(try values(presentation(keys.0, 2))))
        #expect(!same.subtracting(stranger).isEmpty)
    }
}
