import Model
public import Sealing
import Sodium
public import Wire

extension Keyring {
    /// The keyring as bytes, to be sealed under a vault key at once and wiped.
    public var encoded: [UInt8] {
        CBOR.fields(
            .bytes(network.bytes), .bytes(community.bytes),
            .array([
                person.name.cbor, bytes(person.personaSeed), bytes(person.memberKey.secret),
                bytes(person.tagKey),
            ]),
            .array(
                epochs.map {
                    .array([.unsigned($0.number), bytes($0.groupKey), $0.certificate.cbor])
                }),
            .array(intakes.map { $0.cbor }),
            office.map {
                .array([
                    bytes($0.stewardSeed), bytes($0.operationsSeed), bytes($0.rosterSeed),
                    bytes($0.moderationSeed), bytes($0.charterSeed),
                ])
            },
            .array(
                members.map {
                    .array([
                        .bytes($0.persona.bytes), .bytes($0.memberKey), bytes($0.tagKey),
                        $0.name.cbor, .unsigned($0.roles.rawValue),
                    ])
                }),
            .array(openInvites.map { .array([bytes($0.secret), .unsigned($0.expiry.seconds)]) }),
            .unsigned(manifestSeq), .unsigned(UInt64(epochFirstSlot.number)),
            .array(roots.map { $0.cbor }), joinSecret.map { bytes($0) }
        ).encoded
    }

    /// - Throws: `RecordError` for bytes this version did not write.
    public init(decoding bytes: [UInt8]) throws(RecordError) {
        let reader: KeyringReader
        do { reader = KeyringReader(fields: try Fields(decoding: bytes)) } catch {
            throw .shape(error)
        }
        self = try reader.keyring()
    }
}

private func bytes(_ secret: Secret) -> CBOR { .bytes(secret.copied()) }

private struct KeyringReader {
    let fields: Fields

    func keyring() throws(RecordError) -> Keyring {
        do {
            var ring = Keyring(
                network: try fields.identifier32(1), community: try fields.identifier32(2),
                person: try person())
            ring.epochs = try list(4, epoch)
            ring.intakes = try list(5) { Keyring.Intake($0) }
            ring.office = fields.value(6) == nil ? nil : try office()
            ring.members = try list(7, member)
            ring.openInvites = try list(8, invite)
            ring.manifestSeq = try fields.unsigned(9)
            ring.epochFirstSlot = Slot(try fields.integer(10))
            ring.roots = try list(11) { try SignedMap($0) }
            ring.joinSecret = try fields.optionalBytes(12, count: 32).map { Secret($0) }
            return ring
        } catch let error as ShapeError {
            throw .shape(error)
        } catch let error as RecordError {
            throw error
        } catch {
            throw .outOfRange
        }
    }

    private func list<Value>(
        _ key: UInt64, _ read: (CBOR) throws -> Value?
    ) throws -> [Value] {
        try fields.array(key).map {
            guard let value = try read($0) else { throw ShapeError.wrongType(key: key) }
            return value
        }
    }

    private func person() throws -> Keyring.Person {
        let parts = try fields.array(3)
        guard parts.count == 4, case .text(let name) = parts[0], let seed = secret(parts[1]),
            let memberKey = secret(parts[2]), let tagKey = secret(parts[3])
        else { throw ShapeError.wrongType(key: 3) }
        return Keyring.Person(
            name: Text(utf8: name), personaSeed: seed, memberKey: memberKey, tagKey: tagKey)
    }

    private func office() throws -> Keyring.Office {
        let seeds = try fields.array(6).compactMap { secret($0) }
        guard seeds.count == 5 else { throw ShapeError.wrongType(key: 6) }
        return Keyring.Office(
            stewardSeed: seeds[0], operationsSeed: seeds[1], rosterSeed: seeds[2],
            moderationSeed: seeds[3], charterSeed: seeds[4])
    }

    private func epoch(_ value: CBOR) throws -> Keyring.Epoch? {
        guard let parts = value.tuple(3), let number = parts[0].asUnsigned,
            let key = secret(parts[1])
        else { return nil }
        return Keyring.Epoch(
            number: number, groupKey: key, certificate: try SignedMap(parts[2]))
    }

    private func member(_ value: CBOR) -> Keyring.Member? {
        guard let parts = value.tuple(5),
            let persona = parts[0].asBytes(32).flatMap({
                PersonaID($0)
            }), let memberKey = parts[1].asBytes(32), let tagKey = secret(parts[2]),
            case .text(let name) = parts[3], let roles = parts[4].asUnsigned
        else { return nil }
        return Keyring.Member(
            persona: persona, memberKey: memberKey, tagKey: tagKey, name: Text(utf8: name),
            roles: Certificate.Roles(rawValue: roles))
    }

    private func invite(_ value: CBOR) -> Keyring.OpenInvite? {
        guard let pair = value.tuple(2), let key = secret(pair[0]),
            let expiry = pair[1].asUnsigned
        else { return nil }
        return Keyring.OpenInvite(secret: key, expiry: WallTime(seconds: expiry))
    }

    private func secret(_ value: CBOR) -> Secret? { value.asBytes(32).map { Secret($0) } }
}

extension Keyring.Intake {
    /// At rest, inside a vault.
    public var cbor: CBOR {
        .array([
            .unsigned(UInt64(seed.week.number)), bytes(seed.seed),
            .array(past.map { .array([.unsigned(UInt64($0.week.number)), bytes($0.secret)]) }),
        ])
    }

    public init?(_ value: CBOR) {
        guard let parts = value.tuple(3), let week = Self.week(parts[0]),
            let seed = parts[1].asBytes(32), case .array(let items) = parts[2]
        else { return nil }
        self.init(seed: IntakeSeed(week: week, seed: Secret(seed)))
        for item in items {
            guard let pair = item.tuple(2), let week = Self.week(pair[0]),
                let key = pair[1].asBytes(32)
            else { return nil }
            past.append((week, Secret(key)))
        }
    }

    private static func week(_ value: CBOR) -> Week? {
        value.asUnsigned.flatMap { UInt32(exactly: $0) }.map { Week($0) }
    }
}
