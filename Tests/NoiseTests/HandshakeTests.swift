import Model
import Noise
import Sodium
import Testing

@Suite struct HandshakeTests {
    @Test(arguments: [[], [0], [1], [2], [3], [0, 3], [0, 1, 2, 3]])
    func bothSidesAgree(_ places: [Int]) throws {
        let keys = places.map { preshared($0, UInt8(0x50 + $0)) }
        var pair = Pair(nearKeys: keys, farKeys: keys)
        for number in 0..<3 {
            #expect(!pair.near.isFinished)
            let message = try pair.write(number, payload: [UInt8(number), 7])
            #expect(try pair.read(number, message) == [UInt8(number), 7])
        }
        #expect(pair.near.isFinished && pair.far.isFinished)
        #expect(pair.near.hash == pair.far.hash)
        #expect(pair.near.hash.count == 64)
        #expect(pair.near.remoteStatic == Pair.farStatic.publicKey)
        #expect(pair.far.remoteStatic == Pair.nearStatic.publicKey)

        let (near, far) = (pair.near.split(), pair.far.split())
        #expect(near.send == far.receive)
        #expect(near.receive == far.send)
        #expect(near.send != near.receive)
    }

    @Test(arguments: [false, true])
    func messagesOfALinkHaveTheirLengths(closed: Bool) throws {
        let keys = closed ? [preshared(0, 9)] : []
        var pair = Pair(nearKeys: keys, farKeys: keys)
        let payload = [UInt8](repeating: 0, count: LinkIdentity.payloadBytes)
        var lengths: [Int] = []
        for number in 0..<3 {
            let message = try pair.write(number, payload: number == 0 ? [] : payload)
            lengths.append(message.count)
            _ = try pair.read(number, message)
        }
        #expect(lengths == [closed ? 48 : 32, 196, 164])
        #expect(lengths.max() == LinkIdentity.largestMessageBytes)
    }

