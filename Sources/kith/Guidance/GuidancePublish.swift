import ArgumentParser
import Casework
import Daemon
import Foundation
import Model
import Sealing
import Seeking
import Wire

struct GuidancePublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish packs in the community's name, or take guidance back.",
        discussion: """
            Each file takes the place of what was published in its language; nothing is published if one has
            a fault. It holds for 400 days. Who holds the community's keys can do this, for it is signed.

            Examples:
              kith guidance publish help-en.json help-es.json
              kith guidance publish --take-back fr
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var which: CommunityOptions

    @Argument(help: "Packs, each in a language of its own.")
    var files: [String] = []

    @Option(name: .long, help: "A language to have no guidance in any more; may be repeated.")
    var takeBack: [String] = []

    private struct View: Encodable {
        let event = "published"
        let languages: [String]
        let takenBack: [String]
        let until: UInt64
    }

    func run() async throws {
        var all: [Guidance] = []
        for file in files { all.append(try GuidanceFile.good(file).guidance) }
        for tag in takeBack {
            let language = Text(tag.lowercased())
            guard language.isLanguageTag else {
                throw Problem(
                    .usage, "\(tag) is no language tag", hint: "such as en, uk or pt-br")
            }
            all.append(Guidance(language: language, pack: nil))
        }
        try checkOnce(all)
        let desk = try await person.unlock(options)
        if which.community != nil {
            let view = try await CommunityView.find(
                which.community, options.access(), now: .now)
            guard view.community == desk.keyring.community else {
                throw Problem(
                    .usage, "this vault is of another community than \(view.name)",
                    hint: "pass --as with whose vault it is")
            }
        }
        let published = Set(desk.view?.guidance.map { $0.language } ?? [])
        for tag in takeBack where !published.contains(Text(tag.lowercased())) {
            throw Problem(
                .notFound, "there is no guidance in \(tag)", hint: "kith guidance list")
        }
        let until = try await desk.publish(guidance: all, now: .now)
        let languages = all.filter { $0.pack != nil }.map { $0.language.string }
        options.terminal.emit(
            View(languages: languages, takenBack: takeBack, until: until.seconds))
        if !languages.isEmpty {
            options.terminal.say(
                "Published in \(languages.joined(separator: ", ")); it holds until \(until.shown).")
        }
        if !takeBack.isEmpty {
            options.terminal.say("Taken back: \(takeBack.joined(separator: ", ")).")
        }
    }

    private func checkOnce(_ all: [Guidance]) throws(Problem) {
        guard !all.isEmpty else {
            throw Problem(
                .usage, "nothing to publish", hint: "kith guidance publish FILE ...")
        }
        for (index, guidance) in all.enumerated()
        where all[..<index].contains(where: { $0.language == guidance.language }) {
            throw Problem(
                .usage, "two packs are in \(guidance.language.string)",
                hint: "one for each language: look at \"language\" in the files")
        }
    }
}

struct GuidanceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the guidance a community has published.",
        discussion: """
            Example:
              kith guidance list --json
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var which: CommunityOptions

    private struct Line: Encodable {
        let language: String
        let title: String?
        let reviewed: String?
        let published: UInt64
        let until: UInt64
        let bytes: Int
        let takenBack: Bool
        /// Why nobody shows it.
        let fault: String?
    }

    private struct View: Encodable {
        let community: String
        let guidance: [Line]
    }

    func run() async throws {
        let view = try await CommunityView.find(which.community, options.access(), now: .now)
        let lines = view.guidance.map { line($0) }
        let terminal = options.terminal
        terminal.emit(View(community: view.community.bytes.hex, guidance: lines))
        if lines.isEmpty { terminal.say("\(view.name) has published no guidance.") }
        for line in lines {
            let what = line.fault.map { "FAULT: \($0)" } ?? line.title ?? "taken back"
            let day = line.reviewed.map { ", looked through on \($0)" } ?? ""
            terminal.say(
                "\(line.language)  \(what)\(day), until \(WallTime(seconds: line.until).shown)")
        }
    }

    private func line(_ known: PublishedGuidance) -> Line {
        var pack: GuidancePack?
        var fault: String?
        var isTakenBack = false
        switch known.pack {
        case .success(let found):
            pack = found
            isTakenBack = found == nil
        case .failure(let found): fault = Problem(found, in: nil).what
        }
        return Line(
            language: known.language.string, title: pack?.title.string,
            reviewed: pack.map { CalendarDay.text($0.reviewed).string },
            published: known.from.seconds, until: known.until.seconds, bytes: known.bytes,
            takenBack: isTakenBack, fault: fault)
    }
}
