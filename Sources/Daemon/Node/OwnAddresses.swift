import Transport
import Wire

/// Where a node listens and what it tells other relays.
enum OwnAddresses {
    /// - Throws: `.usage` for what is no address, for more than a peer record holds, and for onion
    ///   services: relays do not dial those yet, and one beside another address would tell everybody
    ///   whose it is.
    static func check(listen: String, advertised: [String]) throws(Problem) {
        for address in [listen] + advertised {
            guard let endpoint = Endpoint(address) else {
                throw Problem(
                    .usage, "\(address) is not an address",
                    hint: "host:port, such as 0.0.0.0:4711 or [::]:4711")
            }
            guard !endpoint.isOnion else {
                throw Problem(
                    .usage,
                    "\(address) is an onion service, and relays do not reach each other so yet",
                    hint: "leave it out; the page may stand behind one (see kith run --help)")
            }
        }
        guard advertised.count <= PeerRecord.mostAddresses else {
            throw Problem(
                .usage, "more than \(PeerRecord.mostAddresses) addresses to tell others",
                hint: "name those that are reached best")
        }
    }
}
