import Gossip
import Logging
public import Model
import NIOCore
import NIOPosix
public import Node
public import Sodium
import Synchronization
public import Wire

/// A relay at work: tells a `RelayNode` what happens, and does what it orders, on one queue.
///
/// All effects of an input are carried out before the next input. What is sent in one turn leaves
/// each link as one flush. Once started it lives until `stop`.
/// Source: protocol/03-links.md to 09-receipts.md.
public actor RelayShell {
    public struct Configuration: Sendable {
        public var relay: RelayNode.Configuration
        /// This node's X25519 link key.
        public var linkKey: AgreementKey
        /// 32 bytes in a closed network, nil in an open one.
        public var preSharedKey: Secret?
        /// Where to listen; a leaf listens nowhere.
        public var listen: [Endpoint]

        public init(
            relay: RelayNode.Configuration, linkKey: AgreementKey, preSharedKey: Secret? = nil,
            listen: [Endpoint]
        ) {
            self.relay = relay
            self.linkKey = linkKey
            self.preSharedKey = preSharedKey
            self.listen = listen
        }
    }

    /// An address as `knownAddresses` lists it.
    public struct KnownAddress: Sendable, Equatable {
        /// "host:port"
        public let address: Text
        /// Who answered there, or is said to; nil until somebody did.
        public let node: NodeID?
        /// Told by the operator, so always dialled.
        public let isPinned: Bool
        /// Dialled or linked now.
        public let isBusy: Bool
        /// Since the last success.
        public let failures: UInt64

        public init(
            address: Text, node: NodeID?, isPinned: Bool, isBusy: Bool, failures: UInt64
        ) {
            self.address = address
            self.node = node
            self.isPinned = isPinned
            self.isBusy = isBusy
            self.failures = failures
        }
    }

    enum Phase {
        case idle  // next: running, stopping
        case running  // next: stopping
        case stopping  // next: stopped
        case stopped  // final
    }

    /// An open link and what this turn has for it.
    struct OpenLink {
        let port: LinkPort
        var outbox: [Frame] = []
        var hands: UInt64 = 0
        var lookedAt = 0
        var isClosing = false
    }

    private let queue: SerialQueue
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        queue.asUnownedSerialExecutor()
    }

    let store: any RelayStore
    let clocks: Clocks
    let logger: Logger
    let onNote: @Sendable (RelayNode.Note) -> Void
    let connections = Connections()
    private let timers: any EventLoop
    private let listen: [Endpoint]
    private let ends: @Sendable (RelayShell) -> Sockets.Ends
    private let inbox = Inbox()
    private let lastTicket = Atomic<UInt64>(0)

    var node: RelayNode
    var phase = Phase.idle
    var links: [LinkID: OpenLink] = [:]
    /// Links with something in hand for them, in the order it came.
    var touched: [LinkID] = []
    /// Bytes ordered stored and not answered.
    var storingBytes = 0
    var waiting: [UInt64: CheckedContinuation<SubmitError?, Never>] = [:]
    var whenAnswered: CheckedContinuation<Void, Never>?
    private var listeners: [any Channel] = []
    private var timer: Scheduled<Void>?
    private var armed: Moment?

    /// - Parameters:
    ///   - clocks: the system's, but for tests.
    ///   - random: gives as many random bytes as it is asked for, on any thread; seeds nothing,
    ///     makes each link's ephemeral key.
    ///   - notes: told what operators may want to know, in order, on the relay's queue: it must
    ///     return soon.
    public init(
        _ configuration: Configuration, store: any RelayStore, clocks: Clocks = .system,
        random: @escaping @Sendable (_ count: Int) -> [UInt8],
        notes: @escaping @Sendable (RelayNode.Note) -> Void = { _ in }
    ) {
        queue = SerialQueue("kith.relay")
        self.store = store
        self.clocks = clocks
        logger = Logger(label: "kith.transport")
        onNote = notes
        timers = MultiThreadedEventLoopGroup.singleton.next()
        listen = configuration.listen
        let secrets = LinkSecrets(
            network: configuration.relay.network, nodeKey: configuration.relay.nodeKey,
            linkKey: configuration.linkKey, preSharedKey: configuration.preSharedKey)
        ends = { shell in
            Sockets.Ends(secrets: secrets, clocks: clocks, random: random) {
                shell.post(.link($0, dialled: $1, $2))
            }
        }
        node = RelayNode(configuration.relay, now: clocks.moment(), wall: clocks.wall())
    }

    var sockets: Sockets {
        Sockets(
            group: MultiThreadedEventLoopGroup.singleton, connections: connections,
            ends: ends(self), logger: logger)
    }

    // MARK: Starting and stopping

    /// Listens, then dials.
    ///
    /// - Returns: where it listens, in the order configured, each with its real port.
    /// - Throws: `TransportError`; nothing is listened on then, and it may be tried again.
    /// - Precondition: not started before.
    public func start() async throws(TransportError) -> [Endpoint] {
        precondition(phase == .idle, "a relay starts once")
        phase = .running
        var bound: [Endpoint] = []
        for endpoint in listen {
            do {
                let (channel, real) = try await sockets.listen(endpoint)
                listeners.append(channel)
                bound.append(real)
            } catch {
                await closeListeners()
                phase = .idle
                throw error
            }
        }
        logger.debug("listening", metadata: ["at": "\(bound)"])
        post(.wake)
        return bound
    }

    /// Says goodbye to every neighbour, lets what was given to their links leave, and waits for
    /// the store's answers to submissions. Takes about two seconds at the most, ten if the store
    /// is stuck. More than once does no harm.
    public func stop() async {
        guard phase == .idle || phase == .running else { return }
        phase = .stopping
        await closeListeners()
        let open = links.keys.sorted()
        for link in open {
            send(link, .bye(reason: Self.stopping))
            close(link)
        }
        endTurn()
        await connections.closeAll(but: open)
        if !waiting.isEmpty {
            let late = timers.scheduleTask(in: .milliseconds(Bounds.stoppingMilliseconds)) {
                self.post(.late)
            }
            await withCheckedContinuation { whenAnswered = $0 }
            late.cancel()
        }
        phase = .stopped
        timer?.cancel()
    }

    /// The reason byte of BYE when a relay ends. Source: protocol/schema/codes.md.
    private static let stopping: UInt8 = 0

    private func closeListeners() async {
        let channels = listeners
        listeners = []
        for channel in channels { try? await channel.close().get() }
    }

    // MARK: Inputs

    /// What is told from other threads; handled in the order it is told.
    enum Event: Sendable {
        case link(LinkID, dialled: Text?, LinkHandler.Report)
        case input(RelayNode.Input)
        /// An answer to an order to store so many bytes.
        case stored(RelayNode.Input, bytes: Int)
        case wake
        case late
    }

    nonisolated func post(_ event: Event) {
        if inbox.add(event) { scheduleTurn() }
    }

    private nonisolated func scheduleTurn() {
        queue.async { self.assumeIsolated { $0.turn() } }
    }

    private func turn() {
        let (events, isMore) = inbox.take(Bounds.turnInputs)
        for event in events { handle(event) }
        endTurn()
        if isMore { scheduleTurn() }
    }

    private func handle(_ event: Event) {
        switch event {
        case .link(let link, let dialled, let report): handle(report, of: link, dialled)
        case .input(let input): feed(input)
        case .stored(let input, let bytes):
            storingBytes -= bytes
            feed(input)
        case .wake:
            armed = nil
            if phase == .running { feed(.wake) }
        case .late: abandonWaiting()
        }
    }

    private func handle(_ report: LinkHandler.Report, of link: LinkID, _ dialled: Text?) {
        switch report {
        case .opened(let node, let port, let group, let syncKey):
            guard phase == .running else { return port.close() }
            links[link] = OpenLink(port: port)
            feed(.opened(link, node, dialled: dialled, from: group, syncKey: syncKey))
        case .heard(let frames, let weight):
            for frame in frames { feed(.heard(link, frame)) }
            links[link]?.lookedAt += weight
            touched.append(link)
        case .drained(let hand):
            // Otherwise more is on its way to the link, and its leaving will be reported too.
            if links[link]?.hands == hand { feed(.drained(link)) }
        case .ended(let wasOpen, let why):
            links[link] = nil
            if let why { onNote(.linkEnded(why)) }
            if wasOpen {
                feed(.closed(link))
            } else if let dialled {
                feed(.dialFailed(dialled))
            }
        }
    }

    func feed(_ input: RelayNode.Input) {
        for effect in node.handle(input, now: clocks.moment(), wall: clocks.wall()) {
            carryOut(effect)
        }
    }

    /// Hands the links what the turn made for them, and sets the single timer.
    func endTurn() {
        var held: [LinkID] = []
        for link in touched {
            guard var open = links[link] else { continue }
            let frames = open.outbox
            // While the store is behind, links wait to be told to go on reading.
            let lookedAt = storingBytes <= Bounds.storingBytes ? open.lookedAt : 0
            open.outbox = []
            open.lookedAt -= lookedAt
            if open.lookedAt > 0, !held.contains(link) { held.append(link) }
            guard !frames.isEmpty || lookedAt > 0 else { continue }
            if !frames.isEmpty { open.hands += 1 }
            links[link] = open
            open.port.hand(frames, hand: open.hands, lookedAt: lookedAt)
        }
        touched = held
        rearm()
    }

    private func rearm() {
        guard phase == .running, let deadline = node.deadline else { return }
        if let armed, armed <= deadline { return }
        timer?.cancel()
        armed = deadline
        let now = clocks.moment().milliseconds
        let wait = deadline.milliseconds > now ? deadline.milliseconds - now : 1
        timer = timers.scheduleTask(in: .milliseconds(Int64(clamping: wait))) { [weak self] in
            self?.post(.wake)
        }
    }

    /// A new ticket for `submit` or `erase`.
    public nonisolated func newTicket() -> UInt64 {
        lastTicket.wrappingAdd(1, ordering: .relaxed).newValue
    }
}
