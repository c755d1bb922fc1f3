import Model
import Noise
import Sodium
import Testing

@Suite struct CipherStateTests {
    let key = Secret([UInt8](repeating: 0x5C, count: 32))

    /// Noise writes its counter the other way round than all else here.
    @Test func theNonceIsLittleEndian() throws {
        var state = CipherState(key: key, nonce: 0x0102)
        let nonce: [UInt8] = [0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0]
        let expected = ChaChaPoly.seal([7, 8], key: key, nonce: nonce, aad: [9])
        #expect(try state.encrypt([7, 8], associated: [9]) == expected)
        #expect(state.nonce == 0x0103)
    }

    @Test func rekeyingFollowsTheSpecification() throws {
        var state = CipherState(key: key, nonce: 5)
        state.rekey()
        let last = [UInt8](repeating: 0, count: 4) + [UInt8](repeating: 255, count: 8)
        let zeros = [UInt8](repeating: 0, count: 32)
        let next = ChaChaPoly.seal(zeros, key: key, nonce: last, aad: []).prefix(32)
        #expect(state == CipherState(key: Secret(next), nonce: 5))
        #expect(state != CipherState(key: key, nonce: 5))
    }

    @Test func noncesRunOut() throws {
        var writer = CipherState(key: key, nonce: .max - 1)
        var reader = writer
        let last = try writer.encrypt([1])
        #expect(throws: NoiseError.noncesExhausted) { try writer.encrypt([1]) }
        #expect(throws: NoiseError.noncesExhausted) { try writer.encrypt([1]) }
        #expect(try reader.decrypt(last) == [1])
        #expect(throws: NoiseError.noncesExhausted) { try reader.decrypt(last) }
        #expect(writer.nonce == .max)
    }

    @Test func aRefusedMessageChangesNothing() throws {
        var writer = CipherState(key: key)
        var reader = writer
        let message = try writer.encrypt([1, 2, 3], associated: [4])
        for position in message.indices {
            var changed = message
            changed[position] ^= 0x80
            #expect(throws: NoiseError.notAuthentic) {
                try reader.decrypt(changed, associated: [4])
            }
        }
        for short in 0..<message.count {
            #expect(throws: NoiseError.notAuthentic) {
                try reader.decrypt([UInt8](message.prefix(short)), associated: [4])
            }
        }
        #expect(throws: NoiseError.notAuthentic) { try reader.decrypt(message, associated: [5]) }
        #expect(reader.nonce == 0)
        #expect(try reader.decrypt(message, associated: [4]) == [1, 2, 3])
        #expect(throws: NoiseError.notAuthentic, "the same again") {
            try reader.decrypt(message, associated: [4])
        }
    }

    @Test func laterMessagesDoNotComeFirst() throws {
        var writer = CipherState(key: key)
        var reader = writer
        let (first, second) = (try writer.encrypt([1]), try writer.encrypt([2]))
        #expect(throws: NoiseError.notAuthentic) { try reader.decrypt(second) }
        #expect(try reader.decrypt(first) == [1])
        #expect(try reader.decrypt(second) == [2])
    }
}
