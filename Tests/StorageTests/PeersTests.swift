import Model
import Testing

@testable import Storage

@Suite struct PeersTests {
    let folder = TemporaryFolder()

    @Test func addressesKeepTheirHistory() async throws {
        let store = try folder.open()
        #expect(try await store.addAddress("a:1", source: .learned))
        #expect(try await store.addAddress("b:1", node: id(2), source: .given))
        try await store.noteDial("a:1", success: false, now: 10)
        try await store.noteDial("a:1", success: true, node: id(1), now: 20)
        try await store.noteDial("a:1", success: false, now: 30)
        try await store.noteDial("nowhere:1", success: true, now: 30)
        #expect(try await store.addAddress("a:1", source: .given))
        #expect(try await store.addAddress("b:1", source: .learned))
        let a = KnownAddress(
            address: "a:1", node: id(1), source: .given, lastSuccess: 20, failures: 1)
        let b = KnownAddress(address: "b:1", node: id(2), source: .given, failures: 0)
        #expect(try await store.addresses() == [a, b])
        try await store.removeAddress("a:1")
        #expect(try await store.addresses() == [b])
    }

    @Test func aFloodOfAddressesDisplacesOnlyWhatFailed() async throws {
        let store = try folder.open()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<Limits.knownAddresses {
                group.addTask { try await store.addAddress("old\(number):1", source: .learned) }
            }
            for try await isKnown in group { #expect(isKnown) }
        }
        #expect(try await !store.addAddress("new:1", source: .learned))
        try await store.noteDial("old5:1", success: false, now: 1)
        try await store.noteDial("old7:1", success: false, now: 1)
        try await store.noteDial("old7:1", success: false, now: 2)
        #expect(try await store.addAddress("new:1", source: .learned))
        #expect(try await store.addAddress("given:1", source: .given))
        #expect(try await store.addAddress("other:1", source: .given))
        let known = Set(try await store.addresses().map(\.address))
        #expect(known.count == Limits.knownAddresses)
        #expect(known.isSuperset(of: ["new:1", "given:1", "other:1"]))
        #expect(known.isDisjoint(with: ["old5:1", "old7:1"]))
    }

    @Test func marksAreSetSingly() async throws {
        let store = try folder.open()
        try await store.mark(id(2), pinned: true)
        try await store.mark(id(1), blocked: true)
        try await store.mark(id(2), blocked: true)
        try await store.mark(id(2), pinned: false)
        let one = NodeMark(node: id(1), pinned: false, blocked: true)
        let two = NodeMark(node: id(2), pinned: false, blocked: true)
        #expect(try await store.marks() == [one, two])
        try await store.mark(id(1), blocked: false)
        #expect(try await store.marks() == [two])
    }

    @Test func settingsAreReplacedAndRemoved() async throws {
        let store = try folder.open()
        #expect(try await store.setting("a") == nil)
        try await store.setSetting("a", [])
        #expect(try await store.setting("a") == [])
        try await store.setSetting("a", [1, 2])
        #expect(try await store.setting("a") == [1, 2])
        try await store.setSetting("a", nil)
        #expect(try await store.setting("a") == nil)
        #expect(try store.isConsistent())
    }

    @Test func communitiesComeByID() async throws {
        let store = try folder.open()
        try await store.saveCommunity(id(2), data: [2])
        try await store.saveCommunity(id(1), data: [1])
        try await store.saveCommunity(id(2), data: [3])
        let found = try await store.communities()
        #expect(found.map(\.id) == [id(1), id(2)])
        #expect(found.map(\.data) == [[1], [3]])
        try await store.removeCommunity(id(1))
        #expect(try await store.communities().map(\.id) == [id(2)])
    }
}
