import ArgumentParser
import Foundation
import Simulator

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs one scenario.",
        discussion: """
            Prints the seed first, then what was measured and whether it held.

            Example:
              kith-sim run tools/simulations/one-sender.txt --seed 7 --json
            """)

    @Argument(
        help: "A scenario file, or the name of one in tools/simulations.", completion: .file())
    var scenario: String

    @Option(name: .long, help: "Decides everything that is left to chance; else the scenario's.")
    var seed: UInt64?

    @Option(name: .long, help: "Hosts, whatever the scenario says.")
    var nodes: Int?

    @Option(
        name: .customLong("with"), parsing: .singleValue,
        help: "A line put after those of the scenario; may be given again.")
    var lines: [String] = []

    @Flag(name: .long, help: "Print the report as JSON, and nothing else.")
    var json = false

    @Option(name: .long, help: "Draw the report into this SVG file.", completion: .file())
    var svg: String?

    @Option(name: .long, help: "Write a line for everything that happens.", completion: .file())
    var trace: String?

    func run() throws {
        let more = lines + (nodes.map { ["nodes: \($0)"] } ?? [])
        let scenario = try ScenarioFolder.find(scenario, more: more)
        let seed = seed ?? scenario.seed
        if json { warn("seed \(seed)") } else { say("seed \(seed)") }
        let clock = ContinuousClock.now
        let play = Play(scenario, seed: seed)
        let writer = try trace.map { try TraceWriter($0) }
        if let writer { play.world.log = writer.write }
        let report = play.run()
        writer?.close()
        if let svg { try write(report.svg, to: svg) }
        if json {
            FileHandle.standardOutput.write(Data(report.json.utf8))
        } else {
            say(report.text)
            let seconds = (ContinuousClock.now - clock) / .seconds(1)
            say("  took \(Int(seconds * 1000)) ms and \(Memory.peakMiB) MiB")
        }
        guard !report.isHeld else { return }
        let words = more.map { " --with '\($0)'" }.joined()
        warn("broken with seed \(seed)")
        warn("again with: kith-sim run \(self.scenario) --seed \(seed)\(words)")
        throw ExitCode(1)
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: path))
        } catch {
            throw ValidationError("cannot write \(path)")
        }
    }
}

/// Lines into a file, many at once.
final class TraceWriter {
    private let handle: FileHandle
    private var buffer = Data()

    init(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw ValidationError("cannot write \(path)") }
        self.handle = handle
    }

    func write(_ line: String) {
        buffer += Data((line + "\n").utf8)
        if buffer.count > 1 << 20 { flush() }
    }

    func close() {
        flush()
        try? handle.close()
    }

    private func flush() {
        handle.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}

/// What this process took.
enum Memory {
    /// The most it held at any time; 0 where the system does not tell.
    static var peakMiB: Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kibibytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
        else { return 0 }
        return kibibytes / 1024
    }
}
