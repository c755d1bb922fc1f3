import Gossip
import Model
import Sealing
import Sodium
import TestKit
import Wire

/// What all that needs a network is fuzzed in.
let testNetwork = TestNetwork()

/// A stream of frames: cut anywhere it gives the same frames, each of which encodes to its bytes.
@Sendable func fuzzFrames(_ input: [UInt8]) {
    var feed = Feed(input)
    let step = Int(feed.byte()) + 1
    let stream = feed.all
    let whole = cut(stream, step: max(stream.count, 1))
    let pieces = cut(stream, step: step)
    hold(
        whole.frames == pieces.frames && whole.error == pieces.error,
        "frames don't depend on how bytes arrive")
    var rest = stream[...]
    for frame in whole.frames {
        var encoded = frame.encoded
        if case .unknown = frame {
            let at = rest.startIndex
            let length = Int(rest[at + 1]) << 16 | Int(rest[at + 2]) << 8 | Int(rest[at + 3])
            encoded = [rest[at]] + rest.dropFirst().prefix(3 + length)
        }
        hold(rest.starts(with: encoded), "a frame encodes to the bytes it was read from")
        rest = rest.dropFirst(encoded.count)
        if case .hello(let hello) = frame {
            try? hello.record.check(network: testNetwork.network, now: testStart)
        }
    }
}

private func cut(_ stream: [UInt8], step: Int) -> (frames: [Frame], error: FrameError?) {
    var buffer = FrameBuffer()
    var frames: [Frame] = []
    var start = 0
    while start < stream.count {
        let end = min(start + step, stream.count)
        buffer.append(stream[start..<end])
        start = end
        do {
            while let frame = try buffer.next() { frames.append(frame) }
        } catch {
            return (frames, error)
        }
        hold(buffer.pendingBytes < 4 + Limits.frameBodyBytes, "no more than a frame is held")
    }
    return (frames, nil)
}

/// Envelopes, retractions and opened parts: what decodes encodes to the same bytes; the checks of
/// admission end.
@Sendable func fuzzEnvelopes(_ input: [UInt8]) {
    let admission = Admission(network: testNetwork.network, workBase: 0)
    if let retraction = try? Retraction(decoding: input[...]) {
        hold(retraction.encoded == input, "a retraction encodes to the same bytes")
        _ = try? admission.check(retraction, now: testStart)
    }
    if let part = try? ContentPart(decoding: input) {
        hold(part.padded(to: input.count) == input, "a part encodes to the same bytes")
        var reassembly = Reassembly()
        let whole = reassembly.add(part)
        hold((whole != nil) == (part.parts == 1), "a message is whole with its last part")
    }
    _ = try? Envelope(decoding: input)
    // Bodies of the right length are not found by chance.
    guard let header = try? EnvelopeHeader(decoding: input.prefix(EnvelopeHeader.bytes)) else {
        return
    }
    var feed = Feed([UInt8](input.dropFirst(EnvelopeHeader.bytes)))
    let body = feed.padded(header.envelopeBytes - EnvelopeHeader.bytes)
    let bytes = [UInt8](input.prefix(EnvelopeHeader.bytes)) + body
    guard let envelope = try? Envelope(decoding: bytes) else {
        fatalError("an envelope of the right length is read")
    }
    hold(header.encoded + body == bytes, "a header encodes to the same bytes")
    hold(Envelope(header: header, body: body) == envelope, "an envelope is its header and body")
    for path in [Path.unsolicited, .solicited] {
        try? admission.check(header, path: path, now: testStart)
    }
    _ = Naming.envelopeID(network: testNetwork.network, envelope)
    if let record = try? Record(body: envelope.body) {
        hold(body.dropFirst(4).starts(with: record.encoded), "a record encodes to the same bytes")
    }
}

/// CBOR: the one encoding of a value is the one that is read.
@Sendable func fuzzCBOR(_ input: [UInt8]) {
    if let value = try? CBOR(decoding: input) {
        hold(value.encoded == input, "CBOR that decodes encodes to the same bytes")
    }
    hold(
        Text.isUTF8(input) == (String(validating: input, as: UTF8.self) != nil),
        "UTF-8 is what the standard library takes for it")
    var feed = Feed(input)
    let value = feed.value()
    hold((try? CBOR(decoding: value.encoded)) == value, "CBOR that was written is read")
    hold([UInt8](hex: input.hex) == input, "hexadecimal is read as it was written")
}
