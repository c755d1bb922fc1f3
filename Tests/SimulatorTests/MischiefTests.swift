import Simulator
import Testing

/// Hostile peers waste some of a network's time and break none of its promises.
@Suite struct MischiefTests {
    @Test(arguments: [MischiefKind.liar, .spammer, .replayer, .slowloris], ["frames", "ciphers"])
    func theHonestHoldTheSameInTheEnd(_ kind: MischiefKind, _ links: String) throws {
        let report = try WorldTests.play(
            "hostile: 20% \(kind.rawValue)\nlinks: \(links)\nlength: 2m\nsettle: 1h")
        #expect(report.isHeld, "\(report.text)")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func halfOfAllHideAndNothingIsLost(_ seed: UInt64) throws {
        let report = try WorldTests.play(
            "nodes: 30\ntopology: random 4\nhostile: 50% hiders\nlength: 2m\nsettle: 2h", seed: seed
        )
        #expect(report.isHeld, "\(report.text)")
    }

    @Test func sybilsAreOrdinaryUntilTheyFallSilent() throws {
        let lines = "hostile: 20 sybils\nlength: 3m"
        let before = try WorldTests.play(lines + "\nexpect: missed = 0")
        #expect(before.isHeld, "\(before.text)")
        #expect(before.nodes == 32)
        let after = try WorldTests.play(lines + "\nat 5s: silence\nsettle: 1h")
        #expect(after.isHeld, "\(after.text)")
    }

    @Test func spiesAreCountedAndDoNoHarm() throws {
        let report = try WorldTests.play("hostile: 30% spies\nexpect: missed = 0")
        #expect(report.isHeld, "\(report.text)")
        let recall = try #require(report[.spyRecall])
        let precision = try #require(report[.spyPrecision])
        #expect(recall > 0 && recall <= 1)
        #expect(precision > 0 && precision <= recall)
        #expect(try WorldTests.play("")[.spyRecall] == nil)
    }
}
