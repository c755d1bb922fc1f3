import ArgumentParser

/// Checks this implementation against vectors that others wrote.
@main
struct Conformance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kith-conformance",
        abstract: "Checks Kith against published test vectors.",
        discussion: """
            Prints a line for each failure and finally "N passed, M failed", with ", K skipped" \
            for vectors of kinds that Kith does not use.

            Exit status: 0 if at least one vector passed and none failed, 1 otherwise, \
            64 for wrong usage, 65 if the file holds no such vectors, 66 if it cannot be read.

            Examples:
              kith-conformance noise cacophony.txt
              kith-conformance hpke test-vectors.json
              kith-conformance negentropy negentropy.json
            """,
        subcommands: [NoiseCommand.self, HPKECommand.self, NegentropyCommand.self])
}

struct NoiseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "noise",
        abstract: "Runs Noise vectors in cacophony's JSON format.",
        discussion: """
            Runs both sides of each XX vector, with any pre-shared keys, for \
            25519_ChaChaPoly_BLAKE2b: handshake messages, handshake hash and transport messages. \
            Skips other patterns and functions.

            Example:
              kith-conformance noise tests/vectors/cacophony.txt
            """)

    @Argument(help: "A JSON file: {\"vectors\": [...]}.", completion: .file())
    var file: String

    func run() throws {
        var tally = Tally()
        let vectors: [NoiseVector] = try VectorList.read(file, kind: "Noise").vectors
        for (number, vector) in vectors.enumerated() {
            tally.count(vector.check(), "vector \(number) (\(vector.protocolName))")
        }
        try tally.finish()
    }
}

struct HPKECommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hpke",
        abstract: "Runs HPKE vectors in the JSON format of RFC 9180.",
        discussion: """
            Runs base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305: \
            key derivation, encapsulation, encryptions and exports. Skips everything else.

            Example:
              kith-conformance hpke test-vectors.json
            """)

    @Argument(
        help: "A JSON file: {\"vectors\": [...]}, or the list alone.", completion: .file())
    var file: String

    func run() throws {
        var tally = Tally()
        let vectors: [HPKEVector] = try VectorList.read(file, kind: "HPKE").vectors
        for (number, vector) in vectors.enumerated() {
            let kind = "mode \(vector.mode), kem \(vector.kem), aead \(vector.aead)"
            tally.count(vector.check(), "vector \(number) (\(kind))")
        }
        try tally.finish()
    }
}
