import Bridging
import Wire

/// Understands what an endpoint answered. Pure: all that it decides stands in its arguments.
struct Reading {
    private let format: Mapping.Format
    private let secrets: [String]

    /// - Parameter hiding: what must not stand in an outcome, even if the authority echoes it.
    init(_ mapping: Mapping, hiding secrets: [String] = []) {
        format = mapping.format
        self.secrets = secrets + (mapping.apiKey.map { [$0.value] } ?? [])
    }

    // MARK: POST requests

    /// A status says enough where it refuses; only of a success the body must be whole.
    func delivery(_ exchange: Exchange) -> DeliveryOutcome {
        switch exchange {
        case .notSent(let why): .unreachable(Text(why), after: nil)
        case .cutOff(let why): .unclear(Text(why))
        case .answered(let reply):
            switch reply.status {
            case 200..<300: accepted(reply)
            // Not done there, and a report goes nowhere but where the manifest says.
            case 301, 307, 308: .refused(Text("HTTP \(reply.status): points elsewhere"))
            case 408, 425, 429, 503: .unreachable(words(reply), after: reply.retryAfter)
            // Whatever failed may have failed after the report was kept.
            case 500..<600: .unclear(words(reply))
            case 400..<500: .refused(words(reply))
            // Among them 302 and 303, with which forms are answered once they were taken.
            default: .unclear(Text("HTTP \(reply.status)"))
            }
        }
    }

    private func accepted(_ reply: Reply) -> DeliveryOutcome {
        guard let answer = reply.answer(format) else { return .unclear(Text(reply.unreadable)) }
        guard let record = requests(answer)?.first else { return .unclear(words(reply)) }
        switch AuthorityID(record.text("service_request_id")) {
        case .valid(let id):
            return .accepted(id: id, notice: record.text("service_notice").flatMap { clean($0) })
        case .invalid: return .unclear("the authority's id is too long or has odd characters")
        case .missing: break
        }
        switch AuthorityID(record.text("token")) {
        case .valid(let token): return .token(token)
        case .invalid: return .unclear("the authority's token is too long or has odd characters")
        case .missing: return .unclear(words(reply))
        }
    }

    // MARK: GET tokens, GET requests/ID

    func token(_ exchange: Exchange, _ token: Text) -> TokenOutcome {
        switch record(exchange) {
        case .failure(let trouble): return .unknown(trouble.words)
        case .success(let record):
            if let echoed = record.text("token"), Text(echoed) != token {
                return .unknown("the authority answered for another token")
            }
            switch AuthorityID(record.text("service_request_id")) {
            case .valid(let id): return .resolved(id: id)
            case .missing: return .pending
            case .invalid:
                return .unknown("the authority's id is too long or has odd characters")
            }
        }
    }

    /// A status that is neither open nor closed counts as open and goes before the notes.
    func status(_ exchange: Exchange, _ id: Text) -> StatusOutcome {
        switch record(exchange) {
        case .failure(let trouble): return .unknown(trouble.words)
        case .success(let record):
            if let echoed = record.text("service_request_id"), Text(echoed) != id {
                return .unknown("the authority answered for another id")
            }
            guard let status = record.text("status") else {
                return .unknown("the authority gave no status")
            }
            let notes = record.text("status_notes") ?? ""
            switch status.lowercased() {
            case "open": return .known(AuthorityStatus(isClosed: false, notes: clean(notes)))
            case "closed": return .known(AuthorityStatus(isClosed: true, notes: clean(notes)))
            default:
                let all = notes.isEmpty ? status : "\(status): \(notes)"
                return .known(AuthorityStatus(isClosed: false, notes: clean(all)))
            }
        }
    }

    struct Trouble: Error { let words: Text }

    private func record(_ exchange: Exchange) -> Result<Answer, Trouble> {
        switch records(exchange) {
        case .failure(let trouble): .failure(trouble)
        case .success(let records):
            records.first.map { .success($0) }
                ?? .failure(Trouble(words: "the authority's answer is empty"))
        }
    }

    // MARK: GET requests

    /// GeoReport lists the first thousand; more than that are cut off.
    static let listed = 1000

