public import Wire

/// Which network a record's addresses are in. A node that lists both would tell that they are one.
public enum AddressClass: Sendable, Equatable {
    case clear
    case onion
}

extension PeerRecord {
    /// Nil for a record that lists no address, or mixes the two: nobody dials it.
    /// Source: protocol/20-membership.md.
    public var addressClass: AddressClass? {
        guard let first = addresses.first?.addressClass,
            addresses.allSatisfy({ $0.addressClass == first })
        else { return nil }
        return first
    }
}

extension PeerAddress {
    public var addressClass: AddressClass {
        switch self {
        case .ipv4, .ipv6: .clear
        case .onion: .onion
        case .name(let name, _):
            name.suffix(6).map { $0 | 0x20 } == [UInt8](".onion".utf8) ? .onion : .clear
        }
    }

    /// What is dialled: "192.0.2.1:7447", "[2001:db8:0:0:0:0:0:1]:7447", "relay.example:7447".
    public var text: Text {
        switch self {
        case .ipv4(let bytes, let port):
            let numbers = bytes.map { String($0) }
            return Text("\(numbers.joined(separator: ".")):\(port)")
        case .ipv6(let bytes, let port):
            let groups = stride(from: 0, to: bytes.count - 1, by: 2).map {
                String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
            }
            return Text("[\(groups.joined(separator: ":"))]:\(port)")
        case .onion(let key, let port):
            return Text(utf8: OnionName.host(key) + [UInt8](":\(port)".utf8))
        case .name(let name, let port):
            return Text(utf8: name + [UInt8](":\(port)".utf8))
        }
    }
}
