public import Model
public import Noise
import Sealing
public import Sodium
public import Wire

/// What a node brings to every link.
public struct LinkSecrets: Sendable {
    public let network: NetworkID
    public let nodeKey: SigningKey
    public let linkKey: AgreementKey
    /// Of a closed network; nil in an open one.
    public let preSharedKey: Secret?

    public init(
        network: NetworkID, nodeKey: SigningKey, linkKey: AgreementKey, preSharedKey: Secret?
    ) {
        self.network = network
        self.nodeKey = nodeKey
        self.linkKey = linkKey
        self.preSharedKey = preSharedKey
    }
}

/// Why a link ended.
public enum LinkEnd: Error, Sendable, Equatable {
    case handshake(NoiseError)
    case identity(LinkIdentityError)
    /// The other node's clock is days ahead of ours, or ours is behind.
    case clocksApart
    case handshakeTooSlow
    case record(NoiseError)
    case frame(FrameError)
    case frameTooSlow
    case silent
    /// The dialler's time for a new connection.
    case aged
    case closedByPeer
    case closedByUs

    /// Whether the two nodes' clocks are the likeliest cause.
    public var isAboutClocks: Bool {
        switch self {
        case .clocksApart, .identity(.expired): true
        case .handshake, .identity, .handshakeTooSlow, .record, .frame, .frameTooSlow, .silent,
            .aged, .closedByPeer, .closedByUs:
            false
        }
    }
}

/// One connection: the handshake, then records and frames, and what happens when nothing does.
/// Source: protocol/03-links.md.
public struct Link: Sendable {
    public enum Input: Sendable, Equatable {
        case bytes([UInt8])
        case send([Frame])
        case closed
        case wake
    }

    public enum Effect: Sendable, Equatable {
        case write([UInt8])
        /// The other node proved who it is; frames follow.
        case authenticated(NodeID)
        case heard(Frame)
        case close(LinkEnd)
    }

    private enum Phase: Sendable {
        case shaking(Handshake, HandshakeFraming, until: Moment)  // next: open, closed
        case open(Session)  // next: open, closed
        case closed  // final
    }

    private static let identitySeconds: UInt64 = 86400

    private let secrets: LinkSecrets
    private let role: HandshakeRole
    private var phase: Phase
    private var frames = FrameBuffer()
    private var lastHeard: Moment
    private var lastProbe: Moment
    private var frameBegan: Moment?
    private let born: Moment
    /// A secret of this very connection, for comparing what both sides hold; empty until it is
    /// open. Source: protocol/22-reconciliation.md.
    public private(set) var syncKey: [UInt8] = []

    /// - Parameter ephemeral: 32 fresh random bytes.
    public init(
        role: HandshakeRole, _ secrets: LinkSecrets, ephemeral: Secret, now: Moment
    ) {
        self.role = role
        self.secrets = secrets
        let handshake = Handshake(
            role: role, prologue: LinkIdentity.prologue(network: secrets.network),
            static: secrets.linkKey, ephemeral: ephemeral,
            presharedKeys: secrets.preSharedKey.map { [PresharedKey(key: $0)] } ?? [])
        phase = .shaking(
            handshake, HandshakeFraming(),
            until: now.adding(milliseconds: Limits.handshakeMilliseconds))
        lastHeard = now
        lastProbe = now
        born = now
    }

    /// When the machine wants to be woken.
    public var deadline: Moment? {
        switch phase {
        case .shaking(_, _, let until): return until
        case .closed: return nil
        case .open:
            var next = max(lastHeard, lastProbe).adding(milliseconds: Limits.pingMilliseconds)
            next = min(next, lastHeard.adding(milliseconds: Limits.silenceMilliseconds))
            if let frameBegan {
                next = min(next, frameBegan.adding(milliseconds: Limits.frameMilliseconds))
            }
            if role == .initiator {
                next = min(next, born.adding(milliseconds: Limits.connectionMilliseconds))
            }
            return next
        }
    }

    /// The dialler's first message.
    public mutating func start(_ wall: WallTime) -> [Effect] {
        guard role == .initiator, case .shaking(let handshake, let framing, let until) = phase
        else { return [] }
        return shake(handshake, framing, until, reads: false, wall, Moment(milliseconds: 0))
    }

    public mutating func handle(_ input: Input, now: Moment, wall: WallTime) -> [Effect] {
        switch (phase, input) {
        case (.closed, _): return []
        case (_, .closed):
            phase = .closed
            return [.close(.closedByPeer)]
        case (.shaking(let handshake, var framing, let until), .bytes(let bytes)):
            framing.append(bytes)
            return shake(handshake, framing, until, reads: true, wall, now)
        case (.shaking(_, _, let until), .wake):
            return now >= until ? end(.handshakeTooSlow) : []
        case (.shaking, .send): return []
        case (.open, .bytes(let bytes)):
            lastHeard = now
            return receive(bytes, now)
        case (.open, .send(let frames)): return send(frames)
        case (.open, .wake): return wakeOpen(now)
        }
    }

