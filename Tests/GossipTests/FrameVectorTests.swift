import Gossip
import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

/// What the signatures in frames are worth. Their shape: WireTests/FrameVectorTests.swift; what a
/// node does with them: NodeTests/HelloVectorTests.swift.
@Suite struct FrameVectorTests {
    static let reasons = ["bad-signature", "expired", "too-far-ahead"]

    @Test(arguments: try VectorFile.accepted("frames").filter { isSigned($0) })
    func whatTheNodeSignedHolds(_ vector: VectorFile) throws {
        try check(vector)
    }

    @Test(arguments: try VectorFile.refused("frames").filter { reasons.contains($0.refusal ?? "") })
    func whatItDidNotSignDoesNot(_ vector: VectorFile) throws {
        do {
            try check(vector)
            Issue.record("\(vector.name) was accepted")
        } catch let error as PeerRecordError {
            switch error {
            case .signature: #expect(vector.refusal == "bad-signature")
            case .expired: #expect(vector.refusal == "expired")
            case .tooFarAhead: #expect(vector.refusal == "too-far-ahead")
            }
        }
    }

    private func check(_ vector: VectorFile) throws {
        let network = try #require(NetworkID(try vector.bytes("network")))
        let now = WallTime(seconds: try vector.number("now"))
        var buffer = FrameBuffer()
        buffer.append(try vector.bytes("frames"))
        switch try buffer.next() {
        case .hello(let hello): try hello.record.check(network: network, now: now)
        case .receipt(let receipt):
            var signed = network.bytes + receipt.retraction.bytes
            signed.append(bigEndian: receipt.slot.number)
            let key = try vector.bytes("node")
            if !verify(receipt.signature, Labels.gone, signed, key: key) {
                throw PeerRecordError.signature
            }
        case let other: Issue.record("nobody signs \(String(describing: other))")
        }
    }

    private static func isSigned(_ vector: VectorFile) -> Bool {
        ["01", "2a"].contains(vector.text("type"))
    }
}
