import Model

extension WallTime {
    /// "2026-09-07T00:00:00Z", as GeoReport wants it.
    var iso8601: String {
        let (year, month, day) = date
        let rest = seconds % 86400
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
            + "\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
    }

    /// The first second of the day.
    var dayStart: WallTime { WallTime(seconds: seconds - seconds % 86400) }

    /// Year, month and day in the Gregorian calendar, counted in years that begin in March, so
    /// that the leap day is the last.
    private var date: (year: UInt64, month: UInt64, day: UInt64) {
        let days = seconds / 86400 + 719468
        let era = days / 146097
        let dayOfEra = days % 146097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shifted + 2) / 5 + 1
        )
    }
}

private func padded(_ number: UInt64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
