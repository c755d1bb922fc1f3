public import Sodium

public enum HandshakeRole: Sendable, Equatable { case initiator, responder }

/// A 32-byte key both sides had before, and where the pattern mixes it in.
public struct PresharedKey: Sendable {
    /// 0: before the first message; 1, 2, 3: at the end of that message.
    public let place: Int
    public let key: Secret

    /// - Precondition: `place` is 0…3, `key` has 32 bytes.
    public init(place: Int = 0, key: Secret) {
        precondition((0...3).contains(place), "XX has no psk\(place)")
        precondition(key.count == 32, "a pre-shared key of \(key.count) bytes")
        self.place = place
        self.key = key
    }
}

/// The three messages in which two nodes agree on keys and prove their static keys to each other:
/// Noise XX, or XXpsk0 … XXpsk3 and their combinations.
///
/// The initiator writes messages 1 and 3, the responder message 2. Each is written or read once;
/// after `split` the machine is done.
/// Source: protocol/03-links.md; Noise rev 34 §5.3, §7.5, §9; protocol/vectors/noise/.
public struct HandshakeOver<Suite: CipherSuite>: Sendable {
    enum Token: Sendable {
        case e, s, ee, es, se
        case psk(Secret)
    }

    enum Phase: Sendable {
        case expecting([[Token]])  // next: expecting one message fewer, finished, failed
        case finished  // final
        case failed  // final
    }

    public let role: HandshakeRole
    /// The other side's static key, 32 bytes; proved once its message was read without an error.
    public private(set) var remoteStatic: [UInt8]?
    private let localStatic: AgreementKey
    private let localEphemeral: AgreementKey
    private let hasPresharedKeys: Bool
    private var remoteEphemeral: [UInt8]?
    private var symmetric: SymmetricState<Suite>
    private var phase: Phase

    /// - Parameters:
    ///   - prologue: bytes both sides must hold alike; they do not travel.
    ///   - localStatic: this node's link key.
    ///   - ephemeral: 32 fresh random bytes, never used before.
    ///   - presharedKeys: in the order of their places.
    public init(
        role: HandshakeRole, prologue: [UInt8], static localStatic: AgreementKey,
        ephemeral: Secret, presharedKeys: [PresharedKey] = []
    ) {
        self.role = role
        self.localStatic = localStatic
        localEphemeral = AgreementKey(secret: ephemeral)
        hasPresharedKeys = !presharedKeys.isEmpty
        symmetric = SymmetricState(protocolName: Self.name(presharedKeys))
        symmetric.mix(hash: prologue)
        phase = .expecting(Self.pattern(presharedKeys))
    }

    public var isFinished: Bool {
        if case .finished = phase { true } else { false }
    }

    /// Both sides' hash of all that was sent, 64 bytes: names this very connection once finished.
    public var hash: [UInt8] { symmetric.hash }

    /// The next message.
    ///
    /// - Throws: `NoiseError.outOfTurn`, `.tooLong`, `.weakKey`; all but the first end the
    ///   handshake.
    public mutating func writeMessage(payload: [UInt8] = []) throws(NoiseError) -> [UInt8] {
        let messages = try begin(writing: true)
        var out: [UInt8] = []
        for token in messages[0] {
            switch token {
            case .e:
                out += localEphemeral.publicKey
                mix(ephemeral: localEphemeral.publicKey)
            case .s: out += try symmetric.encrypt(localStatic.publicKey)
            case .ee, .es, .se: symmetric.mix(key: try agree(token))
            case .psk(let key): symmetric.mix(keyAndHash: key)
            }
        }
        out += try symmetric.encrypt(payload)
        try Self.check(out)
        end(messages)
        return out
    }

