import Bridging
import Foundation
import Model
import Sealing
import TestKit
import Testing

/// Random histories of a bridge under an oracle that does not know the book.
@Suite struct BridgeHistoriesTests {
    /// Without optimisation they take ten times as long.
    private static var usual: UInt64 {
        #if DEBUG
            250
        #else
            2000
        #endif
    }

    /// `KITH_HISTORIES` sets another number of them, `KITH_HISTORY` one seed alone.
    static let ranges: [Range<UInt64>] = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["KITH_HISTORY"].flatMap({ UInt64($0) }) {
            return [seed..<(seed + 1)]
        }
        let count = environment["KITH_HISTORIES"].flatMap { UInt64($0) } ?? usual
        return stride(from: 0, to: count, by: 250).map { $0..<min($0 + 250, count) }
    }()

    @Test(arguments: ranges)
    func nothingLeavesThatMayNotAndNothingIsLost(_ seeds: Range<UInt64>) {
        for seed in seeds {
            var history = BridgeHistory(seed: seed)
            history.run()
            #expect(history.oracle.problems.isEmpty, "replay: KITH_HISTORY=\(seed)")
        }
    }

    @Test(arguments: [1, 16, 77] as [UInt64])
    func oneSeedIsOneHistory(_ seed: UInt64) {
        var (one, other) = (BridgeHistory(seed: seed), BridgeHistory(seed: seed))
        one.run()
        other.run()
        #expect(one.disk == other.disk && !one.disk.isEmpty)
        #expect(one.now == other.now)
        #expect(one.oracle.answers == other.oracle.answers)
    }

    /// A simulation that never sends would hold every invariant.
    @Test func historiesAreEventful() {
        var counts = (forwarded: 0, twice: 0, states: Set<UInt64>())
        for seed in 0..<200 as Range<UInt64> {
            var history = BridgeHistory(seed: seed)
            history.run()
            for entry in history.book.all where entry.isForwarded {
                counts.forwarded += 1
                if entry.forward?.isPerhapsTwice == true { counts.twice += 1 }
            }
            for answers in history.oracle.answers.values {
                counts.states.formUnion(answers.map { $0.state })
            }
        }
        #expect(counts.forwarded > 100)
        #expect(counts.twice > 10)
        #expect(counts.states == Set(1...11))
    }
}
