import Model
import Sealing
import TestKit
import Testing
import Wire

@testable import Seeking

/// What the checker finds in packs that hold all rules, and what answers they lead to.
@Suite struct GuidanceCheckingTests {
    typealias Pack = GuidancePack

    /// A pack with two questions, a to be answered x, y or z, b with x or y, and these tables.
    static func pack(_ tables: Pack.Table...) -> Pack {
        var pack = Pack(language: "en", title: "Help", reviewed: 20_000, country: "ES", area: nil)
        var emergency = Pack.Contact(id: "emergency", name: "Emergency")
        emergency.phones = ["112"]
        emergency.isEmergency = true
        var line = Pack.Contact(id: "line", name: "Line")
        line.phones = ["116 006"]
        pack.contacts = [emergency, line]
        pack.sections = ["one", "two"].map {
            Pack.Section(id: $0, heading: "Heading", body: [.paragraph("Words.")])
        }
        pack.questions = [("a", ["x", "y", "z"]), ("b", ["x", "y"])].map { id, answers in
            Pack.Question(
                id: id, text: "Question?", answers: answers.map { .init(id: $0, text: "Yes") })
        }
        pack.tables = tables
        return pack
    }

    static func table(_ mode: Pack.Table.Mode, _ rows: Pack.Row...) -> Pack.Table {
        Pack.Table(id: mode == .first ? "first" : "all", mode: mode, rows: rows)
    }

    static func row(_ conditions: Pack.Condition..., show id: Text = "one") -> Pack.Row {
        Pack.Row(conditions: conditions, results: [.init(id: id, urgency: .soon)])
    }

    /// Paths of what is found of a kind.
    func found(_ kind: GuidanceFinding.Kind, _ pack: Pack) -> [String] {
        #expect(pack.faults == [])
        return pack.findings(today: 20_000).filter { $0.kind == kind }.map { $0.path.string }
    }

    func a(_ values: Text?...) -> Pack.Condition { .answer("a", oneOf: values) }
    func b(_ values: Text?...) -> Pack.Condition { .answer("b", oneOf: values) }

    // MARK: Rows

    @Test func aRowBehindOneThatAlwaysFitsIsNeverReached() {
        let rows = [Self.row(), Self.row(a("x"))]
        let first = Pack.Table(id: "t", mode: .first, rows: rows)
        let all = Pack.Table(id: "t", mode: .all, rows: rows)
        #expect(found(.rowNeverReached, Self.pack(first)) == ["tables[0].rows[1]"])
        #expect(found(.rowNeverReached, Self.pack(all)) == [])
    }

    @Test func severalRowsTogetherCanLeaveNothingForTheNext() {
        let pack = Self.pack(
            Self.table(
                .first, Self.row(a("x", "y")), Self.row(a("z", nil), b("x")),
                Self.row(a("z", nil), b("y", nil)), Self.row(b("x"))))
        #expect(found(.rowNeverReached, pack) == ["tables[0].rows[3]"])
    }

    @Test func noAnswerIsAnAnswerThatLeavesARow() {
        let pack = Self.pack(
            Self.table(.first, Self.row(a("x", "y", "z")), Self.row(show: "two")))
        #expect(found(.rowNeverReached, pack) == [])
        let full = Self.pack(
            Self.table(.first, Self.row(a("x", "y", "z", nil)), Self.row(show: "two")))
        #expect(found(.rowNeverReached, full) == ["tables[0].rows[1]"])
    }

    @Test func kindsMayComeTogetherAndNotAtAll() {
        let pack = Self.pack(
            Self.table(
                .first, Self.row(.kinds([1, 2])), Self.row(.kinds([2, 3])),
                Self.row(.kinds([1]), .needs([1])), Self.row(.needs([1]))))
        #expect(found(.rowNeverReached, pack) == ["tables[0].rows[2]"])
    }

    /// The checker's word on small tables is that of trying all there is.
    @Test func whatIsNeverReachedIsWhatNoAnswersReach() {
        var random = SeededRandom(7)
        for _ in 0..<300 {
            let rows = (0..<5).map { _ in
                var conditions: [Pack.Condition] = []
                for (id, answers) in [("a", ["x", "y", "z"]), ("b", ["x", "y"])] {
                    let chosen = (answers.map { Text($0) } + [nil]).filter { _ in
                        random.next() % 3 > 0
                    }
                    if !chosen.isEmpty, random.next() % 4 > 0 {
                        conditions.append(.answer(Text(id), oneOf: chosen))
                    }
                }
                if random.next() % 4 == 0 { conditions.append(.kinds([1 + random.next() % 2])) }
                return Pack.Row(
                    conditions: conditions, results: [.init(id: "one", urgency: .soon)])
            }
            let pack = Self.pack(Pack.Table(id: "t", mode: .first, rows: rows))
            var reached: Set<Int> = []
            for answers in Self.everyAnswer {
                if let index = reachedRow(pack, answers) {
                    reached.insert(index)
                }
            }
            let never = (0..<5).filter { !reached.contains($0) }.map { "tables[0].rows[\($0)]" }
            #expect(found(.rowNeverReached, pack) == never)
        }
    }

