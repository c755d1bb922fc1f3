import Model
public import Sealing
import Sodium
import Wire

/// One visit of a seeker's page: the community it follows, the return code, what the code found,
/// and what is being written. It lives in one worker and ends with it.
///
/// The page asks with a call's name and JSON, or the bytes of envelopes, and gets JSON or bytes.
/// The calls and their shapes stand at the head of Sources/Page/Site/kith.js.
public struct Visit {
    let random: RandomSource
    var followed: Followed?
    var code: StretchedCode?
    /// What the code finds in the community.
    var book: SeekerBook?
    /// Sealed, without work and not sent; the next writing takes its place.
    var drafts: [EnvelopeDraft] = []
    var retractions: [Retraction] = []
    /// A consent that was shown and not yet given.
    var preview: Preview?
    /// Files that are being sealed, and those that are being opened.
    var sealing: [SealingFile] = []
    var opening: [OpeningFile] = []
    var lastFile: UInt32 = 0

    struct Preview {
        let number: UInt8
        let presentation: Presentation
        let bridge: Followed.Bridge
    }

    public init(random: @escaping RandomSource) { self.random = random }

    /// Answers a call.
    ///
    /// - Throws: `VisitError`; what was there before stays as it was.
    public mutating func answer(
        _ call: [UInt8], _ request: [UInt8]
    ) throws(VisitError) -> [UInt8] {
        switch Text(utf8: call) {
        case "scan": return try scan(request)
        case "scanAgain": return try scanAgain(request)
        case "needsSecondPass": return JSON.bool(book?.needsSecondPass ?? false).encoded
        case "drafts": return EnvelopeDraft.listed(drafts)
        case "retractions": return retractions.flatMap { $0.encoded }
        case "newCode": return try newCode()
        case "takeOver": return try takeOver(request)
        case "sealChunk": return try sealChunk(request)
        case "finishFile": return try finishFile(request)
        case "openChunk": return try openChunk(request)
        case let name: return try answer(name, Asked(request))
        }
    }

    private mutating func answer(
        _ call: Text, _ asked: Asked
    ) throws(VisitError) -> [UInt8] {
        switch call {
        case "follow": return try follow(asked)
        case "enterCode": return try enterCode(asked)
        case "cases": return try cases(asked)
        case "compose": return try compose(asked)
        case "reseal": return try reseal(asked)
        case "erase": return try erase(asked)
        case "preview": return try preview(asked)
        case "give": return try give(asked)
        case "withdraw": return try withdraw(asked)
        case "beginFile": return try beginFile(asked)
        case "dropFiles": return dropFiles()
        case "openFile": return try openFile(asked)
        case "closeFile": return try closeFile(asked)
        default: throw .unknownCall
        }
    }

    // MARK: Codes

    private mutating func newCode() throws(VisitError) -> [UInt8] {
        let new = ReturnCode(random: random)
        try take(new)
        return new.reply
    }

    private mutating func enterCode(_ asked: Asked) throws(VisitError) -> [UInt8] {
        let text = try asked.optionalText("text") ?? ""
        let entered: ReturnCode
        do { entered = try ReturnCode(text) } catch { throw .mistyped }
        try take(entered)
        return JSONText.object { _ in }
    }

    /// Goes on with the code of a first visit, stretched already; without any it has none.
    private mutating func takeOver(_ secret: [UInt8]) throws(VisitError) -> [UInt8] {
        guard secret.isEmpty || secret.count == 32 else { throw .malformed }
        code = secret.isEmpty ? nil : StretchedCode(secret: Secret(secret))
        open()
        return JSONText.object { _ in }
    }

    private mutating func take(_ new: ReturnCode) throws(VisitError) {
        do { code = try new.stretched() } catch { throw .outOfMemory }
        open()
    }

    /// Begins a book for the code in the community, once both are known.
    mutating func open() {
        forgetWriting()
        sealing = []
        opening = []
        book = nil
        guard let code, let followed else { return }
        book = SeekerBook(
            code, network: followed.network, community: followed.community,
            rosters: followed.roots.rosters)
    }

    mutating func forgetWriting() {
        drafts = []
        retractions = []
        preview = nil
    }

    // MARK: Reading

    private mutating func scan(_ batch: [UInt8]) throws(VisitError) -> [UInt8] {
        guard book != nil else { throw code == nil ? .noCode : .noCommunity }
        let count: Int?
        do { count = try book?.scan(batch) } catch { throw .notEnvelopes }
        return JSONText.object { $0.number("envelopes", UInt64(count ?? 0)) }
    }

    private mutating func scanAgain(_ batch: [UInt8]) throws(VisitError) -> [UInt8] {
        guard book != nil else { throw code == nil ? .noCode : .noCommunity }
        let count: Int?
        do { count = try book?.scanAgain(batch) } catch { throw .notEnvelopes }
        return JSONText.object { $0.number("envelopes", UInt64(count ?? 0)) }
    }
}
