import ArgumentParser
import Daemon
import Foundation
import Model
import Sealing
import Seeking
import Wire

struct GuidanceShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a pack: a file, or what a community published.",
        discussion: """
            With --json it is the form that people write, to change and publish anew.

            Examples:
              kith guidance show help-en.json
              kith guidance show published --language es --json > help-es.json
            """)

    @OptionGroup var choice: GuidanceChoice

    func run() async throws {
        let pack = try await choice.pack()
        let terminal = choice.options.terminal
        terminal.emit(EncodedJSON(pack.json))
        terminal.say("\(pack.title.string)  (\(pack.language.string))")
        let place = [pack.country, pack.area].compactMap { $0?.string }
        terminal.say(
            "\(place.joined(separator: ", ")); looked through on "
                + CalendarDay.text(pack.reviewed).string)
        for contact in pack.contacts {
            terminal.say()
            for line in contact.lines { terminal.say(line) }
        }
        for section in pack.sections {
            terminal.say()
            for line in section.lines { terminal.say(line) }
        }
        for question in pack.questions {
            terminal.say()
            terminal.say("? \(question.text.string)  [\(question.id.string)]")
            for answer in question.answers {
                terminal.say("  \(answer.id.string)  \(answer.text.string)")
            }
        }
    }
}

struct GuidanceTry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try", abstract: "Answer a pack's questions and see what it chooses.",
        discussion: """
            Chooses as the page does on a person's own device. Nothing is sent and nothing kept.

            Examples:
              kith guidance try help-en.json
              kith guidance try help-en.json --answer safe=no --answer watched=yes
              kith guidance try published --language es --kind stalking --need legal_advice

            Exit status: 0 done; 64 an answer the pack does not have; 65 a fault in the pack; 66 no such file.
            """)

    @OptionGroup var choice: GuidanceChoice

    @Option(name: .long, help: "QUESTION=ANSWER, by their ids; may be repeated.")
    var answer: [String] = []

    @Option(name: .long, help: "Kind of incident, a name of protocol/schema/codes.md.")
    var kind: [String] = []

    @Option(name: .long, help: "Need, a name of protocol/schema/codes.md.")
    var need: [String] = []

    private struct Item: Encodable {
        let id: String
        let urgency: String
        let title: String
    }

    private struct View: Encodable {
        let contacts: [Item]
        let sections: [Item]
    }

    func run() async throws {
        let pack = try await choice.pack()
        let advice: GuidanceAdvice
        do { advice = try pack.advice(try answers()) } catch let error as GuidanceAnswerError {
            throw problem(error, pack)
        }
        let contacts = advice.contacts.compactMap { item in
            pack.contact(item.id).map { (item, $0) }
        }
        let sections = advice.sections.compactMap { item in
            pack.section(item.id).map { (item, $0) }
        }
        let terminal = choice.options.terminal
        terminal.emit(
            View(
                contacts: contacts.map { view($0.0, $0.1.name) },
                sections: sections.map { view($0.0, $0.1.heading) }))
        for (item, contact) in contacts { say(item, contact.lines, terminal) }
        for (item, section) in sections { say(item, section.lines, terminal) }
    }

    private func view(_ item: GuidanceAdvice.Item, _ title: Text) -> Item {
        Item(id: item.id.string, urgency: item.urgency.name.string, title: title.string)
    }

    private func say(_ item: GuidanceAdvice.Item, _ lines: [String], _ terminal: Terminal) {
        let mark = item.urgency == .now ? "! " : ""
        for (index, line) in lines.enumerated() { terminal.say((index == 0 ? mark : "") + line) }
        terminal.say()
    }

    private func answers() throws(Problem) -> GuidanceAnswers {
        var given: [GuidanceAnswers.Given] = []
        for word in answer {
            let parts = word.split(separator: "=", maxSplits: 1).map { Text(String($0)) }
            guard parts.count == 2 else {
                throw Problem(
                    .usage, "\(word) is no answer", hint: "QUESTION=ANSWER, such as safe=no")
            }
            given.append(GuidanceAnswers.Given(question: parts[0], answer: parts[1]))
        }
        return GuidanceAnswers(
            given, kinds: try numbers(kind, "kind", GuidanceCodes.kind),
            needs: try numbers(need, "need", GuidanceCodes.need))
    }

    private func numbers(
        _ names: [String], _ what: String, _ number: (Text) -> UInt64?
    ) throws(Problem) -> [UInt64] {
        var numbers: [UInt64] = []
        for name in names {
            guard let found = number(Text(name)) else {
                throw Problem(
                    .usage, "there is no \(what) \(name)",
                    hint: "protocol/schema/codes.md has their names")
            }
            numbers.append(found)
        }
        return numbers
    }

    private func problem(_ error: GuidanceAnswerError, _ pack: GuidancePack) -> Problem {
        switch error {
        case .unknownQuestion(let id):
            let ids = pack.questions.map { $0.id.string }
            return Problem(
                .usage, "the pack has no question \(id.string)",
                hint: "one of: \(ids.joined(separator: ", "))")
        case .unknownAnswer(let question, let answer):
            let ids = pack.question(question)?.answers.map { $0.id.string } ?? []
            return Problem(
                .usage, "\(question.string) has no answer \(answer.string)",
                hint: "one of: \(ids.joined(separator: ", "))")
        }
    }
}
