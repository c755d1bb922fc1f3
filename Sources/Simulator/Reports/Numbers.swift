extension Double {
    /// So many digits after the point, and no more than needed: the same on every machine.
    func decimal(_ places: Int = 3) -> String {
        guard isFinite else { return "0" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let whole = (magnitude * scale).rounded()
        guard whole < 9e15 else { return String(Int64(clamping: Int(whole / scale))) }
        let number = Int64(whole)
        let unit = Int64(scale)
        var digits = String(number % unit)
        digits = String(repeating: "0", count: max(0, places - digits.count)) + digits
        while digits.last == "0" { digits.removeLast() }
        let sign = self < 0 && number != 0 ? "-" : ""
        return sign + String(number / unit) + (digits.isEmpty || places == 0 ? "" : "." + digits)
    }
}

extension String {
    /// In double quotes, as JSON has it (RFC 8259 §7).
    var quoted: String {
        var out = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// As text inside XML.
    var escaped: String {
        var out = ""
        for character in self {
            switch character {
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "&": out += "&amp;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
        return out
    }
}
