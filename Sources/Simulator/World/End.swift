import Gossip
import Model
import Node
import Wire

/// What travels on a link, in order: TCP carries it whole, late perhaps, or not at all.
enum Content: Sendable {
    /// The other side's packet that makes the connection.
    case opening
    case frame(Frame)
    /// Records, on links with ciphers.
    case bytes([UInt8])
    case hangUp

    /// What it takes of the path.
    var byteCount: Int {
        switch self {
        case .opening: 64
        case .frame(let frame): frame.bytes
        case .bytes(let bytes): bytes.count
        case .hangUp: 1
        }
    }
}

struct Parcel: Sendable {
    var arrival: UInt64
    var content: Content
}

/// Parcels in the order they were sent.
struct ParcelQueue: Sendable {
    private var parcels: [Parcel] = []
    private var head = 0

    var count: Int { parcels.count - head }

    /// When the first arrives.
    var firstArrival: UInt64? { head < parcels.count ? parcels[head].arrival : nil }
    var lastArrival: UInt64? { head < parcels.count ? parcels.last?.arrival : nil }

    mutating func append(_ parcel: Parcel) { parcels.append(parcel) }

    mutating func removeFirst() -> Content {
        let content = parcels[head].content
        parcels[head].content = .opening  // lets go of the frame
        head += 1
        if head == parcels.count {
            // Not kept for the burst that may come again: links are many.
            if head > 16 { parcels = [] } else { parcels.removeAll(keepingCapacity: true) }
            head = 0
        } else if head > 256 {
            parcels.removeFirst(head)
            head = 0
        }
        return content
    }

    mutating func removeAll() {
        parcels = []
        head = 0
    }

    /// Forgets what would arrive after `time`.
    mutating func cut(after time: UInt64) {
        while parcels.count > head, let last = parcels.last, last.arrival > time {
            parcels.removeLast()
        }
    }

    /// What was held up arrives from `time` on.
    mutating func delay(to time: UInt64) {
        for index in head..<parcels.count where parcels[index].arrival < time {
            parcels[index].arrival = time
        }
    }

    /// What waits arrives as fast as the path now takes it, and no later than it would have.
    ///
    /// - Parameters:
    ///   - begin: when the first of it leaves, microseconds.
    ///   - rate: bytes a second; 0 for no bound.
    ///   - latency: milliseconds.
    /// - Returns: when the path has room for the next, microseconds.
    mutating func hasten(from begin: UInt64, rate: Int, latency: UInt32) -> UInt64 {
        var leaves = begin
        for index in head..<parcels.count {
            if rate > 0 {
                leaves += UInt64(parcels[index].content.byteCount) * 1_000_000 / UInt64(rate)
            }
            let arrival = leaves / 1000 + UInt64(latency)
            parcels[index].arrival = min(parcels[index].arrival, arrival)
        }
        return leaves
    }
}

/// One end of a connection, and what is under way to it.
struct End {
    enum Phase: UInt8, Sendable {
        case shaking  // next: open, over
        case open  // next: over
        case over  // final
    }

    let host: Int32
    /// The other end.
    let other: Int32
    let isDialler: Bool
    /// Milliseconds one way.
    var latency: UInt32
    var phase = Phase.shaking
    /// Nothing gets through to this end.
    var isHeld = false
    /// The other side is gone without a word, and nobody will ever answer here.
    var isAbandoned = false
    /// How often it was held, so that an old deadline says nothing.
    var hold: UInt32 = 0
    /// When an arrival is due in the queue; one of another time says nothing.
    var arrivalAt: UInt64?
    /// What this host was told: after it, nothing may be sent.
    var isToldOver = false
    /// Its relay gave it frames since it was last told that all had left.
    var owesDrain = false
    /// Whether half of what is written here never leaves: a host that begins and does not finish.
    var isHalting = false
    /// When the last parcel arrives, and when the path has room for the next (microseconds).
    var lastArrival: UInt64 = 0
    var freeAt: UInt64 = 0
    var queue = ParcelQueue()
    /// How often each id was asked for by GRAFT here: after some times the answer is no.
    var grafts: [ItemID: Int] = [:]
    var machine: LinkMachine?

    /// Names the link towards its host.
    static func link(_ end: Int32) -> LinkID { LinkID(UInt64(end) + 1) }

    static func index(_ link: LinkID) -> Int { Int(truncatingIfNeeded: link.number) - 1 }
}

/// A real link's state, in one place however often the table of ends moves.
final class LinkMachine {
    var link: Link
    /// When a wake is due in the queue.
    var wakeAt: UInt64?
    /// Frames given to the link and not yet flushed.
    var outbox: [Frame] = []

    init(_ link: Link) { self.link = link }
}

/// A connection under way.
struct Dial: Sendable {
    let from: Int32
    let life: UInt32
    let to: Int32
    let address: Text
    let latency: UInt32
    /// It will not be finished.
    let isHalting: Bool
}
