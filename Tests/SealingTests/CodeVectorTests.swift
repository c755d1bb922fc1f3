import Model
import Sealing
import Sodium
import TestKit
import Testing
import Wire

@Suite struct CodeVectorTests {
    // MARK: Return codes

    @Test(arguments: try VectorFile.accepted("code"))
    func aCodeIsReadAndStretched(_ vector: VectorFile) throws {
        let code = try ReturnCode(try vector.words("code"))
        let digits = try vector.words("digits")
        #expect(try code.groups.joined() == digits + vector.words("checkDigits"))
        let stretched = try code.stretched()
        #expect(try stretched.secret == Secret(vector.bytes("s")))

        // The same digits drawn by chance make the same code.
        let drawn = ReturnCode { _ in digits.utf8.map { $0 - 0x30 } }
        #expect(drawn.groups == code.groups)

        guard let community = vector.optionalBytes("community").flatMap({ CommunityID($0) })
        else { return }
        for number in 0..<StretchedCode.cases {
            let seed = prf(stretched.secret, Labels.caseSeed, community.bytes + [number])
            #expect(try seed == Secret(vector.bytes("seed \(number)")))
            try check(stretched.caseKeys(community, number), seed, vector, number)
        }
        #expect(!vector.has("seed \(StretchedCode.cases)"))
    }

    private func check(
        _ keys: CaseKeys, _ seed: Secret, _ vector: VectorFile, _ number: UInt8
    ) throws {
        func secret(_ name: String) throws -> Secret {
            Secret(try vector.bytes("\(name) \(number)"))
        }
        #expect(try keys.thread.secret == secret("thread secret"))
        #expect(try keys.thread.publicKey == vector.bytes("thread public \(number)"))
        #expect(try keys.selfKey.secret == secret("self secret"))
        #expect(try keys.selfKey.publicKey == vector.bytes("self public \(number)"))
        #expect(try prf(seed, Labels.persona) == secret("persona seed"))
        #expect(try keys.persona.publicKey == vector.bytes("persona public \(number)"))
        #expect(try keys.grantTag == secret("grant tag"))
        #expect(try keys.selfTag == secret("self tag"))
        #expect(try keys.erase == secret("erase key"))
        #expect(try keys.consent == secret("consent key"))
        #expect(try keys.keep == secret("keep key"))
        #expect(try keys.caseID.bytes == vector.bytes("case \(number)"))
        #expect(try UInt64(keys.shard) == vector.number("shard \(number)"))
    }

    @Test(arguments: try VectorFile.refused("code"))
    func whatIsNoCodeIsMistyped(_ vector: VectorFile) throws {
        #expect(vector.refusal == "mistyped")
        let text = try vector.words("code")
        #expect(throws: ReturnCodeError.mistyped) { try ReturnCode(text) }
    }

    // MARK: Vaults

    @Test(arguments: try VectorFile.accepted("vault"))
    func aVaultOpensAndSealsAlike(_ vector: VectorFile) throws {
        let (passphrase, salt) = (try vector.bytes("passphrase"), try vector.bytes("salt"))
        let blob = try vector.bytes("blob")
        #expect(try VaultKey.salt(of: blob) == salt)
        let key = try VaultKey(passphrase: passphrase, salt: salt)
        #expect(try key.open(blob) == vector.bytes("plaintext"))
        #expect(
            try key.seal(vector.bytes("plaintext"), nonce: vector.bytes("nonce")) == blob)
        let stretched = try argon2id(passphrase, salt: salt, passes: 3, kibibytes: 64 * 1024)
        #expect(try stretched == Secret(vector.bytes("key")))
    }

    @Test(arguments: try VectorFile.refused("vault"))
    func aVaultOfAnotherPassphraseOrChangedStaysShut(_ vector: VectorFile) throws {
        let blob = try vector.bytes("blob")
        let key = try VaultKey(
            passphrase: try vector.bytes("passphrase"), salt: try VaultKey.salt(of: blob))
        let error: VaultError =
            vector.refusal == "truncated" ? .damaged : .wrongPassphrase
        #expect(throws: error) { try key.open(blob) }
        #expect(["truncated", "cannot-open"].contains(vector.refusal))
    }

    // MARK: Invites

    @Test(arguments: try VectorFile.accepted("invite"))
    func anInviteIsReadAndWrittenAlike(_ vector: VectorFile) throws {
        let text = try vector.words("invite")
        let invite = try Invite(text, now: WallTime(seconds: try vector.number("now")))
        #expect(try invite.network.bytes == vector.bytes("network"))
        #expect(try invite.community.bytes == vector.bytes("community"))
        #expect(invite.preSharedKey == vector.optionalBytes("pre-shared key").map { Secret($0) })
        #expect(invite.oneTimeSecret == vector.optionalBytes("one-time secret").map { Secret($0) })
        #expect(invite.expiry?.seconds == (try? vector.number("expiry")))

        let map = try vector.bytes("cbor")
        let line = text.filter { !$0.isWhitespace }
        let whole = try #require(Base64URL.decode([UInt8](line.utf8.dropFirst("kith1:".count))))
        #expect(whole.dropLast(4) == map[...])
        // An entry of a later version is read over, so it is not written again.
        let isOfThisVersion = try Fields(decoding: map).value(7) == nil
        if isOfThisVersion, !vector.name.contains("unknown") { #expect(invite.text == line) }
    }

    @Test(arguments: try VectorFile.refused("invite"))
    func whatIsNoInviteIsRefusedForItsReason(_ vector: VectorFile) throws {
        let text = try vector.words("invite")
        let now = WallTime(seconds: try vector.number("now"))
        do {
            let invite = try Invite(text, now: now)
            Issue.record("read as an invite to \(invite.network.bytes.hex)")
        } catch {
            #expect(error.reason == vector.refusal)
        }
    }
}

extension InviteError {
    /// The word of protocol/vectors/README.md.
    var reason: String {
        switch self {
        case .notAnInvite: "not-an-invite"
        case .damaged: "damaged"
        case .expired: "expired"
        }
    }
}
