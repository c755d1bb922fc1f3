import Foundation
import Testing
import Web

@testable import Daemon

/// What a node says of the pages it compares with its own, as days go by.
@Suite struct WatchedPageTests {
    private static let day: UInt64 = 86400
    private static let other = PageComparison.Outcome.otherVersion(theirs: "9.9")
    private static let changed = PageComparison.Outcome.differs([("page.js", .changed)])
    private static let away = PageComparison.Outcome.failed("no answer")

    /// Each outcome a day after the one before; the warning a moment after the last.
    private func warning(_ outcomes: [PageComparison.Outcome]) -> String? {
        var page = WatchedPage(url: "https://relay.example.org/")
        var now = 1000 * Self.day
        for outcome in outcomes {
            now += Self.day
            page.note(outcome, now: now)
        }
        return page.warning(now: now + 60)
    }

    private func many(
        _ outcome: PageComparison.Outcome, _ count: Int
    ) -> [PageComparison.Outcome] { Array(repeating: outcome, count: count) }

    @Test func anotherVersionIsToldAfterAWeek() throws {
        #expect(warning(many(Self.other, 1)) == nil)
        #expect(warning(many(Self.other, 7)) == nil)
        let told = try #require(warning(many(Self.other, 8)))
        #expect(told.contains("https://relay.example.org/"))
        #expect(told.contains("for 7 days that it is of another version"))
        #expect(try #require(warning(many(Self.other, 30))).contains("for 29 days"))
    }

    @Test func beingAwayInBetweenDoesNotBeginTheWeekAnew() {
        let outcomes =
            many(Self.other, 3) + many(Self.away, 2) + many(Self.other, 1) + many(Self.away, 2)
        #expect(warning(outcomes)?.contains("another version") == true)
    }

    @Test func awayForLongIsToldAsSuch() {
        #expect(warning(many(Self.other, 8) + many(Self.away, 3))?.contains("another") == true)
        #expect(
            warning(many(Self.other, 8) + many(Self.away, 4))?.contains("could not be compared")
                == true)
    }

    @Test func onceItIsComparedTheWeekBeginsAnew() {
        #expect(warning(many(Self.other, 8) + [.same(files: 3)]) == nil)
        #expect(warning(many(Self.other, 8) + [.same(files: 3)] + many(Self.other, 7)) == nil)
        #expect(warning(many(Self.other, 7) + [.same(files: 3)] + many(Self.other, 8)) != nil)
    }

    /// Else a page that was found out would only have to say that it is of another version.
    @Test func onceSeenToDifferAnotherVersionDoesNotSilenceIt() {
        #expect(warning([Self.changed])?.contains("page.js is changed") == true)
        #expect(warning([Self.changed, Self.other])?.contains("page.js is changed") == true)
        #expect(warning([Self.changed, Self.other, .same(files: 3)]) == nil)
    }

    /// A list that an older program kept is still read.
    @Test func aListWithoutTheNewDayIsRead() throws {
        let kept = #"[{"url":"https://relay.example.org/","due":5,"state":"otherVersion"}]"#
        let pages = try JSONDecoder().decode([WatchedPage].self, from: Data(kept.utf8))
        #expect(pages.first?.state == .otherVersion)
        #expect(pages.first?.warning(now: 1000 * Self.day) == nil)
    }
}
