import Noise
import Testing

@Suite struct HandshakeFramingTests {
    @Test func messagesComeOutWhole() throws {
        var framing = HandshakeFraming()
        for byte in HandshakeFraming.frame([1, 2, 3]) + HandshakeFraming.frame([4]) {
            framing.append([byte])
        }
        #expect(try framing.next() == [1, 2, 3])
        #expect(try framing.next() == [4])
        #expect(try framing.next() == nil)
    }

    @Test func nothingComesOutEarly() throws {
        var framing = HandshakeFraming()
        for byte: UInt8 in [0, 3, 1, 2] {
            framing.append([byte])
            #expect(try framing.next() == nil)
        }
        framing.append([3])
        #expect(try framing.next() == [1, 2, 3])
    }

    @Test func whatFollowsIsKeptForTheSession() throws {
        var framing = HandshakeFraming()
        framing.append(HandshakeFraming.frame([1]) + [9, 8, 7])
        #expect(try framing.next() == [1])
        #expect(framing.takeRest() == [9, 8, 7])
        #expect(framing.takeRest() == [])
    }

    @Test func aClaimAboveTheLimitIsRefusedAtOnce() throws {
        var framing = HandshakeFraming()
        framing.append([0, 196])
        #expect(try framing.next() == nil)
        framing = HandshakeFraming()
        framing.append([0, 197])
        #expect(throws: NoiseError.tooLong(bytes: 197, limit: 196)) { try framing.next() }
        framing = HandshakeFraming(limit: HandshakeFraming.largestBytes)
        framing.append([255, 255])
        #expect(try framing.next() == nil)
    }

    @Test func anEmptyMessageIsAMessage() throws {
        var framing = HandshakeFraming()
        framing.append([0, 0, 0])
        #expect(try framing.next() == [])
        #expect(try framing.next() == nil)
    }
}
