import Foundation
public import Model
public import Sealing
import Sodium
import Transport
import Wire

/// Typed calls to a node.
public enum NodeClient {
    /// The running node of a folder, or the folder itself opened for one command.
    ///
    /// - Throws: `Problem` `.notFound` where no node was made yet.
    public static func reach(_ folder: NodeFolder) async throws(Problem) -> any NodeAccess {
        var facts = stat()
        if stat(folder.keyPath, &facts) != 0, errno == EACCES {
            throw Problem(
                .noRights, "\(folder.path) is another user's",
                hint: "run as the folder's owner, or pass --data DIR")
        }
        guard folder.isInitialised else {
            throw Problem(
                .notFound, "there is no node in \(folder.path)",
                hint: "kith init makes one; or pass --data DIR")
        }
        return try await patiently(folder) { () async throws(Problem) -> any NodeAccess in
            if let client = running(folder) { return client }
            return try await NodeService.open(folder)
        }
    }

    /// The running node, if there is one.
    static func running(_ folder: NodeFolder) -> ControlClient? {
        guard FileManager.default.fileExists(atPath: folder.socketPath) else { return nil }
        return try? ControlClient(path: folder.socketPath)
    }

    /// Tries again for a few seconds while another command holds the folder for a moment.
    public static func patiently<Value>(
        _ folder: NodeFolder, _ body: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        for _ in 0..<50 {
            do {
                return try await body()
            } catch {
                guard error.isFolderHeld, running(folder) == nil else { throw error }
            }
            // Cancelled sleep only means that the next try comes sooner.
            try? await Task.sleep(for: .milliseconds(100))
        }
        return try await body()
    }

    public static func status(_ access: any NodeAccess) async throws(Problem) -> NodeStatus {
        try await access.expect(.status) { if case .status(let it) = $0 { it } else { nil } }
    }

    public static func peers(_ access: any NodeAccess) async throws(Problem) -> [PeerStatus] {
        try await access.expect(.peers) { if case .peers(let it) = $0 { it } else { nil } }
    }

    public static func watchedPages(
        _ access: any NodeAccess
    ) async throws(Problem) -> [WatchedPage] {
        try await access.expect(.watchedPages) {
            if case .watchedPages(let it) = $0 { it } else { nil }
        }
    }

    /// Has a page compared with this node's own once a day, or no more.
    public static func watchPage(
        _ url: String, socks: String?, isWatched: Bool, _ access: any NodeAccess
    ) async throws(Problem) {
        _ = try await access.expect(.watchPage(url: url, socks: socks, isWatched: isWatched)) {
            if case .done = $0 { true } else { nil }
        }
    }

    public static func vaultNames(_ access: any NodeAccess) async throws(Problem) -> [String] {
        try await access.expect(.vaultNames) { if case .names(let it) = $0 { it } else { nil } }
    }

    /// Has an address dialled, now and whenever its link is lost.
    public static func addPeer(
        _ address: String, _ access: any NodeAccess
    ) async throws(Problem) {
        guard let endpoint = Endpoint(address), endpoint.port != 0 else {
            throw Problem(
                .usage, "\(address) is not an address",
                hint: "host:port, such as relay.example.org:4711 or [2001:db8::1]:4711")
        }
        guard !endpoint.isOnion else {
            throw Problem(
                .usage, "\(address) is an onion service, and relays do not reach each other so yet",
                hint: "another of its addresses, or another relay's")
        }
        try await access.expectDone(.addPeer(address: address))
    }

    /// Pins or blocks the node whose id begins with `prefix`.
    public static func mark(
        _ prefix: String, pinned: Bool?, blocked: Bool?, _ access: any NodeAccess
    ) async throws(Problem) {
        var bytes = [UInt8](hex: prefix)
        if bytes?.count != 32 {
            let fitting = Set(
                try await peers(access).compactMap { $0.node }.filter {
                    $0.hasPrefix(prefix.lowercased())
                })
            bytes = fitting.count == 1 ? fitting.first.flatMap { [UInt8](hex: $0) } : nil
        }
        guard let bytes else {
            throw Problem(
                .notFound, "no single known peer's id begins with \(prefix)",
                hint: "kith peers lists them; or give all 64 digits")
        }
        try await access.expectDone(.mark(node: Data(bytes), pinned: pinned, blocked: blocked))
    }

    public static func joining(_ access: any NodeAccess) async throws(Problem) -> Joining {
        let answer = try await access.expect(.joining) {
            if case .joining(let it) = $0 { it } else { nil }
        }
        guard let network = NetworkID(answer.network), let node = NodeID(answer.node) else {
            throw Problem(.internalError, "the node's ids are damaged", hint: "restart it")
        }
        return Joining(
            network: network, node: node, addresses: answer.addresses,
            communities: answer.communities.compactMap { CommunityID($0) },
            preSharedKey: answer.preSharedKey.map { Secret([UInt8]($0)) })
    }

    /// What this node can put into an invite.
    public struct Joining: Sendable {
        let network: NetworkID
        let node: NodeID
        let addresses: [String]
        let communities: [CommunityID]
        let preSharedKey: Secret?

        var seeds: [Seed] { addresses.map { Seed(node: node, address: Text($0)) } }

        /// An invite for any relay; a secret only in a closed network.
        public func relayInvite() throws(Problem) -> Invite {
            guard let community = communities.first else {
                throw Problem(
                    .tryAgain, "no community is known here yet", hint: "kith status, kith peers")
            }
            guard !addresses.isEmpty else {
                throw Problem(
                    .configuration, "this node has no address to tell others",
                    hint: "kith run --advertise HOST:PORT")
            }
            return Invite(
                network: network, seeds: seeds, community: community, preSharedKey: preSharedKey)
        }
    }

    /// The retractions of an erasure, and how many other relays could confirm them.
    public static func erasure(
        _ handle: Handle, _ access: any NodeAccess
    ) async throws(Problem) -> (items: [ControlResponse.SubmittedItem], relays: Int) {
        let items = try await access.expect(.submission(handle: Data(handle.bytes))) {
            if case .submission(let it) = $0 { it } else { nil }
        }
        let relays = try await access.expect(.records) {
            if case .records(let it) = $0 { it.relays } else { nil }
        }
        return (items.filter { $0.isRetraction }, relays)
    }
}

extension Endpoint {
    /// As a peer record carries it; nil where a host is no address and no name.
    var peerAddress: PeerAddress {
        if let bytes = Self.ipv4(host) { return .ipv4(bytes, port: port) }
        if let bytes = Self.ipv6(host) { return .ipv6(bytes, port: port) }
        return .name([UInt8](host.utf8), port: port)
    }

    private static func ipv4(_ host: String) -> [UInt8]? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { UInt8($0) }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func ipv6(_ host: String) -> [UInt8]? {
        var address = in6_addr()
        guard inet_pton(AF_INET6, host, &address) == 1 else { return nil }
        return withUnsafeBytes(of: &address) { [UInt8]($0) }
    }
}
