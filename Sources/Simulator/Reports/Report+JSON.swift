import Wire

extension Report {
    /// One object; equal runs give equal bytes.
    public var json: String {
        let figures = figures.map { "\($0.figure.rawValue.quoted): \($0.value.decimal(4))" }
        let fields = [
            "\"name\": \(name.quoted)",
            // A number of 64 bits is more than many readers hold.
            "\"seed\": \(String(seed).quoted)",
            "\"trace\": \(traceHash.hexadecimal.quoted)",
            "\"held\": \(isHeld)",
            "\"nodes\": \(nodes)",
            "\"simulatedSeconds\": \((Double(elapsed) / 1000).decimal())",
            "\"events\": \(events)",
            "\"items\": \(items)",
            "\"figures\": {\(figures.joined(separator: ", "))}",
            "\"broken\": \(list(broken.map(text)))",
            "\"violationCount\": \(violationCount)",
            "\"violations\": \(list(violations.map(text)))",
            "\"rounds\": \(list(rounds.map(text)))",
            "\"frames\": \(list(frames))",
            "\"deliveredWithin\": \(list(delays))",
            "\"hops\": \(list(hopCounts))",
        ]
        return "{\n  " + fields.joined(separator: ",\n  ") + "\n}\n"
    }

    private func list(_ items: [String]) -> String {
        items.isEmpty ? "[]" : "[\n    " + items.joined(separator: ",\n    ") + "\n  ]"
    }

    private func text(_ broken: (expectation: Expectation, value: Double?)) -> String {
        let expected = broken.expectation
        return "{\"figure\": \(expected.figure.rawValue.quoted), "
            + "\"expected\": \("\(expected.comparison.rawValue) \(expected.bound.decimal())".quoted), "
            + "\"found\": \(broken.value?.decimal(4) ?? "null")}"
    }

    private func text(_ violation: Violation) -> String {
        "{\"milliseconds\": \(violation.at), \"host\": \(violation.host), "
            + "\"what\": \(violation.what.quoted)}"
    }

    private func text(_ round: Round) -> String {
        "{\"round\": \(round.number), \"items\": \(round.items), "
            + "\"deliveries\": \(round.deliveries), \"copies\": \(round.copies), "
            + "\"missed\": \(round.missed), \"lastHop\": \(round.lastHop), "
            + "\"lastDelay\": \(round.lastDelay), \"redundancy\": \(round.redundancy.decimal())}"
    }

    private var frames: [String] {
        traffic.frames.indices.filter { traffic.frames[$0] > 0 }.map { type in
            "{\"type\": \(Frame.name(ofType: UInt8(type)).quoted), "
                + "\"count\": \(traffic.frames[type]), \"bytes\": \(traffic.bytes[type])}"
        }
    }

    private var delays: [String] {
        guard traffic.deliveries > 0 else { return [] }
        return [0.5, 0.9, 0.99, 1].map { part in
            "{\"part\": \(part.decimal()), \"milliseconds\": \(traffic.delay(of: part))}"
        }
    }

    private var hopCounts: [String] {
        traffic.hops.indices.filter { traffic.hops[$0] > 0 }.map { hop in
            let name = hop == Int(Item.unknownHop) ? "null" : String(hop)
            return "{\"hops\": \(name), \"deliveries\": \(traffic.hops[hop])}"
        }
    }
}
