import Wire

extension Report {
    /// A few lines for people; how to run it again if anything broke.
    public var text: String {
        var lines = [
            "\(name): \(nodes) hosts, \((Double(elapsed) / 1000).decimal(0)) s, \(events) events, "
                + "\(items) items, trace \(traceHash.hexadecimal)"
        ]
        lines += figures.map { "  \($0.figure.rawValue): \($0.value.decimal())" }
        if traffic.deliveries > 0 {
            let times = [0.5, 0.99, 1].map {
                "\(traffic.delay(of: $0)) ms for \(($0 * 100).decimal(0)) %"
            }
            lines.append("  delivered within: " + times.joined(separator: ", "))
        }
        lines += traffic.frames.indices.filter { traffic.frames[$0] > 0 }.map { type in
            "  \(Frame.name(ofType: UInt8(type))): \(traffic.frames[type]) frames, "
                + "\(traffic.bytes[type]) bytes"
        }
        lines += broken.map { broken in
            let expected = broken.expectation
            return "BROKEN \(expected.figure.rawValue) \(expected.comparison.rawValue) "
                + "\(expected.bound.decimal()): \(broken.value?.decimal() ?? "nothing to measure")"
        }
        lines += violations.map { "VIOLATION at \($0.at) ms, host \($0.host): \($0.what)" }
        if violationCount > violations.count {
            lines.append("and \(violationCount - violations.count) violations more")
        }
        return lines.joined(separator: "\n")
    }
}
