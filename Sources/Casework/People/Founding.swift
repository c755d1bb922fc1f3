public import Model
public import Sealing
public import Sodium
public import Wire

/// Makes communities and keeps them going: what a steward, operations and roster do.
/// Source: protocol/13-communities.md.
public enum Founding {
    /// A new community with one steward, in a network of its own.
    public struct Founded: Sendable {
        public let keyring: Keyring
        public let charters: CharterChain
    }

    /// - Parameters:
    ///   - workBase: 14, or less on a test network.
    ///   - random: 32 bytes for every key.
    public static func found(
        name: Text, founder: Text, networkName: Text, seeds: [Seed], isTest: Bool,
        workBase: UInt8, now: WallTime, random: RandomSource
    ) throws(RecordError) -> Founded {
        let office = Keyring.Office(
            stewardSeed: Secret(random(32)), operationsSeed: Secret(random(32)),
            rosterSeed: Secret(random(32)), moderationSeed: Secret(random(32)),
            charterSeed: Secret(random(32)))
        let root = Root(
            stewards: [office.steward.publicKey], threshold: 1,
            operations: office.operations.publicKey, roster: office.roster.publicKey,
            moderation: office.moderation.publicKey, name: name)
        let signedRoot = SignedMap(root.cbor, Labels.root, by: [office.steward])
        let community = Root.communityID(of: signedRoot)
        let charter = Charter(
            signers: [office.charter.publicKey], threshold: 1, workBase: workBase,
            communities: [Charter.Carried(community: community, weight: 1)], seeds: seeds,
            isTest: isTest, name: networkName)
        let signedCharter = SignedMap(charter.cbor, Labels.net, by: [office.charter])
        let network = Charter.networkID(of: signedCharter)
        let charters = try CharterChain([signedCharter], network: network)
        var keyring = Keyring(
            network: network, community: community,
            person: Keyring.Person(name: founder, random: random))
        keyring.office = office
        keyring.epochFirstSlot = now.slot
        keyring.members = [
            Keyring.Member(
                persona: keyring.person.personaID, memberKey: keyring.person.memberKey.publicKey,
                tagKey: keyring.person.tagKey, name: founder,
                roles: [.intake, .supporter, .moderator])
        ]
        _ = keyring.accept(
            EpochLetter(
                epoch: 1, groupKey: Secret(random(32)),
                certificate: keyring.certificate(for: keyring.members[0], epoch: 1, office).signed,
                intake: IntakeSeed(week: now.slot.week, seed: Secret(random(32)))))
        // The root is kept where the manifest carries it.
        return Founded(keyring: keyring.withRoots([signedRoot]), charters: charters)
    }

    /// The network's charters as a record.
    public static func charterRecord(
        _ charters: CharterChain, by key: SigningKey, now: WallTime
    ) -> Record {
        // Ten years: a charter is replaced by a newer one, not by time.
        Record(
            .charters, subject: charters.network.bytes, seq: charters.newest.seq, notBefore: now,
            notAfter: now.adding(seconds: 10 * 365 * 86400), content: charters.content, by: key)
    }
}

extension Keyring {
    func withRoots(_ roots: [SignedMap]) -> Keyring {
        var copy = self
        copy.roots = roots
        return copy
    }

    func certificate(for member: Member, epoch: UInt64, _ office: Office) -> Certificate {
        Certificate(
            persona: member.persona, memberKey: member.memberKey, roles: member.roles,
            epoch: epoch, name: member.name, community: community, by: office.roster)
    }

    /// A new manifest: this week's intake key and the next seven. Nil without the operations key.
    ///
    /// - Parameter bridges: as `NamedBridge.cbor`, or as an earlier manifest had them.
    public mutating func manifest(
        relays: [NodeID], languages: [Text], bridges: [CBOR] = [], now: WallTime
    ) -> Record? {
        guard let office, let intake = intakes.last, let epoch = newestEpoch else { return nil }
        var seed = intake.seed
        while seed.week < now.slot.week { seed.step() }
        let manifest = Manifest(
            epoch: epoch.number, epochFirstSlot: epochFirstSlot, roots: roots,
            firstWeek: seed.week, intakeKeys: seed.keys(Manifest.weeks).map { $0.publicKey },
            groupTopics: epochs.suffix(8).map { $0.topic }, relays: relays.sorted(),
            bridges: bridges, languages: languages)
        manifestSeq = max(manifestSeq + 1, now.seconds)
        return Record(
            .manifest, subject: community.bytes, seq: manifestSeq, notBefore: now,
            notAfter: now.adding(seconds: Limits.manifestSeconds), content: manifest.cbor,
            by: office.operations)
    }

