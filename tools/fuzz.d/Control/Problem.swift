/// Stands in for the daemon's problem, which would bring its store along; no request holds one.
public struct Problem: Codable, Sendable {}
