public import Model
public import Wire

/// Content of a record of type 3: how a bridge is reached. Source: protocol/18-bridges.md.
public struct BridgeCard: Sendable, Equatable {
    public var firstWeek: Week
    /// X25519, of the first week and the seven after.
    public var keys: [[UInt8]]
    public var name: Text
    public var coolingOffSeconds: UInt64

    public init(firstWeek: Week, keys: [[UInt8]], name: Text, coolingOffSeconds: UInt64) {
        self.firstWeek = firstWeek
        self.keys = keys
        self.name = name
        self.coolingOffSeconds = coolingOffSeconds
    }

    public var cbor: CBOR {
        .fields(
            .unsigned(UInt64(firstWeek.number)), .array(keys.map { .bytes($0) }), name.cbor,
            .unsigned(coolingOffSeconds))
    }

    init(_ content: CBOR) throws(ShapeError) {
        let fields = try Fields(content)
        self.init(
            firstWeek: Week(try fields.integer(1)), keys: try fields.byteStrings(2, count: 32),
            name: try fields.words(3), coolingOffSeconds: try fields.unsigned(4))
        guard keys.count == Manifest.weeks else { throw .outOfRange(key: 2) }
    }

    /// The key of a week; nil before the first and after the last that is named.
    public func key(_ week: Week) -> [UInt8]? {
        guard week >= firstWeek else { return nil }
        let index = Int(week.number - firstWeek.number)
        return index < keys.count ? keys[index] : nil
    }
}

/// A bridge as a manifest names it.
public struct NamedBridge: Sendable, Equatable {
    public static let most = 16
    public static let mostAuthorities = 32

    /// Ed25519.
    public var key: [UInt8]
    public var authorities: [Presentation.Recipient]

    public init(key: [UInt8], authorities: [Presentation.Recipient]) {
        self.key = key
        self.authorities = authorities
    }

    public var cbor: CBOR {
        .array([
            .bytes(key),
            .array(
                authorities.map {
                    .array([$0.uri.cbor, $0.name.cbor, .bool($0.isPublishing)])
                }),
        ])
    }

    /// Nil for another shape: it names no bridge.
    init?(_ value: CBOR) {
        guard let parts = value.tuple(2), let key = parts[0].asBytes(32),
            case .array(let items) = parts[1], items.count <= Self.mostAuthorities
        else { return nil }
        var authorities: [Presentation.Recipient] = []
        for item in items {
            guard let entry = item.tuple(3), case .text(let uri) = entry[0], Self.isURI(uri),
                !authorities.contains(where: { $0.uri.utf8 == uri }),
                case .text(let name) = entry[1], let isPublishing = entry[2].asBool
            else { return nil }
            authorities.append(
                Presentation.Recipient(
                    uri: Text(utf8: uri), name: Text(utf8: name), isPublishing: isPublishing))
        }
        self.init(key: key, authorities: authorities)
    }

    /// 1 to 256 bytes of printable ASCII.
    public static func isURI(_ utf8: [UInt8]) -> Bool {
        (1...256).contains(utf8.count) && utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

extension Manifest {
    /// The bridges named, those of another shape left out; of two with one key the first.
    public var namedBridges: [NamedBridge] {
        var named: [NamedBridge] = []
        for bridge in bridges.prefix(NamedBridge.most).compactMap({ NamedBridge($0) })
        where !named.contains(where: { $0.key == bridge.key }) {
            named.append(bridge)
        }
        return named
    }
}
