import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Wire

// What is read: the relay itself, records, and envelopes in the open.

extension PageRoutes {
    func relay(_ context: PageContext) async throws -> Response {
        try await budgets.facts.pass(isThere(context))
        let facts = await node.relay()
        return PageJSON.response(RelayView(facts, page: digest))
    }

    func records(_ context: PageContext) async throws -> Response {
        let community = try context.community()
        try await budgets.facts.pass(isThere(context))
        return PageJSON.response(RecordsView(try await node.records(community)))
    }

    func weeks(_ context: PageContext) async throws -> Response {
        let community = try context.community()
        try await budgets.facts.pass(isThere(context))
        return PageJSON.response(WeeksView(try await node.weeks(community)))
    }

    /// The head tells where to go on; the body is read from the store in pieces, as fast as the
    /// visitor takes them.
    func part(
        _ partition: Partition, _ request: Request, _ context: PageContext
    ) async throws -> Response {
        let after = try place(request, partition)
        let isThere = isThere(context)
        try await budgets.parts.pass(isThere)
        let span = try await gate.run(isThere) {
            try await node.span(partition, after: after, bytesLimit: limits.partBytes)
        }
        var headers: HTTPFields = [.contentType: "application/octet-stream"]
        headers[Self.last] = cursors.seal(span.last, partition)
        if span.isMore { headers[Self.next] = cursors.seal(span.last, partition) }
        guard span.last > after else { return Response(status: .ok, headers: headers) }
        let routes = self
        let connection = connections.connection(of: context.channel)
        let body = ResponseBody { writer in
            var place = after
            while place < span.last {
                let from = place
                let next = try await routes.gate.run(isThere) {
                    try await routes.node.piece(
                        partition, after: from, through: span.last,
                        bytesLimit: routes.limits.pieceBytes)
                }
                guard let last = next.last else { break }
                place = last
                try await writer.write(ByteBuffer(bytes: next.bytes))
                // Only now is it known whether the visitor keeps pace.
                try await connection?.settle()
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private func place(_ request: Request, _ partition: Partition) throws -> Int64 {
        guard let query = request.uri.query, !query.isEmpty else { return 0 }
        guard query.hasPrefix("after=") else { throw PageRefusal.badRequest }
        let text = query.dropFirst("after=".count)
        if text == "0" { return 0 }
        guard Base64URL.decode(text)?.count == Cursors.bytes else { throw PageRefusal.badRequest }
        guard let place = cursors.open(text, partition) else { throw PageRefusal.badCursor }
        return place
    }

    /// Where to go on, while more follows.
    static let next = StandardHeaderValues.name("kith-next")
    /// Where to look for what comes later.
    static let last = StandardHeaderValues.name("kith-last")
}

private struct RelayView: Encodable {
    struct Community: Encodable {
        let id: String
        let name: String
    }

    struct FullPeriod: Encodable {
        let community: String?
        let isFile: Bool
        let ttlClass: UInt8
        let firstSlot: UInt32
        let floor: Int
    }

    let network: String
    let time: UInt64
    let slot: UInt32
    let version: String
    let networkName: String?
    let isTest: Bool?
    let workBase: UInt8?
    let relays: Int
    let communities: [Community]
    let fullPeriods: [FullPeriod]
    let pageHash: String?

    init(_ facts: RelayFacts, page: [UInt8]?) {
        network = Base64URL.encode(facts.network.bytes)
        time = facts.now.seconds
        slot = facts.now.slot.number
        version = facts.version
        networkName = facts.networkName
        isTest = facts.isTest
        workBase = facts.workBase
        relays = facts.relays
        communities = facts.communities.map {
            Community(id: Base64URL.encode($0.id.bytes), name: $0.name)
        }
        fullPeriods = facts.fullPeriods.map {
            FullPeriod(
                community: $0.community.map { Base64URL.encode($0.bytes) }, isFile: $0.isFile,
                ttlClass: $0.ttlClass.rawValue, firstSlot: $0.firstSlot.number, floor: $0.floor)
        }
        pageHash = page.map { Base64URL.encode($0) }
    }
}

private struct RecordsView: Encodable {
    let charters: String
    let manifest: String
    let cards: [String]
    let guidance: [String]

    init(_ records: CommunityRecords) {
        charters = Base64URL.encode(records.charters)
        manifest = Base64URL.encode(records.manifest)
        cards = records.cards.map { Base64URL.encode($0) }
        guidance = records.guidance.map { Base64URL.encode($0) }
    }
}

private struct WeeksView: Encodable {
    struct Totals: Encodable {
        let week: UInt32
        let envelopes: Int
        let bytes: Int
        let files: Int
    }

    let weeks: [Totals]

    init(_ weeks: [WeekTotals]) {
        self.weeks = weeks.map {
            Totals(
                week: $0.week.number, envelopes: $0.envelopes, bytes: $0.bytes, files: $0.files)
        }
    }
}
