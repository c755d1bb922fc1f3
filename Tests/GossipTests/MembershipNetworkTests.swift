import Gossip
import Model
import TestKit
import Testing
import Wire

@Suite struct MembershipNetworkTests {
    /// Everybody joins node 0 within a second.
    func joined(
        _ count: Int, seed: UInt64, isHidden: (Int) -> Bool = { _ in false }
    ) -> MembershipNetwork {
        var network = MembershipNetwork(seed: seed)
        for index in 0..<count {
            network.add(isHidden: isHidden(index))
            if index > 0 { network.know(index, 0) }
            network.run(for: 1000 / UInt64(count))
        }
        return network
    }

    @Test(arguments: [2, 3, 5, 20, 100])
    func explore(_ count: Int) {
        var network = joined(count, seed: 1)
        for seconds: UInt64 in [2, 10, 60, 600] {
            network.run(for: seconds * 1000)
            print(count, "after", seconds, network.summary)
        }
    }
}
