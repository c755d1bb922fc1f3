import Casework
import Foundation
public import Model
public import Sealing
import Wire

/// One community as its records show it, checked here and not taken on the node's word.
public struct CommunityView: Sendable {
    public let network: NetworkID
    public let charter: Charter
    public let community: CommunityID
    public let manifest: Manifest
    public let roots: RootChain
    public let manifestUntil: WallTime
    public let relays: Int
    /// Those the manifest names, in its order.
    public let bridges: [Bridge]
    /// By language.
    public let guidance: [PublishedGuidance]

    /// A bridge as its community and itself describe it.
    public struct Bridge: Sendable {
        public let named: NamedBridge
        /// Nil while no card that holds has arrived.
        public let card: BridgeCard?
        let cardRecord: Record?

        public var name: String { card?.name.string ?? named.key.hex.prefix(16).description }
    }

    public var name: String { roots.newest.name.string }
    public var workBase: UInt8 { charter.workBase }

    /// All communities whose manifests hold now.
    public static func all(_ access: any NodeAccess, now: WallTime) async throws(Problem)
        -> [CommunityView]
    {
        let known = try await access.expect(.records) {
            if case .records(let records) = $0 { records } else { nil }
        }
        guard let network = NetworkID(known.network), let charters = known.charters else {
            return []
        }
        let damaged = Problem(
            .badData, "the node's records do not check out",
            hint: "restart the node; if it stays so, move its kith.sqlite aside")
        guard let value = try? CBOR(decoding: [UInt8](charters)),
            let chain = try? CharterChain(value, network: network)
        else { throw damaged }
        var views: [CommunityView] = []
        for bytes in known.manifests {
            guard let record = try? Record(decoding: [UInt8](bytes)),
                let (manifest, roots) = try? record.manifest()
            else { throw damaged }
            guard record.notAfter > now else { continue }
            views.append(
                CommunityView(
                    network: network, charter: chain.newest, community: roots.community,
                    manifest: manifest, roots: roots, manifestUntil: record.notAfter,
                    relays: known.relays,
                    bridges: manifest.namedBridges.map { bridge($0, known.cards, now) },
                    guidance: PublishedGuidance.all(known.guidance, of: roots, now: now)))
        }
        return views
    }

    private static func bridge(
        _ named: NamedBridge, _ cards: [Data], _ now: WallTime
    ) -> Bridge {
        for bytes in cards {
            guard let record = try? Record(decoding: [UInt8](bytes)), record.notAfter > now,
                let card = try? record.bridgeCard(of: named.key)
            else { continue }
            return Bridge(named: named, card: card, cardRecord: record)
        }
        return Bridge(named: named, card: nil, cardRecord: nil)
    }

    /// The community meant: the only one, or the one whose id or name `choice` begins.
    public static func find(
        _ choice: String?, _ access: any NodeAccess, now: WallTime
    ) async throws(Problem) -> CommunityView {
        let all = try await all(access, now: now)
        let fitting = all.filter { view in
            guard let choice else { return true }
            return view.community.bytes.hex.hasPrefix(choice.lowercased()) || view.name == choice
        }
        if fitting.count == 1 { return fitting[0] }
        if all.isEmpty {
            throw Problem(
                .tryAgain, "no community is known here yet",
                hint: "is the node running and connected? kith status, kith peers")
        }
        throw Problem(
            .usage,
            fitting.isEmpty
                ? "no community here is called \(choice ?? "that")"
                : "this node carries several communities",
            hint: "pass --community with one of: " + all.map { $0.name }.joined(separator: ", "))
    }
}
