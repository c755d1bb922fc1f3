import Foundation
import Testing

/// A computer whose clock is wrong.
@Suite(.enabled(if: Clock.canChange, "faketime is not installed: apt-get install faketime"))
struct ClockTests {
    @Test(arguments: ["+1h", "-1h"])
    func anHourOffWarnsAndKeepsTheLinkAndWhatOthersHold(_ offset: String) async throws {
        try await Scene.play { scene in
            let a = try await scene.founder("a")
            // So many that they would be held against a neighbour who did wrong.
            var asked = try await a.ask("Somebody reads my letters.")
            for _ in 0..<20 { asked = try await a.ask("Somebody reads my letters.") }
            let b = try await scene.relay("b", of: a, by: Clock.off(by: offset))
            try await b.waitForPeers()
            try await eventually("b to be warned of its clock") {
                try await b.warnings().contains { $0.contains("clock") }
            }
            let warning = try await b.warnings().first { $0.contains("clock") } ?? ""
            #expect(warning.contains(offset == "+1h" ? "ahead of" : "behind"), "\(warning)")
            // What lies ahead of its clock it may not take, what lies behind it must.
            if offset == "+1h" {
                try await eventually("b to hold what a holds") {
                    try await b.items() == a.items()
                }
            }
            try await Task.sleep(for: .seconds(2))
            let (changes, items) = (Self.changes(b), try await [a.items(), b.items()])
            try await Task.sleep(for: .seconds(4))
            #expect(Self.changes(b) == changes, "\(Child.text(of: b.log).suffix(2000))")
            #expect(try await [a.items(), b.items()] == items)
            #expect(try await a.accounts(asked.code).count == 1)
        }
    }

    /// Whoever dials us says what they like about the time.
    @Test func aStrangersClockDoesNotWarnUs() async throws {
        try await Scene.play { scene in
            let a = try await scene.founder("a")
            let b = try await scene.relay("b", of: a, by: Clock.off(by: "+1h"))
            try await b.waitForPeers()
            try await a.waitForPeers()
            #expect(try await a.warnings() == [])
        }
    }

    @Test(arguments: ["+366d", "-366d"])
    func aYearOffCannotLinkAndSaysWhy(_ offset: String) async throws {
        try await Scene.play { scene in
            let a = try await scene.founder("a")
            let asked = try await a.ask("Somebody reads my letters.")
            let b = try await scene.relay("b", of: a, by: Clock.off(by: offset))
            try await eventually("b to speak of the clock") {
                try await b.warnings().contains { $0.contains("clock") }
            }
            #expect(Child.text(of: b.log).contains("clock"))
            #expect(try await b.status()["peers"]?.list.isEmpty == true)
            // Nobody else is harmed.
            #expect(try await a.accounts(asked.code).count == 1)
            let c = try await scene.relay("c", of: a)
            try await c.waitForPeers()
        }
    }

    /// A link that can't stand is tried again at growing distances.
    @Test func aLinkThatCannotStandIsNotTriedEverySecond() async throws {
        try await Scene.play { scene in
            let a = try await scene.founder("a")
            let b = try await scene.relay("b", of: a, by: Clock.off(by: "+366d"))
            try await Task.sleep(for: .seconds(8))
            let lines = Child.text(of: a.log).split(separator: "\n")
            #expect(lines.count < 25, "\(lines.suffix(6).joined(separator: "\n"))")
            _ = b
        }
    }

    private static func changes(_ node: Node) -> Int {
        Child.text(of: node.log).split(separator: "\n").filter {
            $0.contains("peer up") || $0.contains("peer down") || $0.contains("peer refused")
        }.count
    }
}
