public import Model
public import Sealing
public import Sodium
public import Wire

/// Finds and opens what is for a member, with all the keys they hold: hints first, since a match
/// costs a hash and a trial a key agreement.
public struct MemberReader: Sendable {
    private let keyring: Keyring
    private var tagged: [(tag: Secret, opener: Opener)] = []
    private let groupTopics: [Topic]

    public init(_ keyring: Keyring, caseKeys: [Secret]) {
        self.keyring = keyring
        tagged.append((keyring.person.tagKey, .key(keyring.person.memberKey)))
        for key in caseKeys { tagged.append((Mailbox.tagKey(of: key), .shared(key))) }
        for epoch in keyring.epochs.reversed() {
            tagged.append((Mailbox.tagKey(of: epoch.groupKey), .shared(epoch.groupKey)))
        }
        groupTopics = keyring.epochs.map { $0.topic }
    }

    /// A reader that looks for what is under `caseKeys` only, among what was read before.
    public static func only(_ caseKeys: [Secret], _ keyring: Keyring) -> MemberReader {
        var reader = MemberReader(keyring, caseKeys: [])
        reader.tagged = caseKeys.map { (Mailbox.tagKey(of: $0), .shared($0)) }
        reader.triesIntake = false
        return reader
    }

    private var triesIntake = true

    /// The content, if it is for this member.
    public func open(_ envelope: Envelope) -> ContentPart? {
        for (tag, opener) in tagged where Mailbox.matches(tag, envelope.header) {
            if let part = Sealer.open(envelope, with: opener, community: keyring.community) {
                return part
            }
        }
        guard triesIntake, !groupTopics.contains(envelope.header.topic) else { return nil }
        for key in keyring.intakeKeys(envelope.header.slot.week) {
            if let part = Sealer.open(envelope, with: .key(key), community: keyring.community) {
                return part
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
