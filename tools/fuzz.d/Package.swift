// swift-tools-version: 6.2
import PackageDescription

// The fuzzers, as a package of their own: its sources are links to the project's pure targets, so
// that nothing of sockets, disks and TLS is built with them. Built by tools/fuzz.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Internal parts are fuzzed too.
let testable: [SwiftSetting] = settings + [.unsafeFlags(["-enable-testing"])]

func target(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: testable)
}

let package = Package(
    name: "fuzz",
    targets: [
        target("Model", []),
        target("Wire", ["Model"]),
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        target("Sodium", ["CSodium", "Model"]),
        target("Sealing", ["Model", "Wire", "Sodium"]),
        target("Noise", ["Model", "Sodium"]),
        target("Gossip", ["Model", "Wire", "Sodium", "Sealing"]),
        target("Node", ["Model", "Wire", "Sodium", "Sealing", "Noise", "Gossip"]),
        target("Seeking", ["Model", "Wire", "Sodium", "Sealing"]),
        target("Casework", ["Model", "Wire", "Sodium", "Sealing", "Seeking"]),
        target("Bridging", ["Model", "Wire", "Sodium", "Sealing", "Seeking", "Casework"]),
        // Without what speaks HTTP.
        .target(
            name: "Authorities",
            dependencies: ["Model", "Wire", "Sealing", "Seeking", "Casework", "Bridging"],
            exclude: [
                "Checking/AuthorityChecker.swift", "Exchange/AuthorityClient.swift",
                "Exchange/Departure.swift", "Exchange/Failure.swift",
                "Open311/Open311Adapter.swift",
            ], swiftSettings: testable),
        // Builders of a network; without what reads files.
        .target(
            name: "TestKit",
            dependencies: ["Model", "Wire", "Sodium", "Sealing", "Gossip", "Node", "Seeking"],
            exclude: [
                "VectorFile.swift", "VectorFile+Consents.swift", "VectorFile+Topics.swift",
            ], swiftSettings: testable),
        // The words that travel over a node's socket.
        .target(name: "Control", path: "Control", swiftSettings: testable),
        .executableTarget(
            name: "fuzzers",
            dependencies: [
                "Model", "Wire", "Sodium", "Sealing", "Noise", "Gossip", "Node", "Seeking",
                "Casework", "Bridging", "Authorities", "TestKit", "Control",
            ], path: "Fuzzers",
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]),
    ],
    swiftLanguageModes: [.v6]
)
