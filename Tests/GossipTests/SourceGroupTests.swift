import Gossip
import Model
import TestKit
import Testing
import Wire

@Suite struct SourceGroupTests {
    func group(_ address: PeerAddress) -> SourceGroup? {
        SourceGroup(record: MembershipNetwork.record(1, addresses: [address]))
    }

    func name(_ text: String) -> SourceGroup? { group(.name([UInt8](text.utf8), port: 1)) }

    @Test func addressesOfOneNetworkAreOneGroup() {
        #expect(SourceGroup(address: [192, 0, 2, 1]) == SourceGroup(address: [192, 0, 77, 9]))
        #expect(SourceGroup(address: [192, 0, 2, 1]) != SourceGroup(address: [192, 1, 2, 1]))
        var six: [UInt8] = [0x20, 1, 0xD, 0xB8, 0, 1] + [UInt8](repeating: 0, count: 10)
        let first = SourceGroup(address: six)
        six[4] = 9
        #expect(first != nil && SourceGroup(address: six) == first)
        six[3] = 0xB9
        #expect(SourceGroup(address: six) != first)
    }

    @Test(
        arguments: [
            [127, 0, 0, 1], [10, 1, 2, 3], [192, 168, 1, 1], [172, 16, 0, 1], [172, 31, 0, 1],
            [169, 254, 1, 1], [100, 64, 0, 1], [0, 0, 0, 0], [], [1, 2, 3],
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, 1],
        ] as [[UInt8]])
    func whatManyShareIsNoGroup(_ address: [UInt8]) {
        #expect(SourceGroup(address: address) == nil)
    }

    @Test func anIPv4AddressWrittenAsIPv6IsOfItsGroup() {
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2, 1]
        #expect(SourceGroup(address: mapped) == SourceGroup(address: [192, 0, 9, 9]))
        #expect(SourceGroup(address: [172, 32, 0, 1]) != nil)
        #expect(SourceGroup(address: [100, 128, 0, 1]) != nil)
    }

    @Test func namesOfOneDomainAreOneGroup() {
        #expect(name("a.relay.example") == name("B.RELAY.example"))
        #expect(name("relay.example") == name("a.relay.example"))
        #expect(name("a.relay.example") != name("a.other.example"))
        // A number is no way out.
        #expect(name("192.0.2.1") == SourceGroup(address: [192, 0, 2, 1]))
        #expect(name("192.168.2.1") == nil)
        #expect(name("...") != nil)
    }

    @Test func onionServicesAreOneGroup() {
        let onion = group(.onion([UInt8](repeating: 1, count: 32), port: 1))
        #expect(onion != nil)
        #expect(group(.onion([UInt8](repeating: 2, count: 32), port: 1)) == onion)
        #expect(name("abc.onion") == onion)
        #expect(name("ABC.ONION") == onion)
    }

    @Test func theFirstAddressThatHasAGroupCounts() {
        let record = MembershipNetwork.record(
            1, addresses: [.ipv4([10, 0, 0, 1], port: 1), .ipv4([192, 0, 2, 1], port: 1)])
        #expect(SourceGroup(record: record) == SourceGroup(address: [192, 0, 2, 1]))
        #expect(SourceGroup(record: MembershipNetwork.record(1, addresses: [])) == nil)
    }

    // MARK: What is dialled

    @Test func addressesAreWrittenAsTheyAreDialled() throws {
        #expect(PeerAddress.ipv4([192, 0, 2, 1], port: 7447).text == "192.0.2.1:7447")
        let six = [0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 10) + [0xAB, 0xCD]
        #expect(PeerAddress.ipv6(six, port: 1).text == "[2001:db8:0:0:0:0:0:abcd]:1")
        #expect(PeerAddress.name([UInt8]("a.example".utf8), port: 9).text == "a.example:9")
        // Worked out with Python's hashlib and base64.
        let key = [UInt8](0..<32)
        #expect(
            PeerAddress.onion(key, port: 80).text
                == "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead.onion:80")
    }
}
