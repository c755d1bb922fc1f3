public import Wire

/// Addresses that one owner easily has many of: an IPv4/16, an IPv6/32, a domain, the onion
/// services. Whoever fills one group with nodes gets no more places in a view than with a few.
///
/// Source: protocol/20-membership.md.
public struct SourceGroup: Hashable, Sendable {
    private let key: UInt64

    private init(kind: UInt64, _ bytes: some Collection<UInt8>) {
        // FNV-1a: groups need not withstand collisions, which only make a group larger.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ kind
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        key = hash
    }

    /// The group of an address as a socket gives it.
    ///
    /// Nil, for no group, unless it has 4 or 16 bytes, and for loopback, private and link-local
    /// addresses: a proxy, Tor and every node of a house share those.
    public init?(address: [UInt8]) {
        switch address.count {
        case 4:
            guard !Self.isLocal4(address) else { return nil }
            self.init(kind: 4, address.prefix(2))
        case 16 where Self.isMapped(address): self.init(address: [UInt8](address.suffix(4)))
        case 16:
            guard !Self.isLocal6(address) else { return nil }
            self.init(kind: 6, address.prefix(4))
        default: return nil
        }
    }

    /// The group of the first address in a record that has one.
    public init?(record: PeerRecord) {
        for address in record.addresses {
            if let group = SourceGroup(address) {
                self = group
                return
            }
        }
        return nil
    }

    private init?(_ address: PeerAddress) {
        switch address {
        case .ipv4(let bytes, _), .ipv6(let bytes, _): self.init(address: bytes)
        case .onion: self.init(kind: 3, [])
        case .name(let name, _):
            if address.addressClass == .onion {
                self.init(kind: 3, [])
                return
            }
            // Small letters: names do not differ by case.
            let labels = name.map { (65...90).contains($0) ? $0 | 0x20 : $0 }.split(separator: 0x2E)
            if labels.count == 4, let bytes = Self.numbers(labels) {
                self.init(address: bytes)
            } else {
                self.init(kind: 1, [UInt8](labels.suffix(2).joined(separator: [0x2E])))
            }
        }
    }

    /// An address written as a name would otherwise be a way out of its group.
    private static func numbers(_ labels: [ArraySlice<UInt8>]) -> [UInt8]? {
        let bytes = labels.compactMap { UInt8(String(decoding: $0, as: UTF8.self)) }
        return bytes.count == 4 ? bytes : nil
    }

    private static func isMapped(_ address: [UInt8]) -> Bool {
        address.prefix(10).allSatisfy { $0 == 0 } && address[10] == 0xFF && address[11] == 0xFF
    }

    /// RFC 1122, 1918, 3927, 6598.
    private static func isLocal4(_ address: [UInt8]) -> Bool {
        switch (address[0], address[1]) {
        case (0, _), (10, _), (127, _), (169, 254), (192, 168): true
        case (172, let second): second & 0xF0 == 16
        case (100, let second): second & 0xC0 == 64
        default: false
        }
    }

    /// RFC 4291, 4193.
    private static func isLocal6(_ address: [UInt8]) -> Bool {
        address.prefix(15).allSatisfy { $0 == 0 } || address[0] & 0xFE == 0xFC
            || address[0] == 0xFE && address[1] & 0xC0 == 0x80
    }
}
