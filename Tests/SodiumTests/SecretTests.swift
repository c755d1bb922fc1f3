import Model
import Sodium
import Testing

@Suite struct SecretTests {
    @Test func wipingLeavesNothing() {
        var bytes: [UInt8] = [1, 2, 3]
        wipe(&bytes)
        #expect(bytes.isEmpty)
        wipe(&bytes)  // and nothing is no trouble
        #expect(bytes.isEmpty)
    }

    @Test func aSecretMadeByWipingTakesTheBytesAway() {
        var bytes: [UInt8] = [1, 2, 3]
        let secret = Secret(wiping: &bytes)
        #expect(bytes.isEmpty)
        #expect(secret.copied() == [1, 2, 3])
    }

    /// What a copy of the bytes is wiped by is its holder's business; the secret stays.
    @Test func wipingACopyLeavesTheSecret() {
        let secret = Secret([4, 5, 6])
        var copy = secret.copied()
        wipe(&copy)
        #expect(secret.copied() == [4, 5, 6])
    }

    @Test func aSecretIsZeroBeforeItIsFilled() {
        var before: [UInt8] = []
        let secret = Secret(count: 64) { out in
            before = (0..<64).map { out[$0] }
            out[63] = 9
        }
        #expect(before == [UInt8](repeating: 0, count: 64))
        #expect(secret.count == 64)
        #expect(secret.copied().last == 9)
    }

    @Test func secretsAreEqualWhenTheirBytesAre() {
        #expect(Secret([1, 2]) == Secret([1, 2]))
        #expect(Secret([1, 2]) != Secret([1, 3]))
        #expect(Secret([1, 2]) != Secret([1, 2, 0]))
        #expect(Secret([]) == Secret([]))
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1]))
        #expect(!constantTimeEqual([1, 2], [2, 1]))
    }

    @Test func aSliceIsASecretOfItsOwn() {
        let secret = Secret([1, 2, 3, 4])
        #expect(secret.slice(1, 3) == Secret([2, 3]))
        #expect(secret.slice(0, 0).count == 0)
    }
}
