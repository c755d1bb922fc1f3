extension Fault {
    /// How each fault is written.
    static let forms = [
        "partition SHARE", "mute SHARE", "heal", "crash SHARE keep-disk|lose-disk [silent]",
        "restart", "join COUNT [over TIME]", "leave SHARE",
        "churn SHARE every TIME for TIME keep-disk|lose-disk", "slow SHARE RATE", "fast",
        "clocks SHARE [+|-]TIME", "right-clocks", "loss PART", "turn SHARE KIND", "silence", "calm",
        "fill-disks SHARE", "free-disks", "burst COUNT",
    ]

    init(_ words: [String]) throws(ValueError) {
        let rest = [String](words.dropFirst())
        switch (words.first ?? "", rest.count) {
        case ("partition", 1): self = .partition(try Value.share(rest[0]))
        case ("mute", 1): self = .mute(try Value.share(rest[0]))
        case ("heal", 0): self = .heal
        case ("restart", 0): self = .restart
        case ("leave", 1): self = .leave(try Value.share(rest[0]))
        case ("fast", 0): self = .fast
        case ("right-clocks", 0): self = .rightClocks
        case ("silence", 0): self = .silence
        case ("calm", 0): self = .calm
        case ("free-disks", 0): self = .freeDisks
        case ("fill-disks", 1): self = .fillDisks(try Value.share(rest[0]))
        case ("burst", 1): self = .burst(try Value.count(rest[0]))
        case ("loss", 1): self = .loss(try Value.part(rest[0]))
        case ("slow", 2): self = .slow(try Value.share(rest[0]), rate: try Value.rate(rest[1]))
        case ("clocks", 2):
            self = .clocks(try Value.share(rest[0]), seconds: try Value.shift(rest[1]))
        case ("turn", 2): self = .turn(try Value.share(rest[0]), try Value.mischief(rest[1]))
        default: try self.init(longer: words.first ?? "", rest)
        }
    }

    private init(longer name: String, _ rest: [String]) throws(ValueError) {
        switch (name, rest.count) {
        case ("join", 1): self = .join(try Value.count(rest[0]), over: 1000)
        case ("join", 3) where rest[1] == "over":
            self = .join(try Value.count(rest[0]), over: try Value.time(rest[2]))
        case ("crash", 2):
            self = .crash(
                try Value.share(rest[0]), keepsDisk: try Self.keepsDisk(rest[1]), isSilent: false)
        case ("crash", 3) where rest[2] == "silent":
            self = .crash(
                try Value.share(rest[0]), keepsDisk: try Self.keepsDisk(rest[1]), isSilent: true)
        case ("churn", 6) where rest[1] == "every" && rest[3] == "for":
            self = .churn(
                try Value.share(rest[0]), every: try Value.time(rest[2]),
                span: try Value.time(rest[4]), keepsDisk: try Self.keepsDisk(rest[5]))
        default: throw Self.unknown(name)
        }
    }

    private static func keepsDisk(_ word: String) throws(ValueError) -> Bool {
        switch word {
        case "keep-disk": true
        case "lose-disk": false
        default: throw ValueError("keep-disk or lose-disk, not \"\(word)\"")
        }
    }

    /// Names the form that was meant, or all of them.
    private static func unknown(_ name: String) -> ValueError {
        let meant = forms.filter { $0.split(separator: " ").first.map(String.init) == name }
        return ValueError("write " + (meant.isEmpty ? forms : meant).joined(separator: "; "))
    }
}
