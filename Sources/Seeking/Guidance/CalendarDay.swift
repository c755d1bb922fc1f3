public import Wire

/// Days since 1970 as YYYY-MM-DD and back, in the Gregorian calendar, without a time zone.
public enum CalendarDay {
    /// 9999-12-31.
    static let last: UInt32 = 2_932_896

    /// Nil for another shape, a day that is none, and days before 1970.
    public static func number(_ text: Text) -> UInt32? {
        let bytes = text.utf8
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D,
            let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]),
            let day = digits(bytes[8..<10]), year >= 1970, (1...12).contains(month), day >= 1,
            day <= length(month, year)
        else { return nil }
        var days = 0
        for earlier in 1970..<max(year, 1970) { days += isLeap(earlier) ? 366 : 365 }
        for earlier in 1..<month { days += length(earlier, year) }
        return UInt32(days + day - 1)
    }

    /// Days past 9999 are shown as its last.
    public static func text(_ number: UInt32) -> Text {
        var rest = Int(min(number, last))
        var year = 1970
        while rest >= (isLeap(year) ? 366 : 365) {
            rest -= isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 1
        while rest >= length(month, year) {
            rest -= length(month, year)
            month += 1
        }
        return Text(
            utf8: digits(year, 4) + [0x2D] + digits(month, 2) + [0x2D] + digits(rest + 1, 2))
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func length(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    private static func digits(_ number: Int, _ count: Int) -> [UInt8] {
        var out: [UInt8] = []
        var rest = number
        for _ in 0..<count {
            out.append(UInt8(0x30 + rest % 10))
            rest /= 10
        }
        return out.reversed()
    }
}
