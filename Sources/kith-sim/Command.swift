import ArgumentParser
import Foundation
import Simulator

/// Runs many relays in one process and says whether they kept their word.
@main
struct Sim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kith-sim",
        abstract: "Simulates networks of relays: one clock, one seed, the same run every time.",
        discussion: """
            Relays are the real ones; links, disks, clocks and people are played. Scenarios are \
            text files; those that come with Kith lie in tools/simulations.

            Exit status: 0 if all held, 1 if a rule or a bound was broken (the seed and how to \
            run it again are printed), 64 for wrong usage.

            Examples:
              kith-sim list
              kith-sim run one-sender --svg one-sender.svg
              kith-sim seeds --count 60
            """,
        subcommands: [RunCommand.self, ListCommand.self, SeedsCommand.self, SoakCommand.self])
}

/// Words on standard error.
func warn(_ words: String) { FileHandle.standardError.write(Data((words + "\n").utf8)) }

/// Words on standard output, at once: whoever waits wants to see the seed.
func say(_ words: String) { FileHandle.standardOutput.write(Data((words + "\n").utf8)) }

/// Where scenarios come from.
enum ScenarioFolder {
    static let usual = "tools/simulations"

    static func find(_ name: String, more lines: [String] = []) throws -> Scenario {
        let candidates = [name, "\(usual)/\(name).txt", "\(usual)/\(name)"]
        guard let path = candidates.first(where: { isFile($0) }) else {
            throw ValidationError("no scenario \"\(name)\": kith-sim list shows those there are")
        }
        return try read(path, more: lines)
    }

    static func read(_ path: String, more lines: [String] = []) throws -> Scenario {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ValidationError("cannot read \(path)")
        }
        do {
            return try Scenario(([text] + lines).joined(separator: "\n"))
        } catch {
            throw ValidationError("\(path):\(error.line): \(error.what)")
        }
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && !isFolder.boolValue
    }
}
