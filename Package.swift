// swift-tools-version: 6.2
import PackageDescription

// Bottom up: a target depends only on targets above it. Tests/TidyTests holds the same map and
// compares every file's imports with it. Sources/Page is built by tools/wasm, not here.

let strict = Context.environment["KITH_STRICT"] != nil

let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

func target(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "kith",
    products: [
        .executable(name: "kith", targets: ["kith"]),
        .executable(name: "kith-conformance", targets: ["kith-conformance"]),
        .executable(name: "kith-sim", targets: ["kith-sim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        // The pure core: values and state machines. No I/O, clock or randomness.
        target("Model", []),
        target("Wire", ["Model"]),
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        target("Sodium", ["CSodium", "Model"]),
        target("Entropy", ["CSodium"]),
        target("Sealing", ["Model", "Wire", "Sodium"]),
        target("Noise", ["Model", "Sodium"]),
        target("Gossip", ["Model", "Wire", "Sodium", "Sealing"]),
        target("Node", ["Model", "Wire", "Sodium", "Sealing", "Noise", "Gossip"]),
        target("Seeking", ["Model", "Wire", "Sodium", "Sealing"]),
        target("Casework", ["Model", "Wire", "Sodium", "Sealing", "Seeking"]),
        target("Bridging", ["Model", "Wire", "Sodium", "Sealing", "Seeking", "Casework"]),

        // Many relays in one process, on one clock.
        target(
            "Simulator", ["Model", "Wire", "Sodium", "Sealing", "Noise", "Gossip", "Node"]),

        // Shells: sockets, disks, clocks, people. No protocol decision.
        target(
            "Storage",
            [
                "Model", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ]),
        target(
            "Transport",
            [
                "Model", "Wire", "Sodium", "Noise", "Gossip", "Node",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        target(
            "Authorities",
            [
                "Model", "Wire", "Sealing", "Seeking", "Bridging",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        target(
            "Web",
            [
                "Model", "Wire", "Sodium",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        target(
            "Daemon",
            [
                "Model", "Wire", "Sodium", "Entropy", "Sealing", "Gossip", "Node", "Seeking",
                "Casework", "Bridging", "Authorities", "Storage", "Transport", "Web",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "kith",
            dependencies: [
                "Model", "Wire", "Sealing", "Entropy", "Seeking", "Casework", "Bridging",
                "Authorities", "Web", "Daemon",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "kith-bench",
            dependencies: [
                "Model", "Wire", "Sodium", "Entropy", "Sealing", "Noise", "Gossip", "Node",
                "Seeking", "Casework", "Daemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "kith-conformance",
            dependencies: [
                "Model", "Sodium", "Sealing", "Noise", "Gossip",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),

        .executableTarget(
            name: "kith-sim",
            dependencies: [
                "Simulator", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),

        // Tests/TestKit holds builders, fakes and the vector loader; no product depends on it.
        .target(
            name: "TestKit",
            dependencies: ["Model", "Wire", "Sodium", "Sealing", "Gossip", "Node", "Seeking"],
            path: "Tests/TestKit", swiftSettings: settings),
        tests("TidyTests", ["TestKit"]),
        tests("WireTests", ["Model", "Wire", "TestKit"]),
        tests("SodiumTests", ["Model", "Sodium", "TestKit"]),
        tests("SealingTests", ["Model", "Wire", "Sodium", "Sealing", "TestKit"]),
        tests("NoiseTests", ["Model", "Wire", "Sodium", "Noise", "TestKit"]),
        tests("GossipTests", ["Model", "Wire", "Sodium", "Sealing", "Gossip", "TestKit"]),
        tests(
            "NodeTests",
            ["Model", "Wire", "Sodium", "Sealing", "Noise", "Gossip", "Node", "TestKit"]),
        tests("SimulatorTests", ["Model", "Wire", "Gossip", "Node", "Simulator", "TestKit"]),
        tests("SeekingTests", ["Model", "Wire", "Sodium", "Sealing", "Seeking", "TestKit"]),
        tests(
            "CaseworkTests",
            ["Model", "Wire", "Sodium", "Sealing", "Seeking", "Casework", "TestKit"]),
        tests(
            "BridgingTests",
            ["Model", "Wire", "Sodium", "Sealing", "Seeking", "Casework", "Bridging", "TestKit"]),
        tests(
            "StorageTests",
            [
                "Model", "Storage", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ]),
        tests(
            "TransportTests",
            [
                "Model", "Wire", "Sodium", "Sealing", "Noise", "Gossip", "Node", "Transport",
                "TestKit", .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ]),
        tests(
            "AuthoritiesTests",
            [
                "Model", "Wire", "Sealing", "Seeking", "Casework", "Bridging", "Authorities",
                "TestKit",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        tests(
            "WebTests",
            [
                "Model", "Wire", "Sodium", "Web", "TestKit",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        tests("DaemonTests", ["Web", "Daemon"]),
        tests("CommandTests", ["kith", "TestKit"]),
    ],
    swiftLanguageModes: [.v6]
)