    // MARK: Handshake

    private mutating func shake(
        _ handshake: Handshake, _ framing: HandshakeFraming, _ until: Moment, reads: Bool,
        _ wall: WallTime, _ now: Moment
    ) -> [Effect] {
        var handshake = handshake
        var framing = framing
        var effects: [Effect] = []
        // Taken out while it is worked on, so that no copy of the keys stays behind.
        phase = .closed
        do {
            if !reads {
                effects.append(.write(HandshakeFraming.frame(try handshake.writeMessage())))
            } else if let message = try framing.next() {
                let payload = try handshake.readMessage(message)
                if handshake.remoteStatic != nil {
                    return try greet(handshake, framing, payload, wall, now)
                }
                // Message 1 proves nothing yet, so it may say nothing.
                guard payload.isEmpty else { return end(.handshake(.notAuthentic)) }
                let reply = try handshake.writeMessage(payload: identity(wall))
                effects.append(.write(HandshakeFraming.frame(reply)))
            }
        } catch {
            return end(.handshake(error))
        }
        phase = .shaking(handshake, framing, until: until)
        return effects
    }

    /// The other side's key is known: checks whose it is, and opens the link.
    private mutating func greet(
        _ handshake: Handshake, _ framing: HandshakeFraming, _ payload: [UInt8],
        _ wall: WallTime, _ now: Moment
    ) throws(NoiseError) -> [Effect] {
        var handshake = handshake
        var framing = framing
        var effects: [Effect] = []
        let identity: LinkIdentity
        do {
            identity = try LinkIdentity(
                verifying: payload, linkKey: handshake.remoteStatic ?? [],
                network: secrets.network, now: wall)
        } catch {
            return end(.identity(error))
        }
        let most = wall.adding(seconds: 2 * Self.identitySeconds).seconds
        guard UInt64(identity.notAfter) <= most else { return end(.clocksApart) }
        if role == .initiator {
            let reply = try handshake.writeMessage(payload: self.identity(wall))
            effects.append(.write(HandshakeFraming.frame(reply)))
        }
        phase = .open(Session(handshake))
        syncKey = hash(Labels.sync, handshake.hash)
        lastHeard = now
        lastProbe = now
        effects.append(.authenticated(identity.node))
        let rest = framing.takeRest()
        if !rest.isEmpty { effects += receive(rest, now) }
        return effects
    }

    private func identity(_ wall: WallTime) -> [UInt8] {
        let notAfter = UInt32(clamping: wall.adding(seconds: Self.identitySeconds).seconds)
        return LinkIdentity(
            node: secrets.nodeKey, linkKey: secrets.linkKey.publicKey, network: secrets.network,
            notAfter: notAfter
        ).encoded
    }

    // MARK: Records and frames

    private mutating func receive(_ bytes: [UInt8], _ now: Moment) -> [Effect] {
        guard case .open(var session) = phase else { return [] }
        phase = .closed
        var effects: [Effect] = []
        var plaintext: [UInt8] = []
        do {
            try session.open(bytes, into: &plaintext)
        } catch {
            return end(.record(error))
        }
        phase = .open(session)
        frames.append(plaintext)
        do {
            while let frame = try frames.next() {
                frameBegan = nil
                if case .pad = frame { continue }
                effects.append(.heard(frame))
            }
        } catch {
            return effects + end(.frame(error))
        }
        if frames.pendingBytes + session.pendingBytes == 0 {
            frameBegan = nil
        } else if frameBegan == nil {
            frameBegan = now
        }
        return effects
    }

    private mutating func send(_ frames: [Frame]) -> [Effect] {
        guard case .open(var session) = phase, !frames.isEmpty else { return [] }
        phase = .closed
        var bytes: [UInt8] = []
        for frame in frames { bytes += frame.encoded }
        let out = session.seal(bytes)
        phase = .open(session)
        return [.write(out)]
    }

    private mutating func wakeOpen(_ now: Moment) -> [Effect] {
        if now >= lastHeard.adding(milliseconds: Limits.silenceMilliseconds) { return end(.silent) }
        if let frameBegan, now >= frameBegan.adding(milliseconds: Limits.frameMilliseconds) {
            return end(.frameTooSlow)
        }
        if role == .initiator,
            now >= born.adding(milliseconds: Limits.connectionMilliseconds)
        {
            return end(.aged)
        }
        if now >= max(lastHeard, lastProbe).adding(milliseconds: Limits.pingMilliseconds) {
            lastProbe = now
            return send([.ping(0)])
        }
        return []
    }

    private mutating func end(_ reason: LinkEnd) -> [Effect] {
        phase = .closed
        return [.close(reason)]
    }
}
