import Model
import TestKit
import Testing

@Suite struct OrderTests {
    @Test(arguments: [0, 1, 2, 3, 7, 8, 9, 100, 1000])
    func itOrdersAsTheStandardLibraryDoesAndLeavesEqualOnesAsTheyStood(_ count: Int) {
        var random = SeededRandom(UInt64(count))
        for below in [1, 3, 1000] {
            let things = (0..<count).map { (key: random.number(below: below), place: $0) }
            let ordered = things.inOrder { $0.key < $1.key }
            let expected = things.sorted { ($0.key, $0.place) < ($1.key, $1.place) }
            #expect(ordered.map { $0.place } == expected.map { $0.place })
        }
    }
}
