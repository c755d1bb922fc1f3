import Model
import Sodium
import TestKit
import Wire

@testable import Noise

/// One side of a link's handshake.
private func side(_ role: HandshakeRole, psk: Bool) -> Handshake {
    let number: UInt8 = role == .initiator ? 1 : 2
    return Handshake(
        role: role, prologue: LinkIdentity.prologue(network: testNetwork.network),
        static: AgreementKey(secret: .fixed(number)), ephemeral: .fixed(number + 2),
        presharedKeys: psk ? [PresharedKey(key: .fixed(9))] : [])
}

/// Handshakes: messages of a stranger to both roles, changed messages, and payloads of a peer that
/// is who it says.
@Sendable func fuzzHandshake(_ input: [UInt8]) {
    var feed = Feed(input)
    let choice = feed.byte()
    let psk = choice & 0x80 != 0
    switch choice % 4 {
    case 0: strange(feed.all, to: .responder, psk)
    case 1: strange(feed.all, to: .initiator, psk)
    case 2: payloads(&feed, psk)
    default: changed(&feed, psk)
    }
}

private func strange(_ stream: [UInt8], to role: HandshakeRole, _ psk: Bool) {
    var handshake = side(role, psk: psk)
    var framing = HandshakeFraming()
    framing.append(stream)
    if role == .initiator { _ = try? handshake.writeMessage() }
    while let message = try? framing.next() {
        guard let payload = try? handshake.readMessage(message) else {
            hold((try? handshake.writeMessage()) == nil, "a handshake that failed is over")
            return
        }
        verify(payload, handshake)
        _ = try? handshake.writeMessage(payload: payload)
    }
    hold(!handshake.isFinished, "nobody becomes a peer without a key")
}

private func verify(_ payload: [UInt8], _ handshake: Handshake) {
    guard let key = handshake.remoteStatic else { return }
    let identity = try? LinkIdentity(
        verifying: payload, linkKey: key, network: testNetwork.network, now: testStart)
    if let identity { hold(identity.encoded == payload, "an identity encodes to the same bytes") }
}

/// Two honest machines, payloads as the input has them.
private func payloads(_ feed: inout Feed, _ psk: Bool) {
    var sides = [side(.initiator, psk: psk), side(.responder, psk: psk)]
    for number in 0..<3 {
        let payload = feed.piece()
        guard let message = try? sides[number % 2].writeMessage(payload: payload),
            let read = try? sides[1 - number % 2].readMessage(message)
        else {
            hold(payload.count > 60_000, "honest sides understand each other")
            return
        }
        hold(read == payload, "a payload arrives as it was sent")
        verify(read, sides[1 - number % 2])
    }
    hold(sides[0].hash == sides[1].hash, "both sides saw the same")
    var (one, other) = (Session(sides[0]), Session(sides[1]))
    let frames = feed.all
    var out: [UInt8] = []
    try? other.open(one.seal(frames), into: &out)
    hold(out.starts(with: frames), "what is sent under the keys arrives")
}

/// One bit or more of one message is changed on the way.
private func changed(_ feed: inout Feed, _ psk: Bool) {
    var sides = [side(.initiator, psk: psk), side(.responder, psk: psk)]
    let which = Int(feed.byte() % 3)
    var isChanged = false
    for number in 0..<3 {
        guard var message = try? sides[number % 2].writeMessage(payload: [7]) else { return }
        if number == which {
            let before = message
            for (index, mask) in zip(message.indices, feed.all) { message[index] ^= mask }
            isChanged = message != before
        }
        guard (try? sides[1 - number % 2].readMessage(message)) != nil else { return }
    }
    hold(!isChanged, "a handshake with a changed message does not finish")
}

/// Records of a link: whole, cut, changed, and a stranger's.
@Sendable func fuzzSession(_ input: [UInt8]) {
    var feed = Feed(input)
    let choice = feed.byte()
    let step = feed.number16() + 1
    let (a, b) = (CipherState(key: .fixed(1)), CipherState(key: .fixed(2)))
    var (one, other) = (Session(send: a, receive: b), Session(send: b, receive: a))
    switch choice % 3 {
    case 0:
        let (out, _) = opened(feed.all, by: &other, step: step)
        hold(out.isEmpty, "a stranger's record opens to nothing")
    case 1:
        let frames = feed.all
        let (out, error) = opened(one.seal(frames), by: &other, step: step)
        hold(error == nil && out.starts(with: frames), "records arrive, however they are cut")
        hold(out.count % Limits.recordUnitBytes == 0, "what is seen is a multiple of the unit")
        var buffer = FrameBuffer()
        buffer.append(out)
        while let frame = try? buffer.next() { _ = frame }
    default:
        let frames = feed.piece()
        var records = one.seal(frames)
        let before = records
        for _ in 0..<4 where !records.isEmpty {
            records[feed.number16() % records.count] ^= feed.byte()
        }
        let (out, error) = opened(records, by: &other, step: step)
        hold(records == before || error != nil || other.pendingBytes > 0, "a change is seen")
        let sent = Session.padded(frames)
        hold(sent.starts(with: out), "nothing opens but what was sent")
    }
}

private func opened(
    _ bytes: [UInt8], by session: inout Session, step: Int
) -> ([UInt8], NoiseError?) {
    var out: [UInt8] = []
    var start = 0
    while start < bytes.count {
        let end = min(start + step, bytes.count)
        do {
            try session.open([UInt8](bytes[start..<end]), into: &out)
        } catch {
            hold((try? session.open([], into: &out)) == nil, "a link that failed stays closed")
            return (out, error)
        }
        hold(session.pendingBytes <= Limits.recordBytes + 18, "no more than a record is held")
        start = end
    }
    return (out, nil)
}
