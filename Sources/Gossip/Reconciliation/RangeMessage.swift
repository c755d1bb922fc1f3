public import Model

// Messages that compare two ordered sets range by range: Negentropy, version 1.
// Source: protocol/22-reconciliation.md, "Messages".

/// An item as messages order it: by time, then id.
public struct RangeItem: Sendable, Equatable {
    public var time: UInt64
    public var id: ItemID

    public init(time: UInt64, id: ItemID) {
        self.time = time
        self.id = id
    }
}

/// A place between items. What is below it is on its left.
public struct RangeBound: Sendable, Equatable {
    /// Above all items.
    public static let infinity = RangeBound(time: .max, prefix: [])

    public let time: UInt64
    /// How an id begins; zeros are understood behind.
    public let prefix: [UInt8]
    /// The lowest id that begins so.
    let id: ItemID

    init(time: UInt64, prefix: [UInt8]) {
        self.time = time
        self.prefix = prefix
        id = ItemID(prefix + [UInt8](repeating: 0, count: 32 - prefix.count)) ?? .zero
    }

    /// The shortest bound that has `left` below it and `right` not.
    static func between(_ left: RangeItem, _ right: RangeItem) -> RangeBound {
        guard left.time == right.time else { return RangeBound(time: right.time, prefix: []) }
        let (low, high) = (left.id.bytes, right.id.bytes)
        let shared = zip(low, high).prefix { $0 == $1 }.count
        return RangeBound(time: right.time, prefix: [UInt8](high.prefix(shared + 1)))
    }

    public func isAbove(_ item: RangeItem) -> Bool {
        item.time != time ? item.time < time : item.id < id
    }

    func isBelow(_ other: RangeBound) -> Bool {
        other.isAbove(RangeItem(time: time, id: id))
    }
}

/// Part of a message: what its writer says of all items from the bound before up to this one.
struct RangeClaim: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Nothing more to compare.
        case skip
        case fingerprint([UInt8])
        case ids([ItemID])
    }

    var bound: RangeBound
    var kind: Kind
}

/// Messages, for those who only watch what is sent.
public enum RangeMessage {
    /// The ids that a message lists; nil for one that can't be read.
    public static func ids(listedIn message: [UInt8]) -> [ItemID]? {
        guard message.first == RangeFormat.version else { return nil }
        var reader = RangeReader(message.dropFirst())
        var listed: [ItemID] = []
        do {
            while let claim = try reader.next() {
                if case .ids(let ids) = claim.kind { listed += ids }
            }
        } catch {
            return nil
        }
        return listed
    }
}

/// Why a message is not read on.
public enum RangeMessageError: Error, Equatable {
    case empty
    case tooLong(bytes: Int)
    /// The version byte, which is none of this protocol's.
    case version(UInt8)
    case truncated
    /// A number with needless zeros in front.
    case notMinimal
    /// A number above 2^64 − 1.
    case numberTooLarge
    case boundTooLong(UInt64)
    case descending
    case mode(UInt64)
    /// More ids claimed than bytes are left for.
    case count(UInt64)
}

/// The numbers of the format.
enum RangeFormat {
    static let version: UInt8 = 0x61
    /// Version bytes that others than 1 may have.
    static let versions: ClosedRange<UInt8> = 0x60...0x6F
    static let fingerprintBytes = 16
    /// A number of 64 bits has no more digits of 7.
    static let numberBytes = 10
}

/// Takes claims off the front of a message; memory grows with bytes read, never with a count named.
struct RangeReader {
    private var bytes: ByteReader
    private var time: UInt64 = 0
    private var last: RangeBound?

    /// - Parameter bytes: what follows the version byte.
    init(_ bytes: ArraySlice<UInt8>) { self.bytes = ByteReader(bytes) }

    /// The next claim; nil at the end.
    mutating func next() throws(RangeMessageError) -> RangeClaim? {
        if bytes.isAtEnd { return nil }
        let bound = try bound()
        // Equal ones come from a message cut off at its end: infinity stands there twice.
        if let last, bound.isBelow(last) { throw .descending }
        last = bound
        switch try number() {
        case 0: return RangeClaim(bound: bound, kind: .skip)
        case 1:
            guard let fingerprint = bytes.take(RangeFormat.fingerprintBytes) else {
                throw .truncated
            }
            return RangeClaim(bound: bound, kind: .fingerprint([UInt8](fingerprint)))
        case 2: return RangeClaim(bound: bound, kind: .ids(try ids()))
        case let mode: throw .mode(mode)
        }
    }

    /// Base 128, most significant digit first, the top bit set on all but the last.
    private mutating func number() throws(RangeMessageError) -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<RangeFormat.numberBytes {
            guard let byte: UInt8 = bytes.integer() else { throw .truncated }
            if place == 0, byte == 0x80 { throw .notMinimal }
            guard value >> 57 == 0 else { throw .numberTooLarge }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte < 0x80 { return value }
        }
        throw .numberTooLarge
    }

    private mutating func bound() throws(RangeMessageError) -> RangeBound {
        let step = try number()
        let (sum, overflow) = time.addingReportingOverflow(step &- 1)
        time = step == 0 || overflow ? .max : sum
        let count = try number()
        guard count <= 32 else { throw .boundTooLong(count) }
        guard let prefix = bytes.take(Int(count)) else { throw .truncated }
        return RangeBound(time: time, prefix: [UInt8](prefix))
    }

    private mutating func ids() throws(RangeMessageError) -> [ItemID] {
        let count = try number()
        guard count <= UInt64(bytes.rest.count / 32) else { throw .count(count) }
        var ids: [ItemID] = []
        ids.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let id: ItemID = bytes.identifier32() else { throw .truncated }
            ids.append(id)
        }
        return ids
    }
}

/// Puts a message together.
struct RangeWriter {
    private(set) var bytes: [UInt8] = [RangeFormat.version]
    private var time: UInt64 = 0

    mutating func skip(to bound: RangeBound) {
        write(bound)
        write(number: 0)
    }

    mutating func fingerprint(_ fingerprint: [UInt8], to bound: RangeBound) {
        write(bound)
        write(number: 1)
        bytes += fingerprint
    }

    mutating func ids(_ ids: [ItemID], to bound: RangeBound) {
        write(bound)
        write(number: 2)
        write(number: UInt64(ids.count))
        bytes.reserveCapacity(bytes.count + 32 * ids.count)
        for id in ids { bytes += id.bytes }
    }

    /// Takes back what was written beyond `count` bytes. Only a bound at infinity may follow, since
    /// other times are written as steps from the one before.
    mutating func cut(to count: Int) { bytes.removeLast(bytes.count - count) }

    private mutating func write(_ bound: RangeBound) {
        write(number: bound.time == .max ? 0 : bound.time - time + 1)
        time = bound.time
        write(number: UInt64(bound.prefix.count))
        bytes += bound.prefix
    }

    private mutating func write(number: UInt64) {
        var digits = (max(number, 1).bitWidth - max(number, 1).leadingZeroBitCount + 6) / 7
        while digits > 1 {
            digits -= 1
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(7 * digits)) | 0x80)
        }
        bytes.append(UInt8(truncatingIfNeeded: number) & 0x7F)
    }
}
