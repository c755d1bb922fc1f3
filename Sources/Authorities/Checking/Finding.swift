/// One thing that a look at an authority's endpoint brought up, for the operator to read.
public struct Finding: Sendable, Equatable {
    public enum Severity: Int, Sendable, Comparable, CaseIterable {
        /// As it should be.
        case note
        /// Works, though not for every report.
        case warning
        /// Reports will be refused or never arrive.
        case error

        public static func < (l: Self, r: Self) -> Bool { l.rawValue < r.rawValue }
    }

    public let severity: Severity
    /// One line.
    public let text: String

    public init(_ severity: Severity, _ text: String) {
        self.severity = severity
        self.text = text
    }
}
