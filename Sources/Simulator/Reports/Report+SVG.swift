extension Report {
    /// Three diagrams, one above the other, that can be read on a phone.
    public var svg: String {
        let height = 54 + 3 * Panel.height
        var out = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 \(height.decimal(0))" \
            width="100%" style="max-width:640px" font-family="sans-serif" font-size="11" \
            fill="#222" role="img">
            <title>\("\(name), seed \(seed)".escaped)</title>
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="12" y="24" font-size="17" font-weight="bold">\(name.escaped)</text>
            <text x="12" y="42">\(subtitle.escaped)</text>

            """
        out += deliveryPanel(at: 54)
        out += redundancyPanel(at: 54 + Panel.height)
        out += hopsPanel(at: 54 + 2 * Panel.height)
        return out + "</svg>\n"
    }

    private var subtitle: String {
        let verdict = isHeld ? "held" : "\(broken.count) bounds, \(violationCount) rules broken"
        return "\(nodes) hosts, \(items) items, seed \(seed): \(verdict)"
    }

    private func deliveryPanel(at offset: Double) -> String {
        let total = Double(max(traffic.deliveries, 1))
        var panel = Panel(
            "Delivery over time", x: "time since sent, each step ten times the last",
            .times(UInt64(traffic.delay(of: 1))), y: "% delivered", to: 100, offset: offset)
        var points: [(x: Double, y: Double)] = [(0, 0)]
        var sum = 0.0
        for (bucket, count) in traffic.delays.enumerated() where count > 0 {
            sum += Double(count)
            points.append((panel.place(ofTime: Traffic.time(ofBucket: bucket)), 100 * sum / total))
        }
        points.append((.infinity, 100 * sum / total))
        panel.line(points)
        panel.note(
            1,
            "half within \(Self.time(traffic.delay(of: 0.5))), "
                + "all within \(Self.time(traffic.delay(of: 1)))")
        return panel.svg
    }

    private static func time(_ milliseconds: Int) -> String {
        milliseconds < 10_000
            ? "\(milliseconds) ms" : (Double(milliseconds) / 1000).decimal(0) + " s"
    }

    private func redundancyPanel(at offset: Double) -> String {
        let values = rounds.filter { $0.items > 0 }
        let most = max(values.map { $0.redundancy }.max() ?? 0, 0.1)
        var panel = Panel(
            "Redundancy", x: "round", .counts(values.count), y: "extra copies per delivery",
            to: most, offset: offset)
        for (index, round) in values.enumerated() {
            panel.bar(at: Double(index) + 0.5, width: 0.8, round.redundancy)
        }
        if let mean = self[.redundancy] { panel.level(mean, "mean \(mean.decimal(2))") }
        return panel.svg
    }

    private func hopsPanel(at offset: Double) -> String {
        let known = traffic.hops.dropLast()
        let last = known.lastIndex { $0 > 0 } ?? 1
        let total = Double(max(traffic.deliveries, 1))
        let most = Double(known.max() ?? 1) / total * 100
        var panel = Panel(
            "Hops", x: "links travelled", .counts(last + 1), y: "% of deliveries",
            to: max(most * 1.1, 1), offset: offset)
        for (hop, count) in known.enumerated() where count > 0 {
            panel.bar(at: Double(hop), width: 0.8, Double(count) / total * 100)
        }
        if let mean = self[.hops] {
            panel.note(panel.yMost, "last hop of a round, mean: \(mean.decimal(1))")
        }
        return panel.svg
    }
}
