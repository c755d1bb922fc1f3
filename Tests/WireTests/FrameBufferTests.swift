import Model
import TestKit
import Testing
import Wire

@Suite struct FrameBufferTests {
    /// All kinds of frames, as they stand in the scenarios that are accepted.
    static let stream: [UInt8] = {
        let vectors = (try? VectorFile.accepted("frames")) ?? []
        return vectors.flatMap { (try? $0.bytes("frames")) ?? [] }
    }()

    static func whole() throws -> [Frame] { try FrameVectors.read(stream) }

    @Test func byteByByteGivesTheSameFrames() throws {
        var buffer = FrameBuffer()
        var frames: [Frame] = []
        for byte in Self.stream {
            buffer.append([byte])
            while let frame = try buffer.next() { frames.append(frame) }
        }
        #expect(frames.count > 20)
        #expect(try frames == Self.whole())
        #expect(buffer.pendingBytes == 0)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func randomCutsGiveTheSameFrames(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        var buffer = FrameBuffer()
        var frames: [Frame] = []
        var rest = Self.stream[...]
        while !rest.isEmpty {
            let count = 1 + random.number(below: 1 << random.number(below: 18))
            buffer.append(rest.prefix(count))
            rest = rest.dropFirst(count)
            // Not always emptied at once, as when several reads come together.
            if random.next() & 1 == 0 {
                while let frame = try buffer.next() { frames.append(frame) }
            }
        }
        while let frame = try buffer.next() { frames.append(frame) }
        #expect(try frames == Self.whole())
        #expect(buffer.pendingBytes == 0)
    }

    @Test func anImpossibleLengthIsRefusedBeforeTheBody() throws {
        var buffer = FrameBuffer()
        buffer.append([0x00, 0x01, 0x04])
        #expect(try buffer.next() == nil)
        buffer.append([0x01])
        let limit = Limits.frameBodyBytes
        #expect(throws: FrameError.tooLong(claimed: limit + 1, limit: limit)) {
            try buffer.next()
        }
    }

    @Test func theLongestBodyIsWaitedFor() throws {
        let pad = Frame.pad(count: Limits.frameBodyBytes).encoded
        var buffer = FrameBuffer()
        buffer.append(pad.dropLast())
        #expect(try buffer.next() == nil)
        #expect(buffer.pendingBytes == pad.count - 1)
        buffer.append([0])
        #expect(try buffer.next() == .pad(count: Limits.frameBodyBytes))
    }
}
