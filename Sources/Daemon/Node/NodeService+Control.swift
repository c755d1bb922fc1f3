import Foundation
import Gossip
import Model
import NIOConcurrencyHelpers
import Node
import Sealing
import Sodium
import Storage
import Transport
import Wire

extension NodeService {
    /// Does what a command asks.
    public func call(_ request: ControlRequest) async throws(Problem) -> ControlResponse {
        do {
            return try await answer(request)
        } catch let problem as Problem {
            throw problem
        } catch let error as StoreError {
            throw Problem(error)
        } catch {
            throw Problem(.internalError, "the node failed: \(type(of: error))", hint: "try again")
        }
    }

    private func answer(_ request: ControlRequest) async throws -> ControlResponse {
        switch request {
        case .status: return .status(try await status())
        case .peers: return .peers(try await peers())
        case .addPeer(let address):
            _ = try await store.addAddress(address, source: .given)
            await shell.know(address: Text(address), node: nil, isPinned: true)
            return .done
        case .mark(let node, let pinned, let blocked): return try await mark(node, pinned, blocked)
        case .records: return .records(await records())
        case .checkpoints(let community, let bridge):
            let id = BridgeID(community: try CommunityID(checking: community), key: [UInt8](bridge))
            let published = await shell.book().published(by: id)?.checkpointRecords ?? []
            return .checkpoints(published.map { Data($0.encoded) })
        case .joining: return .joining(await joining())
        case .items(let topic, let after): return .items(try await items(topic, after))
        case .fetch(let ids): return .found(try await fetch(ids))
        case .submit(let submission): return try await submit(submission)
        case .erase(let handle, let retractions): return try await erase(handle, retractions)
        case .submission(let handle): return .submission(try await submission(handle))
        case .watchedPages: return .watchedPages(try await watchedPages())
        case .watchPage(let url, let socks, let isWatched):
            try await watchPage(url, socks: socks, isWatched: isWatched)
            return .done
        case .vaultNames: return .names(try await store.vaultNames())
        case .vault(let name):
            guard let vault = try await store.vault(name) else { throw StoreError.noVault(name) }
            return .vault(version: vault.version, blob: Data(vault.blob))
        case .saveVault(let saved):
            _ = try await store.saveVault(VaultUpdate(saved))
            return .done
        case .opened(let vault, let after):
            let page = try await store.opened(
                vault: vault, after: after, limit: 512, bytesLimit: 2 << 20)
            let blobs = page.items.map {
                ControlResponse.OpenedBlob(id: Data($0.item.bytes), blob: Data($0.blob))
            }
            return .opened(blobs, next: page.next, last: page.last)
        case .addOpened(let vault, let items, let cursors, let expectedLast):
            try await store.addOpened(
                items.map { try OpenedItem($0) }, vault: vault,
                cursors: cursors.map {
                    ScanCursor(topic: try Topic(checking: $0.topic), seq: $0.seq)
                }, expectedLast: expectedLast)
            return .done
        case .deleteOpened(let vault, let ids):
            _ = try await store.deleteOpened(
                vault: vault, items: ids.map { try ItemID(checking: $0) })
            return .done
        case .scanned(let vault, let topics):
            var seqs: [Int64] = []
            for topic in topics {
                seqs.append(
                    try await store.scanned(vault: vault, topic: try Topic(checking: topic)))
            }
            return .cursors(seqs)
        }
    }

    // MARK: Looking

    func status() async throws(Problem) -> NodeStatus {
        let totals: StoreTotals
        do { totals = try await store.totals() } catch { throw Problem(error) }
        let book = await shell.book()
        let clock = await shell.clockAhead()
        let now = Clocks.system.wall()
        var warnings =
            notes.warnings + page.withLockedValue { $0.warnings }
            + watchWarnings(now: now.seconds)
        if let clock, clock.magnitude >= Limits.clockWarningSeconds {
            warnings.append(
                "this computer's clock is \(clock.magnitude / 60) minutes "
                    + (clock > 0 ? "behind" : "ahead of") + " its peers': set it right")
        }
        if settings.network != .zero, book.charters == nil {
            warnings.append("the network's charter has not arrived: is a peer linked? kith peers")
        }
        var communities: [NodeStatus.Community] = []
        for id in book.subjects {
            let known = book.communities[id]
            communities.append(
                NodeStatus.Community(
                    id: id.bytes.hex, name: known?.roots.newest.name.string,
                    manifestUntil: known?.record.notAfter.seconds))
            guard let record = known?.record, let name = known?.roots.newest.name.string else {
                continue
            }
            let age = now.seconds - min(now.seconds, record.notBefore.seconds)
            if record.notAfter <= now {
                warnings.append("the manifest of \(name) has ended: kith community publish")
            } else if age > 14 * 86400 {
                warnings.append("publish the manifest of \(name) again: kith community publish")
            }
        }
        let peers = await shell.peerList()
        return NodeStatus(
            version: Version.text, node: keys.node.bytes.hex, network: settings.network.bytes.hex,
            networkName: book.charters?.newest.name.string,
            isTest: book.charters?.newest.isTest ?? false, isRunning: running.isSet,
            pid: ProcessInfo.processInfo.processIdentifier, startedAt: startedAt,
            listen: settings.listen, addresses: settings.advertised,
            peers: peers.filter { $0.isGreeted }.map { $0.node.bytes.hex },
            peersInSync: peers.count { $0.isInSync },
            gossip: NodeStatus.Gossip(await shell.gossip()),
            knownAddresses: await shell.knownAddresses().count,
            items: Int64(clamping: totals.rows), bytes: Int64(clamping: totals.bytes),
            retractions: Int64(clamping: totals.retractions), clockAheadSeconds: clock,
            communities: communities, page: pageStatus(book), warnings: warnings)
    }

