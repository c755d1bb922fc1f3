public import Model
public import Sealing
public import Sodium
public import Wire

/// Everything one person holds secretly: who they are in a community, its epochs' keys, and, for
/// those who run it, the keys it is run with. Rests only under their vault key.
public struct Keyring: Sendable {
    /// A member's own keys.
    public struct Person: Sendable {
        public let name: Text
        let personaSeed: Secret
        public let memberKey: AgreementKey
        public let tagKey: Secret

        public var persona: SigningKey { SigningKey(seed: personaSeed) }

        public var personaID: PersonaID {
            guard let id = PersonaID(persona.publicKey) else {
                preconditionFailure("a public key has 32 bytes")
            }
            return id
        }

        public init(name: Text, random: RandomSource) {
            self.name = name
            personaSeed = Secret(random(32))
            memberKey = AgreementKey(secret: Secret(random(32)))
            tagKey = Secret(random(32))
        }

        init(name: Text, personaSeed: Secret, memberKey: Secret, tagKey: Secret) {
            self.name = name
            self.personaSeed = personaSeed
            self.memberKey = AgreementKey(secret: memberKey)
            self.tagKey = tagKey
        }
    }

    /// One epoch as a member knows it.
    public struct Epoch: Sendable {
        public let number: UInt64
        public let groupKey: Secret
        public let certificate: SignedMap

        public var topic: Topic { Topics.group(groupKey) }
    }

    /// One line of intake seeds: the seed of the present week, and keys of weeks gone by.
    public struct Intake: Sendable {
        public internal(set) var seed: IntakeSeed
        var past: [(week: Week, secret: Secret)] = []

        public init(seed: IntakeSeed) { self.seed = seed }

        /// The key of a week, past or to come within a manifest's reach.
        public func key(_ week: Week) -> AgreementKey? {
            if let past = past.first(where: { $0.week == week }) {
                return AgreementKey(secret: past.secret)
            }
            guard week >= seed.week, week.number - seed.week.number <= 2 * UInt32(Manifest.weeks)
            else { return nil }
            var ahead = seed
            while ahead.week < week { ahead.step() }
            return ahead.key
        }

        /// Goes on to `week`, keeping the keys of weeks passed for 92 days.
        public mutating func step(to week: Week) {
            while seed.week < week {
                past.append((seed.week, seed.key.secret))
                seed.step()
            }
            let keptWeeks = UInt32(Limits.keptKeysSeconds / 604800) + 2
            past.removeAll { $0.week.number + keptWeeks < week.number }
        }
    }

    /// The keys a community is run with.
    public struct Office: Sendable {
        let stewardSeed: Secret
        let operationsSeed: Secret
        let rosterSeed: Secret
        let moderationSeed: Secret
        let charterSeed: Secret

        public var steward: SigningKey { SigningKey(seed: stewardSeed) }
        public var operations: SigningKey { SigningKey(seed: operationsSeed) }
        public var roster: SigningKey { SigningKey(seed: rosterSeed) }
        public var moderation: SigningKey { SigningKey(seed: moderationSeed) }
        public var charter: SigningKey { SigningKey(seed: charterSeed) }
    }

    /// A member as the roster holder knows them.
    public struct Member: Sendable {
        public let persona: PersonaID
        public let memberKey: [UInt8]
        public let tagKey: Secret
        public let name: Text
        public let roles: Certificate.Roles
    }

    /// An invite that was not used yet.
    public struct OpenInvite: Sendable {
        public let secret: Secret
        public let expiry: WallTime
    }

    public let network: NetworkID
    public let community: CommunityID
    public let person: Person
    /// Newest last.
    public internal(set) var epochs: [Epoch] = []
    /// Newest last.
    public internal(set) var intakes: [Intake] = []
    public internal(set) var office: Office?
    /// The community's roots, where this person holds its office.
    public internal(set) var roots: [SignedMap] = []
    public internal(set) var members: [Member] = []
    public internal(set) var openInvites: [OpenInvite] = []
    /// Of the last manifest published from here.
    public internal(set) var manifestSeq: UInt64 = 0
    public internal(set) var epochFirstSlot = Slot(0)
    /// Of the invite this person came with, until the join is sent.
    public var joinSecret: Secret?

    public init(network: NetworkID, community: CommunityID, person: Person) {
        self.network = network
        self.community = community
        self.person = person
    }

    /// Whether an epoch letter has made this person a member.
    public var isMember: Bool { !epochs.isEmpty }

    public var newestEpoch: Epoch? { epochs.last }

    /// Erases the intake seeds of weeks gone by.
    public mutating func step(to week: Week) {
        for index in intakes.indices { intakes[index].step(to: week) }
    }

    /// All keys that may open first contacts of a week, newest line first.
    public func intakeKeys(_ week: Week) -> [AgreementKey] {
        intakes.reversed().compactMap { $0.key(week) }
    }

    /// Takes in an epoch letter that was checked; false if it brings nothing new.
    public mutating func accept(_ letter: EpochLetter) -> Bool {
        guard !epochs.contains(where: { $0.number == letter.epoch }) else { return false }
        epochs.append(
            Epoch(
                number: letter.epoch, groupKey: letter.groupKey, certificate: letter.certificate))
        epochs.sort { $0.number < $1.number }
        if !intakes.contains(where: {
            $0.key(letter.intake.week)?.secret == letter.intake.key.secret
        }) {
            intakes.append(Intake(seed: letter.intake))
        }
        return true
    }
}
