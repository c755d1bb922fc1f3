public import Sealing
public import Wire

/// Who said something in a case.
public enum Speaker: Sendable, Equatable { case seeker, supporter }

/// What one side said to the other.
public struct Message: Sendable {
    public let speaker: Speaker
    public let text: Text
    public let language: Text?
    public let attachments: [Attachment]
    public let at: SaidAt

    public init(speaker: Speaker, _ words: Words, at: SaidAt) {
        self.speaker = speaker
        text = words.text
        language = words.language
        attachments = words.attachments
        self.at = at
    }
}

/// Where a supporter said that a case stands.
public struct StatusChange: Sendable {
    public let state: CaseState
    public let explanation: Text?
    /// The name in the supporter's certificate.
    public let by: Text?
    public let at: SaidAt

    public init(_ status: Status, by certificate: Certificate, at: SaidAt) {
        state = status.state
        explanation = status.explanation
        by = certificate.name
        self.at = at
    }
}
