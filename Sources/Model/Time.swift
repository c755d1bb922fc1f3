// Two clocks that never mix: wall time, which travels, and moments, which only measure waits.

/// Seconds since 1970 UTC, as a computer's own clock tells them.
public struct WallTime: Hashable, Comparable, Sendable {
    public var seconds: UInt64

    public init(seconds: UInt64) { self.seconds = seconds }

    public static func < (l: Self, r: Self) -> Bool { l.seconds < r.seconds }

    public var slot: Slot { Slot(UInt32(clamping: seconds / 600)) }

    public var day: UInt32 { UInt32(clamping: seconds / 86400) }

    public func adding(seconds more: UInt64) -> WallTime {
        let (sum, overflow) = seconds.addingReportingOverflow(more)
        return WallTime(seconds: overflow ? .max : sum)
    }
}

/// A ten-minute interval of wall time: the only time an envelope shows.
/// Source: protocol/01-conventions.md.
public struct Slot: Hashable, Comparable, Sendable {
    public var number: UInt32

    public init(_ number: UInt32) { self.number = number }

    public static func < (l: Self, r: Self) -> Bool { l.number < r.number }

    /// When the slot begins.
    public var start: WallTime { WallTime(seconds: UInt64(number) * 600) }

    public var week: Week { Week(UInt32(UInt64(number) * 600 / 604800)) }
}

/// Seven days, counted from 1970: intake keys and topics change with it.
public struct Week: Hashable, Comparable, Sendable {
    /// That of the last slot there is.
    public static let last = Slot(.max).week

    public var number: UInt32

    public init(_ number: UInt32) { self.number = number }

    public static func < (l: Self, r: Self) -> Bool { l.number < r.number }

    public var start: WallTime { WallTime(seconds: UInt64(number) * 604800) }
}

/// A point on a clock that only goes forward; its origin means nothing.
public struct Moment: Hashable, Comparable, Sendable {
    public var milliseconds: UInt64

    public init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    public static func < (l: Self, r: Self) -> Bool { l.milliseconds < r.milliseconds }

    /// Never overflows: a wait longer than the clock can count ends at its last moment.
    public func adding(milliseconds more: UInt64) -> Moment {
        let (sum, overflow) = milliseconds.addingReportingOverflow(more)
        return Moment(milliseconds: overflow ? .max : sum)
    }
}
