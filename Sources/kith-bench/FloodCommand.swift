import ArgumentParser
import Daemon
import Entropy
import Foundation
import Model
import Sealing
import Sodium
import Wire

/// A neighbour that pushes envelopes as fast as they are taken.
struct FloodCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flood",
        abstract: "Pushes envelopes to a relay; counts those it has on disk.",
        discussion: """
            The envelopes are made before the clock starts. It stops with the announcement of the
            last one: a relay announces what it has committed to disk, nothing else. Envelopes not
            announced are dropped ones; they are counted once nothing comes for three seconds.

            Examples:
              kith-bench flood --to /tmp/A --count 10000
              kith-bench flood --to /tmp/A --count 10000 --window 10000
            """)

    @Option(name: .long, help: "Data folder of the relay that is flooded.")
    var to: String

    @Option(name: .long, help: "Envelopes.")
    var count = 10_000

    @Option(name: .long, help: "Most envelopes sent and not yet announced.")
    var window = 2048

    @Option(name: .long, help: "Size class of the envelopes, 0 to 7: 512 bytes to 64 KiB.")
    var size: UInt8 = 1

    private struct View: Encodable {
        let count: Int
        let stored: Int
        let envelopeBytes: Int
        let window: Int
        let seconds: Double
        let perSecond: Double
        /// From a push until its announcement.
        let acknowledgement: Spread
        let bytesOut: Int
        let bytesIn: Int
    }

    func run() async throws {
        guard count > 0, window > 0, size <= 7 else {
            throw ValidationError("--count and --window must be 1 or more, --size 0 to 7")
        }
        let access = try await NodeClient.reach(NodeFolder(to))
        let view = try await CommunityView.find(nil, access, now: .now)
        let status = try await NodeClient.status(access)
        let envelopes = made(view.network, work: view.workBase)
        var pusher = try Pusher(status.listen, view.network)
        try pusher.greet()
        let result = try pusher.push(envelopes, window: window)
        guard let last = result.acknowledged.last else {
            throw Problem(.tryAgain, "nothing was taken", hint: "look at the relay's output")
        }
        let seconds = last.at / 1000
        try printJSON(
            View(
                count: count, stored: result.acknowledged.count, envelopeBytes: 512 << Int(size),
                window: window, seconds: seconds,
                perSecond: Double(result.acknowledged.count) / seconds,
                acknowledgement: Spread(result.acknowledged.map { $0.after }),
                bytesOut: pusher.bytesOut, bytesIn: pusher.bytesIn))
    }

    private func made(_ network: NetworkID, work base: UInt8) -> [(ItemID, Envelope)] {
        (0..<count).map { _ in
            var header = EnvelopeHeader(
                suite: Suite.sealed.rawValue, ttlClass: .hour, size: size, workBits: base,
                slot: WallTime.now.slot, topic: Topic(Entropy.bytes(16)) ?? .zero,
                mailbox: Identifier16(Entropy.bytes(16)) ?? .zero,
                commitment: Identifier16(Entropy.bytes(16)) ?? .zero)
            let body = Entropy.bytes(header.envelopeBytes - EnvelopeHeader.bytes)
            let id = Naming.envelopeID(
                network: network, header: header, bodyHash: Naming.bodyHash(body))
            header.nonce = Work(id: id).search(bits: base, from: 0, tries: .max) ?? 0
            return (id, Envelope(header: header, body: body))
        }
    }
}
