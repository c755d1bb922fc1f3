import Gossip
import Model
import Node
import Sealing
import Storage
import Transport
import Web
import Wire

/// Lets the page's listener use the relay and its store: what is in the open, and what visitors
/// submit. Source: protocol/25-page.md.
final class PageBridge: PageNode {
    private unowned let service: NodeService
    private let facts = Lately<Bool, RelayFacts>(milliseconds: 1000, most: 1)
    private let totals = Lately<CommunityID, Result<[WeekTotals], PageRefusal>>(
        milliseconds: 3000, most: 64)

    /// Texts live for 90 days from their slot, which may be one ahead: at most so many weeks.
    private static let weeks: UInt32 = 15

    init(_ service: NodeService) { self.service = service }

    // MARK: The relay

    func relay() async -> RelayFacts {
        await facts.value(true) { [service] in
            let book = await service.shell.book()
            let standing = await service.shell.gossip()
            let charter = book.charters?.newest
            return RelayFacts(
                network: service.settings.network, now: Clocks.system.wall(),
                version: Version.text, networkName: charter?.name.string,
                isTest: charter?.isTest, workBase: charter?.workBase,
                relays: await service.knownRelays(book).count,
                communities: book.subjects.compactMap { id in
                    book.communities[id].map {
                        RelayFacts.Community(id: id, name: $0.roots.newest.name.string)
                    }
                },
                fullPeriods: standing.full.map {
                    RelayFacts.FullPeriod(
                        community: $0.community, isFile: $0.isFile, ttlClass: $0.ttlClass,
                        firstSlot: $0.first, floor: $0.floor)
                })
        }
    }

    func records(_ community: CommunityID) async throws(PageRefusal) -> CommunityRecords {
        let book = await service.shell.book()
        guard let charters = book.charters else { throw .notReady }
        guard let known = book.communities[community] else { throw .unknownCommunity }
        let cards = book.knownBridges.filter { $0.community == community }
            .compactMap { book.published(by: $0)?.card?.record.encoded }
        return CommunityRecords(
            charters: charters.content.encoded, manifest: known.record.encoded, cards: cards,
            guidance: book.guidance(of: community).map { $0.record.encoded })
    }

    // MARK: Envelopes in the open

    func weeks(_ community: CommunityID) async throws(PageRefusal) -> [WeekTotals] {
        guard await service.shell.book().subjects.contains(community) else {
            throw .unknownCommunity
        }
        let store = service.store
        return try await totals.value(community) {
            let last = Clocks.system.wall().adding(seconds: 1200).slot.week.number
            let weeks = (0..<Self.weeks).reversed().compactMap { back in
                last >= back ? Week(last - back) : nil
            }
            do throws(StoreError) {
                let counted = try await store.openTotals(
                    topics: weeks.map { Topics.intake(community, $0) }
                        + weeks.map { Topics.files(community, $0) })
                let all = zip(weeks, zip(counted, counted.dropFirst(weeks.count)))
                return .success(
                    all.map { week, totals in
                        WeekTotals(
                            week: week, envelopes: totals.0.envelopes, bytes: totals.0.bytes,
                            files: totals.1.envelopes)
                    }.filter { $0.envelopes > 0 || $0.files > 0 })
            } catch {
                return .failure(PageRefusal(error))
            }
        }.get()
    }

    func span(
        _ partition: Partition, after: Int64, bytesLimit: Int
    ) async throws(PageRefusal) -> PartSpan {
        guard await service.shell.book().subjects.contains(partition.community) else {
            throw .unknownCommunity
        }
        do {
            let span = try await service.store.openSpan(
                topic: partition.topic, ids: partition.ids, after: after, bytesLimit: bytesLimit)
            return PartSpan(last: span.last ?? after, isMore: span.isMore)
        } catch {
            throw PageRefusal(error)
        }
    }

    func piece(
        _ partition: Partition, after: Int64, through: Int64, bytesLimit: Int
    ) async throws(PageRefusal) -> PartPiece {
        do {
            let items = try await service.store.openItems(
                topic: partition.topic, ids: partition.ids, after: after, through: through,
                bytesLimit: bytesLimit)
            var bytes: [UInt8] = []
            bytes.reserveCapacity(items.reduce(0) { $0 + $1.bytes.count })
            for item in items { bytes += item.bytes }
            return PartPiece(bytes: bytes, last: items.last?.seq)
        } catch {
            throw PageRefusal(error)
        }
    }

    // MARK: What visitors submit

    func check(_ envelopes: [Envelope]) async throws(PageRefusal) {
        let (book, admission) = try await admission()
        let now = Clocks.system.wall()
        for envelope in envelopes {
            let header = envelope.header
            guard header.suite == Suite.sealed.rawValue else { throw .badShape }
            let week = header.slot.week
            let isCarried = book.subjects.contains {
                header.topic == Topics.intake($0, week) || header.topic == Topics.files($0, week)
            }
            guard isCarried else { throw .otherTopic }
            do {
                try admission.check(header, path: .own, now: now)
                let id = Naming.envelopeID(network: service.settings.network, envelope)
                try admission.checkWork(header, id: id)
            } catch {
                throw PageRefusal(error)
            }
        }
    }

