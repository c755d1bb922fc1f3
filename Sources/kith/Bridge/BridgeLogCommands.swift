import ArgumentParser
import Bridging
import Daemon
import Model
import Sealing
import Wire

struct BridgeLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "List what this bridge forwarded, and the days of its log.",
        discussion: """
            Only you see this list. What is public, kith bridge verify checks.

            Example:
              kith bridge log --json
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var bridge: BridgeOptions

    private struct Forward: Encodable {
        let consent: String
        let authority: String
        let day: UInt64
        let reference: String?
        let mark: String
        let perhapsTwice: Bool
        let withdrawn: Bool
        let closedDay: Bool
    }

    private struct View: Encodable {
        let forwards: [Forward]
        let closedDays: Int
        let lastClosedDay: UInt64?
    }

    func run() async throws {
        let session = try await bridge.unlock(options, options.access())
        let closed = session.book.log.closed.map { $0.day }
        let forwards = session.book.all.compactMap { entry in
            entry.forward.map {
                Forward(
                    consent: entry.id.bytes.hex, authority: entry.recipient.name.string,
                    day: UInt64($0.day) * 86400, reference: entry.reference?.string,
                    mark: entry.report.mark.string, perhapsTwice: $0.isPerhapsTwice,
                    withdrawn: session.book.isWithdrawn(entry), closedDay: closed.contains($0.day))
            }
        }
        let terminal = options.terminal
        terminal.emit(
            View(
                forwards: forwards, closedDays: closed.count,
                lastClosedDay: closed.last.map { UInt64($0) * 86400 }))
        for forward in forwards {
            let day = WallTime(seconds: forward.day).shown.prefix(10)
            terminal.say(
                "\(day)  \(forward.consent.prefix(8))  \(forward.authority)  "
                    + (forward.reference ?? "id to come")
                    + (forward.perhapsTwice ? "  perhaps twice" : "")
                    + (forward.withdrawn ? "  withdrawn" : ""))
        }
        terminal.say("\(forwards.count) forwarded; \(closed.count) days closed and published.")
    }
}

struct BridgeVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the public log of every bridge of a community, as anybody can.",
        discussion: """
            Needs no passphrase. Checks each day's signature, that days follow each other, and that each
            names the one before; exits with 65 where something does not fit. It shows nothing about
            anybody: a person checks with kith open that their own report is in it.

            Example:
              kith bridge verify
            """)

    @OptionGroup var options: FolderOptions
    @OptionGroup var which: CommunityOptions

    private struct Line: Encodable {
        let bridge: String
        let key: String
        let days: Int
        let firstDay: UInt64?
        let lastDay: UInt64?
        let flaws: [String]
    }

    private struct View: Encodable {
        let logs: [Line]
    }

    func run() async throws {
        let access = try await options.access()
        let view = try await CommunityView.find(which.community, access, now: .now)
        var lines: [Line] = []
        for bridge in view.bridges {
            let log = try await BridgeLog.read(bridge.named.key, view.community, access)
            lines.append(
                Line(
                    bridge: bridge.name, key: bridge.named.key.hex, days: log.days.count,
                    firstDay: log.firstDay.map { UInt64($0) * 86400 },
                    lastDay: log.lastDay.map { UInt64($0) * 86400 },
                    flaws: log.flaws.map(words)))
        }
        let terminal = options.terminal
        terminal.emit(View(logs: lines))
        if lines.isEmpty { terminal.say("This community names no bridge.") }
        for line in lines {
            terminal.say(
                "\(line.bridge) \(line.key.prefix(16)): \(line.days) days"
                    + (line.lastDay.map { ", the last \(WallTime(seconds: $0).shown.prefix(10))" }
                        ?? ""))
            for flaw in line.flaws { terminal.say("  FLAW: \(flaw)") }
        }
        guard lines.allSatisfy({ $0.flaws.isEmpty }) else {
            throw Problem(
                .badData, "a log does not hold",
                hint: "a relay may still miss days: try again; else tell the community")
        }
    }

    private func words(_ flaw: BridgeLog.Flaw) -> String {
        switch flaw {
        case .missing(let from, let to):
            "days \(day(from)) to \(day(to)) are missing"
        case .brokenChain(let day):
            "\(self.day(day)) names another day before it than the one published"
        }
    }

    private func day(_ day: UInt32) -> String {
        WallTime(seconds: UInt64(day) * 86400).shown.prefix(10).description
    }
}
