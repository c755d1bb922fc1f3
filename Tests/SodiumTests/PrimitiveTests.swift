import Model
import Sodium
import TestKit
import Testing

@Suite struct PrimitiveTests {
    static let smallOrder: [[UInt8]] = [
        [UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31),
        [UInt8](hex: "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800") ?? [],
        [UInt8](hex: "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157") ?? [],
        [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
    ]

    /// Source: protocol/01-conventions.md, the check values.
    @Test func theChaptersCheckValuesHold() {
        #expect(
            hash(Label("kith1:env"), []).hex
                == "519394883c4ce4ed53b3a44ad113220c691cb42754b8b665ad9c6d16c2aba26c")
        #expect(
            prf128(.fixed(0), Label("kith1:tag"), []).hex == "ebf23e8a56e9195e429303bbcc247942")
    }

    /// RFC 2104's function on the inputs of RFC 4231, cases 1 and 6.
    @Test func hmacAgreesWithItsRFC() {
        let short = hmacSHA256(
            key: [UInt8](repeating: 0x0B, count: 20), [UInt8]("Hi There".utf8))
        #expect(
            short.hex == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        let long = hmacSHA256(
            key: [UInt8](repeating: 0xAA, count: 131),
            [UInt8]("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
        #expect(
            long.hex == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test func twoKeysAgreeOnOneSecret() {
        let (near, far) = (AgreementKey(secret: .fixed(1)), AgreementKey(secret: .fixed(2)))
        #expect(near.agree(with: far.publicKey) != nil)
        #expect(near.agree(with: far.publicKey) == far.agree(with: near.publicKey))
    }

    @Test(arguments: smallOrder)
    func anAgreementOfZerosIsRefused(_ peer: [UInt8]) {
        #expect(AgreementKey(secret: .fixed(1)).agree(with: peer) == nil)
    }

    @Test func keysOfAnotherLengthAreRefused() {
        let key = AgreementKey(secret: .fixed(1))
        #expect(key.agree(with: []) == nil)
        #expect(key.agree(with: key.publicKey + [0]) == nil)
        let signer = SigningKey(seed: .fixed(1))
        let signature = signer.sign(Label("kith1:said"), [1])
        #expect(!verify(signature.dropLast(), Label("kith1:said"), [1], key: signer.publicKey))
        #expect(!verify(signature, Label("kith1:said"), [1], key: []))
    }

    @Test func aChangedByteAnywhereKeepsASealClosed() throws {
        let nonce = [UInt8](repeating: 7, count: 24)
        let sealed = XChaChaPoly.seal([1, 2, 3], key: .fixed(1), nonce: nonce, aad: [9])
        #expect(XChaChaPoly.open(sealed, key: .fixed(1), nonce: nonce, aad: [9]) == [1, 2, 3])
        #expect(XChaChaPoly.open(sealed, key: .fixed(2), nonce: nonce, aad: [9]) == nil)
        #expect(XChaChaPoly.open(sealed, key: .fixed(1), nonce: nonce, aad: []) == nil)
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 0x10
            #expect(XChaChaPoly.open(changed, key: .fixed(1), nonce: nonce, aad: [9]) == nil)
        }
        for count in 0..<16 {
            let cut = [UInt8](sealed.prefix(count))
            #expect(XChaChaPoly.open(cut, key: .fixed(1), nonce: nonce, aad: [9]) == nil)
            #expect(
                ChaChaPoly.open(cut, key: .fixed(1), nonce: .init(nonce.prefix(12)), aad: [])
                    == nil)
        }
    }

    @Test(arguments: [0, 1, 7, 8, 9, 12] as [UInt8])
    func aFoundNonceDoesTheWork(_ bits: UInt8) throws {
        let work = Work(id: ItemID([UInt8](repeating: bits, count: 32)) ?? .zero)
        let nonce = try #require(work.search(bits: bits, from: 5, tries: 1 << 20))
        #expect(work.bits(nonce: nonce) >= bits)
        #expect(nonce >= 5)
        for earlier in 5..<nonce { #expect(work.bits(nonce: earlier) < bits) }
    }

    @Test func aSearchStopsAfterItsTries() {
        #expect(Work(id: .zero).search(bits: 64, from: .max - 3, tries: 10) == nil)
        #expect(Work(id: .zero).search(bits: 1, from: 0, tries: 0) == nil)
    }
}
