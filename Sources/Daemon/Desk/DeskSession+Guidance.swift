import Casework
public import Model
public import Sealing

/// What the holder of a community's operations key tells everybody.
extension DeskSession {
    /// Publishes guidance, all of it or none; gives the time until which it holds.
    public func publish(
        guidance all: [Guidance], now: WallTime
    ) async throws(Problem) -> WallTime {
        guard let view else {
            throw Problem(
                .tryAgain, "the network's charter has not arrived", hint: "kith status")
        }
        let languages = all.map { $0.language }
        let others = view.guidance.filter { !languages.contains($0.language) }
        guard others.count + all.count <= Limits.guidanceLanguages else {
            throw Problem(
                .badData,
                "a community has guidance in at most \(Limits.guidanceLanguages) languages, and"
                    + " these would be \(others.count + all.count)",
                hint: "publish fewer; what was taken back counts until it ends: "
                    + "kith guidance list")
        }
        var records: [Record] = []
        for guidance in all {
            let seq = view.guidance.first { $0.language == guidance.language }?.seq ?? 0
            guard let record = keyring.guidance(guidance, after: seq, now: now) else {
                throw notRoster
            }
            records.append(record)
        }
        try await post(records, workBase: view.workBase, now: now)
        return now.adding(seconds: Limits.guidanceSeconds)
    }
}
