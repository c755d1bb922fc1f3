import Foundation
import Transport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// This computer's own addresses, for telling others where a node that listens everywhere is.
enum LocalAddresses {
    /// What an address listened on means to others: itself, or, for "everywhere", every address of
    /// an interface that is up; loopback only when there is no other.
    static func reachable(listen: String) -> [String] {
        guard let endpoint = Endpoint(listen) else { return [] }
        guard endpoint.host == "0.0.0.0" || endpoint.host == "::" else { return [listen] }
        let all = interfaces()
        let others = all.filter { !$0.hasPrefix("127.") && !$0.hasPrefix("169.254.") }
        return (others.isEmpty ? ["127.0.0.1"] : others).prefix(4).map {
            Endpoint(host: $0, port: endpoint.port).description
        }
    }

    private static func interfaces() -> [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var found: [String] = []
        var next = first
        while let interface = next?.pointee {
            next = interface.ifa_next
            guard let address = interface.ifa_addr, interface.ifa_flags & UInt32(IFF_UP) != 0,
                address.pointee.sa_family == sa_family_t(AF_INET)
            else { continue }
            var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            guard
                getnameinfo(
                    address, length, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0
            else { continue }
            found.append(
                String(
                    decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return found
    }
}
