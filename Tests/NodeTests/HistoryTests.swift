import TestKit
import Testing

@testable import Node

/// Whatever comes, in whatever order, a relay keeps its promises.
@Suite struct HistoryTests {
    @Test(arguments: 0..<24)
    func aRandomHistoryBreaksNoPromise(_ seed: UInt64) {
        var history = History(seed: seed)
        for step in 0..<1200 {
            history.step()
            if let broken = history.broken {
                Issue.record("step \(step): \(broken)")
                return
            }
        }
        history.end()
        #expect(history.broken == nil)
        #expect(history.stored > 20)
    }
}
