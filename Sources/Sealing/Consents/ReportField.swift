public import Wire

/// One field of a report, with its value. Source: protocol/17-consents.md.
public enum ReportField: Sendable, Equatable {
    case account(Text)
    case language(Text)
    case kinds([Incident.Kind])
    case bias([UInt64])
    case reported(UInt64)
    case reasons([UInt64])
    case safety(UInt64)
    case needs([UInt64])
    case contact(Text)
    case when(Text)
    /// Claim `where`.
    case place(Text)
    case danger(Bool)
    /// A district or town, told for one consent.
    case area(Text)
    case name(Text)
    case email(Text)
    case phone(Text)

    /// Which field it is, in the order of the chapter's table.
    public enum Name: UInt8, Sendable, CaseIterable, Comparable {
        case account, language, kinds, bias, reported, reasons, safety, needs, contact, when, place
        case danger, area, name, email, phone

        public static func < (l: Self, r: Self) -> Bool { l.rawValue < r.rawValue }

        /// The claim's name.
        public var claim: Text {
            switch self {
            case .account: "account"
            case .language: "language"
            case .kinds: "kinds"
            case .bias: "bias"
            case .reported: "reported"
            case .reasons: "reasons"
            case .safety: "safety"
            case .needs: "needs"
            case .contact: "contact"
            case .when: "when"
            case .place: "where"
            case .danger: "danger"
            case .area: "area"
            case .name: "name"
            case .email: "email"
            case .phone: "phone"
            }
        }

        public init?(claim: Text) {
            for number in 0...Self.phone.rawValue {
                guard let name = Name(rawValue: number), name.claim == claim else { continue }
                self = name
                return
            }
            return nil
        }

        /// Written freely, so that it may tell who somebody is.
        public var isFreeText: Bool {
            switch self {
            case .account, .contact, .when, .place, .name, .email, .phone: true
            case .language, .kinds, .bias, .reported, .reasons, .safety, .needs, .danger, .area:
                false
            }
        }
    }

    public var fieldName: Name {
        switch self {
        case .account: .account
        case .language: .language
        case .kinds: .kinds
        case .bias: .bias
        case .reported: .reported
        case .reasons: .reasons
        case .safety: .safety
        case .needs: .needs
        case .contact: .contact
        case .when: .when
        case .place: .place
        case .danger: .danger
        case .area: .area
        case .name: .name
        case .email: .email
        case .phone: .phone
        }
    }

    /// The claim's value.
    public var json: JSON {
        switch self {
        case .account(let text), .language(let text), .contact(let text), .when(let text),
            .place(let text), .area(let text), .name(let text), .email(let text), .phone(let text):
            .text(text)
        case .kinds(let kinds):
            .array(
                kinds.map {
                    .object([
                        JSON.Member("iccs", .text($0.iccs)),
                        JSON.Member("kind", .number($0.number)),
                    ])
                })
        case .bias(let numbers), .reasons(let numbers), .needs(let numbers):
            .array(numbers.map { .number($0) })
        case .reported(let number), .safety(let number): .number(number)
        case .danger(let value): .bool(value)
        }
    }

    /// Nil for a value that is not of the claim's type.
    init?(_ name: Name, _ value: JSON) {
        switch name {
        case .account, .language, .contact, .when, .place, .area, .name, .email, .phone:
            guard let text = value.asText, !text.utf8.isEmpty else { return nil }
            self.init(name, text: text)
        case .kinds:
            guard let kinds = Self.kinds(value) else { return nil }
            self = .kinds(kinds)
        case .bias, .reasons, .needs:
            guard let numbers = Self.numbers(value) else { return nil }
            self =
                name == .bias
                ? .bias(numbers) : name == .needs ? .needs(numbers) : .reasons(numbers)
        case .reported, .safety:
            guard let number = value.asNumber else { return nil }
            self = name == .reported ? .reported(number) : .safety(number)
        case .danger:
            guard case .bool(let danger) = value else { return nil }
            self = .danger(danger)
        }
    }

    /// A field of text; nil for one of another type.
    public init?(_ name: Name, text: Text) {
        switch name {
        case .account: self = .account(text)
        case .language: self = .language(text)
        case .contact: self = .contact(text)
        case .when: self = .when(text)
        case .place: self = .place(text)
        case .area: self = .area(text)
        case .name: self = .name(text)
        case .email: self = .email(text)
        case .phone: self = .phone(text)
        case .kinds, .bias, .reported, .reasons, .safety, .needs, .danger: return nil
        }
    }

    private static func numbers(_ value: JSON) -> [UInt64]? {
        guard let items = value.asArray, !items.isEmpty else { return nil }
        var numbers: [UInt64] = []
        for item in items {
            guard let number = item.asNumber else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private static func kinds(_ value: JSON) -> [Incident.Kind]? {
        guard let items = value.asArray, !items.isEmpty else { return nil }
        var kinds: [Incident.Kind] = []
        for item in items {
            guard case .object(let members) = item, members.count == 2,
                let number = item.member("kind")?.asNumber,
                let iccs = item.member("iccs")?.asText, !iccs.utf8.isEmpty
            else { return nil }
            kinds.append(Incident.Kind(number: number, iccs: iccs))
        }
        return kinds
    }

    /// The fields that a case's requests or notes have, in the chapter's order: accounts joined in
    /// the order of time, of any other field the last one told.
    ///
    /// - Parameters:
    ///   - bodies: oldest first.
    ///   - contact: the rules for safe contact that hold, which acts may have changed since.
    public static func all(of bodies: [Incident], contact: Text?) -> [ReportField] {
        var last = Incident()
        var account: [UInt8] = []
        for body in bodies {
            if let more = body.account, !more.utf8.isEmpty {
                if !account.isEmpty { account += [0x0A, 0x0A] }
                account += more.utf8
            }
            if let language = body.language { last.language = language }
            if !body.kinds.isEmpty { last.kinds = body.kinds }
            if !body.bias.isEmpty { last.bias = body.bias }
            if let reported = body.reported { last.reported = reported }
            if !body.reasons.isEmpty { last.reasons = body.reasons }
            if let safety = body.safety { last.safety = safety }
            if !body.needs.isEmpty { last.needs = body.needs }
            if let when = body.when { last.when = when }
            if let place = body.place { last.place = place }
            if let danger = body.inDanger { last.inDanger = danger }
        }
        if !account.isEmpty { last.account = Text(utf8: account) }
        last.contactRules = contact
        return fields(of: last)
    }

    /// The fields of one request or note by itself.
    public static func all(of body: Incident) -> [ReportField] {
        all(of: [body], contact: body.contactRules)
    }

    private static func fields(of body: Incident) -> [ReportField] {
        func words(_ text: Text?, _ make: (Text) -> ReportField) -> ReportField? {
            guard let text, !text.utf8.isEmpty else { return nil }
            return make(text)
        }
        let fields: [ReportField?] = [
            words(body.account) { .account($0) }, words(body.language) { .language($0) },
            body.kinds.isEmpty ? nil : .kinds(body.kinds),
            body.bias.isEmpty ? nil : .bias(body.bias), body.reported.map { .reported($0) },
            body.reasons.isEmpty ? nil : .reasons(body.reasons), body.safety.map { .safety($0) },
            body.needs.isEmpty ? nil : .needs(body.needs),
            words(body.contactRules) { .contact($0) },
            words(body.when) { .when($0) }, words(body.place) { .place($0) },
            body.inDanger.map { .danger($0) },
        ]
        return fields.compactMap { $0 }
    }
}
