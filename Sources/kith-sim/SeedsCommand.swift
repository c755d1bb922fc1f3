import ArgumentParser
import Foundation
import Simulator

struct SeedsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seeds",
        abstract: "Runs small random networks with faults of all kinds, from fixed seeds.",
        discussion: """
            Prints each seed with its trace. With --twice a second process does the same, and \
            both must print the same.

            Example:
              kith-sim seeds --count 60 --twice
            """)

    @Option(name: .long, help: "How many seeds.")
    var count = 60

    @Option(name: .long, help: "The first of them.")
    var first: UInt64 = 1

    @Option(name: .long, help: "Write everything that happens into this file: for one seed.")
    var trace: String?

    @Flag(name: .long, help: "Run all in a second process too, and compare.")
    var twice = false

    func validate() throws {
        guard count > 0, UInt64(count) <= UInt64.max - first else {
            throw ValidationError("--count must be 1 or more")
        }
        if trace != nil, count != 1 { throw ValidationError("--trace needs --count 1") }
    }

    func run() throws {
        if let trace { return try runTraced(trace) }
        let second = twice ? try SecondRun(first: first, count: count) : nil
        var broken = 0
        var lines: [String] = []
        for seed in first..<(first + UInt64(count)) {
            let report = Play(.trial(seed), seed: seed).run()
            let line = Self.line(report)
            lines.append(line)
            say(line)
            guard !report.isHeld else { continue }
            broken += 1
            say(report.text)
            warn("again with: kith-sim seeds --first \(seed) --count 1")
        }
        if let second { broken += second.differences(from: lines) }
        say("\(count) seeds, \(broken) broken")
        if broken > 0 { throw ExitCode(1) }
    }

    static func line(_ report: Report) -> String {
        "seed \(report.seed) \(report.isHeld ? "held" : "BROKEN"), "
            + "trace \(report.traceHash.hexadecimal)"
    }

    private func runTraced(_ path: String) throws {
        let writer = try TraceWriter(path)
        let play = Play(.trial(first), seed: first)
        play.world.log = writer.write
        let report = play.run()
        writer.close()
        say(Self.line(report))
        say("\(play.scenario)")
        say(report.text)
        if !report.isHeld { throw ExitCode(1) }
    }
}

/// This very program once more, on the same seeds: dictionaries are laid out anew in each process,
/// so that what depends on their order shows.
final class SecondRun {
    private let process = Process()
    private let output = Pipe()

    init(first: UInt64, count: Int) throws {
        guard let path = Bundle.main.executablePath else {
            throw ValidationError("--twice does not find this program's file")
        }
        process.executableURL = URL(filePath: path)
        process.arguments = ["seeds", "--first", String(first), "--count", String(count)]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// How many lines of the two runs differ; tells which.
    func differences(from lines: [String]) -> Int {
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let others = text.split(separator: "\n").filter { $0.hasPrefix("seed ") }
        var count = abs(others.count - lines.count)
        for (line, other) in zip(lines, others) where line != other {
            warn("not the same in two processes: \(line) / \(other)")
            count += 1
        }
        return count
    }
}

struct SoakCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Runs small random networks from fresh seeds for a while.",
        discussion: """
            Prints each seed before it runs.

            Example:
              kith-sim soak --minutes 10
            """)

    @Option(name: .long, help: "How long.")
    var minutes = 10.0

    func run() throws {
        guard minutes > 0 else { throw ValidationError("--minutes must be more than 0") }
        let begun = ContinuousClock.now
        var broken = 0
        var count = 0
        while (ContinuousClock.now - begun) / .seconds(60) < minutes {
            let seed = UInt64.random(in: 1...UInt64(UInt32.max))
            say("seed \(seed)")
            let report = Play(.trial(seed), seed: seed).run()
            count += 1
            guard !report.isHeld else { continue }
            broken += 1
            say(report.text)
            warn("again with: kith-sim seeds --first \(seed) --count 1")
        }
        say("\(count) seeds, \(broken) broken")
        if broken > 0 { throw ExitCode(1) }
    }
}
