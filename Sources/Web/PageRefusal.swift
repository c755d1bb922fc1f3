import HTTPTypes
import Hummingbird
import NIOCore

/// Why a request got no answer: a status, a code that stays the same, and words for a person who
/// looks at it. Never anything out of the request.
///
/// Source: protocol/25-page.md, "Errors".
public enum PageRefusal: Error, Sendable, Equatable {
    // The request.
    case badRequest
    case badShape
    case badCursor
    case notFound
    case unknownCommunity
    case badMethod(allowed: String)
    case noLength
    case tooMuch(limit: Int)
    case badType
    // What was to be taken.
    case clock
    case weakWork(least: Int)
    case otherTopic
    case notOpened
    case erased
    // The relay.
    case busy
    case tooOften(seconds: Int)
    case full
    case notReady
    case failed

    var status: HTTPResponse.Status {
        switch self {
        case .badRequest, .badShape: .badRequest
        case .notFound, .unknownCommunity, .badCursor: .notFound
        case .badMethod: .methodNotAllowed
        case .noLength: .lengthRequired
        case .tooMuch: .contentTooLarge
        case .badType: .unsupportedMediaType
        case .clock, .weakWork, .otherTopic, .notOpened: .unprocessableContent
        case .erased: .conflict
        case .tooOften: .tooManyRequests
        case .busy, .notReady, .failed: .serviceUnavailable
        case .full: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        }
    }

    public var code: String {
        switch self {
        case .badRequest: "badRequest"
        case .badShape: "badShape"
        case .badCursor: "badCursor"
        case .notFound: "notFound"
        case .unknownCommunity: "unknownCommunity"
        case .badMethod: "badMethod"
        case .noLength: "noLength"
        case .tooMuch: "tooMuch"
        case .badType: "badType"
        case .clock: "clock"
        case .weakWork: "weakWork"
        case .otherTopic: "otherTopic"
        case .notOpened: "notOpened"
        case .erased: "erased"
        case .busy: "busy"
        case .tooOften: "tooOften"
        case .full: "full"
        case .notReady: "notReady"
        case .failed: "failed"
        }
    }

    private var words: (message: String, hint: String) {
        switch self {
        case .badRequest:
            ("the address is not one of this interface", "look: protocol/page-api.yaml")
        case .badShape:
            ("the body does not have the shape asked for", "is the page of this version?")
        case .badCursor: ("this place is not known any more", "begin this week again")
        case .notFound: ("there is nothing here", "is the address right?")
        case .unknownCommunity:
            ("this relay does not carry the community", "ask whoever gave you the link")
        case .badMethod(let allowed): ("this can't be done here", "allowed: \(allowed)")
        case .noLength: ("the body's length is missing", "send content-length")
        case .tooMuch(let limit): ("that is too much at once", "\(limit) bytes fit")
        case .badType: ("the body is of another type", "send application/octet-stream")
        case .clock:
            ("the message's time does not fit this relay's clock", "is the device's clock right?")
        case .weakWork(let least): ("too little work was done", "\(least) bits are the least")
        case .otherTopic:
            ("the message belongs to no community of this relay", "is the link right?")
        case .notOpened: ("this does not take back what it names", "was it made with this code?")
        case .erased: ("this was erased before", "write it anew")
        case .busy: ("the relay is busy", "try again in a moment")
        case .tooOften: ("too many ask at once", "try again in a moment")
        case .full: ("this relay has no room left", "try another relay of the community")
        case .notReady: ("the relay has not heard of its network yet", "try again later")
        case .failed: ("the relay failed: nothing was kept", "try again, or another relay")
        }
    }

    /// Seconds after which to try again; nil where that is of no use.
    private var retryAfter: Int? {
        switch self {
        case .tooOften(let seconds): max(seconds, 1)
        case .busy: 2
        case .notReady, .failed: 30
        case .badRequest, .badShape, .badCursor, .notFound, .unknownCommunity, .badMethod,
            .noLength, .tooMuch, .badType, .clock, .weakWork, .otherTopic, .notOpened, .erased,
            .full:
            nil
        }
    }

    private struct View: Encodable {
        let code: String
        let message: String
        let hint: String
        let least: Int?
    }

    private var view: View {
        let least: Int? = if case .weakWork(let bits) = self { bits } else { nil }
        return View(code: code, message: words.message, hint: words.hint, least: least)
    }

    var response: Response {
        var response = PageJSON.response(view, status: status)
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        if case .badMethod(let allowed) = self { response.headers[.allow] = allowed }
        return response
    }

    /// The same as bytes of HTTP 1.1, for a connection whose requests nobody reads.
    ///
    /// - Parameter seconds: after which to try again.
    func unasked(retryAfter seconds: Int) -> [UInt8] {
        let content = PageJSON.encoded(view)
        let fields =
            StandardHeaderValues.all.map { ($0.rawName, $1) } + [
                ("content-type", PageJSON.type), ("content-length", "\(content.count)"),
                ("retry-after", "\(seconds)"), ("connection", "close"),
            ]
        let head = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n"
        let lines = fields.map { "\($0): \($1)\r\n" }.joined()
        return [UInt8]((head + lines + "\r\n").utf8) + content
    }
}
