import Model
import Noise
import Sodium

/// One entry of a file in cacophony's format: what each side holds, and all that they send.
struct NoiseVector: Decodable {
    struct Message: Decodable {
        let payload: Hexadecimal
        let ciphertext: Hexadecimal
    }

    let protocolName: String
    private let initPrologue: Hexadecimal?
    private let initPSKs: [Hexadecimal]?
    private let initStatic: Hexadecimal?
    private let initEphemeral: Hexadecimal?
    private let respPrologue: Hexadecimal?
    private let respPSKs: [Hexadecimal]?
    private let respStatic: Hexadecimal?
    private let respEphemeral: Hexadecimal?
    private let handshakeHash: Hexadecimal?
    private let computedHash: Hexadecimal?
    private let messages: [Message]

    private enum CodingKeys: String, CodingKey {
        case protocolName = "protocol_name"
        case initPrologue = "init_prologue"
        case initPSKs = "init_psks"
        case initStatic = "init_static"
        case initEphemeral = "init_ephemeral"
        case respPrologue = "resp_prologue"
        case respPSKs = "resp_psks"
        case respStatic = "resp_static"
        case respEphemeral = "resp_ephemeral"
        case handshakeHash = "handshake_hash"
        case computedHash = "handshake_hash_computed"
        case messages
    }

    /// Runs both sides against each other and against the vector.
    func check() -> Verdict {
        guard let places = Self.places(protocolName) else { return .skipped }
        do {
            var initiator = try machine(
                .initiator, initPrologue, initStatic, initEphemeral, places, initPSKs ?? [])
            var responder = try machine(
                .responder, respPrologue, respStatic, respEphemeral, places, respPSKs ?? [])
            try checkHandshake(&initiator, &responder)
            try checkTransport(initiator, responder)
            return .passed
        } catch let difference as Difference {
            return .failed(difference.what)
        } catch {
            return .failed("refused: \(error)")
        }
    }

    /// Where the name's pre-shared keys go; nil for another pattern or other functions.
    private static func places(_ name: String) -> [Int]? {
        let suffix = "_\(SodiumSuite.name)"
        guard name.hasPrefix("Noise_XX"), name.hasSuffix(suffix) else { return nil }
        let modifiers = name.dropFirst("Noise_XX".count).dropLast(suffix.count)
        var places: [Int] = []
        for modifier in modifiers.split(separator: "+", omittingEmptySubsequences: true) {
            guard modifier.hasPrefix("psk"), let place = Int(modifier.dropFirst(3)),
                (0...3).contains(place)
            else { return nil }
            places.append(place)
        }
        return places
    }

    private func machine(
        _ role: HandshakeRole, _ prologue: Hexadecimal?, _ key: Hexadecimal?,
        _ ephemeral: Hexadecimal?, _ places: [Int], _ keys: [Hexadecimal]
    ) throws -> Handshake {
        guard let key, let ephemeral, key.bytes.count == 32, ephemeral.bytes.count == 32 else {
            throw Difference("lacks the \(role)'s keys")
        }
        guard keys.count == places.count, keys.allSatisfy({ $0.bytes.count == 32 }) else {
            throw Difference("lacks the \(role)'s pre-shared keys")
        }
        return Handshake(
            role: role, prologue: prologue?.bytes ?? [],
            static: AgreementKey(secret: Secret(key.bytes)), ephemeral: Secret(ephemeral.bytes),
            presharedKeys: zip(places, keys).map {
                PresharedKey(place: $0, key: Secret($1.bytes))
            })
    }

    private func checkHandshake(
        _ initiator: inout Handshake, _ responder: inout Handshake
    ) throws {
        guard messages.count >= 3 else { throw Difference("has fewer than three messages") }
        for (number, message) in messages.prefix(3).enumerated() {
            let payload = message.payload.bytes
            if number == 1 {
                try message.check(number, sent: try responder.writeMessage(payload: payload))
                try message.check(number, read: try initiator.readMessage(message.ciphertext.bytes))
            } else {
                try message.check(number, sent: try initiator.writeMessage(payload: payload))
                try message.check(number, read: try responder.readMessage(message.ciphertext.bytes))
            }
        }
        let expected = handshakeHash ?? computedHash
        for hash in [initiator.hash, responder.hash] where hash != expected?.bytes ?? hash {
            throw Difference("handshake hash is \(hash.hex)")
        }
    }

    private func checkTransport(_ initiator: Handshake, _ responder: Handshake) throws {
        var (near, far) = (initiator.split(), responder.split())
        for (number, message) in messages.enumerated().dropFirst(3) {
            let payload = message.payload.bytes
            if number % 2 == 0 {
                try message.check(number, sent: try near.send.encrypt(payload))
                try message.check(number, read: try far.receive.decrypt(message.ciphertext.bytes))
            } else {
                try message.check(number, sent: try far.send.encrypt(payload))
                try message.check(number, read: try near.receive.decrypt(message.ciphertext.bytes))
            }
        }
    }
}

extension NoiseVector.Message {
    fileprivate func check(_ number: Int, sent: [UInt8]) throws {
        guard sent == ciphertext.bytes else {
            throw Difference("message \(number) is written as \(sent.hex)")
        }
    }

    fileprivate func check(_ number: Int, read: [UInt8]) throws {
        guard read == payload.bytes else {
            throw Difference("message \(number) is read as \(read.hex)")
        }
    }
}