    /// The row of the only table that counts, told by what it shows alone.
    func reachedRow(_ pack: Pack, _ answers: GuidanceAnswers) -> Int? {
        var told = pack
        told.sections = pack.tables[0].rows.indices.map {
            Pack.Section(id: Text("row\($0)"), heading: "Heading", body: [.paragraph("Words.")])
        }
        for index in pack.tables[0].rows.indices {
            told.tables[0].rows[index].results = [
                .init(id: Text("row\(index)"), urgency: .soon)
            ]
        }
        let shown = try? told.advice(answers).sections.first?.id.string
        return shown.flatMap { Int($0.dropFirst(3)) }
    }

    static let everyAnswer: [GuidanceAnswers] = {
        var all: [GuidanceAnswers] = []
        for a: Text? in [nil, "x", "y", "z"] {
            for b: Text? in [nil, "x", "y"] {
                for kinds: [UInt64] in [[], [1], [2], [1, 2]] {
                    var answers = GuidanceAnswers(kinds: kinds)
                    if let a { answers.given.append(.init(question: "a", answer: a)) }
                    if let b { answers.given.append(.init(question: "b", answer: b)) }
                    all.append(answers)
                }
            }
        }
        return all
    }()

    // MARK: Others

    @Test func aQuestionThatOnlyLostRowsAskAboutHasNoEffect() {
        let pack = Self.pack(Self.table(.first, Self.row(a("x")), Self.row(), Self.row(b("x"))))
        #expect(found(.questionWithoutEffect, pack) == ["questions[1]"])
        #expect(found(.neverChosen, pack) == ["sections[1]", "contacts[1]"])
    }

    @Test func whoAnswersNothingIsShownSomething() {
        let silent = Self.pack(Self.table(.all, Self.row(a("x")), Self.row(b("x"))))
        #expect(found(.nothingWithoutAnswers, silent) == ["tables"])
        let spoken = Self.pack(Self.table(.all, Self.row(a("x")), Self.row(a(nil))))
        #expect(found(.nothingWithoutAnswers, spoken) == [])
    }

    @Test func aPackNobodyLookedThroughForAYearIsNamed() {
        let pack = Self.pack(Self.table(.all, Self.row(a("x")), Self.row(b("x", nil))))
        func kinds(_ today: UInt32) -> [GuidanceFinding.Kind] {
            pack.findings(today: today).filter { $0.path == "reviewed" }.map { $0.kind }
        }
        #expect(kinds(19_999) == [.reviewedAhead])
        #expect(kinds(20_366) == [])
        #expect(kinds(20_367) == [.reviewedLongAgo(days: 367)])
    }

    @Test func faultsAreToldWithTheirPlacesAsFarAsFifty() {
        var pack = Self.pack(Self.table(.first, Self.row(a("maybe"), show: "three")))
        pack.title = ""
        pack.contacts[1].phones = ["call me"]
        let paths = pack.faults.map { $0.path.string }
        #expect(
            paths == [
                "title", "contacts[1].phones[0]", "tables[0].rows[0].when.a",
                "tables[0].rows[0].soon",
            ])
        pack.sections = (0..<64).map { Pack.Section(id: Text("S\($0)"), heading: "", body: []) }
        #expect(pack.faults.count == 50)
    }

    /// Sixteen questions of twelve answers, each row about eight of them, take no longer for it.
    @Test func theSearchForAnswersIsBounded() {
        var pack = Self.pack()
        let answers = (0..<12).map { Pack.Answer(id: Text("a\($0)"), text: "Yes") }
        pack.questions = (0..<16).map {
            Pack.Question(id: Text("q\($0)"), text: "Question?", answers: answers)
        }
        pack.tables = (0..<16).map { number in
            let rows = (0..<64).map { row in
                Pack.Row(
                    conditions: (0..<8).map { at in
                        let skipped = (row * 7 + at * 5) % 12
                        return .answer(
                            Text("q\((row + at * 2) % 16)"),
                            oneOf: answers.indices.filter { $0 != skipped }.map { answers[$0].id })
                    }, results: [.init(id: "one", urgency: .soon)])
            }
            return Pack.Table(id: Text("t\(number)"), mode: .first, rows: rows)
        }
        let start = ContinuousClock.now
        let findings = pack.findings(today: 20_000)
        #expect(start.duration(to: .now) < .seconds(60))
        #expect(findings.contains { $0.kind == .rowUndecided })
    }
}
