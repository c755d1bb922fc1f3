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
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
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
    ],
    swiftLanguageModes: [.v6]
)
