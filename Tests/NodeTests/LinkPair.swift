import Model
import Node
import Noise
import Sodium
import TestKit
import Wire

/// Two ends of one connection and what came of the bytes between them.
struct LinkPair {
    static let start = Moment(milliseconds: 1_000_000)

    var near: Link
    var far: Link
    /// Of each end, in order; writes are not kept.
    var nearEffects: [Link.Effect] = []
    var farEffects: [Link.Effect] = []
    /// Not yet delivered.
    var toFar: [UInt8] = []
    var toNear: [UInt8] = []
    var nearWall = testStart
    var farWall = testStart
    var now = LinkPair.start

    init(
        near: LinkSecrets = TestNetwork().secrets(1), far: LinkSecrets = TestNetwork().secrets(2),
        nearWall: WallTime = testStart, farWall: WallTime = testStart
    ) {
        self.nearWall = nearWall
        self.farWall = farWall
        self.near = Link(role: .initiator, near, ephemeral: .fixed(0x33), now: Self.start)
        self.far = Link(role: .responder, far, ephemeral: .fixed(0x44), now: Self.start)
        take(near: self.near.start(nearWall))
    }

    /// One that is open on both ends.
    static func open() -> LinkPair {
        var pair = LinkPair()
        pair.settle()
        return pair
    }

    mutating func take(near effects: [Link.Effect]) {
        for effect in effects {
            if case .write(let bytes) = effect {
                toFar += bytes
            } else {
                nearEffects.append(effect)
            }
        }
    }

    mutating func take(far effects: [Link.Effect]) {
        for effect in effects {
            if case .write(let bytes) = effect {
                toNear += bytes
            } else {
                farEffects.append(effect)
            }
        }
    }

    mutating func near(_ input: Link.Input) {
        take(near: near.handle(input, now: now, wall: nearWall))
    }

    mutating func far(_ input: Link.Input) {
        take(far: far.handle(input, now: now, wall: farWall))
    }

    /// Delivers until nothing is under way.
    ///
    /// - Parameter step: bytes delivered at once.
    mutating func settle(step: Int = .max) {
        while !toFar.isEmpty || !toNear.isEmpty {
            let (right, left) = (toFar, toNear)
            (toFar, toNear) = ([], [])
            for part in right.parts(step) { far(.bytes(part)) }
            for part in left.parts(step) { near(.bytes(part)) }
        }
    }

    mutating func pass(milliseconds: UInt64) { now = now.adding(milliseconds: milliseconds) }

    var nearClosed: LinkEnd? { Self.end(nearEffects) }
    var farClosed: LinkEnd? { Self.end(farEffects) }
    var nearHeard: [Frame] { Self.heard(nearEffects) }
    var farHeard: [Frame] { Self.heard(farEffects) }

    private static func end(_ effects: [Link.Effect]) -> LinkEnd? {
        for case .close(let end) in effects { return end }
        return nil
    }

    private static func heard(_ effects: [Link.Effect]) -> [Frame] {
        effects.compactMap { if case .heard(let frame) = $0 { frame } else { nil } }
    }
}

extension Array where Element == UInt8 {
    func parts(_ step: Int) -> [[UInt8]] {
        guard step < count else { return [self] }
        return stride(from: 0, to: count, by: step).map {
            [UInt8](self[$0..<Swift.min($0 + step, count)])
        }
    }
}
