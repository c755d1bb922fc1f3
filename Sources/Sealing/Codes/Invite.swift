public import Model
public import Sodium
import Wire

public enum InviteError: Error, Equatable {
    /// Does not begin with "kith1:".
    case notAnInvite
    /// Characters are missing or changed.
    case damaged
    case expired
}

/// One line of text with which a node joins a network, and a person a community.
/// Source: protocol/15-invites.md.
public struct Invite: Sendable, Equatable {
    static let prefix = ("kith1:" as Text).utf8

    public var network: NetworkID
    public var seeds: [Seed]
    public var community: CommunityID
    /// Of a closed network.
    public var preSharedKey: Secret?
    /// For one new member.
    public var oneTimeSecret: Secret?
    public var expiry: WallTime?

    public init(
        network: NetworkID, seeds: [Seed], community: CommunityID, preSharedKey: Secret? = nil,
        oneTimeSecret: Secret? = nil, expiry: WallTime? = nil
    ) {
        self.network = network
        self.seeds = seeds
        self.community = community
        self.preSharedKey = preSharedKey
        self.oneTimeSecret = oneTimeSecret
        self.expiry = expiry
    }

    /// The line: "kith1:", then base64url of the map and four check bytes.
    public var text: String {
        let map = CBOR.fields(
            .bytes(network.bytes), .array(seeds.map { $0.cbor }), .bytes(community.bytes),
            preSharedKey.map { .bytes($0.copied()) }, oneTimeSecret.map { .bytes($0.copied()) },
            expiry.map { .unsigned($0.seconds) }
        ).encoded
        let whole = map + hash(Labels.invite, map).prefix(4)
        return String(decoding: Self.prefix + Base64URL.encode(whole), as: UTF8.self)
    }

    /// Reads an invite; white space around and inside it is ignored.
    ///
    /// - Throws: `InviteError`.
    public init(_ text: String, now: WallTime) throws(InviteError) {
        let line = text.utf8.filter { $0 > 0x20 }
        guard line.starts(with: Self.prefix) else { throw .notAnInvite }
        guard let whole = Base64URL.decode([UInt8](line.dropFirst(Self.prefix.count))),
            whole.count > 4
        else { throw .damaged }
        let map = [UInt8](whole.dropLast(4))
        guard [UInt8](whole.suffix(4)) == [UInt8](hash(Labels.invite, map).prefix(4)) else {
            throw .damaged
        }
        do {
            let fields = try Fields(decoding: map)
            self.init(
                network: try fields.identifier32(1), seeds: try Seed.list(fields, 2),
                community: try fields.identifier32(3),
                preSharedKey: try fields.optionalBytes(4, count: 32).map { Secret($0) },
                oneTimeSecret: try fields.optionalBytes(5, count: 32).map { Secret($0) },
                expiry: try fields.optionalUnsigned(6).map { WallTime(seconds: $0) })
        } catch {
            throw .damaged
        }
        // A member's invite always ends.
        if oneTimeSecret != nil, expiry == nil { throw .damaged }
        if let expiry, expiry <= now { throw .expired }
    }
}

/// Base64 with the URL alphabet and no padding (RFC 4648 §5).
public enum Base64URL {
    private static let alphabet =
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" as Text).utf8

    public static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                out.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { out.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        return out
    }

    /// Nil for another alphabet, a length that cannot be, or bits left over that are not zero.
    public static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for character in text {
            let value: UInt8
            switch character {
            case 65...90: value = character - 65
            case 97...122: value = character - 71
            case 48...57: value = character + 4
            case 45: value = 62
            case 95: value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard bits & ((1 << UInt32(count)) - 1) == 0 else { return nil }
        return out
    }
}
