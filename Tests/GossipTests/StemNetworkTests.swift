import Foundation
import Gossip
import Model
import TestKit
import Testing
import Wire

/// How well a stem hides its origin from spies on a thousand nodes. The numbers to meet were
/// measured on a model of the same rules: one message a node, one epoch in ten fluffing.
@Suite struct StemNetworkTests: StemScript {
    struct Yardstick: Sendable, CustomTestStringConvertible {
        let spies: Double, recall: Double, precision: Double

        var testDescription: String { "\(Int(spies * 100)) % spies" }
    }

    static let yardsticks = [
        Yardstick(spies: 0.1, recall: 0.108, precision: 0.066),
        Yardstick(spies: 0.2, recall: 0.209, precision: 0.135),
        Yardstick(spies: 0.3, recall: 0.306, precision: 0.213),
        Yardstick(spies: 0.5, recall: 0.501, precision: 0.389),
    ]

    @Test(arguments: yardsticks)
    func oneMessageIsHiddenAsWellAsItCanBe(_ yardstick: Yardstick) {
        let found = mean(runs: 3, spies: yardstick.spies, messages: 1, network(fluff: 0.1))
        // Three runs of 500 to 900 origins each scatter by about a hundredth.
        #expect(found.recall < yardstick.recall + 0.03)
        #expect(found.precision < yardstick.precision + 0.03)
        #expect(found.recall > yardstick.spies - 0.05, "the spies see too little: is it real?")
    }

    @Test(arguments: [0.1, 0.2, 0.3])
    func oneWayAnEpochHidesFiveMessagesBetterThanAWayForEach(_ spies: Double) {
        let epoch = mean(runs: 2, spies: spies, messages: 5, network(fluff: 0.2))
        let message = mean(
            runs: 2, spies: spies, messages: 5, network(fluff: 0.2, perMessage: true))
        #expect(epoch.recall < 0.75 * message.recall)
        #expect(epoch.precision < 0.75 * message.precision)
    }

    /// Chapter 21's figures from twenty runs each, to a fiftieth:
    /// `KITH_STEM_TABLE=1 swift test -c release --filter printsTheTable`
    @Test(.enabled(if: ProcessInfo.processInfo.environment["KITH_STEM_TABLE"] != nil))
    func printsTheTable() {
        print("spies  messages  way per  fluff  recall  precision")
        for (fluff, messages) in [(0.1, 1), (0.2, 1), (0.1, 5), (0.2, 5)] {
            for yardstick in Self.yardsticks {
                var ofEpochs: StemNetwork.Found?
                for perMessage in [false, true] {
                    let found = mean(
                        runs: 20, spies: yardstick.spies, messages: messages,
                        network(fluff: fluff, perMessage: perMessage))
                    if let ofEpochs, messages == 5 {
                        #expect(ofEpochs.recall < 0.85 * found.recall)
                        #expect(ofEpochs.precision < 0.85 * found.precision)
                    } else if messages == 1, fluff == 0.1, !perMessage {
                        #expect(found.recall < yardstick.recall + 0.02)
                        #expect(found.precision < yardstick.precision + 0.02)
                    }
                    ofEpochs = found
                    let way = perMessage ? "message" : "epoch  "
                    let numbers = [found.recall, found.precision].map {
                        ($0 * 1000).rounded() / 1000
                    }
                    print(
                        "\(yardstick.spies)    \(messages)         \(way)  \(fluff)",
                        "   \(numbers[0])   \(numbers[1])")
                }
            }
        }
    }

    /// Without limits on numbers, which would hide the origins of this many messages all the better.
    private func network(fluff: Double, perMessage: Bool = false) -> Stem.Settings {
        settings {
            $0.fluffChance = fluff
            $0.itemsPerMinute = 1 << 20
            $0.poolBytes = 1 << 30
            guard perMessage else { return }
            // An epoch that is over at once: each message finds new ways and new coins.
            $0.epochMilliseconds = 0
            $0.epochJitterMilliseconds = 0
        }
    }

    private func mean(
        runs: Int, spies: Double, messages: Int, _ settings: Stem.Settings
    ) -> StemNetwork.Found {
        var sum = StemNetwork.Found()
        for run in 0..<runs {
            var network = StemNetwork(
                nodes: 1000, spies: spies, seed: UInt64(run) + 1, item: retraction,
                settings: settings)
            let found = network.attack(messages: messages)
            sum.recall += found.recall / Double(runs)
            sum.precision += found.precision / Double(runs)
        }
        return sum
    }
}
