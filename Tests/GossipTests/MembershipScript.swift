import Gossip
import Model
import TestKit
import Wire

/// What scripts of the membership machine share: node 0 is played by the machine, the others by
/// the test.
protocol MembershipScript {}

extension MembershipScript {
    typealias Effects = [Membership.Effect]

    var start: Moment { Moment(milliseconds: 1_000_000) }
    var wall: WallTime { testStart }

    func at(_ milliseconds: UInt64) -> Moment { start.adding(milliseconds: milliseconds) }

    func link(_ number: Int) -> LinkID { LinkID(UInt64(number)) }

    func node(_ index: Int) -> NodeID { MembershipNetwork.node(index) }

    func record(_ index: Int, seq: UInt64 = 1) -> PeerRecord {
        MembershipNetwork.record(index, seq: seq)
    }

    func hidden(_ index: Int) -> PeerRecord { MembershipNetwork.record(index, addresses: []) }

    func address(_ index: Int) -> Text { MembershipNetwork.address(index).text }

    /// Records whose nodes have the number 999 hold no signature.
    func machine(
        seed: UInt64 = 1, own: PeerRecord? = nil,
        _ change: (inout Membership.Settings) -> Void = { _ in }
    ) -> Membership {
        let forged = node(999)
        var settings = Membership.Settings(node: node(0)) {
            $0.node != forged && UInt64($0.notAfter) > $1.seconds
        }
        change(&settings)
        return Membership(
            settings, own: own ?? record(0), choices: Choices(seed: seed), now: start)
    }
}

extension Membership {
    /// Node `index` dialled us over the link of that number.
    mutating func came(
        _ index: Int, record: PeerRecord? = nil, isLeaf: Bool = false, at moment: Moment
    ) -> [Effect] {
        let record = record ?? MembershipNetwork.record(index)
        return linked(
            LinkID(UInt64(index)), record: record, isLeaf: isLeaf, dialled: nil,
            group: SourceGroup(record: MembershipNetwork.record(index)), now: moment,
            wall: testStart)
    }

    /// We dialled node `index`: the link has its number.
    mutating func reachedOut(to index: Int, at moment: Moment) -> [Effect] {
        linked(
            LinkID(UInt64(index)), record: MembershipNetwork.record(index),
            dialled: MembershipNetwork.address(index).text, group: nil, now: moment,
            wall: testStart)
    }

    mutating func hears(
        _ frame: MembershipFrame, by index: Int, at moment: Moment
    ) -> [Effect] {
        heard(frame, by: LinkID(UInt64(index)), now: moment, wall: testStart)
    }

    /// Node `index` becomes a neighbour: it dialled us and asked.
    mutating func befriend(_ index: Int, at moment: Moment) -> [Effect] {
        _ = came(index, at: moment)
        return hears(.neighbor(isHighPriority: false), by: index, at: moment)
    }

    /// Node `index` becomes a neighbour that we dialled.
    mutating func chose(_ index: Int, at moment: Moment) {
        _ = reachedOut(to: index, at: moment)
        _ = hears(.neighborReply(isAccepted: true), by: index, at: moment)
    }
}

extension [Membership.Effect] {
    var sent: [MembershipFrame] {
        compactMap { if case .send(_, let frame) = $0 { frame } else { nil } }
    }

    var dialled: [Text] {
        compactMap { if case .dial(let address, _) = $0 { address } else { nil } }
    }

    /// Without the SHUFFLEs, whose nonces are chosen at random.
    var unshuffled: Self {
        filter { if case .send(_, .shuffle) = $0 { false } else { true } }
    }
}
