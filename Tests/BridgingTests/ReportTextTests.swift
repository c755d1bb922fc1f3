import Bridging
import Sealing
import Seeking
import Testing
import Wire

@Suite struct ReportTextTests {
    struct Line: Sendable, CustomTestStringConvertible {
        let field: ReportField
        let line: String

        init(_ field: ReportField, _ line: String) {
            self.field = field
            self.line = line
        }

        var testDescription: String { line }
    }

    private static let mark: Text = "KITH-0123-4567-89AB-CDEF"

    private func text(_ fields: [ReportField]) -> String {
        Report(authority: "https://city.example", mark: Self.mark, fields: fields).text.string
    }

    private static func kind(_ number: UInt64, _ iccs: Text) -> Incident.Kind {
        Incident.Kind(number: number, iccs: iccs)
    }

    static let lines = [
        Line(.account("one\n\ntwo"), "What happened: one\n  \n  two"),
        Line(
            .account("one\r\nReference: KITH"), "What happened: one\n  Reference: KITH"),
        Line(.place("a\u{202E}b\u{85}c\u{2028}d\u{0}e"), "Where: abcde"),
        Line(.language("de-CH"), "Language: de-CH"),
        Line(.kinds([kind(1, "02011")]), "Kind of incident: assault (ICCS 02011)"),
        Line(
            .kinds([kind(13, "0502"), kind(0, "1101")]),
            "Kind of incident: burglary or theft (ICCS 0502), other (ICCS 1101)"),
        Line(.kinds([kind(99, "0999")]), "Kind of incident: other (ICCS 0999)"),
        Line(.bias([1, 4, 77]), "Possible motive: racist xenophobic, anti muslim, other"),
        Line(.reported(3), "Reported to the police: police came to know otherwise"),
        Line(.reported(0), "Reported to the police: other"),
        Line(.reasons([10]), "Why not reported: fear of reprisals"),
        Line(.safety(5), "Feeling of safety: never go out alone after dark"),
        Line(.needs([1, 7]), "Needs: someone to talk to, help with police"),
        Line(.contact("by post"), "How to be in touch safely: by post"),
        Line(.when("on Monday"), "When: on Monday"),
        Line(.place("at the station"), "Where: at the station"),
        Line(.danger(true), "In danger now: yes"),
        Line(.danger(false), "In danger now: no"),
        Line(.area("Altstadt"), "Area: Altstadt"),
        Line(.name("Zoë"), "Name: Zoë"),
        Line(.email("z@example.org"), "E-mail: z@example.org"),
        Line(.phone("+41 31 000 00 00"), "Phone: +41 31 000 00 00"),
    ]

    @Test(arguments: lines)
    func everyFieldIsALineWithItsLabel(_ line: Line) {
        #expect(text([line.field]) == "\(line.line)\nReference: \(Self.mark.string)")
    }

    @Test func fieldsStandInTheChaptersOrderWhateverTheConsentsOrder() {
        let text = text([.phone("1"), .danger(true), .account("a"), .language("en")])
        #expect(
            text.split(separator: "\n").map { $0.prefix { $0 != ":" } }
                == ["What happened", "Language", "In danger now", "Phone", "Reference"])
    }

    @Test func everyFieldNameHasALabelOfItsOwn() {
        let labels = ReportField.Name.allCases.map(\.label)
        #expect(Set(labels).count == labels.count)
    }
}
