import Model
import Sealing
import Wire

/// A community as its records show it, checked against the id that the link named.
final class Followed: Sendable {
    let network: NetworkID
    let community: CommunityID
    let charter: Charter
    let manifest: Manifest
    let roots: RootChain
    let manifestUntil: WallTime
    let bridges: [Bridge]

    /// A bridge that the manifest names; nil in place of a card while none that holds is known.
    struct Bridge: Sendable {
        let named: NamedBridge
        let card: BridgeCard?
    }

    /// - Throws: `.wrongCommunity` when the records are another's than the link's, and what else
    ///   does not hold.
    init(_ asked: Asked) throws(VisitError) {
        guard let network = NetworkID(try asked.bytes("network", count: 32)),
            let community = CommunityID(try asked.bytes("community", count: 32))
        else { throw .malformed }
        let now = WallTime(seconds: try asked.number("now"))
        charter = try Self.charter(try asked.bytes("charters"), network)
        let carries = charter.communities.contains { $0.community == community }
        guard carries else { throw .notCarried }
        let record = try Self.record(try asked.bytes("manifest"))
        guard record.type == .manifest, record.subject == community.bytes else {
            throw .wrongCommunity
        }
        do { (manifest, roots) = try record.manifest() } catch { throw Self.refusal(error) }
        do { try record.checkTime(now) } catch { throw Self.refusal(error) }
        guard manifest.intakeKey(now.slot.week) != nil else { throw .noKeyForThisWeek }
        self.network = network
        self.community = community
        manifestUntil = record.notAfter
        let cards = try asked.byteStrings("cards")
        bridges = manifest.namedBridges.map { Self.bridge($0, cards, now) }
    }

    private static func charter(
        _ bytes: [UInt8], _ network: NetworkID
    ) throws(VisitError) -> Charter {
        guard let content = try? CBOR(decoding: bytes) else { throw .damaged }
        do { return try CharterChain(content, network: network).newest } catch {
            throw refusal(error)
        }
    }

    private static func record(_ bytes: [UInt8]) throws(VisitError) -> Record {
        do { return try Record(decoding: bytes) } catch { throw refusal(error) }
    }

    /// A card that does not hold is as good as none: the bridge is not reached now.
    private static func bridge(
        _ named: NamedBridge, _ cards: [[UInt8]], _ now: WallTime
    ) -> Bridge {
        for bytes in cards {
            guard let record = try? Record(decoding: bytes), record.type == .bridgeCard,
                now < record.notAfter, let card = try? record.bridgeCard(of: named.key)
            else { continue }
            return Bridge(named: named, card: card)
        }
        return Bridge(named: named, card: nil)
    }

    private static func refusal(_ error: RecordError) -> VisitError {
        switch error {
        case .wrongSubject: .wrongCommunity
        case .notSigned, .signatureList: .notSigned
        case .expired: .expired
        case .notYetValid: .notYetValid
        case .shape, .wrongParent, .unknownType, .validForTooLong, .outOfRange, .tooLong,
            .paddingNotZero:
            .damaged
        }
    }
}

extension Visit {
    /// Takes the community on, if its records hold.
    mutating func follow(_ asked: Asked) throws(VisitError) -> [UInt8] {
        let new = try Followed(asked)
        let isSame = followed?.community == new.community && followed?.network == new.network
        followed = new
        // What was found stays found when only the records are newer.
        if !isSame || book == nil { open() }
        return new.reply
    }
}

extension Followed {
    /// What the page shows of a community.
    var reply: [UInt8] {
        JSONText.object { reply in
            reply.text("name", roots.newest.name)
            reply.text("networkName", charter.name)
            reply.flag("isTest", charter.isTest)
            reply.number("workBase", UInt64(charter.workBase))
            reply.number("manifestUntil", manifestUntil.seconds)
            reply.number("relays", UInt64(manifest.relays.count))
            reply.texts("languages", manifest.languages)
            reply.array("bridges") { list in
                for bridge in bridges { list.bridge(bridge) }
            }
        }
    }
}

extension JSONText {
    mutating func bridge(_ bridge: Followed.Bridge) {
        object { item in
            item.bytes("key", bridge.named.key)
            item.text("name", bridge.card?.name ?? "")
            item.flag("ready", bridge.card != nil)
            item.array("authorities") { list in
                for authority in bridge.named.authorities {
                    list.object { entry in
                        entry.text("uri", authority.uri)
                        entry.text("name", authority.name)
                        entry.flag("publishing", authority.isPublishing)
                    }
                }
            }
        }
    }
}
