import Gossip
import Model
import Sealing
import TestKit
import Testing
import Wire

/// What a store holds after some arrivals.
@Suite struct PoolsVectorTests {
    @Test(arguments: try VectorFile.accepted("pools"))
    func theLastIsTaken(_ vector: VectorFile) throws {
        let (held, last) = try play(vector)
        #expect(last == nil)
        #expect(try held == vector.bytesList("held"))
    }

    @Test(arguments: try VectorFile.refused("pools"))
    func theLastIsNotTaken(_ vector: VectorFile) throws {
        let (held, last) = try play(vector)
        #expect(last.map { word($0) } == vector.refusal)
        #expect(try held == vector.bytesList("held"))
    }

    /// The names held in the end, and why the last was not taken.
    private func play(_ vector: VectorFile) throws -> ([[UInt8]], Pools.Reason?) {
        var shelves = Shelves(pools: try pools(vector))
        var last: Pools.Reason?
        for (number, bytes) in try vector.bytesList("id").enumerated() {
            let wall = WallTime(seconds: try vector.number("now \(number)"))
            let header = try EnvelopeHeader(decoding: try vector.bytes("header \(number)")[...])
            let row = PoolRow(id: try #require(ItemID(bytes)), header)
            switch try vector.words("way \(number)") {
            case "sync": last = shelves.take(row, wall: wall)
            case "own": last = shelves.take(row, path: .own, wall: wall)
            case "retraction": last = retract(row, &shelves, wall)
            case let way:
                let link = try #require(UInt64(way.dropFirst("link ".count)))
                last = shelves.take(row, path: .unsolicited, link: link, wall: wall)
            }
        }
        #expect(shelves.mistakes == 0)
        return (shelves.held.sorted().map { $0.bytes }, last)
    }

    private func retract(_ row: PoolRow, _ shelves: inout Shelves, _ wall: WallTime) -> Pools
        .Reason?
    {
        let isHeld = shelves.held.contains(row.id)
        let decision = shelves.pools.admit(
            retractionOf: row, isHeld: isHeld, path: .unsolicited, wall: wall)
        switch decision {
        case .admit(let gone):
            shelves.drop(gone + (isHeld ? [row.id] : []))
            shelves.held.insert(Naming.retractionID(of: row.id))
            return nil
        case .refuse(let reason, let gone), .keep(let reason, let gone):
            shelves.drop(gone)
            return reason
        }
    }

    private func pools(_ vector: VectorFile) throws -> Pools {
        var pools = Pools(bytes: try vector.number("bytes"), rows: try vector.number("rows"))
        let shares = vector.text("shares")?.split(separator: " ").compactMap { UInt64($0) } ?? []
        let communities = try vector.bytesList("community").enumerated().map { number, id in
            var groups: [Topic] = []
            var reader = ByteReader(vector.optionalBytes("groups \(number)") ?? [])
            while let topic: Topic = reader.identifier16() { groups.append(topic) }
            return Pools.Community(
                id: try #require(CommunityID(id)), weight: try vector.number("weight \(number)"),
                groupTopics: groups)
        }
        let gone = pools.use(communities, shares: shares, wall: WallTime(seconds: 0))
        #expect(gone == [])
        return pools
    }

    /// Words of protocol/vectors/README.md.
    private func word(_ reason: Pools.Reason) -> String {
        switch reason {
        case .notHeld: "no-pool"
        case .duplicate: "duplicate"
        case .belowFloor: "below-floor"
        case .noRoom: "no-room"
        case .linkShare: "link-share"
        case .reserveFull: "reserve-full"
        }
    }
}
