/// What is wrong with one value.
struct ValueError: Error {
    let what: String

    init(_ what: String) { self.what = what }
}

/// A text less the blanks around it.
func trimmed(_ text: some StringProtocol) -> String {
    var rest = text[...]
    while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
    while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
    return String(rest)
}

/// Readers of the values that scenarios are made of.
enum Value {
    /// Hosts, rounds or items at the most.
    private static let most = 1_000_000
    /// Ten years, in milliseconds: more would overflow what is reckoned from it.
    private static let longest = 320_000_000_000.0

    static func count(_ text: String) throws(ValueError) -> Int {
        guard let value = Int(text), value >= 0 else {
            throw ValueError("\"\(text)\" is no number")
        }
        guard value <= most else { throw ValueError("\"\(text)\" is too many") }
        return value
    }

    /// `20%`, or a plain number below 1.
    static func part(_ text: String) throws(ValueError) -> Double {
        let isPercent = text.hasSuffix("%")
        guard let value = Double(isPercent ? String(text.dropLast()) : text), value >= 0 else {
            throw ValueError("\"\(text)\" is no part: write 20%")
        }
        let part = isPercent ? value / 100 : value
        guard part <= 1 else { throw ValueError("\"\(text)\" is more than all") }
        return part
    }

    /// `20%` of hosts, or so many.
    static func share(_ text: String) throws(ValueError) -> Share {
        text.hasSuffix("%") ? .part(try part(text)) : .count(try count(text))
    }

    /// `250ms`, `10s`, `5m`, `1h` or `2d`, in milliseconds.
    static func time(_ text: String) throws(ValueError) -> UInt64 {
        let units: [(String, Double)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        for (unit, factor) in units where text.hasSuffix(unit) {
            if let value = Double(text.dropLast(unit.count)), value >= 0, value * factor <= longest
            {
                return UInt64((value * factor).rounded())
            }
        }
        throw ValueError("\"\(text)\" is no time: write 250ms, 10s, 5m, 1h or 2d")
    }

    /// As `time`, with a sign.
    static func shift(_ text: String) throws(ValueError) -> Int64 {
        let isBack = text.hasPrefix("-")
        let value = Int64(try time(String(text.drop { $0 == "-" || $0 == "+" })) / 1000)
        return isBack ? -value : value
    }

    /// `1kB/s`, `2MB/s`, `500B/s`, or `none`.
    static func rate(_ text: String) throws(ValueError) -> Int {
        if text == "none" { return 0 }
        let units: [(String, Double)] = [("kB/s", 1000), ("MB/s", 1_000_000), ("B/s", 1)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            if let value = Double(text.dropLast(unit.count)), value * factor >= 1, value < 1e9 {
                return Int(value * factor)
            }
        }
        throw ValueError("\"\(text)\" is no rate: write 1kB/s or none")
    }

    /// `64kiB`, `8MiB` or `16GiB`.
    static func bytes(_ text: String) throws(ValueError) -> UInt64 {
        let units: [(String, UInt64)] = [("kiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            if let value = UInt64(text.dropLast(unit.count)), value > 0, value <= 1 << 20 {
                return value * factor
            }
        }
        throw ValueError("\"\(text)\" is no room: write 64kiB, 8MiB or 16GiB")
    }

    /// `50ms`, `10-100ms` (evenly between), or `20ms+80ms` (at least, and on average so much more).
    static func delay(_ text: String) throws(ValueError) -> Delay {
        if let plus = text.firstIndex(of: "+") {
            return .tailed(
                least: try time(String(text[..<plus])),
                mean: try time(String(text[text.index(after: plus)...])))
        }
        guard let dash = text.firstIndex(of: "-") else { return .fixed(try time(text)) }
        let most = String(text[text.index(after: dash)...])
        let unit = String(most.drop { $0.isNumber || $0 == "." })
        let first = String(text[..<dash])
        let least = try time(first.last?.isNumber == true ? first + unit : first)
        guard try least <= time(most) else { throw ValueError("\"\(text)\" runs backwards") }
        return .between(least, try time(most))
    }

    static func mischief(_ text: String) throws(ValueError) -> MischiefKind {
        let name = text.hasSuffix("s") && text != "slowloris" ? String(text.dropLast()) : text
        let spelled = name == "spie" ? "spy" : name
        guard let kind = MischiefKind(rawValue: spelled) else {
            let known = MischiefKind.allCases.map { $0.rawValue }.joined(separator: ", ")
            throw ValueError("\"\(text)\" is no kind of peer: \(known)")
        }
        return kind
    }

    static func words(_ text: String) -> [String] { text.split(separator: " ").map { String($0) } }
}
