import Bridging
import Sealing
import Testing
import Wire

@testable import Authorities

@Suite struct FormTests {
    private func pairs(_ report: Report, _ mapping: Mapping) throws -> [String] {
        try Form(report, mapping).parameters.map { "\($0.name)=\($0.value)" }
    }

    @Test func holdsWhatTheChapterNamesInItsOrderAndNothingElse() throws {
        let fields: [ReportField] = [
            .account("a"), .kinds([kind(3)]), .place("at the station"), .area("Altstadt"),
            .name("Zoë"), .email("z@example.org"), .phone("1"),
        ]
        let mapping = mapping(
            place: "city hall",
            attributes: [
                "harassment": [
                    .init(code: "B", value: .several(["2", "3"])),
                    .init(code: "A", value: .one("1")),
                ], "other": [.init(code: "C", value: .one("4"))],
            ])
        #expect(
            try pairs(report(fields), mapping) == [
                "api_key=key-of-the-bridge", "jurisdiction_id=city.example",
                "service_code=harassment", "description=\(report(fields).text.string)",
                "address_string=at the station", "first_name=Zoë", "email=z@example.org",
                "phone=1", "attribute[A]=1", "attribute[B][]=2", "attribute[B][]=3",
            ])
    }

    struct Address: Sendable {
        let fields: [ReportField]
        let place: String?
        let expected: String?
    }

    @Test(arguments: [
        Address(fields: [.area("B"), .place("A")], place: "C", expected: "A"),
        Address(fields: [.area("B")], place: "C", expected: "B"),
        Address(fields: [], place: "C", expected: "C"),
        Address(fields: [], place: nil, expected: nil),
    ])
    func theLocationIsWhereElseAreaElseAsConfigured(_ address: Address) throws {
        let form = try Form(report(address.fields), mapping(place: address.place))
        let found = form.parameters.first { $0.name == "address_string" }?.value
        #expect(found == address.expected)
    }

    @Test func personalFieldsGoAlongOnlyWhereTheConsentHasThem() throws {
        let names = try Form(report([.account("a")]), mapping()).parameters.map(\.name)
        #expect(names == ["api_key", "jurisdiction_id", "service_code", "description"])
    }

    struct Choice: Sendable {
        let kinds: [UInt64]
        let expected: String?
    }

    @Test(arguments: [
        Choice(kinds: [3], expected: "harassment"),
        Choice(kinds: [5, 1, 3], expected: "assault"),
        Choice(kinds: [5], expected: "other"),
        Choice(kinds: [0], expected: "other"),
        Choice(kinds: [], expected: "other"),
    ])
    func theServiceIsOfTheFirstKindThatTheMappingNames(_ choice: Choice) throws {
        let fields: [ReportField] =
            choice.kinds.isEmpty ? [] : [.kinds(choice.kinds.map { kind($0) })]
        let mapping = mapping(services: [1: "assault", 3: "harassment"])
        let form = try Form(report(fields), mapping)
        #expect(form.parameters.first { $0.name == "service_code" }?.value == choice.expected)
    }

    @Test func aReportOfAKindThatGoesNowhereIsRefused() {
        #expect(throws: FormError.noService) {
            try Form(report([.kinds([kind(5)])]), mapping(other: nil))
        }
    }

    @Test func aReportForSomebodyElseIsRefused() {
        #expect(throws: FormError.otherAuthority) {
            try Form(report(authority: "https://elsewhere.example"), mapping())
        }
    }

    @Test func fourThousandCharactersAreTakenAndOneMoreIsNotCut() throws {
        let room = 4000 - report([.account("")]).text.string.count
        let full = String(repeating: "ä", count: room)
        #expect(try Form(report([.account(Text(full))]), mapping()).parameters.count == 4)
        #expect(throws: FormError.descriptionTooLong(characters: 4001, limit: 4000)) {
            try Form(report([.account(Text(full + "x"))]), mapping())
        }
    }

    @Test func namesAndValuesAreEscapedAsFormsAre() {
        var form = Form()
        form.add("attribute[A][]", "a b&c=d+e\nf~ä")
        #expect(form.encoded == "attribute%5BA%5D%5B%5D=a+b%26c%3Dd%2Be%0Af~%C3%A4")
        #expect(form.query == "attribute%5BA%5D%5B%5D=a%20b%26c%3Dd%2Be%0Af~%C3%A4")
    }

    @Test func neitherAFormNorAMappingShowsItsContent() throws {
        let form = try Form(report(), mapping())
        var shown = "\(form) \(String(reflecting: form)) \(mapping())"
        dump(form, to: &shown)
        dump(mapping(), to: &shown)
        #expect(!shown.contains("key-of-the-bridge") && !shown.contains("shouted"))
    }
}
