import TestKit
import Testing
import Wire

@Suite struct CBORTests {
    /// A value no deeper than `depth` more levels.
    func value(_ random: inout SeededRandom, depth: Int) -> CBOR {
        let scalars = 6
        switch random.number(below: depth > 0 ? scalars + 4 : scalars) {
        case 0: return .unsigned(random.next() >> UInt64(random.number(below: 64)))
        case 1: return .negative(random.next() >> UInt64(random.number(below: 64)))
        case 2: return .bytes(random.bytes(random.number(below: 300)))
        case 3: return .string(text(&random))
        case 4: return .bool(random.next() & 1 == 0)
        case 5: return .null
        case 6, 7:
            let count = random.number(below: 5)
            return .array((0..<count).map { _ in value(&random, depth: depth - 1) })
        default:
            var key: UInt64 = 0
            var entries: [CBOR.Entry] = []
            for _ in 0..<random.number(below: 5) {
                key += 1 + random.next() >> UInt64(36 + random.number(below: 28))
                entries.append(CBOR.Entry(key: key, value: value(&random, depth: depth - 1)))
            }
            return .map(entries)
        }
    }

    private func text(_ random: inout SeededRandom) -> String {
        let scalars: [Unicode.Scalar] = ["a", "ß", "Ж", "م", "€", "\u{FFFD}", "🪢", "\u{0}"]
        var out = String.UnicodeScalarView()
        for _ in 0..<random.number(below: 40) {
            out.append(scalars[random.number(below: scalars.count)])
        }
        return String(out)
    }

    @Test func tenThousandValuesComeBackAsTheyWere() throws {
        var random = SeededRandom(1)
        var wrong = 0
        for _ in 0..<10_000 {
            let value = value(&random, depth: 6)
            let bytes = value.encoded
            let back = try CBOR(decoding: bytes)
            if back != value || back.encoded != bytes { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    /// What is accepted is the one encoding of its value; the rest is refused, and nothing traps.
    @Test func aHundredThousandRandomStringsHarmNobody() {
        var random = SeededRandom(2)
        var (accepted, wrong) = (0, 0)
        for _ in 0..<100_000 {
            let bytes = random.bytes(random.number(below: 40))
            guard let value = try? CBOR(decoding: bytes) else { continue }
            accepted += 1
            if value.encoded != bytes { wrong += 1 }
        }
        #expect(accepted > 0)
        #expect(wrong == 0)
    }

    @Test func changedEncodingsAreRefusedOrTheOneEncodingOfSomethingElse() {
        var random = SeededRandom(3)
        for _ in 0..<20_000 {
            let bytes = random.mutated(value(&random, depth: 4).encoded)
            guard let value = try? CBOR(decoding: bytes) else { continue }
            #expect(value.encoded == bytes)
        }
    }

    @Test func everyCutOfAnEncodingIsTruncated() throws {
        let bytes = CBOR.fields(.string("cut"), .array([.bytes([1, 2]), .unsigned(300)])).encoded
        for count in 0..<bytes.count {
            #expect(throws: CBORError.truncated, "\(count) bytes") {
                try CBOR(decoding: [UInt8](bytes.prefix(count)))
            }
        }
        #expect(throws: CBORError.trailingBytes(count: 2)) {
            try CBOR(decoding: bytes + [0, 0])
        }
    }

    @Test func sixteenLevelsAreReadAndSeventeenAreNot() throws {
        func nested(_ levels: Int) -> [UInt8] {
            (1..<levels).reduce(CBOR.null) { inner, _ in .array([inner]) }.encoded
        }
        #expect(try CBOR(decoding: nested(16)).encoded == nested(16))
        #expect(throws: CBORError.tooDeep(limit: 16)) { try CBOR(decoding: nested(17)) }
    }

    @Test func keysAreWrittenInOrderHoweverTheyStand() throws {
        let entries = [9, 1, 300].map { CBOR.Entry(key: $0, value: .unsigned($0)) }
        let bytes = CBOR.map(entries).encoded
        #expect(bytes.first == 0xA3)
        #expect(try CBOR(decoding: bytes) == .map([entries[1], entries[0], entries[2]]))
    }
}
