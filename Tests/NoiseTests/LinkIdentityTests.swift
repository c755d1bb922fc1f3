import Model
import Noise
import Sodium
import Testing

@Suite struct LinkIdentityTests {
    let node = SigningKey(seed: Secret([UInt8](repeating: 0x61, count: 32)))
    let linkKey = Pair.nearStatic.publicKey
    let notAfter: UInt32 = 1_800_000_000

    var identity: LinkIdentity {
        LinkIdentity(node: node, linkKey: linkKey, network: Pair.network, notAfter: notAfter)
    }

    func read(
        _ payload: [UInt8], linkKey: [UInt8]? = nil, network: NetworkID = Pair.network,
        at seconds: UInt64 = 1_790_000_000
    ) throws(LinkIdentityError) -> LinkIdentity {
        try LinkIdentity(
            verifying: payload, linkKey: linkKey ?? self.linkKey, network: network,
            now: WallTime(seconds: seconds))
    }

    @Test func whatWasSignedIsAccepted() throws {
        let payload = identity.encoded
        #expect(payload.count == LinkIdentity.payloadBytes)
        #expect([UInt8](payload.prefix(32)) == node.publicKey)
        #expect(payload[32..<36].elementsEqual([0x6B, 0x49, 0xD2, 0x00]))
        let read = try read(payload)
        #expect(read == identity)
        #expect(read.node.bytes == node.publicKey)
        #expect(read.notAfter == notAfter)
    }

    @Test func aFlippedBitAnywhereIsRefused() {
        let payload = identity.encoded
        for position in payload.indices {
            var changed = payload
            changed[position] ^= 0x01
            #expect(throws: LinkIdentityError.wrongSignature, "byte \(position)") {
                try read(changed)
            }
        }
    }

    @Test func itHoldsUntilItsEndAndNoLonger() throws {
        let payload = identity.encoded
        _ = try read(payload, at: UInt64(notAfter) - 1)
        let late = UInt64(notAfter)
        #expect(throws: LinkIdentityError.expired(notAfter: notAfter, now: late)) {
            try read(payload, at: late)
        }
        #expect(throws: LinkIdentityError.expired(notAfter: notAfter, now: .max)) {
            try read(payload, at: .max)
        }
    }

    @Test func itIsForOneLinkKey() {
        let other = Pair.farStatic.publicKey
        #expect(throws: LinkIdentityError.wrongSignature) {
            try read(identity.encoded, linkKey: other)
        }
    }

    @Test func itIsForOneNetwork() {
        #expect(throws: LinkIdentityError.wrongSignature) {
            try read(identity.encoded, network: .zero)
        }
    }

    @Test func anotherNodesSignatureIsRefused() {
        let other = SigningKey(seed: Secret([UInt8](repeating: 0x62, count: 32)))
        let payload = other.publicKey + identity.encoded.dropFirst(32)
        #expect(throws: LinkIdentityError.wrongSignature) { try read(payload) }
    }

    @Test(arguments: [0, 1, 36, 99, 101, 200])
    func itHasOneLength(_ count: Int) {
        let payload = identity.encoded + [UInt8](repeating: 0, count: 100)
        #expect(throws: LinkIdentityError.wrongLength(bytes: count)) {
            try read([UInt8](payload.prefix(count)))
        }
    }

    @Test func thePrologueNamesPurposeVersionAndNetwork() {
        let expected = [UInt8]("kith1:link".utf8) + [0, 0, 0, 0, 0, 0, 1] + Pair.network.bytes
        #expect(LinkIdentity.prologue(network: Pair.network) == expected)
    }
}
