/// Why a call of the page was refused; the page gets the code and has its own words for it.
public enum VisitError: Error, Equatable, Sendable {
    // What was asked.
    case malformed, unknownCall, noCommunity, noCode, mistyped, outOfMemory
    // Records.
    case damaged, wrongCommunity, notCarried, notSigned, notYetValid, expired
    // Writing.
    case nothingToSend, tooLong, full, noSuchCase, erased, noRequest, noKeyForThisWeek, unusableKey
    // Consents.
    case noSuchAuthority, noBridgeCard, noBridgeKey, bridgeGone, nothingChosen, wouldBePublic
    case noPreview, noSuchConsent
    // Reading.
    case notEnvelopes
    // Guidance.
    case badGuidance, noGuidance, notAsked
    // Files.
    case tooLarge, tooManyFiles, noSuchFile, fileUnfinished, fileDamaged

    /// Stands in the page's scripts, and never changes.
    public var code: StaticString {
        switch self {
        case .malformed: "malformed"
        case .unknownCall: "unknownCall"
        case .noCommunity: "noCommunity"
        case .noCode: "noCode"
        case .mistyped: "mistyped"
        case .outOfMemory: "outOfMemory"
        case .damaged: "damaged"
        case .wrongCommunity: "wrongCommunity"
        case .notCarried: "notCarried"
        case .notSigned: "notSigned"
        case .notYetValid: "notYetValid"
        case .expired: "expired"
        case .nothingToSend: "nothingToSend"
        case .tooLong: "tooLong"
        case .full: "full"
        case .noSuchCase: "noSuchCase"
        case .erased: "erased"
        case .noRequest: "noRequest"
        case .noKeyForThisWeek: "noKeyForThisWeek"
        case .unusableKey: "unusableKey"
        case .noSuchAuthority: "noSuchAuthority"
        case .noBridgeCard: "noBridgeCard"
        case .noBridgeKey: "noBridgeKey"
        case .bridgeGone: "bridgeGone"
        case .nothingChosen: "nothingChosen"
        case .wouldBePublic: "wouldBePublic"
        case .noPreview: "noPreview"
        case .noSuchConsent: "noSuchConsent"
        case .notEnvelopes: "notEnvelopes"
        case .badGuidance: "badGuidance"
        case .noGuidance: "noGuidance"
        case .notAsked: "notAsked"
        case .tooLarge: "tooLarge"
        case .tooManyFiles: "tooManyFiles"
        case .noSuchFile: "noSuchFile"
        case .fileUnfinished: "fileUnfinished"
        case .fileDamaged: "fileDamaged"
        }
    }
}