    private func peers() async throws -> [PeerStatus] {
        let marks = try await store.marks()
        func isMarked(_ node: NodeID?, _ path: KeyPath<NodeMark, Bool>) -> Bool {
            marks.contains { $0.node == node && $0[keyPath: path] }
        }
        var lines = await shell.peerList().map { peer in
            PeerStatus(
                node: peer.node.bytes.hex, address: peer.address?.string,
                isLinked: peer.isGreeted, isDialled: peer.isDialled,
                isPinned: isMarked(peer.node, \.pinned), isBlocked: isMarked(peer.node, \.blocked),
                failures: 0, clockAheadSeconds: peer.clockAhead, place: .init(peer.place),
                isStem: peer.isStem, isInSync: peer.isInSync,
                comparedSecondsAgo: peer.sinceCompared.map { $0 / 1000 },
                comparing: peer.comparing.map { "\($0)" })
        }
        func add(_ node: NodeID?, _ address: String?, isDialled: Bool, failures: UInt64) {
            lines.append(
                PeerStatus(
                    node: node?.bytes.hex, address: address, isLinked: false,
                    isDialled: isDialled, isPinned: isMarked(node, \.pinned),
                    isBlocked: isMarked(node, \.blocked), failures: failures,
                    clockAheadSeconds: nil, place: .outside, isStem: false, isInSync: false,
                    comparedSecondsAgo: nil, comparing: []))
        }
        var seen = Set(lines.compactMap { $0.node })
        for known in await shell.knownAddresses() {
            if let node = known.node?.bytes.hex, !seen.insert(node).inserted { continue }
            add(
                known.node, known.address.string, isDialled: known.isBusy,
                failures: known.failures)
        }
        for mark in marks where mark.blocked || mark.pinned {
            guard seen.insert(mark.node.bytes.hex).inserted else { continue }
            add(mark.node, nil, isDialled: false, failures: 0)
        }
        return lines
    }

    private func records() async -> ControlResponse.KnownRecords {
        let book = await shell.book()
        return ControlResponse.KnownRecords(
            network: Data(settings.network.bytes),
            charters: book.charters.map { Data($0.content.encoded) },
            manifests: book.subjects.compactMap { book.communities[$0]?.record }
                .map { Data($0.encoded) },
            cards: book.knownBridges.compactMap { book.published(by: $0)?.card?.record.encoded }
                .map { Data($0) },
            guidance: book.allGuidance.map { Data($0.record.encoded) },
            clock: Clocks.system.wall().seconds, relays: await knownRelays(book).count)
    }

    private func joining() async -> ControlResponse.Joining {
        ControlResponse.Joining(
            network: Data(settings.network.bytes), node: Data(keys.node.bytes),
            addresses: settings.advertised,
            communities: await shell.book().subjects.map { Data($0.bytes) },
            preSharedKey: settings.preSharedKey.map { Data($0.copied()) })
    }

    private func items(_ topic: Data, _ after: Int64) async throws -> [ControlResponse.Row] {
        let items = try await store.items(
            topic: try Topic(checking: topic), after: after, limit: 1024, bytesLimit: 2 << 20)
        return items.map { ControlResponse.Row(seq: $0.seq, bytes: Data($0.bytes)) }
    }

    private func fetch(_ ids: [Data]) async throws -> [Data?] {
        try await store.fetch(ids.prefix(256).map { try ItemID(checking: $0) }).map {
            if case .envelope(let bytes) = $0 { Data(bytes) } else { nil }
        }
    }

    private func submission(_ handle: Data) async throws -> [ControlResponse.SubmittedItem] {
        try await store.submission(Handle(checking: handle)).map {
            ControlResponse.SubmittedItem(
                id: Data($0.id.bytes), isRetraction: $0.kind == .retraction, isHeld: $0.isHeld,
                isPending: $0.isPending, announcedBy: $0.announced, confirmedBy: $0.receipts)
        }
    }

    // MARK: Changing

    private func mark(
        _ node: Data, _ pinned: Bool?, _ blocked: Bool?
    ) async throws -> ControlResponse {
        let node = try NodeID(checking: node)
        try await store.mark(node, pinned: pinned, blocked: blocked)
        switch blocked {
        case true?: await shell.block(node)
        case false?: await shell.unblock(node)
        case nil: break
        }
        switch pinned {
        case true?: await shell.pin(node)
        case false?: await shell.unpin(node)
        case nil: break
        }
        return .done
    }

