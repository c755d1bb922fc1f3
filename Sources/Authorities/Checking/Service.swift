/// One service that an endpoint offers.
struct Service: Sendable, Equatable {
    let code: String
    let name: String?
    /// Whether there is a definition with more to fill in.
    let hasMetadata: Bool
    /// "realtime", "batch" or "blackbox".
    let type: String?

    /// Nil for a record without a code.
    init?(_ record: Answer) {
        guard let code = record.text("service_code") else { return nil }
        self.code = code
        name = record.text("service_name")
        hasMetadata = record.text("metadata")?.lowercased() == "true"
        type = record.text("type")?.lowercased()
    }

    /// Nil for what is no list of services.
    static func all(_ answer: Answer) -> [Service]? {
        answer.errors == nil
            ? answer.records(["services"], item: "service")?.compactMap(Service.init) : nil
    }
}

/// What a service wants to have filled in.
struct ServiceAttribute: Sendable, Equatable {
    let code: String
    let isRequired: Bool
    /// False for mere explanations, to which no value belongs.
    let isVariable: Bool
    let takesSeveral: Bool
    /// The keys that may be chosen; empty where anything may stand.
    let choices: [String]

    /// Nil for a record without a code.
    init?(_ record: Answer) {
        guard let code = record.text("code") else { return nil }
        self.code = code
        isRequired = record.text("required")?.lowercased() == "true"
        isVariable = record.text("variable")?.lowercased() != "false"
        let type = record.text("datatype")?.lowercased()
        takesSeveral = type == "multivaluelist"
        choices =
            type == "multivaluelist" || type == "singlevaluelist"
            ? Self.list(record.member("values"), item: "value").compactMap { $0.text("key") } : []
    }

    /// Nil for what is no definition.
    static func all(_ answer: Answer) -> [ServiceAttribute]? {
        var definition = answer
        if case .list(let items) = answer, let first = items.first { definition = first }
        if let inner = answer.member("service_definition") { definition = inner }
        guard let attributes = definition.member("attributes") else { return nil }
        return list(attributes, item: "attribute").compactMap(ServiceAttribute.init)
    }

    /// An array, or the elements that XML has in its stead.
    private static func list(_ answer: Answer?, item: String) -> [Answer] {
        switch answer {
        case .list(let items)?: items
        case .object(let members)?: members.filter { $0.name == item }.map(\.value)
        case .text?, .null?, nil: []
        }
    }
}
