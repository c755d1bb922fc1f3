import Testing
import Wire

@Suite struct FieldsTests {
    let map = CBOR.fields(
        .unsigned(300), nil, .bytes([1, 2, 3]), .string("words"), .array([.unsigned(1), .null]))

    @Test func entriesAreReadByKeyWithTheirTypes() throws {
        let fields = try Fields(map)
        #expect(try fields.unsigned(1) == 300)
        #expect(try fields.optionalUnsigned(2) == nil)
        #expect(try fields.bytes(3, count: 3) == [1, 2, 3])
        #expect(try fields.text(4) == "words")
        #expect(try fields.array(5).count == 2)
    }

    @Test func whatIsMissingOrOfAnotherTypeNamesItsKey() throws {
        let fields = try Fields(map)
        #expect(throws: ShapeError.missing(key: 2)) { try fields.unsigned(2) }
        #expect(throws: ShapeError.wrongType(key: 3)) { try fields.unsigned(3) }
        #expect(throws: ShapeError.outOfRange(key: 1)) { try fields.integer(1, as: UInt8.self) }
        #expect(throws: ShapeError.outOfRange(key: 3)) { try fields.bytes(3, count: 32) }
        #expect(throws: ShapeError.wrongType(key: 5)) { try fields.unsignedList(5) }
        #expect(throws: ShapeError.wrongType(key: 1)) { try fields.optionalText(1) }
    }

    @Test func onlyMapsHaveFields() {
        #expect(throws: ShapeError.notAMap) { try Fields(.array([])) }
        #expect(throws: ShapeError.notCBOR(.truncated)) { try Fields(decoding: []) }
    }

    @Test func keysThatNobodyKnowsAreIgnored() throws {
        var entries = [CBOR.Entry(key: 1, value: .unsigned(5))]
        entries.append(CBOR.Entry(key: .max, value: .string("of a later version")))
        let fields = try Fields(decoding: CBOR.map(entries).encoded)
        #expect(try fields.unsigned(1) == 5)
    }
}