    /// Reads the other side's next message; gives its payload.
    ///
    /// - Throws: `NoiseError.outOfTurn`, `.tooLong`, `.truncated`, `.notAuthentic`, `.weakKey`;
    ///   all but the first end the handshake.
    public mutating func readMessage(_ message: [UInt8]) throws(NoiseError) -> [UInt8] {
        let messages = try begin(writing: false)
        try Self.check(message)
        var rest = message[...]
        for token in messages[0] {
            switch token {
            case .e:
                let key = try Self.take(32, from: &rest, of: message)
                remoteEphemeral = key
                mix(ephemeral: key)
            case .s:
                let sealed = try Self.take(32 + symmetric.overhead, from: &rest, of: message)
                remoteStatic = try symmetric.decrypt(sealed)
            case .ee, .es, .se: symmetric.mix(key: try agree(token))
            case .psk(let key): symmetric.mix(keyAndHash: key)
            }
        }
        let payload = try symmetric.decrypt([UInt8](rest))
        end(messages)
        return payload
    }

    /// The two directions' keys.
    ///
    /// - Precondition: `isFinished`.
    public func split() -> (send: CipherStateOver<Suite>, receive: CipherStateOver<Suite>) {
        precondition(isFinished, "a handshake is split once it is finished")
        let (initiator, responder) = symmetric.split()
        return role == .initiator ? (initiator, responder) : (responder, initiator)
    }

    // MARK: - Turns

    /// The messages to come. Until `end`, the handshake counts as failed.
    private mutating func begin(writing: Bool) throws(NoiseError) -> [[Token]] {
        guard case .expecting(let messages) = phase else { throw .outOfTurn }
        let writer: HandshakeRole = messages.count == 2 ? .responder : .initiator
        guard writing == (writer == role) else { throw .outOfTurn }
        phase = .failed
        return messages
    }

    private mutating func end(_ messages: [[Token]]) {
        phase = messages.count == 1 ? .finished : .expecting([[Token]](messages.dropFirst()))
    }

    // MARK: - Tokens

    private mutating func mix(ephemeral key: [UInt8]) {
        symmetric.mix(hash: key)
        if hasPresharedKeys { symmetric.mix(key: Secret(key)) }
    }

    private func agree(_ token: Token) throws(NoiseError) -> Secret {
        let local: AgreementKey
        let remote: [UInt8]?
        switch (token, role) {
        case (.ee, _): (local, remote) = (localEphemeral, remoteEphemeral)
        case (.es, .initiator), (.se, .responder): (local, remote) = (localEphemeral, remoteStatic)
        case (.es, .responder), (.se, .initiator): (local, remote) = (localStatic, remoteEphemeral)
        case (.e, _), (.s, _), (.psk, _): preconditionFailure("no agreement in this token")
        }
        guard let remote else { preconditionFailure("XX has both keys before it mixes them") }
        guard let secret = Suite.agree(local, with: remote) else { throw .weakKey }
        return secret
    }

    private static func take(
        _ count: Int, from rest: inout ArraySlice<UInt8>, of message: [UInt8]
    ) throws(NoiseError) -> [UInt8] {
        guard rest.count >= count else { throw .truncated(bytes: message.count) }
        defer { rest = rest.dropFirst(count) }
        return [UInt8](rest.prefix(count))
    }

    private static func check(_ message: [UInt8]) throws(NoiseError) {
        let limit = HandshakeFraming.largestBytes
        guard message.count <= limit else { throw .tooLong(bytes: message.count, limit: limit) }
    }

    private static func name(_ keys: [PresharedKey]) -> String {
        let modifiers = keys.map { "psk\($0.place)" }.joined(separator: "+")
        return "Noise_XX\(modifiers)_\(Suite.name)"
    }

    private static func pattern(_ keys: [PresharedKey]) -> [[Token]] {
        var messages: [[Token]] = [[.e], [.e, .ee, .s, .es], [.s, .se]]
        var before: [Token] = []
        for key in keys {
            if key.place == 0 {
                before.append(.psk(key.key))
            } else {
                messages[key.place - 1].append(.psk(key.key))
            }
        }
        messages[0] = before + messages[0]
        return messages
    }
}

public typealias Handshake = HandshakeOver<SodiumSuite>
