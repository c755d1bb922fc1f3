import Model
import Sealing
import Sodium
import TestKit
import Testing

@Suite struct ReturnCodeTests {
    static let codes: [String] = {
        let source = SeededRandom.source(26)
        return (0..<200).map { _ in ReturnCode(random: source).groups.joined() }
    }()

    func reads(_ text: some Sequence<UInt8>) -> Bool {
        (try? ReturnCode(String(decoding: [UInt8](text), as: UTF8.self))) != nil
    }

    @Test func codesAreTwentyEightDigitsAndReadBack() throws {
        for code in Self.codes {
            #expect(code.utf8.count == 28)
            #expect(try ReturnCode(code).groups.joined() == code)
        }
        #expect(Set(Self.codes).count == Self.codes.count)
    }

    /// Bytes from 250 on would favour the digits 0 to 5.
    @Test func digitsAreDrawnEvenly() {
        var asked = 0
        let code = ReturnCode { count in
            asked += 1
            return [UInt8](repeating: asked == 1 ? 255 : 7, count: count)
        }
        #expect(asked == 2)
        #expect(code.groups.joined().prefix(26).allSatisfy { $0 == "7" })
    }

    @Test func everyChangedDigitIsMistyped() {
        var read = 0
        for code in Self.codes {
            let digits = [UInt8](code.utf8)
            for place in digits.indices {
                for other in UInt8(0x30)...0x39 where other != digits[place] {
                    var changed = digits
                    changed[place] = other
                    if reads(changed) { read += 1 }
                }
            }
        }
        #expect(read == 0)
    }

    @Test func everyPairOfSwappedNeighboursIsMistyped() {
        var read = 0
        for code in Self.codes {
            var digits = [UInt8](code.utf8)
            for place in 0..<27 where digits[place] != digits[place + 1] {
                digits.swapAt(place, place + 1)
                if reads(digits) { read += 1 }
                digits.swapAt(place, place + 1)
            }
        }
        #expect(read == 0)
    }

    @Test(arguments: [
        "1234 5678 9012 3456 7890 1234 5627", "1234-5678-9012-3456-7890-1234-5627",
        "\t1234—5678–9012‐3456\u{A0}7890\r\n1234 5627 ", "1234567890123456789012345627",
        "١٢٣٤ ٥٦٧٨ ٩٠١٢ ٣٤٥٦ ٧٨٩٠ ١٢٣٤ ٥٦٢٧", "۱۲۳۴ ۵۶۷۸ ۹۰۱۲ ۳۴۵۶ ۷۸۹۰ ۱۲۳۴ ۵۶۲۷",
        "१२३४ ५६७८ ९०१२ ३४५६ ७८९० १२३४ ५६२७",
        "\u{200F}1234 ٥٦٧٨ ۹۰۱۲\u{200E} ३४५६ 7890 1234 5627\u{2066}\u{2069}",
    ])
    func isReadHoweverPeopleWriteIt(_ text: String) throws {
        #expect(try ReturnCode(text).groups.joined(separator: " ") == Self.chapters)
    }

    /// All that the chapter names, between and around the digits; and nothing besides.
    @Test func whatIsSkippedIsSkippedEverywhere() throws {
        let ranges: [ClosedRange<UInt32>] = [
            0x9...0xD, 0x20...0x20, 0x2D...0x2D, 0x85...0x85, 0xA0...0xA0, 0xAD...0xAD,
            0x61C...0x61C, 0x1680...0x1680, 0x2000...0x2015, 0x2028...0x202F, 0x205F...0x2060,
            0x2066...0x2069, 0x2212...0x2212, 0x3000...0x3000, 0xFEFF...0xFEFF,
        ]
        let digits: [ClosedRange<UInt32>] = [
            0x30...0x39, 0x660...0x669, 0x6F0...0x6F9, 0x966...0x96F,
        ]
        var skipped = 0
        for value in 0...UInt32(0xFFFF) {
            guard let scalar = Unicode.Scalar(value),
                !digits.contains(where: { $0.contains(value) })
            else { continue }
            let mark = String(Character(scalar))
            let text = mark + Self.chapters.replacing(" ", with: mark) + mark
            let isRead = (try? ReturnCode(text)) != nil
            if isRead { skipped += 1 }
            if isRead != ranges.contains(where: { $0.contains(value) }) {
                Issue.record("U+\(String(value, radix: 16))")
            }
        }
        #expect(skipped == 51)
    }

    static let chapters = "1234 5678 9012 3456 7890 1234 5627"

    @Test(arguments: [
        "", " ", "1234", chapters + "0", "0" + chapters, chapters.replacing("5627", with: "5628"),
        chapters.replacing("1234", with: "l234"), chapters + "\u{0}",
        chapters.replacing(" ", with: "_"), String(repeating: "9", count: 100_000),
        "½234 5678 9012 3456 7890 1234 5627",
    ])
    func anythingElseIsMistyped(_ text: String) {
        #expect(throws: ReturnCodeError.mistyped) { try ReturnCode(text) }
    }

    /// One code's cases have nothing in common, nor have those of two communities.
    @Test func everyCaseHasKeysOfItsOwn() {
        let code = StretchedCode(secret: .fixed(3))
        let communities = [CommunityID.zero, TestNetwork().community]
        let keys = communities.flatMap { community in
            (0..<StretchedCode.cases).map { code.caseKeys(community, $0) }
        }
        #expect(Set(keys.map { $0.caseID }).count == 16)
        #expect(Set(keys.map { $0.thread.publicKey }).count == 16)
        #expect(Set(keys.map { $0.grantTag.copied() }).count == 16)
        #expect(keys.allSatisfy { $0.shard < 64 })
    }
}
