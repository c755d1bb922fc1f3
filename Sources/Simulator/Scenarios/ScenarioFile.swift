/// What is wrong with a scenario's text, and where.
public struct ScenarioError: Error, Sendable, Equatable {
    /// From 1 on.
    public let line: Int
    public let what: String
}

extension Scenario {
    /// Reads a scenario: lines of `key: value`, `at TIME: FAULT` and `expect: FIGURE < BOUND`; what
    /// follows a `#` is for people.
    ///
    /// - Throws: `ScenarioError`.
    public init(_ text: String) throws(ScenarioError) {
        self.init()
        for (number, line) in zip(
            1..., text.split(separator: "\n", omittingEmptySubsequences: false))
        {
            let words = trimmed(line.split(separator: "#", omittingEmptySubsequences: false)[0])
            guard !words.isEmpty else { continue }
            guard let colon = words.firstIndex(of: ":") else {
                throw ScenarioError(line: number, what: "no colon: write KEY: VALUE")
            }
            let key = trimmed(words[..<colon])
            let value = trimmed(words[words.index(after: colon)...])
            do {
                try read(key, value)
            } catch {
                throw ScenarioError(line: number, what: "\(key): \(error.what)")
            }
        }
        script.sort { $0.at < $1.at }
    }
}
