/// One diagram of a page of them: axes with labels and units, and what is drawn inside.
struct Panel {
    static let width = 400.0
    static let height = 230.0
    private static let left = 48.0
    private static let right = 16.0
    private static let top = 34.0
    private static let bottom = 44.0

    let title: String
    let xLabel: String
    let yLabel: String
    let xMost: Double
    let yMost: Double
    /// Where it stands on the page.
    let offset: Double
    private var marks = ""

    init(
        _ title: String, x xLabel: String, to xMost: Double, y yLabel: String, to yMost: Double,
        offset: Double
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.xMost = Self.round(xMost)
        self.yMost = Self.round(yMost)
        self.offset = offset
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

    private func x(_ value: Double) -> Double {
        Self.left + min(value / xMost, 1) * (Self.width - Self.left - Self.right)
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
        note(xMost, value, words)
    }

    /// Words that end at a place, above it.
    mutating func note(_ place: Double, _ value: Double, _ words: String) {
        let height = max(y(value) - 5, offset + Self.top + 9)
        marks +=
            "<text x=\"\(x(place).decimal(1))\" y=\"\(height.decimal(1))\" "
            + "text-anchor=\"end\" fill=\"#a33\">\(words.escaped)</text>\n"
    }

    var svg: String {
        var out = "<text x=\"12\" y=\"\((offset + 18).decimal(1))\" font-weight=\"bold\" "
        out += "font-size=\"14\">\(title.escaped)</text>\n"
        for step in 0...4 {
            let part = Double(step) / 4
            let height = y(part * yMost).decimal(1)
            out += "<line x1=\"\(x(0).decimal(1))\" x2=\"\(x(xMost).decimal(1))\" y1=\"\(height)\" "
            out += "y2=\"\(height)\" stroke=\"#ddd\"/>\n"
            out += "<text x=\"\((x(0) - 5).decimal(1))\" y=\"\((y(part * yMost) + 4).decimal(1))\" "
            out += "text-anchor=\"end\">\((part * yMost).decimal(3))</text>\n"
            out += "<text x=\"\(x(part * xMost).decimal(1))\" y=\"\((y(0) + 15).decimal(1))\" "
            out += "text-anchor=\"middle\">\((part * xMost).decimal(2))</text>\n"
        }
        out += marks
        out += "<text x=\"\(x(xMost / 2).decimal(1))\" y=\"\((y(0) + 31).decimal(1))\" "
        out += "text-anchor=\"middle\">\(xLabel.escaped)</text>\n"
        let middle = y(yMost / 2).decimal(1)
        out += "<text x=\"12\" y=\"\(middle)\" text-anchor=\"middle\" "
        out += "transform=\"rotate(-90 12 \(middle))\">\(yLabel.escaped)</text>\n"
        return out
    }
}