    /// Without a pre-shared key message 1 is not authenticated: there the next message is refused.
    @Test(arguments: [0, 1, 2], [false, true])
    func aFlippedBitAnywhereIsRefused(_ number: Int, closed: Bool) throws {
        let keys = closed ? [preshared(0, 9)] : []
        var start = Pair(nearKeys: keys, farKeys: keys)
        try start.advance(to: number)
        let message = try start.write(number, payload: [1, 2, 3])
        for position in message.indices {
            var pair = start
            var changed = message
            changed[position] ^= 0x01
            if number == 0 && !closed {
                _ = try pair.read(0, changed)
                let answer = try pair.write(1)
                #expect(throws: NoiseError.notAuthentic, "byte \(position)") {
                    try pair.read(1, answer)
                }
            } else {
                #expect(throws: NoiseError.notAuthentic, "byte \(position)") {
                    try pair.read(number, changed)
                }
                #expect(throws: NoiseError.outOfTurn, "failed for good") {
                    try pair.read(number, message)
                }
            }
        }
    }

    @Test(arguments: [0, 1, 2])
    func aShorterMessageIsRefused(_ number: Int) throws {
        var start = Pair()
        try start.advance(to: number)
        let message = try start.write(number, payload: [1, 2, 3])
        for count in message.indices.dropLast(number == 0 ? 3 : 0) {
            var pair = start
            #expect(throws: NoiseError.self, "\(count) bytes") {
                try pair.read(number, [UInt8](message.prefix(count)))
            }
        }
    }

    @Test func aMessageWithoutItsKeysIsTruncated() throws {
        var pair = Pair()
        #expect(throws: NoiseError.truncated(bytes: 31)) {
            try pair.far.readMessage([UInt8](repeating: 9, count: 31))
        }
        pair = Pair()
        try pair.advance(to: 1)
        #expect(throws: NoiseError.truncated(bytes: 79)) {
            try pair.near.readMessage([UInt8](repeating: 9, count: 79))
        }
        #expect(throws: NoiseError.truncated(bytes: 0)) {
            var pair = Pair()
            _ = try pair.far.readMessage([])
        }
    }

    @Test func anotherPrologueIsRefused() throws {
        let other = LinkIdentity.prologue(network: .zero)
        var pair = Pair(farPrologue: other)
        try pair.advance(to: 1)
        let answer = try pair.write(1)
        #expect(throws: NoiseError.notAuthentic) { try pair.read(1, answer) }
    }

    @Test func anotherVersionIsAnotherPrologue() throws {
        var other = Pair.prologue
        #expect(other[16] == 1)
        other[16] = 2
        var pair = Pair(nearPrologue: other)
        try pair.advance(to: 1)
        let answer = try pair.write(1)
        #expect(throws: NoiseError.notAuthentic) { try pair.read(1, answer) }
    }

    @Test func aClosedNetworkDoesNotAnswerStrangers() throws {
        for stranger in [[], [preshared(0, 8)]] {
            var pair = Pair(nearKeys: stranger, farKeys: [preshared(0, 9)])
            let message = try pair.write(0)
            #expect(throws: NoiseError.self) { try pair.read(0, message) }
            #expect(throws: NoiseError.outOfTurn) { try pair.write(1) }
        }
    }

    /// Every encoding of a point of small order that libsodium's RFC 7748 code maps to zero.
    @Test(arguments: [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ])
    func aWeakKeyAborts(_ hex: String) throws {
        let weak = try #require([UInt8](hex: hex))
        var pair = Pair()
        _ = try pair.far.readMessage(weak)
        #expect(throws: NoiseError.weakKey) { try pair.far.writeMessage() }
        #expect(throws: NoiseError.outOfTurn) { try pair.far.writeMessage() }

        pair = Pair()
        _ = try pair.near.writeMessage()
        let answer = weak + [UInt8](repeating: 0, count: 64)
        #expect(throws: NoiseError.weakKey) { try pair.near.readMessage(answer) }
    }

    @Test func turnsAreKept() throws {
        var pair = Pair()
        #expect(throws: NoiseError.outOfTurn) { try pair.near.readMessage([]) }
        #expect(throws: NoiseError.outOfTurn) { try pair.far.writeMessage() }
        let first = try pair.near.writeMessage()
        #expect(throws: NoiseError.outOfTurn) { try pair.near.writeMessage() }
        _ = try pair.far.readMessage(first)
        #expect(throws: NoiseError.outOfTurn) { try pair.far.readMessage(first) }
        let second = try pair.far.writeMessage()
        _ = try pair.near.readMessage(second)
        #expect(throws: NoiseError.outOfTurn) { try pair.near.readMessage(second) }
        _ = try pair.far.readMessage(try pair.near.writeMessage())
        for side in [pair.near, pair.far] {
            var side = side
            #expect(throws: NoiseError.outOfTurn) { try side.writeMessage() }
            #expect(throws: NoiseError.outOfTurn) { try side.readMessage(second) }
            #expect(side.isFinished)
        }
    }

    @Test func aMessageHasAtMost65535Bytes() throws {
        var pair = Pair()
        let payload = [UInt8](repeating: 0, count: 65535 - 32)
        var longer = pair
        #expect(try pair.near.writeMessage(payload: payload).count == 65535)
        #expect(throws: NoiseError.tooLong(bytes: 65536, limit: 65535)) {
            try longer.near.writeMessage(payload: payload + [0])
        }
        #expect(throws: NoiseError.tooLong(bytes: 65536, limit: 65535)) {
            try longer.far.readMessage([UInt8](repeating: 9, count: 65536))
        }
    }

    @Test func aMessageOfAnotherHandshakeIsRefused() throws {
        var pair = Pair()
        try pair.advance(to: 2)
        let third = try pair.near.writeMessage()
        var other = Pair(nearPrologue: [1], farPrologue: [1])
        try other.advance(to: 2)
        #expect(throws: NoiseError.notAuthentic) { try other.far.readMessage(third) }
    }
}
