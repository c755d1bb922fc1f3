import Gossip
import Model
import Node
import Sodium
import Wire

/// One computer: a relay, its disk, its clock, and what befalls it. An object, so that a relay's
/// tables are changed in place and never copied.
final class Host {
    let index: Int32
    let nodeKey: SigningKey
    let linkKey: AgreementKey?
    let node: NodeID
    /// Where others dial it.
    let address: PeerAddress
    let dialled: Text
    /// As others see where it dials from.
    let group: SourceGroup?
    /// Addresses it is told at every start, by host.
    var contacts: [Int32] = []

    var relay: RelayNode
    /// When the relay wants to be woken, as of its last input.
    private(set) var deadline: Moment?
    var disk = Disk()
    /// Whom it wants to be told of at its next start.
    var anchors: [PeerRecord] = []
    var mischief: Mischief?

    var isUp = false
    /// Fell and is meant to come back.
    var isDown = false
    /// Left for good.
    var hasLeft = false
    /// Whether others can dial it.
    var isReachable = true
    /// Counts starts, so that what was under way for an earlier life is void.
    var life: UInt32 = 0
    /// When its present life began.
    var upSince: UInt64 = 0
    /// On which side of a partition it is.
    var side: UInt8 = 0
    /// Nothing it sends arrives anywhere.
    var isMute = false
    /// Stopped without a word: nobody is told that its links are over.
    var isSilentlyGone = false
    /// Bytes a second it reads of each link; 0 for no bound.
    var readRate = 0
    /// Seconds its clock is ahead of the world's.
    var skew: Int64 = 0
    /// What it acknowledged may be gone: its disk was lost.
    var hasLostDisk = false

    /// When a wake is due in the queue.
    var wakeAt: UInt64?
    /// Orders to the disk, in order, and when each is done.
    var orders = DiskQueue()
    /// Its ends that are not over.
    var ends: [Int32] = []
    var gate = InboundGate()
    var mostLinks = 0

    init(
        index: Int, seed: UInt64, hasCipher: Bool, address: PeerAddress, dialled: Text,
        configuration: RelayNode.Configuration, now: Moment, wall: WallTime
    ) {
        self.index = Int32(index)
        self.address = address
        if case .ipv4(let bytes, _) = address {
            group = SourceGroup(address: bytes)
        } else {
            group = nil
        }
        self.dialled = dialled
        nodeKey = configuration.nodeKey
        node = NodeID(configuration.nodeKey.publicKey) ?? .zero
        linkKey = hasCipher ? AgreementKey(secret: Charted.secret(seed, "link", index)) : nil
        relay = RelayNode(configuration, now: now, wall: wall)
    }

    func handle(_ input: RelayNode.Input, now: Moment, wall: WallTime) -> [RelayNode.Effect] {
        Self.handle(input, &relay, &deadline, now, wall)
    }

    /// In place: to ask a property of an object for its deadline would copy all of it first, tens
    /// of counted references, which is a fifth of the time a long run takes.
    private static func handle(
        _ input: RelayNode.Input, _ relay: inout RelayNode, _ deadline: inout Moment?,
        _ now: Moment, _ wall: WallTime
    ) -> [RelayNode.Effect] {
        let effects = relay.handle(input, now: now, wall: wall)
        deadline = relay.deadline
        return effects
    }

    var isHonest: Bool { mischief == nil || mischief?.kind.isHarmless == true }

    /// Whether it must hold what everybody holds in the end.
    var counts: Bool {
        isUp && isHonest && skew.magnitude <= Limits.clockWarningSeconds && disk.failure == nil
    }
}

/// Orders to a disk: done one after another.
struct DiskQueue: Sendable {
    private var orders: [(done: UInt64, effect: RelayNode.Effect)] = []
    private var head = 0

    var isEmpty: Bool { head == orders.count }
    var lastDone: UInt64 { orders.last?.done ?? 0 }

    mutating func append(_ effect: RelayNode.Effect, done: UInt64) {
        orders.append((done, effect))
    }

    mutating func removeFirst() -> RelayNode.Effect? {
        guard head < orders.count else { return nil }
        let effect = orders[head].effect
        head += 1
        if head == orders.count {
            orders.removeAll(keepingCapacity: orders.count <= 16)
            head = 0
        }
        return effect
    }

    mutating func takeAll() -> [RelayNode.Effect] {
        defer {
            orders = []
            head = 0
        }
        return orders[head...].map(\.effect)
    }
}
