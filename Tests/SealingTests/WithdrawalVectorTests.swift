import Model
import Sealing
import Sodium
import TestKit
import Testing

/// Openings of the commitments that consents bear.
@Suite struct WithdrawalVectorTests {
    @Test(arguments: try VectorFile.accepted("withdrawal"))
    func aConsentsOpeningFollowsFromItsKey(_ vector: VectorFile) throws {
        let keys = ConsentKeys(Secret(try vector.bytes("consent key")))
        let id = try #require(ConsentID(try vector.bytes("consent id")))
        let opening = try vector.bytes("opening")
        #expect(keys.opening(id) == opening)
        #expect(try keys.commitment(id).bytes == vector.bytes("revoke"))

        let cbor = try vector.bytes("cbor")
        #expect(Withdrawal(opening: opening).encoded == cbor)
        #expect(try Withdrawal(decoding: cbor).commitment == keys.commitment(id))
    }

    @Test(arguments: try VectorFile.refused("withdrawal"))
    func anotherOpeningOpensNothing(_ vector: VectorFile) throws {
        #expect(vector.refusal == "wrong-opening")
        let commitment = ConsentKeys.commitment(opening: try vector.bytes("opening"))
        #expect(try commitment.bytes != vector.bytes("revoke"))
    }
}
