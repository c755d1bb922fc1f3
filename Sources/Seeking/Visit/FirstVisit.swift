import Model
public import Sealing
import Sodium
import Wire

/// How a visit begins: follows a community, makes a code, and seals a first request or note under
/// it. It is a program of its own, small enough to be in the page's first view; whatever else is
/// asked, a whole `Visit` takes over.
///
/// The calls and their shapes stand at the head of Sources/Page/Site/kith.js.
public struct FirstVisit {
    private let random: RandomSource
    private var followed: Followed?
    private var code: StretchedCode?
    private var drafts: [EnvelopeDraft] = []

    public init(random: @escaping RandomSource) { self.random = random }

    /// Answers a call.
    ///
    /// - Throws: `VisitError`; what was there before stays as it was.
    public mutating func answer(
        _ call: [UInt8], _ request: [UInt8]
    ) throws(VisitError) -> [UInt8] {
        switch Text(utf8: call) {
        case "follow":
            let new = try Followed(Asked(request))
            followed = new
            drafts = []
            return new.reply
        case "newCode":
            let new = ReturnCode(random: random)
            do { code = try new.stretched() } catch { throw .outOfMemory }
            drafts = []
            return new.reply
        case "compose": return try compose(Asked(request))
        case "drafts": return EnvelopeDraft.listed(drafts)
        case "handOver": return code?.secret.copied() ?? []
        default: throw .unknownCall
        }
    }

    /// A new code has nothing yet: what it writes first has the first number.
    private mutating func compose(_ asked: Asked) throws(VisitError) -> [UInt8] {
        guard let followed else { throw code == nil ? .noCode : .noCommunity }
        guard let code else { throw .noCode }
        guard let told = try asked.optionalObject("incident") else { throw .nothingToSend }
        let body = try Incident(told)
        guard !body.isEmpty else { throw .nothingToSend }
        let isNote: Bool
        switch try asked.text("what") {
        case "request": isNote = false
        case "note": isNote = true
        default: throw .malformed
        }
        let composer = try followed.composer(code, 0, asked, random)
        do {
            drafts =
                isNote
                ? try composer.note(body)
                : try composer.request(body, manifest: followed.manifest)
        } catch { throw VisitError(error) }
        return EnvelopeDraft.reply(drafts.count, retractions: 0, case: 0)
    }
}

// MARK: - Shared with the whole visit

extension ReturnCode {
    var reply: [UInt8] { JSONText.object { $0.texts("groups", shown) } }
}

extension VisitError {
    init(_ failure: SeekerComposer.Failure) {
        switch failure {
        case .intakeKeyMissing: self = .noKeyForThisWeek
        case .bridgeKeyMissing: self = .noBridgeKey
        case .nothingChosen: self = .nothingChosen
        case .sealing(.tooLong): self = .tooLong
        case .sealing(.unusableKey): self = .unusableKey
        }
    }
}

extension Followed {
    /// Writes as of the slot asked for, or of `now`, for as long and with as much work as is asked.
    func composer(
        _ code: StretchedCode, _ number: UInt8, _ asked: Asked, _ random: @escaping RandomSource
    ) throws(VisitError) -> SeekerComposer {
        let slot: UInt64
        if let told = try asked.optionalNumber("slot") {
            slot = told
        } else {
            slot = try asked.number("now") / 600
        }
        guard let number32 = UInt32(exactly: slot) else { throw .malformed }
        guard let more = UInt8(exactly: try asked.optionalNumber("moreBits") ?? 0),
            more <= Limits.moreBits
        else { throw .malformed }
        var composer = SeekerComposer(
            network: network, community: community, keys: code.caseKeys(community, number),
            workBase: charter.workBase + more, now: Slot(number32).start, random: random)
        if let ttl = try asked.optionalNumber("ttl") {
            guard let ttlClass = UInt8(exactly: ttl).flatMap({ TTLClass(rawValue: $0) }) else {
                throw .malformed
            }
            composer.ttlClass = ttlClass
        }
        return composer
    }
}

extension EnvelopeDraft {
    /// For each draft its length u32, its id 32, and the envelope, nonce zero.
    static func listed(_ drafts: [EnvelopeDraft]) -> [UInt8] {
        var out: [UInt8] = []
        for draft in drafts {
            let envelope = draft.finished(nonce: 0).bytes
            out.append(bigEndian: UInt32(envelope.count))
            out += draft.id.bytes + envelope
        }
        return out
    }

    /// What was sealed, for the page; without a case when it is about several.
    static func reply(_ envelopes: Int, retractions: Int, case number: UInt8?) -> [UInt8] {
        JSONText.object { reply in
            reply.number("envelopes", UInt64(envelopes))
            reply.number("retractions", UInt64(retractions))
            if let number { reply.number("case", UInt64(number)) }
        }
    }
}
