import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

/// Bytes from strangers: whatever they are, reading them ends in a value or an error.
@Suite struct MutationTests {
    static func bytes(_ topic: String, _ name: String) throws -> [[UInt8]] {
        try VectorFile.all(topic).compactMap { $0.optionalBytes(name) }.filter { $0.count < 5000 }
    }

    @Test func aHundredThousandChangedRecordsHarmNobody() throws {
        let good = try Self.bytes("records", "record") + Self.bytes("records", "signed 0")
        var random = SeededRandom(21)
        var other = 0
        for round in 0..<100_000 {
            let bytes = random.mutated(good[round % good.count])
            if let signed = try? SignedMap(decoding: bytes), signed.encoded != bytes { other += 1 }
            if let record = try? Record(decoding: bytes), record.encoded != bytes { other += 1 }
        }
        #expect(other == 0)
    }

    /// Slower, since whatever still decodes has its signatures checked.
    @Test func changedManifestsAndChainsAreNeverBelieved() throws {
        let good = try Self.bytes("records", "record")
        var random = SeededRandom(22)
        for round in 0..<3000 {
            let bytes = random.mutated(good[round % good.count])
            guard !good.contains(bytes), let record = try? Record(decoding: bytes) else { continue }
            // A signature that does not count may have been touched; the map may not.
            if let manifest = try? record.manifest() {
                #expect(good.contains { (try? SignedMap(decoding: $0))?.map == record.signed.map })
                #expect(manifest.roots.community.bytes == record.subject)
            }
            _ = try? record.charters()
        }
    }

    @Test func aHundredThousandChangedInvitesHarmNobody() throws {
        let good = try VectorFile.accepted("invite").map { [UInt8](try $0.words("invite").utf8) }
        let now = WallTime(seconds: 1_800_000_000)
        let whole = Set(good.map { $0.filter { $0 > 0x20 } })
        var random = SeededRandom(23)
        var wrong = 0
        for round in 0..<100_000 {
            let bytes = random.mutated(good[round % good.count])
            guard (try? Invite(String(decoding: bytes, as: UTF8.self), now: now)) != nil else {
                continue
            }
            if !whole.contains(bytes.filter { $0 > 0x20 }) { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    /// Invites whose check bytes fit, so that what they hold is looked at.
    @Test func changedInvitesWithFittingCheckBytesHarmNobody() throws {
        let good = try Self.bytes("invite", "cbor")
        let now = WallTime(seconds: 1_800_000_000)
        var random = SeededRandom(25)
        for round in 0..<10_000 {
            let map = random.mutated(good[round % good.count])
            let whole = Base64URL.encode(map + hash(Labels.invite, map).prefix(4))
            let text = "kith1:" + String(decoding: whole, as: UTF8.self)
            guard let invite = try? Invite(text, now: now) else { continue }
            #expect(try Invite(invite.text, now: now) == invite)
        }
    }

    @Test func twentyThousandChangedPayloadsHarmNobody() throws {
        let good = try Self.bytes("content", "payload") + Self.bytes("plaintext", "plaintext 0")
        var random = SeededRandom(24)
        for round in 0..<20_000 {
            let bytes = random.mutated(good[round % good.count])
            _ = try? ContentPart(decoding: bytes)
            _ = try? Request(decoding: bytes)
            _ = try? SelfCopy(decoding: bytes)
            _ = try? Words(decoding: bytes)
            _ = try? Join(decoding: bytes)
            _ = try? CaseLetter(decoding: bytes)
            guard let fields = try? SignedMap(decoding: bytes).fields() else { continue }
            _ = try? Grant(fields)
            _ = try? Act(fields)
            _ = try? Status(fields)
            _ = try? Claim(fields)
            _ = try? Release(fields)
            _ = try? EpochLetter(fields)
            _ = try? MemberDirectory(fields)
        }
    }
}