    func list(_ exchange: Exchange, mark: Text) -> Listing {
        switch exchange {
        case .notSent(let why), .cutOff(let why): return .silent(Text(why))
        case .answered: break
        }
        let records: [Answer]
        switch self.records(exchange) {
        case .failure(let trouble): return .unusable(trouble.words)
        case .success(let found): records = found
        }
        let descriptions = records.map { $0.text("description") ?? "" }
        for (record, description) in zip(records, descriptions) where description.ends(with: mark) {
            if case .valid(let id) = AuthorityID(record.text("service_request_id")) {
                return .found(id)
            }
            return .unusable("the report is listed, but without an id that can be used")
        }
        // Somebody's words, or an authority that rearranges what it was sent.
        guard !descriptions.contains(where: { $0.holds(mark) }) else {
            return .unusable("the mark stands in the list, but not where a report has it")
        }
        guard records.count < Self.listed else {
            return .unusable("the authority's list is cut off")
        }
        let hadDescriptions = descriptions.contains { !$0.isEmpty }
        guard records.isEmpty || hadDescriptions else {
            return .unusable("the authority's list has no descriptions")
        }
        return .notThere(hadDescriptions: hadDescriptions)
    }

    // MARK: POST servicerequestupdates

    func telling(_ exchange: Exchange) -> TellOutcome {
        switch exchange {
        case .notSent(let why), .cutOff(let why): .failed(Text(why))
        case .answered(let reply):
            if (200..<300).contains(reply.status), let answer = reply.answer(format),
                answer.errors == nil
            {
                .told
            } else {
                .failed(words(reply))
            }
        }
    }

    // MARK: Parts

    private func records(_ exchange: Exchange) -> Result<[Answer], Trouble> {
        value(exchange, requests)
    }

    /// What `read` makes of a whole answer of success.
    func value<Value>(
        _ exchange: Exchange, _ read: (Answer) -> Value?
    ) -> Result<Value, Trouble> {
        switch exchange {
        case .notSent(let why), .cutOff(let why): return .failure(Trouble(words: Text(why)))
        case .answered(let reply):
            guard (200..<300).contains(reply.status) else {
                return .failure(Trouble(words: words(reply)))
            }
            guard let answer = reply.answer(format) else {
                return .failure(Trouble(words: Text(reply.unreadable)))
            }
            return read(answer).map { .success($0) } ?? .failure(Trouble(words: words(reply)))
        }
    }

    /// Service requests, under either name that XML documents give their list.
    private func requests(_ answer: Answer) -> [Answer]? {
        guard answer.errors == nil else { return nil }
        let records = answer.records(["service_requests", "requests"], item: "request") {
            $0.member("service_request_id") != nil || $0.member("token") != nil
        }
        guard let records, records.allSatisfy(\.isObject) else { return nil }
        return records
    }

    /// The status and what the authority said about it.
    private func words(_ reply: Reply) -> Text {
        let errors = reply.answer(format)?.errors?.compactMap { error -> String? in
            let code = error.code.flatMap { $0 == "\(reply.status)" ? nil : $0 }
            let parts = [code, error.description].compactMap { $0 }
            return parts.isEmpty ? nil : parts.joined(separator: ": ")
        }
        if let errors, !errors.isEmpty,
            let said = clean("HTTP \(reply.status): \(errors.joined(separator: "; "))")
        {
            return said
        }
        return (200..<300).contains(reply.status)
            ? "the authority's answer lacks what it should have" : Text("HTTP \(reply.status)")
    }

    private func clean(_ text: String) -> Text? { Words.clean(text, hiding: secrets) }
}

extension Answer {
    fileprivate var isObject: Bool {
        if case .object = self { return true }
        return false
    }

    struct Complaint: Equatable {
        let code: String?
        let description: String?
    }

    /// What an answer complains of; nil for one that is something else.
    var errors: [Complaint]? {
        let records = records(["errors"], item: "error")
        guard let records, !records.isEmpty,
            records.allSatisfy({
                $0.member("service_request_id") == nil && $0.member("token") == nil
            }),
            records.contains(where: { $0.member("code") != nil })
        else { return nil }
        return records.map {
            Complaint(code: $0.text("code"), description: $0.text("description"))
        }
    }
}
