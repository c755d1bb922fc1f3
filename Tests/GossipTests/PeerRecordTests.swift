import Gossip
import Model
import Sodium
import TestKit
import Testing
import Wire

@Suite struct PeerRecordTests {
    let network = TestNetwork()
    let now = testStart

    func record(_ seconds: UInt64) -> PeerRecord {
        PeerRecord.signed(
            by: TestNetwork.nodeKey(1), network: network.network, seq: 1,
            notAfter: UInt32(now.seconds + seconds),
            addresses: [.ipv4([192, 0, 2, 1], port: 7447)])
    }

    @Test func whatTheNodeSignedHolds() throws {
        try record(3600).check(network: network.network, now: now)
    }

    @Test func itHoldsForSevenDaysAndTwoSlotsAtTheMost() throws {
        let most = Limits.peerRecordSeconds + 1200
        try record(most).check(network: network.network, now: now)
        #expect(throws: PeerRecordError.tooFarAhead) {
            try record(most + 1).check(network: network.network, now: now)
        }
    }

    @Test func itHoldsUntilItsLastSecond() throws {
        try record(1).check(network: network.network, now: now)
        #expect(throws: PeerRecordError.expired) {
            try record(0).check(network: network.network, now: now)
        }
    }

    @Test func anotherAddressNeedsAnotherSignature() {
        var record = record(3600)
        record.addresses = [.ipv4([192, 0, 2, 2], port: 7447)]
        #expect(throws: PeerRecordError.signature) {
            try record.check(network: network.network, now: now)
        }
    }

    @Test func itIsForOneNetwork() {
        #expect(throws: PeerRecordError.signature) {
            try record(3600).check(network: TestNetwork(2).network, now: now)
        }
    }
}
