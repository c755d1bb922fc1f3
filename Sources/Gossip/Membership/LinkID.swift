/// Names one link for as long as it lives; never used again.
public struct LinkID: Hashable, Comparable, Sendable {
    public let number: UInt64

    public init(_ number: UInt64) { self.number = number }

    public static func < (l: Self, r: Self) -> Bool { l.number < r.number }
}
