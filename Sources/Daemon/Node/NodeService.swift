import Entropy
import Foundation
import Gossip
public import Logging
import Model
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

    /// Opens a folder's node without starting it.
    ///
    /// - Parameters:
    ///   - eraseDelay: mean wait before a retraction goes out, seconds; nil for the usual.
    ///   - listen, advertised: instead of what the settings say, this time.
    /// - Throws: `Problem`: another process owns the folder, the store can't be opened.
    public static func open(
        _ folder: NodeFolder, eraseDelay: UInt64? = nil, listen: String? = nil,
        advertised: [String]? = nil, logLevel: Logger.Level = .warning
    ) async throws(Problem) -> NodeService {
        try await open(
            folder, keys: NodeKeys.read(from: folder), eraseDelay: eraseDelay, logLevel: logLevel
        ) { settings in
            if let listen { settings.listen = listen }
            if let advertised { settings.advertised = advertised }
        }
    }

    /// As above, with keys that may not be on disk yet and settings changed for this time.
    static func open(
        _ folder: NodeFolder, keys: NodeKeys, eraseDelay: UInt64? = nil,
        logLevel: Logger.Level = .warning,
        _ change: (inout NodeSettings) throws(Problem) -> Void
    ) async throws(Problem) -> NodeService {
        guard FileManager.default.fileExists(atPath: folder.storePath) else {
            throw Problem(
                .notFound, "the store of this node is missing from \(folder.path)",
                hint: "restore the folder from your backup")
        }
        let lock = try FolderLock.taken(folder)
        let store = try Setup.openStore(folder)
        var settings = try await NodeSettings.read(store)
        try change(&settings)
        let service = try NodeService(
            folder, keys, lock, store, settings, eraseDelay: eraseDelay, logLevel: logLevel)
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
                await shell.know(address: Text(known.address), node: known.node)
            }
            for mark in try await store.marks() where mark.blocked {
                await shell.block(mark.node)
            }
        } catch let error as StoreError {
            throw Problem(error)
        } catch {
            throw Problem(.internalError, "the store can't be read", hint: "try again")
        }
    }

    private func recordEnvelopes(_ subject: [UInt8]) async throws -> [Envelope] {
        let items = try await store.items(
            topic: Topics.records(of: subject), after: 0, limit: 4096, bytesLimit: 64 << 20)
        return items.compactMap { try? Envelope(decoding: $0.bytes) }
    }

    private init(
        _ folder: NodeFolder, _ keys: NodeKeys, _ lock: FolderLockHolder, _ store: Store,
        _ settings: NodeSettings, eraseDelay: UInt64?, logLevel: Logger.Level
    ) throws(Problem) {
        var settings = settings
        for address in [settings.listen] + settings.advertised where Endpoint(address) == nil {
            throw Problem(
                .usage, "\(address) is not an address",
                hint: "host:port, such as 0.0.0.0:4711 or [::]:4711")
        }
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
            carried: settings.carried, eraseDelaySeconds: eraseDelay ?? 600,
            seed: Entropy.uint64())
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
