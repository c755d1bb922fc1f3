public import Model
public import Sealing
public import Sodium
public import Wire

/// A case's key, and whose it is.
public struct CaseKey: Sendable, Equatable {
    public let caseID: CaseID
    public let key: Secret

    public init(caseID: CaseID, key: Secret) {
        self.caseID = caseID
        self.key = key
    }
}

/// Finds and opens what is for a member, with all the keys they hold: hints first, since a match
/// costs a hash and a trial a key agreement.
public struct MemberReader: Sendable {
    private let keyring: Keyring
    private var tagged: [(tag: Secret, opener: Opener, caseID: CaseID)] = []
    private let groupTopics: [Topic]

    public init(_ keyring: Keyring, caseKeys: [CaseKey]) {
        self.keyring = keyring
        tagged.append((keyring.person.tagKey, .key(keyring.person.memberKey), .zero))
        tagged += caseKeys.map(Self.tagged)
        for epoch in keyring.epochs.reversed() {
            let tag = Mailbox.tagKey(of: epoch.groupKey)
            tagged.append((tag, .shared(epoch.groupKey), .zero))
        }
        groupTopics = keyring.epochs.map { $0.topic }
    }

    /// A reader that looks for what is under `caseKeys` only, among what was read before.
    public static func only(_ caseKeys: [CaseKey], _ keyring: Keyring) -> MemberReader {
        var reader = MemberReader(keyring, caseKeys: [])
        reader.tagged = caseKeys.map(Self.tagged)
        reader.triesIntake = false
        return reader
    }

    private var triesIntake = true

    private static func tagged(_ known: CaseKey) -> (Secret, Opener, CaseID) {
        (Mailbox.tagKey(of: known.key), .shared(known.key), known.caseID)
    }

    /// The content, if it is for this member, and the case under whose key it is; zero for none.
    public func open(_ envelope: Envelope) -> (content: ContentPart, caseID: CaseID)? {
        for (tag, opener, caseID) in tagged where Mailbox.matches(tag, envelope.header) {
            if let part = Sealer.open(envelope, with: opener, community: keyring.community) {
                return (part, caseID)
            }
        }
        guard triesIntake, !groupTopics.contains(envelope.header.topic) else { return nil }
        for key in keyring.intakeKeys(envelope.header.slot.week) {
            if let part = Sealer.open(envelope, with: .key(key), community: keyring.community) {
                return (part, .zero)
            }
        }
        return nil
    }

    /// Topics on which a member's messages may lie: intake of the last 14 weeks and the next,
    /// and every known epoch's group.
    public static func topics(_ keyring: Keyring, now: WallTime) -> [Topic] {
        intakeTopics(keyring.community, now: now) + keyring.epochs.map { $0.topic }
    }

    /// Intake topics whose envelopes may still live, oldest first.
    public static func intakeTopics(_ community: CommunityID, now: WallTime) -> [Topic] {
        let last = now.slot.week.number + 1
        let first = last > 15 ? last - 15 : 0
        return (first...last).map { Topics.intake(community, Week($0)) }
    }
}
