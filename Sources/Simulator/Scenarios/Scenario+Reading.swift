import Wire

extension Scenario {
    static let keys = [
        "name", "about", "seed", "nodes", "links", "topology", "unreachable", "hostile", "latency",
        "jitter", "loss", "bandwidth", "disk", "store", "join over", "warm-up", "rounds", "every",
        "senders", "size", "ttl", "work", "retract", "erase delay", "stem gap", "length", "settle",
        "rest", "at TIME", "expect",
    ]

    /// Takes one line in.
    mutating func read(_ key: String, _ value: String) throws(ValueError) {
        if key.hasPrefix("at ") {
            let time = try Value.time(trimmed(key.dropFirst(3)))
            return script.append(Event(at: time, fault: try Fault(Value.words(value))))
        }
        if try readHosts(key, value) { return }
        if try readPaths(key, value) { return }
        if try readWork(key, value) { return }
        throw ValueError("no such key; there are: \(Self.keys.joined(separator: ", "))")
    }

    private mutating func readHosts(_ key: String, _ value: String) throws(ValueError) -> Bool {
        switch key {
        case "name": name = value
        case "about": about += (about.isEmpty ? "" : " ") + value
        case "seed":
            guard let number = UInt64(value) else { throw ValueError("\"\(value)\" is no number") }
            seed = number
        case "nodes":
            nodes = try Value.count(value)
            guard nodes > 0, nodes <= 50_000 else { throw ValueError("1 to 50000 hosts") }
        case "links":
            switch value {
            case "frames": hasCiphers = false
            case "ciphers": hasCiphers = true
            default: throw ValueError("frames or ciphers, not \"\(value)\"")
            }
        case "topology": topology = try Self.topology(Value.words(value))
        case "unreachable": unreachable = try Value.share(value)
        case "hostile":
            let words = Value.words(value)
            guard words.count == 2 else { throw ValueError("write 20% liars") }
            hostile.append(
                Hostile(share: try Value.share(words[0]), kind: try Value.mischief(words[1])))
        default: return false
        }
        return true
    }

    private mutating func readPaths(_ key: String, _ value: String) throws(ValueError) -> Bool {
        switch key {
        case "latency": latency = try Value.delay(value)
        case "jitter": jitter = try Value.time(value)
        case "loss":
            loss = try Value.part(value)
            guard loss <= 0.5 else { throw ValueError("more than half is no path") }
        case "bandwidth": bandwidth = try Value.rate(value)
        case "disk": disk = try Value.delay(value)
        case "store": store = try Value.bytes(value)
        case "join over": joinOver = try Value.time(value)
        case "warm-up": warmUp = try Value.time(value)
        case "length": length = try Value.time(value)
        case "settle": settle = try Value.time(value)
        case "rest": rest = try Value.time(value)
        default: return false
        }
        return true
    }

    private mutating func readWork(_ key: String, _ value: String) throws(ValueError) -> Bool {
        switch key {
        case "rounds": rounds = try Value.count(value)
        case "every":
            every = try Value.time(value)
            guard every > 1 else { throw ValueError("longer than a millisecond") }
        case "senders":
            switch value {
            case "one": senders = .one
            case "random": senders = .random
            case "all": senders = .all
            default: throw ValueError("one, random or all, not \"\(value)\"")
            }
        case "size":
            sizes = try Self.list(value) { word throws(ValueError) in
                UInt8(clamping: try Value.count(word))
            }
            guard sizes.allSatisfy({ $0 <= 7 }) else { throw ValueError("0 to 7") }
        case "ttl": ttls = try Self.list(value) { word throws(ValueError) in try Self.ttl(word) }
        case "work":
            work = try Value.count(value)
            guard work <= 12 else { throw ValueError("0 to 12 bits") }
        case "retract": retract = try Value.part(value)
        case "stem gap": stemGap = try Value.time(value)
        case "erase delay": eraseDelay = try Value.time(value) / 1000
        case "expect": expectations.append(try Expectation(Value.words(value)))
        default: return false
        }
        return true
    }

    /// One or more words.
    private static func list<Element>(
        _ text: String, _ read: (String) throws(ValueError) -> Element
    ) throws(ValueError) -> [Element] {
        let words = Value.words(text)
        guard !words.isEmpty else { throw ValueError("one or more words") }
        var list: [Element] = []
        for word in words { list.append(try read(word)) }
        return list
    }

    private static func topology(_ words: [String]) throws(ValueError) -> Topology {
        switch words.first {
        case "join" where words.count == 1: return .joining
        case "ring" where words.count == 1: return .ring
        case "line" where words.count == 1: return .line
        case "full" where words.count == 1: return .full
        case "random" where words.count == 2: return .scattered(try Value.count(words[1]))
        default: throw ValueError("join, random N, ring, line or full")
        }
    }

    private static func ttl(_ text: String) throws(ValueError) -> TTLClass {
        switch text {
        case "hour": return .hour
        case "day": return .day
        case "week": return .week
        case "month": return .month
        case "quarter": return .quarter
        default: throw ValueError("hour, day, week, month or quarter, not \"\(text)\"")
        }
    }
}

extension Expectation {
    /// `hops < 12`; bounds may be parts or times.
    init(_ words: [String]) throws(ValueError) {
        guard words.count == 3 else { throw ValueError("write FIGURE < BOUND") }
        guard let figure = Figure(rawValue: words[0]) else {
            let known = Figure.allCases.map { $0.rawValue }.joined(separator: ", ")
            throw ValueError("\"\(words[0])\" is no figure: \(known)")
        }
        guard let comparison = Comparison(rawValue: words[1]) else {
            throw ValueError("\"\(words[1])\" compares nothing: <, <=, >, >= or =")
        }
        let bound: Double
        if let number = Double(words[2]) {
            bound = number
        } else if words[2].hasSuffix("%") {
            bound = try Value.part(words[2])
        } else {
            bound = Double(try Value.time(words[2])) / 1000
        }
        self.init(figure: figure, comparison: comparison, bound: bound)
    }
}
