/// One diagram of a page of them: axes with labels and units, and what is drawn inside.
struct Panel {
    static let width = 400.0
    static let height = 230.0
    private static let left = 58.0
    private static let right = 20.0
    private static let top = 34.0
    private static let bottom = 44.0

    /// What runs along the bottom.
    enum Axis {
        /// Whole things, from 0.
        case counts(Int)
        /// Milliseconds, each step ten times the one before.
        case times(UInt64)
    }

    let title: String
    let xLabel: String
    let yLabel: String
    let yMost: Double
    /// Where it stands on the page.
    let offset: Double
    private let axis: Axis
    private let xMost: Double
    private var marks = ""

    init(
        _ title: String, x xLabel: String, _ axis: Axis, y yLabel: String, to yMost: Double,
        offset: Double
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.axis = axis
        switch axis {
        // Quarters of it are whole too.
        case .counts(let most): xMost = Double((max(most, 1) + 3) / 4 * 4)
        case .times(let most): xMost = Double(Self.decades(most))
        }
        self.yMost = Self.round(yMost)
        self.offset = offset
    }

    /// Steps of ten from 1 ms to a time, two at the least.
    private static func decades(_ most: UInt64) -> Int {
        var decades = 2
        var reach: UInt64 = 100
        while reach < most, decades < 12 {
            reach *= 10
            decades += 1
        }
        return decades
    }

    /// The next of 1, 2, 5, 10, 20, 50, … at or above a number, or below 1 of 0.1, 0.2, 0.5.
    static func round(_ value: Double) -> Double {
        var step = 0.1
        while step < value {
            for factor in [2.0, 5.0, 10.0] where step * factor >= value { return step * factor }
            step *= 10
        }
        return step
    }

    /// A place along the bottom, with what stands there.
    private var ticks: [(place: Double, words: String)] {
        switch axis {
        case .counts: return (0...4).map { (Double($0) / 4, (Double($0) * xMost / 4).decimal()) }
        case .times:
            let count = Int(xMost)
            let every = count > 6 ? 2 : 1
            return stride(from: 0, through: count, by: every).map { step in
                (Double(step) / xMost, Self.time(step))
            }
        }
    }

    /// 10^`step` milliseconds.
    private static func time(_ step: Int) -> String {
        let number = "1" + String(repeating: "0", count: step % 3)
        switch step / 3 {
        case 0: return number + " ms"
        case 1: return number + " s"
        default: return number + String(repeating: "0", count: step / 3 * 3 - 3) + " s"
        }
    }

    private func x(_ value: Double) -> Double {
        Self.left + min(max(value / xMost, 0), 1) * (Self.width - Self.left - Self.right)
    }

    /// Where a number of milliseconds stands among steps of ten; straight between 1, 2, 5 and 10.
    func place(ofTime time: UInt64) -> Double {
        guard time > 1 else { return 0 }
        var step = 0.0
        var rest = Double(time)
        while rest >= 10 {
            rest /= 10
            step += 1
        }
        let points = [(1.0, 0.0), (2.0, 0.30103), (5.0, 0.69897), (10.0, 1.0)]
        for (low, high) in zip(points, points.dropFirst()) where rest <= high.0 {
            return step + low.1 + (rest - low.0) / (high.0 - low.0) * (high.1 - low.1)
        }
        return step + 1
    }

    private func y(_ value: Double) -> Double {
        let span = Self.height - Self.top - Self.bottom
        return offset + Self.top + (1 - min(max(value, 0) / yMost, 1)) * span
    }

    // MARK: Drawing

    mutating func line(_ points: [(x: Double, y: Double)], color: String = "#1b5e9e") {
        let path = points.map { "\(x($0.x).decimal(1)),\(y($0.y).decimal(1))" }
        marks +=
            "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\" "
            + "points=\"\(path.joined(separator: " "))\"/>\n"
    }

    mutating func bar(at place: Double, width: Double, _ value: Double) {
        let from = x(place - width / 2)
        marks +=
            "<rect x=\"\(from.decimal(1))\" y=\"\(y(value).decimal(1))\" "
            + "width=\"\((x(place + width / 2) - from).decimal(1))\" "
            + "height=\"\((y(0) - y(value)).decimal(1))\" fill=\"#1b5e9e\"/>\n"
    }

    /// A dashed line across, with a word on it.
    mutating func level(_ value: Double, _ words: String) {
        marks +=
            "<line x1=\"\(x(0).decimal(1))\" x2=\"\(x(xMost).decimal(1))\" "
            + "y1=\"\(y(value).decimal(1))\" y2=\"\(y(value).decimal(1))\" stroke=\"#a33\" "
            + "stroke-dasharray=\"5 4\"/>\n"
        note(value, words)
    }

    /// Words at the right, above a height.
    mutating func note(_ value: Double, _ words: String) {
        let height = max(y(value) - 5, offset + Self.top + 9)
        marks +=
            "<text x=\"\(x(xMost).decimal(1))\" y=\"\(height.decimal(1))\" "
            + "text-anchor=\"end\" fill=\"#a33\">\(words.escaped)</text>\n"
    }

    var svg: String {
        var out = "<text x=\"12\" y=\"\((offset + 18).decimal(1))\" font-weight=\"bold\" "
        out += "font-size=\"14\">\(title.escaped)</text>\n"
        for step in 0...4 {
            let value = Double(step) / 4 * yMost
            out += "<line x1=\"\(x(0).decimal(1))\" x2=\"\(x(xMost).decimal(1))\" "
            out += "y1=\"\(y(value).decimal(1))\" y2=\"\(y(value).decimal(1))\" "
            out += "stroke=\"#ddd\"/>\n"
            out += "<text x=\"\((x(0) - 5).decimal(1))\" y=\"\((y(value) + 4).decimal(1))\" "
            out += "text-anchor=\"end\">\(value.decimal())</text>\n"
        }
        out += marks
        for (place, words) in ticks {
            out += "<text x=\"\(x(place * xMost).decimal(1))\" y=\"\((y(0) + 15).decimal(1))\" "
            out += "text-anchor=\"middle\">\(words)</text>\n"
        }
        out += "<text x=\"\(x(xMost / 2).decimal(1))\" y=\"\((y(0) + 31).decimal(1))\" "
        out += "text-anchor=\"middle\">\(xLabel.escaped)</text>\n"
        let middle = y(yMost / 2).decimal(1)
        out += "<text x=\"14\" y=\"\(middle)\" text-anchor=\"middle\" "
        out += "transform=\"rotate(-90 14 \(middle))\">\(yLabel.escaped)</text>\n"
        return out
    }
}
