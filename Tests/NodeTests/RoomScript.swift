import Gossip
import Model
import TestKit
import Wire

@testable import Node

/// A relay with little room, and texts to fill it with.
protocol RoomScript {
    var network: TestNetwork { get }
}

extension RoomScript {
    /// Room for eight small texts of a week in one day.
    func small() -> RelayNode.Configuration {
        var configuration = network.configuration(0)
        configuration.storeRows = 1600
        return configuration
    }

    /// The same, and own texts take a stem that they never leave.
    func stemmed() -> RelayNode.Configuration {
        var configuration = small()
        configuration.stemGapMilliseconds = HidingTests.never
        return configuration
    }

    func text(_ number: UInt64, bits: UInt8 = 2) -> Envelope {
        network.envelope(number, size: 1, workBits: bits)
    }

    /// Four strangers bring two texts of little work each: the day is full then.
    func full(_ configuration: RelayNode.Configuration? = nil) -> MemoryNetwork {
        var net = MemoryNetwork.single(network, configuration ?? small())
        for stranger in 0..<4 as Range<UInt8> {
            let link = net.greet(0, as: 10 + stranger, of: network)
            for number in 0..<2 as Range<UInt64> {
                net.feed(
                    0, .heard(link, .push(hops: 1, text(UInt64(stranger) * 2 + number))))
            }
        }
        net.run(milliseconds: 100)
        return net
    }

    /// Of the first eight, the one that ranks lowest.
    var lowest: Envelope {
        (0..<8).map { text($0) }.max { network.id($0) < network.id($1) } ?? text(0)
    }

    /// One that ranks below all of them, so that nobody gives it room.
    var roomless: Envelope {
        let last = (200..<300).map { text($0) }.max { network.id($0) < network.id($1) } ?? lowest
        precondition(network.id(last) > network.id(lowest))
        return last
    }
}
