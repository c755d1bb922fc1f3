import Foundation
import Model
import Sealing
import TestKit
import Testing
import Wire

@testable import Seeking

/// The general pack that the page comes with, in every language of the page.
@Suite struct ShippedGuidanceTests {
    static let site = Project.root.appending(path: "Sources/Page/Site")

    static let languages: [String] = {
        let folder = site.appending(path: "guidance")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }()

    static func source(_ language: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: site.appending(path: "guidance/\(language).json")))
    }

    static func pack(_ language: String) throws -> GuidancePack {
        try GuidancePack(source: source(language))
    }

    @Test func thereIsOneForEveryLanguageOfThePage() throws {
        let program = try String(
            contentsOf: Self.site.appending(path: "words.js"), encoding: .utf8)
        let spoken = program.matches(of: /\['(\w\w)', '[^']+'\]/).map { String($0.1) }
        #expect(spoken.contains("en"))
        #expect(Self.languages == spoken.sorted())
    }

    @Test(arguments: languages)
    func itHoldsAllRulesAndNothingInItIsInVain(_ language: String) throws {
        let pack = try Self.pack(language)
        #expect(pack.language.string == language)
        #expect(pack.faults == [])
        #expect(pack.findings(today: pack.reviewed) == [])
        #expect(CalendarDay.text(pack.reviewed).string.hasPrefix("2026-11"))
    }

    @Test(arguments: languages)
    func itHasTheIdsAndTablesOfTheEnglishOne(_ language: String) throws {
        #expect(try Self.pack(language).differences(from: Self.pack("en")) == [])
    }

    /// Nothing was left in English, and nothing was said twice by a slip of the line.
    @Test(arguments: languages.filter { $0 != "en" })
    func itsTextsAreTranslated(_ language: String) throws {
        func texts(_ pack: GuidancePack) -> [Text] {
            pack.sections.map { $0.heading } + pack.questions.map { $0.text }
                + pack.sections.flatMap { section in
                    section.body.flatMap { block in
                        switch block {
                        case .paragraph(let text): [text]
                        case .list(let items), .steps(let items): items
                        }
                    }
                }
        }
        let english = Set(texts(try Self.pack("en")))
        let own = texts(try Self.pack(language))
        #expect(own.filter { english.contains($0) } == [])
        // "Report it to the police" ends two lists in some languages.
        #expect(own.count - Set(own).count <= 2)
    }

    @Test(arguments: languages)
    func itTravelsInARecordWithRoomToSpare(_ language: String) throws {
        let pack = try Self.pack(language)
        let content = pack.guidance.cbor.encoded
        #expect(content.count < 32_768)
        let fields = try Fields(decoding: content)
        let guidance = Guidance(language: try fields.words(1), pack: fields.value(2))
        #expect(try GuidancePack.read(guidance) == pack)
    }

    @Test func emergencyComesFirstWhateverIsAnswered() throws {
        let pack = try Self.pack("en")
        let silent = try pack.advice(GuidanceAnswers())
        #expect(silent.contacts.first?.id == "emergency")
        #expect(silent.contacts.map { $0.id }.contains("victims-helpline"))
        for question in pack.questions {
            for answer in question.answers {
                let advice = try pack.advice(
                    GuidanceAnswers([.init(question: question.id, answer: answer.id)]))
                #expect(advice.contacts.first?.id == "emergency")
                #expect(advice.contacts.first?.urgency == .now)
            }
        }
    }

    @Test func whatCannotWaitIsShownAtOnce() throws {
        let pack = try Self.pack("en")
        func sections(_ answers: (Text, Text)...) throws -> [String] {
            let given = answers.map { GuidanceAnswers.Given(question: $0.0, answer: $0.1) }
            return try pack.advice(GuidanceAnswers(given)).sections.filter { $0.urgency == .now }
                .map { $0.id.string }
        }
        #expect(try sections(("danger", "yes")) == ["danger-now"])
        #expect(try sections(("watched", "yes")) == ["watched-phone"])
        #expect(
            try sections(("about", "sexual"), ("recent", "yes"))
                == ["sexual-violence", "evidence"])
        #expect(try sections(("about", "sexual"), ("recent", "no")) == [])
        #expect(try sections(("about", "fraud")) == ["fraud"])
        #expect(try sections() == [])
    }
}