    func check(_ retractions: [Retraction]) async throws(PageRefusal) {
        let (_, admission) = try await admission()
        let now = Clocks.system.wall()
        for retraction in retractions {
            do { _ = try admission.check(retraction, now: now) } catch {
                throw PageRefusal(error)
            }
        }
    }

    func submit(
        _ handle: Handle, isUrgent: Bool, _ envelopes: [Envelope]
    ) async throws(PageRefusal) -> Int {
        let new = try await keepingOthers(envelopes, handle)
        guard !new.isEmpty else { return envelopes.count }
        let ticket = service.shell.newTicket()
        service.bridge.prepare(ticket, .submission(handle, opened: [], vault: nil))
        do {
            try await service.shell.submit(ticket: ticket, envelopes: new, isUrgent: isUrgent)
        } catch {
            throw PageRefusal(error, service.bridge.takeFailure(ticket))
        }
        return envelopes.count
    }

    /// What others sent and everybody may read costs whoever hands it in no work. It is held
    /// already, and takes no place among what was submitted here.
    ///
    /// - Returns: the rest.
    private func keepingOthers(
        _ envelopes: [Envelope], _ handle: Handle
    ) async throws(PageRefusal) -> [Envelope] {
        let items = envelopes.map {
            StoreItem(
                id: Naming.envelopeID(network: service.settings.network, $0),
                content: .envelope($0), isOwn: false)
        }
        do {
            let others = try await service.store.openFromOthers(among: items.map(\.id))
            guard !others.isEmpty else { return envelopes }
            let held = items.filter { others.contains($0.id) }
            try await service.store.note(held.map { Item($0) }, handle)
            return zip(items, envelopes).filter { !others.contains($0.0.id) }.map { $0.1 }
        } catch {
            throw PageRefusal(error)
        }
    }

    func retract(
        _ handle: Handle, _ retractions: [Retraction]
    ) async throws(PageRefusal) -> Int {
        let ticket = service.shell.newTicket()
        service.bridge.prepare(ticket, .erasure(handle))
        do {
            try await service.shell.erase(ticket: ticket, retractions: retractions)
        } catch {
            throw PageRefusal(error, service.bridge.takeFailure(ticket))
        }
        return retractions.count
    }

    func progress(_ handles: [Handle]) async throws(PageRefusal) -> [SubmissionProgress] {
        let relays = await relay().relays
        var progress: [SubmissionProgress] = []
        for handle in handles {
            do {
                progress.append(
                    SubmissionProgress(
                        try await service.store.submission(handle), relays: relays))
            } catch {
                throw PageRefusal(error)
            }
        }
        return progress
    }

    private func admission() async throws(PageRefusal) -> (RecordBook, Admission) {
        let book = await service.shell.book()
        guard let workBase = book.workBase else { throw .notReady }
        return (book, Admission(network: service.settings.network, workBase: workBase))
    }
}

extension Partition {
    fileprivate var community: CommunityID {
        switch self {
        case .texts(let community, _), .files(let community, _, _, _): community
        }
    }

    fileprivate var topic: Topic {
        switch self {
        case .texts(let community, let week): Topics.intake(community, week)
        case .files(let community, let week, _, _): Topics.files(community, week)
        }
    }

    fileprivate var ids: IDPrefix {
        switch self {
        case .texts: .none
        case .files(_, _, let bits, let prefix): IDPrefix(bits: bits, prefix: prefix)
        }
    }
}

extension SubmissionProgress {
    fileprivate init(_ items: [SubmissionItem], relays: Int) {
        self.init(
            items: items.count, held: items.count { $0.isHeld },
            waiting: items.count { $0.isPending },
            announced: items.filter { $0.kind == .envelope }.map { $0.announced }.min() ?? 0,
            confirmed: items.filter { $0.kind == .retraction }.map { $0.receipts }.min() ?? 0,
            relays: relays)
    }
}

extension PageRefusal {
    /// Why the store did not read.
    init(_ error: StoreError) {
        switch error {
        case .noRoom, .diskFull: self = .full
        case .busy: self = .busy
        case .newerSchema, .corrupt, .foreign, .permission, .locked, .tooOpen, .conflict,
            .noVault, .closed, .failed:
            self = .failed
        }
    }

    /// Why an envelope or retraction is not taken.
    init(_ refusal: Refusal) {
        switch refusal {
        case .slotAhead, .expired, .tooOldUnasked: self = .clock
        case .workClaim(_, let least): self = .weakWork(least: Int(least))
        case .workMissing(_, let claimed): self = .weakWork(least: Int(claimed))
        case .opening: self = .notOpened
        case .sizeClass, .suite, .record, .unknownSubject, .outdatedRecord: self = .badShape
        }
    }

    /// Why a submission was not taken.
    init(_ error: SubmitError, _ failure: StoreError?) {
        if let failure {
            self.init(failure)
            return
        }
        switch error {
        case .refused(let refusal): self.init(refusal)
        case .tooMany(_, let limit): self = .tooMuch(limit: limit * 65536)
        case .noRoom: self = .full
        case .retracted: self = .erased
        case .storeFailed: self = .failed
        case .networkUnknown: self = .notReady
        }
    }
}
