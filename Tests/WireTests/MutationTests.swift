import Model
import TestKit
import Testing
import Wire

/// Bytes from strangers: whatever they are, reading them ends in a value or an error, and a value
/// is written back as the very bytes it was read from.
@Suite struct MutationTests {
    static func bytes(_ topic: String, _ name: String) throws -> [[UInt8]] {
        try VectorFile.all(topic).compactMap { $0.optionalBytes(name) }.filter { $0.count < 5000 }
    }

    @Test func aHundredThousandChangedEnvelopesHarmNobody() throws {
        let good = try Self.bytes("envelope", "envelope")
        var random = SeededRandom(11)
        var wrong = 0
        for round in 0..<100_000 {
            let bytes = random.mutated(good[round % good.count])
            guard let envelope = try? Envelope(decoding: bytes) else { continue }
            let header = envelope.header
            let isWhole =
                envelope.bytes == bytes && header.expiry > header.slot.start
                && header.encoded[...] == bytes.prefix(EnvelopeHeader.bytes)
            if !isWhole { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test func aHundredThousandChangedFramesHarmNobody() throws {
        let good = try Self.bytes("frames", "frames")
        var random = SeededRandom(12)
        var wrong = 0
        for round in 0..<100_000 {
            var buffer = FrameBuffer()
            let bytes = random.mutated(good[round % good.count])
            buffer.append(bytes)
            var rest = bytes[...]
            while let frame = try? buffer.next() {
                let length = bytes.count - buffer.pendingBytes - (bytes.count - rest.count)
                let isKept = frame.encoded[...] == rest.prefix(length)
                if case .unknown = frame {} else if !isKept { wrong += 1 }
                rest = rest.dropFirst(length)
            }
        }
        #expect(wrong == 0)
    }

    @Test func aHundredThousandChangedRetractionsHarmNobody() throws {
        let good = try Self.bytes("retraction", "retraction")
        var random = SeededRandom(13)
        var wrong = 0
        for round in 0..<100_000 {
            let bytes = random.mutated(good[round % good.count])
            guard let retraction = try? Retraction(decoding: bytes[...]) else { continue }
            if retraction.encoded != bytes { wrong += 1 }
        }
        #expect(wrong == 0)
    }
}
