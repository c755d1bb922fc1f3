import ArgumentParser
import Daemon
import Entropy
import Foundation
import Model

/// The parts of tools/bench that need keys and links in one process; tools/bench starts the relays
/// and calls this.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kith-bench",
        abstract: "Measures running relays; tools/bench starts them and calls this.",
        discussion: """
            Prints one line of JSON; times are milliseconds.

            Exit status: 0 done, 64 wrong usage, else as kith's.
            """,
        subcommands: [AskCommand.self, FloodCommand.self])

    static func main() async {
        do {
            guard Entropy.start() else {
                throw Problem(.internalError, "this system has no randomness", hint: "none")
            }
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let problem as Problem {
            let text = "kith-bench: error: \(problem.what)\nkith-bench: hint: \(problem.hint)\n"
            FileHandle.standardError.write(Data(text.utf8))
            Foundation.exit(problem.status.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}

extension WallTime {
    static var now: WallTime { WallTime(seconds: UInt64(max(0, Date().timeIntervalSince1970))) }
}

/// Milliseconds since some moment, with fractions.
func milliseconds(since start: ContinuousClock.Instant) -> Double {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) * 1000 + Double(attoseconds) / 1e15
}

/// What many durations have in common.
struct Spread: Encodable {
    let median: Double
    let p99: Double
    let least: Double
    let most: Double
    /// Medians of the first and the last tenth: they differ where something grows.
    let firstTenth: Double
    let lastTenth: Double

    /// - Precondition: `values` in the order they were measured, at least one.
    init(_ values: [Double]) {
        func rank(_ part: Double, _ sorted: [Double]) -> Double {
            let index = Int((part * Double(sorted.count)).rounded(.up)) - 1
            return sorted[min(max(index, 0), sorted.count - 1)]
        }
        func shown(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
        let sorted = values.sorted()
        let tenth = max(1, values.count / 10)
        median = shown(rank(0.5, sorted))
        p99 = shown(rank(0.99, sorted))
        least = shown(sorted[0])
        most = shown(sorted[sorted.count - 1])
        firstTenth = shown(rank(0.5, values.prefix(tenth).sorted()))
        lastTenth = shown(rank(0.5, values.suffix(tenth).sorted()))
    }
}

func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
