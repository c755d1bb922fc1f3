public import Casework
public import Model
public import Sealing
public import Sodium
public import Wire

/// Everything a bridge holds secretly, and how it was set up. Rests only under its vault key.
/// Source: protocol/18-bridges.md.
public struct BridgeKeyring: Sendable {
    public let network: NetworkID
    public let community: CommunityID
    public let name: Text
    private let seed: Secret
    /// The line of weekly keys that consents are sealed to.
    public private(set) var line: Keyring.Intake
    public let coolingOffSeconds: UInt64
    public let leastPeersInSync: Int
    /// The day it was made: the first of its log.
    public let firstDay: UInt32
    /// Of the last card published.
    public private(set) var cardSeq: UInt64 = 0

    /// - Parameter random: 32 bytes for each of two keys.
    public init(
        network: NetworkID, community: CommunityID, name: Text, coolingOffSeconds: UInt64,
        leastPeersInSync: Int, now: WallTime, random: RandomSource
    ) {
        self.network = network
        self.community = community
        self.name = name
        self.coolingOffSeconds = coolingOffSeconds
        self.leastPeersInSync = leastPeersInSync
        firstDay = now.day
        seed = Secret(random(32))
        line = Keyring.Intake(seed: IntakeSeed(week: now.slot.week, seed: Secret(random(32))))
    }

    /// What signs cards and checkpoints, and names the bridge in the manifest.
    public var key: SigningKey { SigningKey(seed: seed) }

    public var publicKey: [UInt8] { key.publicKey }

    public var configuration: BridgeBook.Configuration {
        BridgeBook.Configuration(
            key: key.publicKey, coolingOffSeconds: coolingOffSeconds,
            leastPeersInSync: leastPeersInSync, firstDay: firstDay)
    }

    /// Erases the seeds of weeks gone by.
    public mutating func step(to week: Week) { line.step(to: week) }

    /// A new card: this week's key and the next seven.
    public mutating func card(now: WallTime) -> Record {
        var seed = line.seed
        while seed.week < now.slot.week { seed.step() }
        let card = BridgeCard(
            firstWeek: seed.week, keys: seed.keys(Manifest.weeks).map { $0.publicKey }, name: name,
            coolingOffSeconds: coolingOffSeconds)
        cardSeq = max(cardSeq + 1, now.seconds)
        return Record(
            .bridgeCard, subject: community.bytes, seq: cardSeq, notBefore: now,
            notAfter: now.adding(seconds: Limits.manifestSeconds), content: card.cbor, by: key)
    }

    // MARK: At rest

    /// As bytes, to be sealed under a vault key at once and wiped.
    public var encoded: [UInt8] {
        CBOR.fields(
            .bytes(network.bytes), .bytes(community.bytes), name.cbor, .bytes(seed.copied()),
            line.cbor, .unsigned(coolingOffSeconds), .unsigned(UInt64(leastPeersInSync)),
            .unsigned(UInt64(firstDay)), .unsigned(cardSeq)
        ).encoded
    }

    /// Nil for bytes this version did not write.
    public init?(decoding bytes: [UInt8]) {
        do {
            let fields = try Fields(decoding: bytes)
            guard let line = Keyring.Intake(try fields.required(5)) else { return nil }
            network = try fields.identifier32(1)
            community = try fields.identifier32(2)
            name = try fields.words(3)
            seed = Secret(try fields.bytes(4, count: 32))
            self.line = line
            coolingOffSeconds = try fields.unsigned(6)
            leastPeersInSync = try fields.integer(7)
            firstDay = try fields.integer(8)
            cardSeq = try fields.unsigned(9)
        } catch {
            return nil
        }
    }
}
