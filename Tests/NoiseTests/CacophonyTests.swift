import Foundation
import Model
import Noise
import Sodium
import TestKit
import Testing

/// Vectors that other implementations wrote, from the folder beside the project.
@Suite(.enabled(if: Cacophony.file != nil, "../shared/vectors/noise.json is missing"))
struct CacophonyTests {
    @Test(arguments: try Cacophony.vectors())
    func agreesWithVector(_ vector: Cacophony) throws {
        var pair = (
            near: try vector.handshake(.initiator), far: try vector.handshake(.responder)
        )
        var ciphers: (near: Directions, far: Directions)?
        for (number, message) in vector.messages.enumerated() {
            let sent: [UInt8]
            let read: [UInt8]
            if number == 3 { ciphers = (pair.near.split(), pair.far.split()) }
            switch (number % 2, ciphers) {
            case (0, nil):
                sent = try pair.near.writeMessage(payload: message.payload)
                read = try pair.far.readMessage(message.ciphertext)
            case (_, nil):
                sent = try pair.far.writeMessage(payload: message.payload)
                read = try pair.near.readMessage(message.ciphertext)
            case (0, _):
                sent = try #require(try ciphers?.near.send.encrypt(message.payload))
                read = try #require(try ciphers?.far.receive.decrypt(message.ciphertext))
            case (_, _):
                sent = try #require(try ciphers?.far.send.encrypt(message.payload))
                read = try #require(try ciphers?.near.receive.decrypt(message.ciphertext))
            }
            #expect(sent == message.ciphertext, "message \(number)")
            #expect(read == message.payload, "message \(number)")
        }
        #expect(ciphers != nil)
        #expect(pair.near.hash == vector.hash)
        #expect(pair.far.hash == vector.hash)
    }
}

private typealias Directions = (send: CipherState, receive: CipherState)

struct Cacophony: Sendable, CustomTestStringConvertible {
    static let file = Project.shared("vectors/noise.json")

    let name: String
    let messages: [(payload: [UInt8], ciphertext: [UInt8])]
    let hash: [UInt8]?
    private let secrets: [String: [[UInt8]]]

    var testDescription: String { name }

    static func vectors() throws -> [Cacophony] {
        guard let file else { return [] }
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let list = (json as? [String: Any])?["vectors"] as? [[String: Any]]
        return try #require(list).map { try Cacophony($0) }
    }

    private init(_ entry: [String: Any]) throws {
        let source = entry["source"] as? String ?? "cacophony"
        let protocolName = try #require(entry["protocol_name"] as? String)
        name = "\(source) \(protocolName)"
        var secrets: [String: [[UInt8]]] = [:]
        for (key, value) in entry {
            if let text = value as? String, let bytes = [UInt8](hex: text) {
                secrets[key] = [bytes]
            } else if let texts = value as? [String] {
                secrets[key] = texts.compactMap { [UInt8](hex: $0) }
            }
        }
        self.secrets = secrets
        hash = (secrets["handshake_hash"] ?? secrets["handshake_hash_computed"])?.first
        messages = try #require(entry["messages"] as? [[String: String]]).map {
            (
                payload: try #require([UInt8](hex: $0["payload"] ?? "")),
                ciphertext: try #require([UInt8](hex: $0["ciphertext"] ?? ""))
            )
        }
    }

    func handshake(_ role: HandshakeRole) throws -> Handshake {
        let side = role == .initiator ? "init" : "resp"
        let places = name.split(separator: "psk").dropFirst().compactMap {
            $0.first?.wholeNumberValue
        }
        let keys = secrets["\(side)_psks"] ?? []
        try #require(keys.count == places.count)
        return Handshake(
            role: role, prologue: secrets["\(side)_prologue"]?.first ?? [],
            static: AgreementKey(
                secret: Secret(try #require(secrets["\(side)_static"]?.first))),
            ephemeral: Secret(try #require(secrets["\(side)_ephemeral"]?.first)),
            presharedKeys: zip(places, keys).map {
                PresharedKey(place: $0, key: Secret($1))
            })
    }
}
