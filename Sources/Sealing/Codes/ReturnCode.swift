public import Model
public import Sodium
public import Wire

public enum ReturnCodeError: Error, Equatable {
    /// The check digits do not fit, or it is not 28 digits: a slip of the hand or eye. Never says
    /// which group, and never whether a case exists.
    case mistyped
}

/// 28 digits in 7 groups of 4: all a seeker needs to come back. Source: protocol/11-return-codes.md.
public struct ReturnCode: Sendable {
    /// 26 random digits and two check digits, each 0…9.
    private let digits: Secret

    /// A new code.
    public init(random: RandomSource) {
        var digits: [UInt8] = []
        while digits.count < 26 {
            // 250 is the largest multiple of ten in a byte: above it the digits would be uneven.
            for byte in random(32) where byte < 250 && digits.count < 26 {
                digits.append(byte % 10)
            }
        }
        let check = Self.check(digits)
        digits += [check / 10, check % 10]
        self.digits = Secret(wiping: &digits)
    }

    /// - Throws: `ReturnCodeError.mistyped`.
    public init(_ text: String) throws(ReturnCodeError) { try self.init(Text(text)) }

    /// Reads a code as people write it: spaces and dashes anywhere, digits of several scripts.
    ///
    /// - Throws: `ReturnCodeError.mistyped`.
    public init(_ text: Text) throws(ReturnCodeError) {
        var digits: [UInt8] = []
        defer { wipe(&digits) }
        for scalar in text.scalars {
            switch scalar {
            case 0x30...0x39: digits.append(UInt8(scalar - 0x30))
            case 0x660...0x669: digits.append(UInt8(scalar - 0x660))
            case 0x6F0...0x6F9: digits.append(UInt8(scalar - 0x6F0))
            case 0x966...0x96F: digits.append(UInt8(scalar - 0x966))
            case let other where Self.isSkipped(other): continue
            default: throw .mistyped
            }
            if digits.count > 28 { throw .mistyped }
        }
        guard digits.count == 28 else { throw .mistyped }
        guard Self.check([UInt8](digits.prefix(26))) == digits[26] * 10 + digits[27] else {
            throw .mistyped
        }
        self.digits = Secret(digits)
    }

    /// Spaces, line ends, dashes, and marks that steer direction: what programs and people put
    /// between digits.
    private static func isSkipped(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x9...0xD, 0x20, 0x2D, 0x85, 0xA0, 0xAD, 0x61C, 0x1680, 0x2000...0x2015,
            0x2028...0x202F, 0x205F, 0x2060, 0x2066...0x2069, 0x2212, 0x3000, 0xFEFF:
            true
        default: false
        }
    }

    /// The code as it is shown: groups of four.
    public var groups: [String] { shown.map { $0.string } }

    public var shown: [Text] {
        digits.withBytes { digits in
            (0..<7).map { group in
                Text(utf8: digits[(group * 4)..<(group * 4 + 4)].map { $0 + 0x30 })
            }
        }
    }

    /// Stretches the code to the secret that case seeds come from. Slow on purpose.
    ///
    /// - Throws: `StretchError.outOfMemory`.
    public func stretched() throws(StretchError) -> StretchedCode {
        var ascii = digits.withBytes { $0.prefix(26).map { $0 + 0x30 } }
        defer { wipe(&ascii) }
        let salt = hash128(Labels.code, [])
        return StretchedCode(
            secret: try argon2id(ascii, salt: salt, passes: 2, kibibytes: 16 * 1024))
    }

    /// 98 − (100·N mod 97) for the number N the digits spell (ISO 7064 MOD 97-10).
    private static func check(_ digits: [UInt8]) -> UInt8 {
        var remainder = 0
        for digit in digits { remainder = (remainder * 10 + Int(digit)) % 97 }
        return UInt8(98 - remainder * 100 % 97)
    }
}

/// What a return code stretches to, `s` in the chapter.
public struct StretchedCode: Sendable {
    /// Cases one code can hold in one community.
    public static let cases: UInt8 = 8

    public let secret: Secret

    public init(secret: Secret) { self.secret = secret }

    /// The keys of case number `number`, 0…7, in a community; zeros for a note without one.
    public func caseKeys(_ community: CommunityID, _ number: UInt8) -> CaseKeys {
        CaseKeys(seed: prf(secret, Labels.caseSeed, community.bytes + [number]))
    }
}

/// All keys of one case that only the seeker holds. Source: protocol/11-return-codes.md.
public final class CaseKeys: Sendable {
    public let thread: AgreementKey
    public let selfKey: AgreementKey
    public let persona: SigningKey
    public let grantTag: Secret
    public let selfTag: Secret
    public let erase: Secret
    public let consent: Secret
    public let keep: Secret
    /// 0…63.
    public let shard: UInt8

    public init(seed: Secret) {
        thread = AgreementKey(secret: prf(seed, Labels.thread))
        selfKey = AgreementKey(secret: prf(seed, Labels.selfKey))
        persona = SigningKey(seed: prf(seed, Labels.persona))
        grantTag = prf(seed, Labels.grant)
        selfTag = prf(seed, Labels.selfTag)
        erase = prf(seed, Labels.erase)
        consent = prf(seed, Labels.consent)
        keep = prf(seed, Labels.keep)
        shard = prf(seed, Labels.shard).withBytes { $0[0] >> 2 }
    }

    /// The case's public name.
    public var caseID: CaseID { Self.caseID(persona: persona.publicKey) }

    /// The name of the case of a seeker's persona.
    public static func caseID(persona: [UInt8]) -> CaseID {
        identifier(hash(Labels.caseID, persona))
    }
}
