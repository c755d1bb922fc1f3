import Gossip
import Model
import Node
import Testing

@Suite struct InboundGateTests {
    /// 192.0.n.1
    func address(_ group: UInt8, _ host: UInt8 = 1) -> [UInt8] { [192, 0, group, host] }

    let loopback: [UInt8] = [127, 0, 0, 1]

    @Test func eightComeInFromOneGroupAndNoMore() {
        var gate = InboundGate()
        for number: UInt8 in 1...8 {
            #expect(gate.admit(LinkID(UInt64(number)), from: address(2, number)) == .admit)
        }
        #expect(gate.admit(LinkID(9), from: address(2, 99)) == .refuse)
        #expect(gate.admit(LinkID(10), from: address(3)) == .admit)
        #expect(gate.count == 9)
    }

    @Test func finishedConnectionsStillCountForTheirGroup() {
        var gate = InboundGate()
        for number in 1...8 {
            _ = gate.admit(LinkID(UInt64(number)), from: address(2))
            gate.finished(LinkID(UInt64(number)))
        }
        #expect(gate.admit(LinkID(9), from: address(2)) == .refuse)
        gate.closed(LinkID(1))
        #expect(gate.admit(LinkID(10), from: address(2)) == .admit)
    }

    @Test func aVersionSixGroupIsFiftySixBits() {
        var gate = InboundGate(groupLimit: 1)
        let one: [UInt8] = [0x20, 0x01, 0x0D, 0xB8, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 1]
        var near = one
        near[7] = 99
        var other = one
        other[6] = 99
        #expect(gate.admit(LinkID(1), from: one) == .admit)
        #expect(gate.admit(LinkID(2), from: near) == .refuse)
        #expect(gate.admit(LinkID(3), from: other) == .admit)
    }

    @Test func aVersionFourAddressInSixIsTheSame() {
        var gate = InboundGate(groupLimit: 1)
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + address(2, 7)
        #expect(gate.admit(LinkID(1), from: address(2)) == .admit)
        #expect(gate.admit(LinkID(2), from: mapped) == .refuse)
    }

    @Test func loopbackHasNoGroup() {
        var gate = InboundGate()
        let six = [UInt8](repeating: 0, count: 15) + [1]
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + loopback
        for (index, address) in [loopback, [127, 9, 9, 9], six, mapped].enumerated() {
            for number in 0..<10 {
                let link = LinkID(UInt64(index * 100 + number))
                #expect(gate.admit(link, from: address) == .admit)
            }
        }
    }

    @Test func anUnknownKindOfAddressIsOneGroup() {
        var gate = InboundGate(groupLimit: 1)
        #expect(gate.admit(LinkID(1), from: []) == .admit)
        #expect(gate.admit(LinkID(2), from: []) == .refuse)
    }

    @Test func theOldestOfSixtyFourUnfinishedMakesRoom() {
        var gate = InboundGate()
        for number in 1...64 {
            #expect(gate.admit(LinkID(UInt64(number)), from: loopback) == .admit)
        }
        gate.finished(LinkID(1))
        #expect(gate.admit(LinkID(65), from: loopback) == .admit)
        #expect(gate.admit(LinkID(66), from: loopback) == .admitInPlace(of: LinkID(2)))
        #expect(gate.unfinishedCount == 64)
        #expect(gate.count == 65)
    }

    @Test func whoMadeRoomIsForgotten() {
        var gate = InboundGate(unfinishedLimit: 1, groupLimit: 1)
        _ = gate.admit(LinkID(1), from: address(2))
        #expect(gate.admit(LinkID(2), from: address(3)) == .admitInPlace(of: LinkID(1)))
        // Its end is reported later and frees nothing twice.
        gate.closed(LinkID(1))
        #expect(gate.count == 1)
        #expect(gate.admit(LinkID(3), from: address(2)) == .admitInPlace(of: LinkID(2)))
    }

    @Test func aRefusedOneLeavesNothingBehind() {
        var gate = InboundGate(groupLimit: 1)
        _ = gate.admit(LinkID(1), from: address(2))
        let before = gate
        #expect(gate.admit(LinkID(2), from: address(2)) == .refuse)
        #expect(gate == before)
        gate.closed(LinkID(2))
        #expect(gate == before)
    }

    @Test func tenThousandComeAndGoWithoutATrace() {
        var gate = InboundGate()
        for number: UInt64 in 1...10_000 {
            _ = gate.admit(LinkID(number), from: [10, 0, UInt8(number % 256), 1])
            if number % 2 == 0 { gate.finished(LinkID(number)) }
            gate.closed(LinkID(number))
        }
        #expect(gate == InboundGate())
    }
}
