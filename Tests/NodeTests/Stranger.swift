import Gossip
import Model
import Node
import TestKit
import Wire

extension MemoryNetwork {
    /// A greeted link to a peer that the test plays.
    mutating func greet(
        _ node: Int, as number: UInt8, of network: TestNetwork, dialled: Text? = nil
    ) -> LinkID {
        let link = intrude(on: node, as: TestNetwork.node(number), dialled: dialled)
        feed(node, .heard(link, .hello(network.hello(number, at: wall))))
        return link
    }

    /// The same, and the peer is a neighbour.
    mutating func befriend(
        _ node: Int, as number: UInt8, of network: TestNetwork, dialled: Text? = nil
    ) -> LinkID {
        let link = greet(node, as: number, of: network, dialled: dialled)
        feed(node, .heard(link, .membership(.neighbor(isHighPriority: true))))
        return link
    }

    /// One node that knows the charter.
    static func single(
        _ network: TestNetwork, _ configuration: RelayNode.Configuration
    ) -> MemoryNetwork {
        var net = MemoryNetwork()
        net.add(configuration)
        net.submit([network.charters()], at: 0)
        net.run(milliseconds: 100)
        net.forgetSent()
        return net
    }

    /// The frames a node sent to anybody that carry or name an item.
    func frames(about id: ItemID, _ network: TestNetwork, from node: Int) -> [Frame] {
        frames(from: node).filter { $0.names(id, network) }
    }
}

extension Frame {
    func names(_ id: ItemID, _ network: TestNetwork) -> Bool {
        switch self {
        case .push(_, let envelope), .stem(.envelope(let envelope)): network.id(envelope) == id
        case .announce(let items): items.contains { $0.id == id }
        case .graft(let grafted, _): grafted == id
        case .dontWant(let ids), .want(_, let ids), .gone(_, let ids): ids.contains(id)
        case .pad, .unknown, .hello, .ping, .pong, .bye, .membership, .prune, .retract, .receipt,
            .stem, .syncOpen, .syncMessage, .syncEnd:
            false
        }
    }

    /// Carries an item along its stem.
    var isStem: Bool { if case .stem = self { true } else { false } }

    var isPush: Bool { if case .push = self { true } else { false } }

    var isRetract: Bool { if case .retract = self { true } else { false } }
}
