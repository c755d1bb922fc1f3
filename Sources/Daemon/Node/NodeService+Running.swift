import Foundation
import Gossip
import Logging
import Model
import NIOConcurrencyHelpers
import NIOPosix
import Node
import ServiceLifecycle
import Storage
import Synchronization
import Transport
import UnixSignals

/// A yes or no that several threads may look at.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}

extension NodeService {
    /// Runs until SIGTERM or SIGINT; then says goodbye to the peers and closes the store.
    ///
    /// - Parameters:
    ///   - page: where the seeker's page is served; nil for nowhere.
    ///   - ready: called once everything listens.
    /// - Throws: `Problem`: the port is taken, the socket can't be made, no network joined yet.
    public func run(
        page: PagePlace?, _ ready: @escaping @Sendable (NodeStatus) -> Void
    ) async throws(Problem) {
        guard settings.network != .zero else {
            throw Problem(
                .configuration, "this node belongs to no network yet",
                hint: "kith community create NAME, or kith join INVITE")
        }
        Memory.giveBackLargeBlocks()
        let runner = Runner(service: self, page: page, ready: ready)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: runner, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.internalError, "the node ended: \(type(of: error))", hint: "restart it")
        }
    }

    fileprivate func serve(
        _ page: PagePlace?, _ ready: @Sendable (NodeStatus) -> Void
    ) async throws(Problem) {
        let bound: [Endpoint]
        do { bound = try await shell.start() } catch {
            try? await close()
            throw Problem(error)
        }
        running.set()
        let control = try await ControlServer.start(
            path: folder.socketPath, access: self, group: MultiThreadedEventLoopGroup.singleton)
        do { try await startPage(page) } catch {
            await control.stop(path: folder.socketPath)
            try? await close()
            throw error
        }
        let watching = Task { await watchPages(page) }
        logger.info("ready", metadata: ["listening": "\(bound)"])
        ready(try await status())
        try? await gracefulShutdown()
        logger.info("stopping")
        watching.cancel()
        await stopPage()
        await control.stop(path: folder.socketPath)
        try await close()
    }
}

private struct Runner: Service {
    let service: NodeService
    let page: PagePlace?
    let ready: @Sendable (NodeStatus) -> Void

    func run() async throws { try await service.serve(page, ready) }
}

extension Problem {
    init(_ error: TransportError) {
        switch error {
        case .addressInUse(let host, let port):
            self.init(
                .cannotCreate, "\(host) port \(port) is taken by another program",
                hint: "stop it, or: kith run --listen \(host):\(port + 1)")
        case .permission(let host, let port):
            self.init(
                .noRights, "listening on \(host) port \(port) is not allowed",
                hint: "use a port from 1024 on: kith run --listen \(host):4711")
        case .unresolved(let host):
            self.init(
                .configuration, "there is no host \(host)", hint: "kith run --listen 0.0.0.0:4711")
        case .notOurs(let host):
            self.init(
                .configuration, "\(host) is not an address of this computer",
                hint: "kith run --listen 0.0.0.0:4711")
        case .failed(let operation, let host, let port, let code):
            self.init(
                .unavailable, "\(operation) on \(host) port \(port) failed (code \(code))",
                hint: "try another --listen")
        }
    }
}

/// Writes what operators may want to know to the log, and keeps what `kith status` warns of.
final class NoteObserver: Sendable {
    private let logger: Logger
    private let forked = NIOLockedValueBox<Set<String>>([])
    private let clocksApart = Flag()
    private let troubles = NIOLockedValueBox<(count: UInt64, last: StoreError)?>(nil)

    init(_ logger: Logger) { self.logger = logger }

    var warnings: [String] {
        var all = forked.withLockedValue { $0 }.sorted().map {
            "community \($0) has two branches of roots: its stewards must join them"
        }
        if clocksApart.isSet {
            all.append("a relay's clock is a day or more off ours: is this computer's date right?")
        }
        if let (count, last) = troubles.withLockedValue({ $0 }) {
            all.append(
                "the store failed \(count) times since the start, last: \(Problem(last))")
        }
        return all
    }

    /// An operation of the store failed that nobody waits for. The first is logged, all count:
    /// a broken disk would fill the log too.
    func storeTrouble(_ operation: String, _ error: StoreError) {
        let isFirst = troubles.withLockedValue { known in
            known = ((known?.count ?? 0) + 1, error)
            return known?.count == 1
        }
        guard isFirst else { return }
        logger.error(
            "the store failed; kith status counts further ones",
            metadata: ["operation": "\(operation)", "problem": "\(Problem(error).what)"])
    }

    func note(_ note: RelayNode.Note) {
        switch note {
        case .peerUp(let node, let dialled):
            logger.info("peer up", metadata: ["node": short(node.bytes), "dialled": "\(dialled)"])
        case .peerDown(let node): logger.info("peer down", metadata: ["node": short(node.bytes)])
        case .neighbourUp(let node):
            logger.info("neighbour up", metadata: ["node": short(node.bytes)])
        case .neighbourDown(let node):
            logger.info("neighbour down", metadata: ["node": short(node.bytes)])
        case .compared(let node, let report):
            logger.debug(
                "compared",
                metadata: [
                    "node": short(node.bytes), "needed": "\(report.needed)",
                    "offered": "\(report.offered)", "bytes": "\(report.bytes)",
                    "complete": "\(report.isComplete)",
                ])
        case .peerRefused(_, why: .clocksApart): warnOfClock()
        case .peerRefused(let node, let why):
            logger.info("peer refused", metadata: ["node": short(node.bytes), "why": "\(why)"])
        case .itemRefused(let refusal, let node):
            logger.debug(
                "item refused", metadata: ["node": short(node.bytes), "why": "\(refusal)"])
        case .linkEnded(.closedByPeer), .linkEnded(.closedByUs), .linkEnded(.aged): break
        case .linkEnded(let why) where why.isAboutClocks: warnOfClock()
        case .linkEnded(let why): logger.debug("link ended", metadata: ["why": "\(why)"])
        case .storeFailed: logger.error("the store failed; look at the disk")
        case .charterKnown(let seq): logger.info("charter known", metadata: ["seq": "\(seq)"])
        case .manifestKnown(let community, let seq):
            logger.info(
                "manifest known", metadata: ["community": short(community.bytes), "seq": "\(seq)"])
        case .rootsForked(let community):
            forked.withLockedValue { _ = $0.insert(community.bytes.hex.prefix(16).description) }
            logger.warning("roots forked", metadata: ["community": short(community.bytes)])
        case .clockOff(let seconds):
            logger.warning(
                "the peers' clocks disagree with ours",
                metadata: ["peersAheadSeconds": "\(seconds)"])
        }
    }

    /// Said once: the same relay is dialled again and again.
    private func warnOfClock() {
        guard !clocksApart.isSet else { return }
        clocksApart.set()
        logger.warning(
            "a relay's clock is a day or more off ours: is this computer's date right?")
    }

    private func short(_ id: [UInt8]) -> Logger.MetadataValue { "\(id.hex.prefix(16))" }
}
