import ArgumentParser
import Bridging
import Daemon
import Foundation
import Model
import Sealing
import Seeking
import Wire

struct ConsentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent",
        abstract: "Let a bridge send chosen parts of what you told to one authority.",
        discussion: """
            Without --to, shows what there is to choose: authorities, fields, purposes. Nothing is chosen
            for you: with --to, say what it is for and for how many days. Nothing is sent before you have
            seen exactly what will leave, and agreed. You can take it back: kith withdraw.
            FILE adds what you tell for this consent only: a JSON object of area, name, email, phone.
            Purposes: help, rights, investigate, improve, count.

            Examples:
              kith consent
              kith consent --to "City police" --share kinds,when,where --for investigate --days 30
              kith consent --to "City police" --share kinds --add more.json --for help --days 14
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var which: CommunityOptions

    @Option(name: .long, help: "Authority, by name or address.")
    var to: String?

    @Option(name: .long, help: "Fields to share, with commas between; all for every one.")
    var share: String = ""

    @Option(name: .customLong("for"), help: "What it is for.")
    var purpose: String?

    @Option(name: .long, help: "For how many days, 1 to 90.")
    var days: UInt64?

    @Option(name: .long, help: "A file with what you tell for this consent only.")
    var add: String?

    @Flag(name: .customLong("will-be-public"), help: "You know that everybody will see it.")
    var willBePublic = false

    @Option(name: .long, help: "The consent that this one renews, by the beginning of its id.")
    var renew: String?

    @Option(name: .long, help: "Which case or note, counted from 1 as kith open shows them.")
    var number: Int = 1

    func run() async throws {
        let terms = try terms()
        let added = try add.map(AddedFields.read) ?? []
        let access = try await options.access()
        let view = try await CommunityView.find(which.community, access, now: .now)
        let code = try CodeDialogue(terminal: options.terminal).ask()
        let session = try SeekerSession(code, view, access)
        let thread = try chosen(try await session.read(now: .now))
        guard let to, let terms else { return offer(view, thread) }
        let (bridge, authority) = try find(to, in: view)
        let choice = ConsentChoice(
            fields: try fields(of: thread, added: added), authority: authority,
            bridge: bridge.named.key, purpose: terms.purpose, days: terms.days,
            isPublic: willBePublic, renews: try renewed(in: thread))
        try await ask(choice, bridge, session, thread)
    }

    private func chosen(_ book: SeekerBook) throws(Problem) -> SeekerBook.Thread {
        let threads = book.threads.filter { !$0.isEmpty }
        guard !threads.isEmpty else {
            throw Problem(
                .notFound, "nothing was found under this code on this relay",
                hint: "a relay that has just started may not have everything yet: kith status")
        }
        guard number >= 1, number <= threads.count else {
            throw Problem(
                .usage, "there are \(threads.count) under this code",
                hint: "--number 1 to \(threads.count)")
        }
        guard !threads[number - 1].isErased else {
            throw Problem(.badData, "this was erased", hint: "begin anew: kith ask")
        }
        return threads[number - 1]
    }

    // MARK: Choosing

    private func find(
        _ text: String, in view: CommunityView
    ) throws(Problem) -> (CommunityView.Bridge, Presentation.Recipient) {
        let all = view.bridges.flatMap { bridge in
            bridge.named.authorities.map { (bridge, $0) }
        }
        let fitting = all.filter { $0.1.name.string == text || $0.1.uri.string == text }
        guard fitting.count == 1 else {
            throw Problem(
                fitting.isEmpty ? .notFound : .usage,
                fitting.isEmpty
                    ? "no authority here is called \(text)" : "several are called \(text)",
                hint: all.isEmpty
                    ? "this community names no bridge"
                    : "one of: " + all.map { $0.1.name.string }.joined(separator: ", "))
        }
        return fitting[0]
    }

    private func fields(
        of thread: SeekerBook.Thread, added: [ReportField]
    ) throws(Problem) -> [ReportField] {
        let known = thread.reportFields
        var chosen: [ReportField] = []
        let words = share.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        for word in words {
            let fitting = word == "all" ? known : known.filter { $0.fieldName.claim == Text(word) }
            guard !fitting.isEmpty else {
                throw Problem(
                    .badData, "there is no \(word) to share",
                    hint: "one or more of: "
                        + known.map { $0.fieldName.claim.string }.joined(separator: ", "))
            }
            chosen += fitting.filter { !chosen.contains($0) }
        }
        return chosen + added
    }

    /// What it is for and how long it holds; nil where nothing is asked for yet.
    private func terms() throws(Problem) -> (purpose: Purpose, days: UInt64)? {
        if let days, !(1...Presentation.mostDays).contains(days) {
            throw Problem(.usage, "a consent holds 1 to 90 days", hint: "--days 30")
        }
        let named = try purpose.map(named)
        guard to != nil else { return nil }
        guard let named else {
            throw Problem(
                .usage, "say what it is for", hint: "--for, and one of: \(Self.purposes)")
        }
        guard let days else {
            throw Problem(.usage, "say for how many days", hint: "--days, and 1 to 90")
        }
        return (named, days)
    }

    private static let purposes = Purpose.allCases.map { "\($0)" }.joined(separator: ", ")

    private func named(_ text: String) throws(Problem) -> Purpose {
        guard let named = Purpose.allCases.first(where: { "\($0)" == text }) else {
            throw Problem(
                .usage, "there is no purpose \(text)", hint: "one of: \(Self.purposes)")
        }
        return named
    }

    private func renewed(in thread: SeekerBook.Thread) throws(Problem) -> ConsentID? {
        guard let renew else { return nil }
        return try thread.consent(prefix: renew).id
    }

    // MARK: Showing

    private struct Offer: Encodable {
        struct Authority: Encodable {
            let name: String
            let uri: String
            let bridge: String
            let publishing: Bool
            let reachable: Bool
        }

        let event = "offer"
        let authorities: [Authority]
        let fields: [FieldView]
        let purposes: [String]
    }

    private func offer(_ view: CommunityView, _ thread: SeekerBook.Thread) {
        let terminal = options.terminal
        let offer = Offer(
            authorities: view.bridges.flatMap { bridge in
                bridge.named.authorities.map {
                    Offer.Authority(
                        name: $0.name.string, uri: $0.uri.string, bridge: bridge.name,
                        publishing: $0.isPublishing, reachable: bridge.card != nil)
                }
            }, fields: thread.reportFields.map { FieldView($0) },
            purposes: Purpose.allCases.map { "\($0)" })
        terminal.emit(offer)
        terminal.say(offer.authorities.isEmpty ? "This community names no bridge." : "Authorities:")
        for authority in offer.authorities {
            terminal.say(
                "  \(authority.name)  by \(authority.bridge)"
                    + (authority.publishing ? "; shows everybody what it gets" : "")
                    + (authority.reachable ? "" : "; its bridge has not been heard yet"))
        }
        terminal.say("What you told, and may share:")
        for field in offer.fields { terminal.say(field.line) }
        terminal.say("Next: kith consent --to AUTHORITY --share FIELDS --for PURPOSE --days DAYS")
    }

    private struct Preview: Encodable {
        let event = "preview"
        let authority: String
        let uri: String
        let purpose: String
        let until: UInt64
        let isPublic: Bool
        let mark: String
        let fields: [FieldView]
    }

    private struct Confirm: Encodable {
        let event = "confirm"
        let type = "yes"
    }

    private struct Given: Encodable {
        let event = "sent"
        let consent: String
        let handle: String
    }

    private func ask(
        _ choice: ConsentChoice, _ bridge: CommunityView.Bridge, _ session: SeekerSession,
        _ thread: SeekerBook.Thread
    ) async throws(Problem) {
        let terminal = options.terminal
        let presentation = try session.present(choice, in: thread, now: .now)
        do {
            _ = try presentation.check(
                bridge: bridge.named.key, authorities: [choice.authority], now: .now)
        } catch {
            throw Problem(
                .badData, "\(choice.authority.name.string) shows everybody what it gets",
                hint: "leave out what you wrote yourself, or add --will-be-public")
        }
        let preview = Preview(
            authority: choice.authority.name.string, uri: choice.authority.uri.string,
            purpose: "\(choice.purpose)", until: presentation.terms.expires.seconds,
            isPublic: willBePublic,
            mark: Report.mark(of: presentation.terms.id).string,
            fields: presentation.fields.map { FieldView($0) })
        show(preview, presentation)
        terminal.emit(Confirm())
        guard terminal.line("Type yes to agree: ") == "yes" else {
            throw Problem(.badData, "not confirmed: nothing was sent", hint: "type yes")
        }
        let sent = try await session.give(
            presentation, to: bridge, in: thread, now: .now,
            progress: SeekerIO(terminal: terminal).progress)
        terminal.emit(
            Given(consent: presentation.terms.id.bytes.hex, handle: sent.handle.bytes.hex))
        terminal.say(
            """
            Kept on this relay, and on its way to the bridge. Its people will look at it first.
            See how far it is: kith open. Take it back: kith withdraw
            """)
    }

    private func show(_ preview: Preview, _ presentation: Presentation) {
        let terminal = options.terminal
        terminal.emit(preview)
        terminal.say(
            """

            This leaves, and nothing else:
              to       \(preview.authority) (\(preview.uri))
              for      \(preview.purpose)
              until    \(WallTime(seconds: preview.until).shown)
            """)
        for field in preview.fields { terminal.say(field.line) }
        terminal.say("  with the reference \(preview.mark)")
        terminal.say(
            preview.isPublic
                ? "You say that you know: everybody will see it."
                : "The people of the bridge and of the authority will see it.")
        terminal.say("Once it was sent, taking it back can't make them forget.")
    }
}
