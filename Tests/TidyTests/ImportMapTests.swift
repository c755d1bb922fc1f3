import Foundation
import TestKit
import Testing

/// Holds the module map: what each target may import, and that the pure ones stay pure.
@Suite struct ImportMapTests {
    struct Rule: Sendable, CustomStringConvertible {
        let target: String
        let imports: Set<String>
        var isPure = false

        var description: String { target }
    }

    /// Bottom up, as in Package.swift; standard-library modules are named too.
    static let map: [Rule] = [
        Rule(target: "Model", imports: [], isPure: true),
        Rule(target: "Wire", imports: ["Model"], isPure: true),
        Rule(target: "Sodium", imports: ["CSodium", "Model"], isPure: true),
        Rule(target: "Entropy", imports: ["CSodium"]),
        Rule(target: "Sealing", imports: ["Model", "Wire", "Sodium"], isPure: true),
        Rule(target: "Noise", imports: ["Model", "Sodium"], isPure: true),
        Rule(target: "Gossip", imports: ["Model", "Wire", "Sodium", "Sealing"], isPure: true),
        Rule(
            target: "Node", imports: ["Model", "Wire", "Sodium", "Sealing", "Noise", "Gossip"],
            isPure: true),
        Rule(target: "Seeking", imports: ["Model", "Wire", "Sodium", "Sealing"], isPure: true),
        Rule(
            target: "Casework", imports: ["Model", "Wire", "Sodium", "Sealing", "Seeking"],
            isPure: true),
        Rule(
            target: "Bridging",
            imports: ["Model", "Wire", "Sodium", "Sealing", "Seeking", "Casework"], isPure: true),
        Rule(
            target: "Simulator",
            imports: ["Model", "Wire", "Sodium", "Sealing", "Noise", "Gossip", "Node"],
            isPure: true),
        Rule(target: "kith-sim", imports: ["Simulator", "ArgumentParser", "Foundation"]),
        Rule(
            target: "Storage",
            imports: [
                "Model", "GRDB", "GRDBSQLite", "NIOConcurrencyHelpers", "Dispatch",
                "Synchronization", "Glibc", "Musl", "Darwin", "Foundation",
            ]),
        Rule(
            target: "Transport",
            imports: [
                "Model", "Wire", "Sodium", "Noise", "Gossip", "Node", "NIOCore", "NIOPosix",
                "NIOConcurrencyHelpers", "Logging", "Dispatch", "Synchronization", "Glibc", "Musl",
                "Darwin",
            ]),
        Rule(
            target: "Authorities",
            imports: [
                "Model", "Wire", "Sealing", "Seeking", "Bridging", "AsyncHTTPClient", "NIOCore",
                "NIOPosix", "NIOHTTP1", "NIOSSL", "Foundation", "Synchronization",
            ]),
        Rule(
            target: "Web",
            imports: [
                "Model", "Wire", "Sodium", "Hummingbird", "HummingbirdCore", "HTTPTypes",
                "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOHTTPCompression", "NIOSSL",
                "NIOPosix", "NIOConcurrencyHelpers", "Logging", "Foundation",
            ]),
        Rule(
            target: "Daemon",
            imports: [
                "Model", "Wire", "Sodium", "Entropy", "Sealing", "Gossip", "Node", "Seeking",
                "Casework", "Bridging", "Authorities", "Storage", "Transport", "Web", "NIOCore",
                "NIOPosix",
                "NIOConcurrencyHelpers", "Logging", "ServiceLifecycle", "UnixSignals", "Foundation",
                "Synchronization", "Glibc", "Musl",
                "Darwin",
            ]),
        Rule(
            target: "kith",
            imports: [
                "Model", "Wire", "Sealing", "Entropy", "Seeking", "Casework", "Bridging",
                "Authorities", "Web", "Daemon", "ArgumentParser", "Logging", "Foundation", "Glibc",
                "Musl", "Darwin",
            ]),
        Rule(
            target: "kith-conformance",
            imports: [
                "Model", "Sodium", "Sealing", "Noise", "Gossip", "ArgumentParser", "Foundation",
            ]),
        Rule(
            target: "Page",
            imports: ["Model", "Wire", "Sodium", "Sealing", "Seeking", "CSodium", "CHost"]),
    ]

    @Test(arguments: map)
    func importsOnlyWhatTheMapAllows(_ rule: Rule) throws {
        for file in try SourceFile.all(in: "Sources/\(rule.target)") {
            for module in file.imports where !rule.imports.contains(module) {
                Issue.record("\(file.path) imports \(module)")
            }
        }
    }

    @Test func everyTargetStandsInTheMap() throws {
        let sources = Project.root.appending(path: "Sources")
        let folders = try FileManager.default.contentsOfDirectory(atPath: sources.path)
        let known = Set(Self.map.map { $0.target } + ["CSodium", "kith-bench"])
        #expect(Set(folders.filter { !$0.hasPrefix(".") }).subtracting(known).isEmpty)
    }

    /// Pure targets have no clock, no randomness and no tasks of their own.
    @Test(arguments: map.filter { $0.isPure })
    func pureTargetsStayPure(_ rule: Rule) throws {
        let banned = [
            "Date.now", "Clock.now", ".now(", ": .now", "= .now", ".random(", ".randomElement",
            ".shuffled(",
            "SystemRandomNumberGenerator", "randombytes",
            "Task {", "Task.", "Task(", "async ", "await ", "Date()", "ContinuousClock",
            "SuspendingClock", "DispatchQueue", "Thread.sleep", "Thread.current", "getenv",
            " print(", "@MainActor",
        ]
        for file in try SourceFile.all(in: "Sources/\(rule.target)") {
            for (number, line) in file.code {
                for word in banned where line.contains(word) {
                    Issue.record("\(file.path):\(number) has \(word)")
                }
            }
        }
    }

    /// What must compile for the browser keeps to what Embedded Swift takes there.
    @Test(arguments: ["Model", "Wire", "Sodium", "Sealing", "Seeking"])
    func browserTargetsAvoidWhatTheBrowserRefuses(_ target: String) throws {
        let banned = [": any ", "<any ", " any ", "Codable", "Set<", ": Duration"]
        for file in try SourceFile.all(in: "Sources/\(target)") {
            for (number, line) in file.code {
                for word in banned where line.contains(word) {
                    Issue.record("\(file.path):\(number) has \(word)")
                }
            }
        }
    }
}
