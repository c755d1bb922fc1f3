import Model
import Sodium

/// Places in the order of arrival, as visitors carry them: sealed, since the numbers between two
/// places would tell how much came meanwhile that is not in the open. Good for one partition and
/// until the relay restarts.
///
/// Source: protocol/25-page.md, "Texts".
struct Cursors: Sendable {
    /// Of a sealed place.
    static let bytes = 16

    private let key: Secret

    /// - Parameter key: 32 random bytes.
    init(key: [UInt8]) { self.key = Secret(key) }

    func seal(_ place: Int64, _ partition: Partition) -> String {
        let clear = Self.bytes(UInt64(bitPattern: place))
        let tag = prf128(key, Labels.tag, clear + partition.bytes).prefix(8)
        return Base64URL.encode(tag + zip(clear, mask([UInt8](tag))).map { $0 ^ $1 })
    }

    /// Nil for what was not sealed here for this partition.
    func open(_ text: some StringProtocol, _ partition: Partition) -> Int64? {
        guard let bytes = Base64URL.decode(text), bytes.count == Self.bytes else { return nil }
        let tag = [UInt8](bytes.prefix(8))
        let clear = zip(bytes.dropFirst(8), mask(tag)).map { $0 ^ $1 }
        let expected = prf128(key, Labels.tag, clear + partition.bytes).prefix(8)
        guard constantTimeEqual(tag, expected) else { return nil }
        var reader = ByteReader(clear)
        return reader.integer(UInt64.self).map { Int64(bitPattern: $0) }
    }

    private func mask(_ tag: [UInt8]) -> [UInt8] {
        [UInt8](prf128(key, Labels.mask, tag).prefix(8))
    }

    private static func bytes(_ value: UInt64) -> [UInt8] {
        var out: [UInt8] = []
        out.append(bigEndian: value)
        return out
    }

    /// Used inside one process only: nobody else computes them.
    private enum Labels {
        static let tag = Label("kith:page place")
        static let mask = Label("kith:page mask")
    }
}

extension Partition {
    /// Names it among all others.
    fileprivate var bytes: [UInt8] {
        var out: [UInt8] = []
        switch self {
        case .texts(let community, let week):
            out.append(0)
            out += community.bytes
            out.append(bigEndian: week.number)
        case .files(let community, let week, let bits, let prefix):
            out.append(1)
            out += community.bytes
            out.append(bigEndian: week.number)
            out.append(bigEndian: UInt32(truncatingIfNeeded: bits))
            out.append(bigEndian: prefix)
        }
        return out
    }
}
