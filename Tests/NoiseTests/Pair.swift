import Model
import Noise
import Sodium

/// Two nodes with fixed keys, about to shake hands.
struct Pair {
    static let network = NetworkID([UInt8](repeating: 0xA7, count: 32))!
    static let prologue = LinkIdentity.prologue(network: network)
    static let nearStatic = AgreementKey(secret: Secret([UInt8](repeating: 0x11, count: 32)))
    static let farStatic = AgreementKey(secret: Secret([UInt8](repeating: 0x22, count: 32)))

    var near: Handshake
    var far: Handshake

    init(
        nearPrologue: [UInt8] = prologue, farPrologue: [UInt8] = prologue,
        nearKeys: [PresharedKey] = [], farKeys: [PresharedKey] = []
    ) {
        near = Handshake(
            role: .initiator, prologue: nearPrologue, static: Self.nearStatic,
            ephemeral: Secret([UInt8](repeating: 0x33, count: 32)), presharedKeys: nearKeys)
        far = Handshake(
            role: .responder, prologue: farPrologue, static: Self.farStatic,
            ephemeral: Secret([UInt8](repeating: 0x44, count: 32)), presharedKeys: farKeys)
    }

    /// Writes message `number` (0, 1, 2) after the ones before it were passed on.
    mutating func write(_ number: Int, payload: [UInt8] = []) throws -> [UInt8] {
        if number == 1 { return try far.writeMessage(payload: payload) }
        return try near.writeMessage(payload: payload)
    }

    /// Reads message `number` on the side it is for.
    mutating func read(_ number: Int, _ message: [UInt8]) throws -> [UInt8] {
        if number == 1 { return try near.readMessage(message) }
        return try far.readMessage(message)
    }

    /// Passes on the messages before `number`.
    mutating func advance(to number: Int) throws {
        for earlier in 0..<number { _ = try read(earlier, try write(earlier)) }
    }

    /// Two sessions in step.
    static func sessions() throws -> (near: Session, far: Session) {
        var pair = Pair()
        try pair.advance(to: 3)
        return (Session(pair.near), Session(pair.far))
    }
}

/// A pre-shared key for `place` made of `byte`.
func preshared(_ place: Int, _ byte: UInt8) -> PresharedKey {
    PresharedKey(place: place, key: Secret([UInt8](repeating: byte, count: 32)))
}
