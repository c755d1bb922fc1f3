import Model
import Sealing
import TestKit
import Testing
import Wire

@testable import Seeking

/// Packs made to cost much or to break something.
@Suite struct GuidanceHostilityTests {
    /// Every accepted pack, a byte at a time changed, cut or doubled: read or refused, never more.
    @Test(
        arguments: try VectorFile.some(VectorFile.accepted("guidance"), where: "check", is: "pack"))
    func aDamagedPackIsReadOrRefused(_ vector: VectorFile) throws {
        var random = SeededRandom(3)
        let good = try vector.bytes("cbor")
        for _ in 0..<1500 {
            var bytes = good
            for _ in 0...(random.next() % 3) {
                let at = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: at)
                default: bytes.insert(bytes[at], at: at)
                }
            }
            guard let fields = try? Fields(decoding: bytes), let tag = try? fields.words(1),
                let pack = try? GuidancePack.read(Guidance(language: tag, pack: fields.value(2)))
            else { continue }
            #expect(pack.faults == [])
            #expect(try pack.advice(GuidanceAnswers()).contacts.isEmpty == false)
            let fresh = try GuidancePack.read(
                Guidance(language: pack.language, pack: CBOR(decoding: pack.cbor.encoded)))
            #expect(fresh == pack)
        }
    }

    @Test func listsThatAreTooLongAreRefusedBeforeTheyAreRead() {
        let many = CBOR.array([CBOR](repeating: .null, count: 30_000))
        let pack = CBOR.map([
            .init(key: 1, value: .string("Help")), .init(key: 2, value: .unsigned(1)),
            .init(key: 4, value: .string("Here")), .init(key: 6, value: many),
        ])
        #expect(
            throws: GuidanceFault("contacts", .tooMany(count: 30_000, limit: Limits.packContacts))
        ) { try GuidancePack.read(Guidance(language: "en", pack: pack)) }
    }

    /// The most rows, conditions and values there may be are gone through in no time.
    @Test func theLargestTablesAreEvaluatedAtOnce() throws {
        var pack = GuidanceCheckingTests.pack()
        let answers = (0..<12).map { GuidancePack.Answer(id: Text("a\($0)"), text: "Yes") }
        pack.questions = (0..<16).map {
            .init(id: Text("q\($0)"), text: "Question?", answers: answers)
        }
        let values: [Text?] = answers.dropFirst().map { $0.id }
        let row = GuidancePack.Row(
            conditions: (0..<8).map { .answer(Text("q\($0)"), oneOf: values + [nil]) },
            results: [.init(id: "one", urgency: .soon), .init(id: "two", urgency: .later)])
        pack.tables = (0..<16).map {
            .init(
                id: Text("t\($0)"), mode: .all, rows: [GuidancePack.Row](repeating: row, count: 64))
        }
        let given = (0..<16).map {
            GuidanceAnswers.Given(question: Text("q\($0)"), answer: "a11")
        }
        let start = ContinuousClock.now
        let advice = try pack.advice(GuidanceAnswers(given))
        #expect(start.duration(to: .now) < .seconds(5))
        #expect(advice.sections.map { $0.id } == ["one", "two"])
    }

    @Test(arguments: [
        "{}", "[]", "null", "\"x\"", "{\"language\":1}", "{\"language\":\"en\",\"title\":\"T\"}",
        "{\"tables\":{}}", "{\"sections\":[{\"id\":[]}]}", "{\"a\":1}", "{\"title\":\"T\",}", "",
        "{\"title\":\"T\",\"title\":\"T\"}", "[[[[[[[[[[[[]]]]]]]]]]]]",
    ])
    func aFileThatIsNoPackIsRefusedWithItsPlace(_ text: String) {
        #expect(throws: GuidanceFault.self) { try GuidancePack(source: [UInt8](text.utf8)) }
    }

    @Test func aSlipInAFileIsNamedWithItsPath() {
        /// The first but that contacts are missing.
        func fault(_ text: String) -> GuidanceFault? {
            let head = #"{"language":"en","title":"T","reviewed":"2026-11-01","area":"A","#
            return GuidancePack.faults(of: [UInt8]((head + text + "}").utf8))
                .first { $0.path != "contacts" }
        }
        #expect(
            fault(#""contacts":[{"id":"e","name":"E","fone":["112"]}]"#)
                == GuidanceFault("contacts[0]", .unknownEntry("fone")))
        #expect(
            fault(#""contacts":[{"id":"e","name":"E","needs":["sleep"]}]"#)
                == GuidanceFault("contacts[0].needs[0]", .unknownID("sleep")))
        #expect(
            fault(#""tables":[{"id":"t","mode":"some","rows":[]}]"#)
                == GuidanceFault("tables[0].mode", .wrongType))
        #expect(
            fault(#""tables":[{"id":"t","mode":"all","rows":[{"when":{"incident.kinds":["x"]}}]}]"#)
                == GuidanceFault(
                    "tables[0].rows[0].when.incident.kinds[0]", .unknownID("x")))
        #expect(
            fault(#""sections":[{"id":"s","heading":"H"}]"#)
                == GuidanceFault("sections[0].body", .missing))
    }

    // MARK: Days

    @Test func daysAreThoseOfTheCalendar() {
        for (text, number): (Text, UInt32) in [
            ("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-27", 20_784),
            ("9999-12-31", 2_932_896),
        ] {
            #expect(CalendarDay.number(text) == number)
            #expect(CalendarDay.text(number) == text)
        }
        for number: UInt32 in stride(from: 0, to: 60_000, by: 7) {
            #expect(CalendarDay.number(CalendarDay.text(number)) == number)
        }
        for text: Text in [
            "1969-12-31", "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-11-31",
            "2026-11-00", "2026-1-1", "20261101", "2026-11-0x", "2026/11/01", "",
        ] {
            #expect(CalendarDay.number(text) == nil)
        }
        #expect(CalendarDay.text(.max) == "9999-12-31")
    }
}