    /// A one-time secret for a new member, remembered until it is used or over.
    public mutating func invite(
        seeds: [Seed], preSharedKey: Secret?, expiry: WallTime, random: RandomSource
    ) -> Invite {
        let secret = Secret(random(32))
        openInvites.append(OpenInvite(secret: secret, expiry: expiry))
        return Invite(
            network: network, seeds: seeds, community: community, preSharedKey: preSharedKey,
            oneTimeSecret: secret, expiry: expiry)
    }

    /// Whether a join bears the proof of an invite still open.
    public func isInvited(_ join: Join, now: WallTime) -> Bool {
        openInvites.contains {
            $0.expiry > now
                && join.isProven(by: $0.secret, network: network, community: community)
        }
    }

    /// Whether two joins bear the proof of the same open invite.
    public func sharesInvite(_ one: Join, _ other: Join) -> Bool {
        openInvites.contains { invite in
            [one, other].allSatisfy {
                $0.isProven(by: invite.secret, network: network, community: community)
            }
        }
    }

    /// Makes a joiner a member: uses up the invite, and writes the epoch letter for them and the
    /// directory for all. Nil without the roster key or an open invite.
    public mutating func approve(
        _ join: Join, roles: Certificate.Roles, now: WallTime
    ) -> (letter: SignedLetter, directory: CBOR)? {
        guard let office, let epoch = newestEpoch, let intake = intakes.last else { return nil }
        let index = openInvites.firstIndex {
            $0.expiry > now
                && join.isProven(by: $0.secret, network: network, community: community)
        }
        guard let index else { return nil }
        openInvites.remove(at: index)
        let member = Member(
            persona: join.persona, memberKey: join.memberKey, tagKey: join.tagKey,
            name: join.name ?? "", roles: roles)
        members.removeAll { $0.persona == member.persona }
        members.append(member)
        let letter = EpochLetter(
            epoch: epoch.number, groupKey: epoch.groupKey,
            certificate: certificate(for: member, epoch: epoch.number, office).signed,
            intake: intake.seed)
        return (SignedLetter(letter: letter, member: member), directory(office, epoch))
    }

    /// The directory of the newest epoch.
    private func directory(_ office: Office, _ epoch: Epoch) -> CBOR {
        let certificates = members.sorted { $0.persona < $1.persona }.map {
            certificate(for: $0, epoch: epoch.number, office).signed
        }
        return MemberDirectory(epoch: epoch.number, certificates: certificates).cbor
    }

    /// Removes a member: a new epoch with fresh keys for all others. Nil without the roster key or
    /// such a member.
    public mutating func remove(
        _ persona: PersonaID, now: WallTime, random: RandomSource
    ) -> (letters: [SignedLetter], directory: CBOR)? {
        guard let office, let old = newestEpoch, persona != person.personaID,
            members.contains(where: { $0.persona == persona })
        else { return nil }
        members.removeAll { $0.persona == persona }
        let number = old.number + 1
        let groupKey = Secret(random(32))
        let intake = IntakeSeed(week: now.slot.week, seed: Secret(random(32)))
        let letters = members.map { member in
            SignedLetter(
                letter: EpochLetter(
                    epoch: number, groupKey: groupKey,
                    certificate: certificate(for: member, epoch: number, office).signed,
                    intake: intake), member: member)
        }
        epochFirstSlot = now.slot
        for letter in letters where letter.member.persona == person.personaID {
            _ = accept(letter.letter)
        }
        guard let epoch = newestEpoch else { return nil }
        let others = letters.filter { $0.member.persona != person.personaID }
        return (others, directory(office, epoch))
    }

    /// An epoch letter and the member it is for.
    public struct SignedLetter: Sendable {
        public let letter: EpochLetter
        public let member: Member
    }
}
