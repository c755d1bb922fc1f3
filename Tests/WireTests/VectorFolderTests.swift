import Foundation
import TestKit
import Testing

/// That no scenario is passed over: every folder is a topic some test runs, every file has a
/// verdict, and none went missing.
@Suite struct VectorFolderTests {
    /// Scenarios to accept and to refuse. Whoever adds one counts it here.
    static let topics: [String: (accepted: Int, refused: Int)] = [
        "cbor": (7, 37), "claims": (16, 16), "code": (8, 13), "consent": (31, 255),
        "content": (26, 65), "delivery": (14, 23), "envelope": (14, 27), "forward-log": (7, 14),
        "frames": (42, 57), "hash": (8, 9), "hpke-seal": (4, 9), "invite": (6, 13),
        "json": (16, 61), "link-record": (7, 8), "mailbox": (3, 6), "noise": (2, 22),
        "plaintext": (7, 11), "pools": (28, 35), "reconciliation": (22, 22), "records": (47, 118),
        "fields": (9, 10), "files": (4, 25), "guidance": (17, 61),
        "retraction": (4, 10), "shared-seal": (3, 7), "topics": (8, 8), "vault": (3, 6),
        "withdrawal": (3, 7),
    ]

    static let folder = Project.root.appending(path: "protocol/vectors")

    @Test func everyFolderIsATopicThatIsRun() throws {
        let found = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { !$0.hasPrefix(".") && $0 != "README.md" }
        #expect(Set(found) == Set(Self.topics.keys))
    }

    @Test(arguments: topics.keys.sorted())
    func everyScenarioOfATopicIsCounted(_ topic: String) throws {
        let count = try #require(Self.topics[topic])
        let files = try VectorFile.all(topic)
        #expect(try VectorFile.accepted(topic).count == count.accepted)
        #expect(try VectorFile.refused(topic).count == count.refused)
        #expect(files.count == count.accepted + count.refused)
        for file in files { #expect(file.isAccepted == (file.refusal == nil), "\(file.name)") }
    }

    /// The table of reasons in the folder's README holds all that are used, and no others.
    @Test func everyReasonIsExplained() throws {
        let readme = try String(
            contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
        let table = readme.components(separatedBy: "## Reasons").last ?? ""
        let explained = table.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("| `") else { return nil }
            return line.split(separator: "`").dropFirst().first.map { String($0) }
        }
        var used: Set<String> = []
        for topic in Self.topics.keys {
            for file in try VectorFile.refused(topic) { used.insert(file.refusal ?? "none") }
        }
        #expect(used == Set(explained))
    }

    /// A test that runs a topic names it.
    @Test(arguments: topics.keys.sorted(), ["accepted", "refused"])
    func everyTopicIsDrivenInBothDirections(_ topic: String, _ direction: String) throws {
        let tests = Project.root.appending(path: "Tests")
        let call = "\(direction)(\"\(topic)\")"
        let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
        var count = 0
        while let url = files?.nextObject() as? URL {
            guard url.pathExtension == "swift" else { continue }
            if try String(contentsOf: url, encoding: .utf8).contains(call) { count += 1 }
        }
        #expect(count > 0, "no test runs \(call)")
    }
}
