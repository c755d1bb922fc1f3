import Entropy
import Foundation
import Gossip
public import Logging
import Model
import NIOConcurrencyHelpers
import NIOPosix
import Node
import Sealing
import Sodium
import Storage
import Transport
import Wire

/// A node put together: keys, store, relay, sockets. Owns its data folder; every other command
/// talks to it, or is it for a moment when no node runs.
public final class NodeService: NodeAccess {
    let folder: NodeFolder
    let keys: NodeKeys
    let settings: NodeSettings
    let store: Store
    let bridge: StoreBridge
    let shell: RelayShell
    let lock: FolderLockHolder
    let logger: Logger
    let startedAt: UInt64
    let notes: NoteObserver
    let running = Flag()
    let page = NIOLockedValueBox(RunningPage())
    /// While the node runs.
    let watched = NIOLockedValueBox(WatchedPages())

    /// Opens a folder's node without starting it.
    ///
    /// - Parameters:
    ///   - tuning: other waits and room than the usual.
    ///   - listen, advertised: instead of what the settings say, this time.
    /// - Throws: `Problem`: another process owns the folder, the store can't be opened.
    public static func open(
        _ folder: NodeFolder, tuning: Tuning = Tuning(), listen: String? = nil,
        advertised: [String]? = nil, logLevel: Logger.Level = .warning
    ) async throws(Problem) -> NodeService {
        try await open(
            folder, keys: NodeKeys.read(from: folder), tuning: tuning, logLevel: logLevel
        ) { settings in
            if let listen { settings.listen = listen }
            if let advertised { settings.advertised = advertised }
        }
    }

    /// As above, with keys that may not be on disk yet and settings changed for this time.
    static func open(
        _ folder: NodeFolder, keys: NodeKeys, tuning: Tuning = Tuning(),
        logLevel: Logger.Level = .warning,
        _ change: (inout NodeSettings) throws(Problem) -> Void
    ) async throws(Problem) -> NodeService {
        guard FileManager.default.fileExists(atPath: folder.storePath) else {
            throw Problem(
                .notFound, "the store of this node is missing from \(folder.path)",
                hint: "restore the folder from your backup")
        }
        let lock = try FolderLock.taken(folder)
        let store = try Setup.openStore(
            folder, StoreLimits(bytes: tuning.storeBytes, rows: tuning.storeRows))
        var settings = try await NodeSettings.read(store)
        try change(&settings)
        let service = try NodeService(
            folder, keys, lock, store, settings, tuning, logLevel: logLevel)
        try await service.recall()
        return service
    }

    /// Gives the relay what earlier runs stored.
    private func recall() async throws(Problem) {
        do {
            var records: [Envelope] = []
            for subject in [settings.network.bytes] + settings.carried.map({ $0.bytes }) {
                records += try await recordEnvelopes(subject)
            }
            await shell.recall(
                records: records, own: try await store.ownItems(limit: Limits.recentIDs))
            // Communities that only the charter names.
            let carried = settings.carried
            let named = await shell.book().subjects.filter { !carried.contains($0) }
            var more: [Envelope] = []
            for community in named { more += try await recordEnvelopes(community.bytes) }
            if !more.isEmpty { await shell.recall(records: more, own: []) }
            for known in try await store.addresses() {
                await shell.know(
                    address: Text(known.address), node: known.node,
                    isPinned: known.source == .given)
            }
            for mark in try await store.marks() {
                if mark.blocked { await shell.block(mark.node) }
                if mark.pinned { await shell.pin(mark.node) }
            }
            try await recallHeld()
        } catch let error as StoreError {
            throw Problem(error)
        } catch {
            throw Problem(.internalError, "the store can't be read", hint: "try again")
        }
    }

    /// Gives the relay its index of what is held, and what still has to leave.
    private func recallHeld() async throws {
        var last: Int64 = 0
        while true {
            let rows = try await store.rows(after: last, limit: 4096)
            await shell.recall(held: rows.compactMap { RelayNode.HeldRow($0) })
            guard rows.count == 4096, let row = rows.last else { break }
            last = row.seq
        }
        let hidden = try await store.hidden(limit: Limits.stemOwnItems)
        await shell.recall(
            onStem: hidden.compactMap { try? Envelope(decoding: $0) },
            anchors: try await bridge.anchors())
    }

    private func recordEnvelopes(_ subject: [UInt8]) async throws -> [Envelope] {
        let items = try await store.items(
            topic: Topics.records(of: subject), after: 0, limit: 4096, bytesLimit: 64 << 20)
        return items.compactMap { try? Envelope(decoding: $0.bytes) }
    }

    private init(
        _ folder: NodeFolder, _ keys: NodeKeys, _ lock: FolderLockHolder, _ store: Store,
        _ settings: NodeSettings, _ tuning: Tuning, logLevel: Logger.Level
    ) throws(Problem) {
        var settings = settings
        try OwnAddresses.check(listen: settings.listen, advertised: settings.advertised)
        if settings.advertised.isEmpty {
            settings.advertised = LocalAddresses.reachable(listen: settings.listen)
        }
        var logger = Logger(label: "kith")
        logger.logLevel = logLevel
        self.folder = folder
        self.keys = keys
        self.lock = lock
        self.store = store
        self.settings = settings
        self.logger = logger
        let observer = NoteObserver(logger)
        notes = observer
        bridge = StoreBridge(store, trouble: observer.storeTrouble)
        startedAt = Clocks.system.wall().seconds
        let configuration = RelayNode.Configuration(
            network: settings.network, nodeKey: keys.nodeKey,
            addresses: settings.advertised.prefix(PeerRecord.mostAddresses)
                .compactMap { Endpoint($0)?.peerAddress },
            carried: settings.carried, eraseDelaySeconds: tuning.erasureSeconds,
            stemGapMilliseconds: tuning.stemGapMilliseconds, storeBytes: tuning.storeBytes,
            storeRows: tuning.storeRows, seed: Entropy.uint64())
        shell = RelayShell(
            RelayShell.Configuration(
                relay: configuration, linkKey: keys.linkKey, preSharedKey: settings.preSharedKey,
                listen: [Endpoint(settings.listen)].compactMap { $0 }),
            store: bridge, random: Entropy.bytes, notes: observer.note)
    }

    /// Ends a node that was opened for one command.
    public func close() async throws(Problem) {
        await shell.stop()
        do { try store.close() } catch { throw Problem(error) }
        lock.release()
    }
}

/// How long things wait on purpose, shorter only to try things out, and how much is kept.
public struct Tuning: Sendable {
    /// Mean wait before a retraction goes out, seconds.
    public var erasureSeconds: UInt64 = 600
    /// Mean wait between own items that leave, milliseconds; 0 on a test network for no stem.
    public var stemGapMilliseconds: UInt64 = Limits.stemOwnGapMilliseconds

    /// Bytes of envelopes kept at the most.
    public var storeBytes = Limits.storeBytes
    /// Envelopes and retractions kept at the most.
    public var storeRows = Limits.storeRows

    public init() {}
}
