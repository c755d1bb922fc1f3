import Gossip
import Model
import NIOCore
import Node
import Noise
import Sodium
import Wire

/// One connection's end on its event loop: runs `Link`, so that handshakes and encryption happen
/// here and not on the relay's queue.
///
/// At most one flush is under way; frames given meanwhile wait unsealed and leave as one, which
/// saves padding. Reading stops while the relay is behind with what was heard.
final class LinkHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the relay's queue is told, in order.
    enum Report: Sendable {
        case opened(NodeID, LinkPort, from: SourceGroup?, syncKey: [UInt8])
        /// The weight is handed back to `LinkPort.hand` once the frames were looked at.
        case heard([Frame], weight: Int)
        /// All given by the hand with this number, and before, has left.
        case drained(hand: UInt64)
        /// `why` is nil when the connection just went away.
        case ended(wasOpen: Bool, why: LinkEnd?)
    }

    private enum Phase {
        case waiting  // next: running
        case running  // next: closing, ended
        case closing  // next: ended
        case ended  // final
    }

    private var endedBy: LinkEnd?
    private let role: HandshakeRole
    private let secrets: LinkSecrets
    private let clocks: Clocks
    private let random: @Sendable (Int) -> [UInt8]
    private let report: @Sendable (Report) -> Void

    private var phase = Phase.waiting
    private var context: ChannelHandlerContext?
    private var link: Link?
    private var isOpen = false
    private var timer: Scheduled<Void>?
    private var armed: Moment?
    /// Frames not yet sealed, and what they and those being flushed weigh.
    private var queue: [Frame] = []
    private var unsentBytes = 0
    private var flushes = 0
    private var hand: UInt64 = 0
    private var drainedHand: UInt64 = 0
    private var unheardBytes = 0
    private var wantsRead = false

    init(
        role: HandshakeRole, secrets: LinkSecrets, clocks: Clocks,
        random: @escaping @Sendable (Int) -> [UInt8],
        report: @escaping @Sendable (Report) -> Void
    ) {
        self.role = role
        self.secrets = secrets
        self.clocks = clocks
        self.random = random
        self.report = report
    }

    /// Whether an end will be reported.
    var hasBegun: Bool { phase != .waiting }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes after we closed is read only so that the other side gets our last frames.
        guard phase == .running else { return }
        let bytes = [UInt8](unwrapInboundIn(data).readableBytesView)
        let (now, wall) = (clocks.moment(), clocks.wall())
        run(link?.handle(.bytes(bytes), now: now, wall: wall) ?? [], context)
    }

    func read(context: ChannelHandlerContext) {
        if phase == .running, unheardBytes > Bounds.readAheadBytes {
            wantsRead = true
        } else {
            context.read()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: From the relay

    /// Takes frames to send, and gives back the weight of heard ones that were looked at.
    func take(_ frames: [Frame], hand number: UInt64, lookedAt weight: Int) {
        guard phase == .running, let context else { return }
        lookedAt(weight, context)
        guard !frames.isEmpty else { return }
        hand = number
        queue += frames
        unsentBytes += frames.reduce(0) { $0 + $1.weight }
        // The relay counts what spreads; this also bounds answers drawn from it one by one.
        guard unsentBytes <= Limits.unsentBytes else { return context.close(promise: nil) }
        flushQueue(context)
    }

    /// Closes once all given has left, or after a short time.
    func close() {
        guard phase == .running, let context else { return }
        phase = .closing
        if wantsRead { context.read() }
        context.eventLoop.assumeIsolated().scheduleTask(
            in: .milliseconds(Bounds.closingMilliseconds)
        ) { [self] in self.context?.close(promise: nil) }
        closeOutputWhenSent(context)
    }

    // MARK: The machine

    private func begin(_ context: ChannelHandlerContext) {
        guard phase == .waiting else { return }
        phase = .running
        let (now, wall) = (clocks.moment(), clocks.wall())
        var ephemeral = random(32)
        var link = Link(role: role, secrets, ephemeral: Secret(wiping: &ephemeral), now: now)
        let effects = link.start(wall)
        self.link = link
        run(effects, context)
    }

    private func run(_ effects: [Link.Effect], _ context: ChannelHandlerContext) {
        var heard: [Frame] = []
        for effect in effects {
            switch effect {
            case .write(let bytes): flush(bytes, weight: 0, context)
            case .authenticated(let node):
                // A write that failed has ended everything already.
                guard phase == .running else { return }
                isOpen = true
                let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
                let group = context.channel.remoteAddress.flatMap {
                    SourceGroup(address: $0.packedBytes)
                }
                report(
                    .opened(
                        node, LinkPort(handler: bound), from: group,
                        syncKey: link?.syncKey ?? []))
            case .heard(let frame): heard.append(frame)
            case .close(let why):
                endedBy = why
                tell(heard)
                return context.close(promise: nil)
            }
        }
        tell(heard)
        rearm(context)
    }

    private func tell(_ heard: [Frame]) {
        guard phase == .running, !heard.isEmpty else { return }
        let weight = heard.reduce(0) { $0 + $1.weight }
        unheardBytes += weight
        report(.heard(heard, weight: weight))
    }

    /// The single timer. Left alone when it comes too early: then it is only set again.
    private func rearm(_ context: ChannelHandlerContext) {
        guard phase == .running, let deadline = link?.deadline else { return }
        if let armed, armed <= deadline { return }
        timer?.cancel()
        armed = deadline
        let wait = deadline.milliseconds - min(deadline.milliseconds, clocks.moment().milliseconds)
        timer = context.eventLoop.assumeIsolated().scheduleTask(
            in: .milliseconds(Int64(clamping: wait) + 1)
        ) { [self] in wake() }
    }

    private func wake() {
        armed = nil
        guard phase == .running, let context else { return }
        let (now, wall) = (clocks.moment(), clocks.wall())
        run(link?.handle(.wake, now: now, wall: wall) ?? [], context)
    }

    private func end() {
        guard phase != .ended else { return }
        let hadBegun = hasBegun
        phase = .ended
        timer?.cancel()
        link = nil
        queue = []
        if hadBegun { report(.ended(wasOpen: isOpen, why: endedBy)) }
    }

    // MARK: Sending

    private func flushQueue(_ context: ChannelHandlerContext) {
        guard flushes == 0, !queue.isEmpty else { return }
        let frames = queue
        queue = []
        let weight = frames.reduce(0) { $0 + $1.weight }
        let (now, wall) = (clocks.moment(), clocks.wall())
        for effect in link?.handle(.send(frames), now: now, wall: wall) ?? [] {
            if case .write(let bytes) = effect { flush(bytes, weight: weight, context) }
        }
    }

    private func flush(_ bytes: [UInt8], weight: Int, _ context: ChannelHandlerContext) {
        flushes += 1
        let buffer = context.channel.allocator.buffer(bytes: bytes)
        context.writeAndFlush(wrapOutboundOut(buffer)).assumeIsolated().whenComplete { [self] _ in
            flushed(weight)
        }
    }

    private func flushed(_ weight: Int) {
        flushes -= 1
        unsentBytes -= weight
        guard flushes == 0, phase != .ended, let context else { return }
        guard queue.isEmpty else { return flushQueue(context) }
        if phase == .closing { return closeOutputWhenSent(context) }
        guard hand != drainedHand else { return }
        drainedHand = hand
        report(.drained(hand: hand))
    }

    /// Says that nothing more comes and lets the other side close: closing at once could make the
    /// system discard the last frames with a reset.
    private func closeOutputWhenSent(_ context: ChannelHandlerContext) {
        guard flushes == 0 else { return }
        context.close(mode: .output, promise: nil)
    }

    // MARK: Reading

    private func lookedAt(_ weight: Int, _ context: ChannelHandlerContext) {
        unheardBytes -= weight
        guard wantsRead, unheardBytes <= Bounds.readAheadBytes else { return }
        wantsRead = false
        context.read()
    }
}

/// A link as the relay's queue holds it.
struct LinkPort: Sendable {
    let handler: NIOLoopBound<LinkHandler>

    /// See `LinkHandler.take`.
    func hand(_ frames: [Frame], hand number: UInt64, lookedAt weight: Int) {
        handler.eventLoop.execute { [handler] in
            handler.value.take(frames, hand: number, lookedAt: weight)
        }
    }

    func close() { handler.eventLoop.execute { [handler] in handler.value.close() } }
}