    private func submit(_ submission: ControlRequest.Submission) async throws -> ControlResponse {
        let envelopes = try submission.envelopes.map { data in
            do { return try Envelope(decoding: [UInt8](data)) } catch {
                throw Problem(
                    .badData, "an envelope has no valid shape",
                    hint: "is the running node of another version?")
            }
        }
        let ticket = shell.newTicket()
        bridge.prepare(
            ticket,
            .submission(
                try Handle(checking: submission.handle),
                opened: try submission.opened.map { try OpenedItem($0) },
                vault: submission.vault.map { VaultUpdate($0) }))
        do {
            try await shell.submit(ticket: ticket, envelopes: envelopes)
        } catch {
            throw Problem(error, bridge.takeFailure(ticket))
        }
        return .done
    }

    private func erase(_ handle: Data, _ retractions: [Data]) async throws -> ControlResponse {
        let decoded = try retractions.map { data in
            do { return try Retraction(decoding: [UInt8](data)[...]) } catch {
                throw Problem(
                    .badData, "a retraction has no valid shape",
                    hint: "is the running node of another version?")
            }
        }
        let ticket = shell.newTicket()
        bridge.prepare(ticket, .erasure(try Handle(checking: handle)))
        do {
            try await shell.erase(ticket: ticket, retractions: decoded)
        } catch {
            throw Problem(error, bridge.takeFailure(ticket))
        }
        return .done
    }

    /// Joins another community of this node's network, or, for a bare node, a network.
    func join(_ invite: Invite) async throws(Problem) {
        guard settings.network == .zero || settings.network == invite.network else {
            throw Setup.otherNetwork
        }
        var settings = try await NodeSettings.read(store)
        settings.network = invite.network
        settings.preSharedKey = invite.preSharedKey ?? settings.preSharedKey
        if !settings.carried.contains(invite.community) {
            settings.carried.append(invite.community)
        }
        try await settings.save(store)
        do {
            for seed in invite.seeds {
                _ = try await store.addAddress(
                    seed.address.string, node: seed.node, source: .invited)
            }
        } catch {
            throw Problem(error)
        }
        try await close()
    }
}

extension Problem {
    /// Why a submission was not taken.
    init(_ error: SubmitError, _ failure: StoreError?) {
        if let failure {
            self.init(failure)
            return
        }
        switch error {
        case .refused(.slotAhead), .refused(.expired):
            self.init(
                .tryAgain, "the envelope's time does not fit this node's clock",
                hint: "is this computer's clock right?")
        case .refused(.outdatedRecord):
            self.init(
                .tryAgain, "a newer record is known already", hint: "look: kith community show")
        case .refused(let refusal):
            self.init(
                .badData, "the node refused an envelope: \(refusal)",
                hint: "is the running node of another version?")
        case .tooMany(let count, let limit):
            self.init(
                .badData, "\(count) envelopes are too many at once, \(limit) fit",
                hint: "send a shorter text")
        case .noRoom: self.init(StoreError.noRoom)
        case .retracted:
            self.init(.badData, "this was erased before", hint: "write it anew")
        case .storeFailed:
            self.init(
                .disk, "the store failed: nothing was kept", hint: "look at the disk, try again")
        case .networkUnknown:
            self.init(
                .tryAgain, "the network's charter has not arrived yet",
                hint: "is a peer linked? kith peers")
        }
    }
}

/// An id out of a request; a wrong length is the caller's mistake.
extension Identifier32 {
    init(checking data: Data) throws(Problem) {
        guard let id = Self([UInt8](data)) else {
            throw Problem(.badData, "an id has 32 bytes", hint: "is kith of another version?")
        }
        self = id
    }
}

extension Identifier16 {
    init(checking data: Data) throws(Problem) {
        guard let id = Self([UInt8](data)) else {
            throw Problem(.badData, "a tag has 16 bytes", hint: "is kith of another version?")
        }
        self = id
    }
}

extension OpenedItem {
    init(_ row: ControlRequest.OpenedRow) throws(Problem) {
        self.init(
            vault: row.vault, item: try ItemID(checking: row.id),
            topic: try Topic(checking: row.topic), blob: [UInt8](row.blob))
    }
}

extension VaultUpdate {
    init(_ saved: ControlRequest.SavedVault) {
        self.init(
            name: saved.name, expectedVersion: saved.expectedVersion, blob: [UInt8](saved.blob))
    }
}

extension NodeStatus.Gossip {
    init(_ standing: RelayNode.Standing) {
        let counters = standing.counters
        self.init(
            neighbours: standing.neighbours, eager: standing.eager, stems: standing.stems,
            onStem: standing.onStem, passive: standing.passive, wanted: standing.wanted,
            comparisons: standing.sessions,
            pushes: counters.pushes, duplicates: counters.duplicates, grafts: counters.grafts,
            prunes: counters.prunes, fullPeriods: standing.full.count)
    }
}

extension PeerStatus.Place {
    init(_ place: RelayNode.PeerPlace) {
        switch place {
        case .eager: self = .eager
        case .lazy: self = .lazy
        case .outside: self = .outside
        }
    }
}
