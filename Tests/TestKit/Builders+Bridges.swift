public import Model
public import Sealing
public import Sodium
public import Wire

// What the bridges of a test network publish.

extension TestNetwork {
    /// The key of bridge `number`.
    public static func bridgeKey(_ number: UInt8) -> SigningKey {
        SigningKey(seed: Secret([UInt8](repeating: 0x72, count: 31) + [number]))
    }

    /// Bridges as a manifest names them, without authorities.
    public static func bridges(_ numbers: UInt8...) -> [NamedBridge] {
        numbers.map { NamedBridge(key: bridgeKey($0).publicKey, authorities: []) }
    }

    /// A bridge's card in its envelope.
    public func card(
        _ number: UInt8, seq: UInt64 = 1, from start: WallTime = testStart, name: Text = "Bridge",
        slot: Slot? = nil
    ) -> Envelope {
        let seed = IntakeSeed(week: start.slot.week, seed: .fixed(number))
        let card = BridgeCard(
            firstWeek: start.slot.week, keys: seed.keys(Manifest.weeks).map(\.publicKey),
            name: name, coolingOffSeconds: 3600)
        return publish(
            .bridgeCard, subject: community.bytes, seq: seq, from: start, days: 45,
            content: card.cbor, by: Self.bridgeKey(number), slot: slot)
    }

    /// A checkpoint of day `day` of a bridge's log in its envelope.
    public func checkpoint(
        _ number: UInt8, day: UInt32, from start: WallTime = testStart, top: UInt8 = 1,
        slot: Slot? = nil
    ) -> Envelope {
        let checkpoint = Checkpoint(
            day: day, previous: nil, depth: 4, top: [UInt8](repeating: top, count: 32))
        return publish(
            .checkpoint, subject: community.bytes, seq: UInt64(day), from: start, days: 500,
            content: checkpoint.cbor, by: Self.bridgeKey(number), slot: slot)
    }
}
