import ArgumentParser
import Foundation
import Gossip
import Model

struct NegentropyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "negentropy",
        abstract: "Runs Negentropy vectors, or speaks as the reference's test harness does.",
        discussion: """
            With a file, checks every message of its comparisons, byte for byte, and answers to \
            single messages.

            Without one, reads lines from standard input as the reference's harness does: \
            "item,TIME,ID" for each item, "seal", then "initiate" or "msg,HEX" for each message. \
            Answers "msg,HEX", or, as the one who began, "have,ID" and "need,ID" and then \
            "msg,HEX" or "done". FRAMESIZELIMIT in the environment bounds messages, 0 for none.

            Both use Negentropy's own fingerprints. With --measure, Kith's are timed instead, over \
            an index of many items with few differences.

            Examples:
              kith-conformance negentropy negentropy.json
              kith-conformance negentropy --measure --items 1000000 --differences 1
            """)

    @Argument(help: "A JSON file: {\"cases\": [...], \"probes\": {...}}.", completion: .file())
    var file: String?

    @Flag(help: "Time Kith's own index and sessions.")
    var measure = false

    @Option(help: "Items on both sides, when measuring.")
    var items = 1_000_000

    @Option(help: "Items on one side only, when measuring.")
    var differences = 1

    func validate() throws {
        guard (1...16_000_000).contains(items), (0...items).contains(differences) else {
            throw ValidationError("--items up to 16000000, --differences no more than that")
        }
    }

    func run() throws {
        if measure { return NegentropyMeasure(items: items, differences: differences).run() }
        guard let file else { return try NegentropyHarness.speak() }
        var tally = Tally()
        let vectors: NegentropyFile = try VectorFile.read(file, kind: "Negentropy")
        for vector in vectors.cases { tally.count(vector.check(), vector.name) }
        for probe in vectors.probes.list {
            tally.count(vectors.probes.check(probe), probe.name)
        }
        try tally.finish()
    }
}

/// The line protocol of the reference's harness.
struct NegentropyHarness {
    private let limit: Int
    private var items: [RangeItem] = []
    private var sealed: NegentropySet?
    private var role = RangeComparison.Role.responder

    private init(limit: Int) { self.limit = limit }

    /// Until the input ends.
    ///
    /// - Throws: `ExitCode` 1 at a message or line that cannot be taken.
    static func speak() throws {
        let limit = ProcessInfo.processInfo.environment["FRAMESIZELIMIT"].flatMap { Int($0) } ?? 0
        guard limit == 0 || limit >= 4096 else {
            complain(
                "a limit of \(limit) is too small", hint: "FRAMESIZELIMIT is 0 or from 4096 on")
            throw ExitCode(1)
        }
        var harness = NegentropyHarness(limit: limit)
        while let line = readLine() {
            if line.isEmpty { continue }
            do {
                // Not by print, which keeps lines back when nobody types them.
                let lines = try harness.answer(line).map { $0 + "\n" }.joined()
                try FileHandle.standardOutput.write(contentsOf: Data(lines.utf8))
            } catch {
                complain("cannot take \(line.prefix(80)): \(error)", hint: "see --help")
                throw ExitCode(1)
            }
        }
    }

    private mutating func answer(_ line: String) throws -> [String] {
        let words = line.split(separator: ",", omittingEmptySubsequences: false)
        switch (words[0], words.count) {
        case ("item", 3):
            guard let time = UInt64(words[1]), let bytes = [UInt8](hex: words[2]),
                let id = ItemID(bytes), sealed == nil
            else { throw Difference("not an item") }
            items.append(RangeItem(time: time, id: id))
            return []
        case ("seal", 1):
            sealed = NegentropySet(items)
            return []
        case ("initiate", 1):
            guard var set = sealed else { throw Difference("not sealed") }
            role = .initiator
            return ["msg,\(RangeComparison.opening(&set).hex)"]
        case ("msg", 1...2):
            guard let bytes = [UInt8](hex: words.count == 2 ? words[1] : "") else {
                throw Difference("not hexadecimal")
            }
            return try answer(bytes)
        default: throw Difference("no such line")
        }
    }

    private mutating func answer(_ message: [UInt8]) throws -> [String] {
        guard var set = sealed else { throw Difference("not sealed") }
        sealed = nil
        let answer = try RangeComparison.answer(
            message, as: role, within: .init(messageBytes: limit), &set)
        sealed = set
        let found =
            answer.have.map { "have,\($0.bytes.hex)" }
            + answer.need.map { "need,\($0.bytes.hex)" }
        let isDone = role == .initiator && answer.isLast
        return found + [isDone ? "done" : "msg,\(answer.message.hex)"]
    }
}
