import Model
import Sealing
import Wire

/// Guidance in a page: the pack it came with, and the community's own. It is a program apart from the
/// visit's, loaded when somebody wants guidance, and holds nothing secret; answers reach it alone.
///
/// The calls and their shapes stand at the head of Sources/Page/Site/kith.js.
public struct Guide {
    private var followed: Followed?
    private var shippedPack: PackTree?
    private var communityPack: PackTree?

    public init() {}

    /// Answers a call.
    ///
    /// - Throws: `VisitError`; what was there before stays as it was.
    public mutating func answer(
        _ call: [UInt8], _ request: [UInt8]
    ) throws(VisitError) -> [UInt8] {
        switch Text(utf8: call) {
        case "guidancePack": return try takePack(request)
        case "guidance": return try guidance(Asked(request))
        case "advise": return try advise(Asked(request))
        case "follow":
            followed = try Followed(Asked(request))
            return JSONText.object { _ in }
        default: throw .unknownCall
        }
    }

    /// Keeps the pack of a file of the page's own.
    private mutating func takePack(_ source: [UInt8]) throws(VisitError) -> [UInt8] {
        guard let pack = try? PackTree(source: source), GuidanceRules(pack).faults.isEmpty else {
            throw .badGuidance
        }
        shippedPack = pack
        return pack.json.encoded
    }

    /// The languages of the community's guidance, and its pack in the one asked for.
    private mutating func guidance(_ asked: Asked) throws(VisitError) -> [UInt8] {
        guard let followed else { throw .noCommunity }
        let now = WallTime(seconds: try asked.number("now"))
        let wanted = try asked.text("language")
        var packs: [PackTree] = []
        for bytes in try asked.byteStrings("records").prefix(Limits.guidanceLanguages) {
            if let pack = followed.pack(bytes, now) { packs.append(pack) }
        }
        communityPack = Self.closest(to: wanted, of: packs)
        return JSONText.object { reply in
            reply.texts("languages", packs.map { $0.language })
            if let pack = communityPack {
                reply.member("pack")
                reply.value(pack.json)
            } else {
                reply.null("pack")
            }
        }
    }

    /// The pack of this very language, else one of the same language for some region.
    private static func closest(to language: Text, of packs: [PackTree]) -> PackTree? {
        for pack in packs where pack.language == language { return pack }
        let wanted = language.utf8.prefix { $0 != 0x2D }
        for pack in packs where pack.language.utf8.prefix(while: { $0 != 0x2D }) == wanted {
            return pack
        }
        return nil
    }

    /// What a pack chooses by the answers.
    private func advise(_ asked: Asked) throws(VisitError) -> [UInt8] {
        let pack: PackTree?
        switch try asked.text("from") {
        case "shipped": pack = shippedPack
        case "community": pack = communityPack
        default: throw .malformed
        }
        guard let pack else { throw .noGuidance }
        var answers = GuidanceAnswers(
            kinds: try asked.numbers("kinds"), needs: try asked.numbers("needs"))
        for answer in try asked.objects("answers") {
            answers.given.append(
                GuidanceAnswers.Given(
                    question: try answer.text("question"), answer: try answer.text("answer")))
        }
        let advice: GuidanceAdvice
        do { advice = try pack.advice(answers) } catch { throw .notAsked }
        return JSONText.object { reply in
            reply.items("contacts", advice.contacts)
            reply.items("sections", advice.sections)
        }
    }
}

extension Followed {
    /// The pack of a record that holds now and that the newest root's operations key signed; nil
    /// for another record and one that was taken back.
    fileprivate func pack(_ bytes: [UInt8], _ now: WallTime) -> PackTree? {
        guard let record = try? Record(decoding: bytes), record.type == .guidance,
            record.subject == community.bytes, (try? record.checkTime(now)) != nil,
            let guidance = try? record.guidance(of: roots.newest.operations)
        else { return nil }
        return (try? PackTree.read(guidance)) ?? nil
    }
}

extension JSONText {
    fileprivate mutating func items(_ name: StaticString, _ items: [GuidanceAdvice.Item]) {
        array(name) { list in
            for item in items {
                list.object { entry in
                    entry.text("id", item.id)
                    entry.text("urgency", item.urgency.name)
                }
            }
        }
    }
}
