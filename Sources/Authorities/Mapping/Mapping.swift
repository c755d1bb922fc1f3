public import Seeking
public import Wire

/// How one authority is reached: where, with what key, and which of its services takes what.
public struct Mapping: Sendable, Equatable {
    public enum Format: String, Sendable, Codable, CaseIterable {
        case json, xml
    }

    /// What a service asks for besides the description.
    public enum Value: Sendable, Equatable {
        case one(String)
        case several([String])

        var all: [String] {
            switch self {
            case .one(let value): [value]
            case .several(let values): values
            }
        }
    }

    public struct Attribute: Sendable, Equatable {
        public let code: String
        public let value: Value

        public init(code: String, value: Value) {
            self.code = code
            self.value = value
        }
    }

    /// Longest service code, attribute and the like. Guess.
    static let textBytes = 1024

    /// The authority's URI, as the manifest pins it.
    public let authority: Text
    /// Where its GeoReport methods lie; no slash at the end.
    public let endpoint: String
    public let jurisdiction: String?
    public let apiKey: APIKey?
    public let format: Format
    /// Service codes by the number of a kind.
    public let services: [UInt64: String]
    /// The service of all other kinds, and of reports that tell no kind: `*`.
    public let otherService: String?
    /// Sent where a report tells neither where nor in what area.
    public let place: String?
    /// By service code; each service's in the order of their codes.
    public let attributes: [String: [Attribute]]
    /// Whether the endpoint takes updates, by which a withdrawal is told.
    public let tellsWithdrawals: Bool

    public init(
        authority: Text, endpoint: String, jurisdiction: String? = nil, apiKey: APIKey? = nil,
        format: Format = .json, services: [UInt64: String], otherService: String? = nil,
        place: String? = nil, attributes: [String: [Attribute]] = [:],
        tellsWithdrawals: Bool = false
    ) {
        self.authority = authority
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.jurisdiction = jurisdiction
        self.apiKey = apiKey
        self.format = format
        self.services = services
        self.otherService = otherService
        self.place = place
        self.attributes = attributes.mapValues { attributes in
            attributes.sorted { $0.code.utf8.lexicographicallyPrecedes($1.code.utf8) }
        }
        self.tellsWithdrawals = tellsWithdrawals
    }

    /// The service of a kind that the mapping names; not that of `*`.
    public func service(of kind: IncidentKind) -> String? { services[kind.number] }

    /// Every service that a report may go to, each once, in the order of their bytes.
    public var serviceCodes: [String] {
        Set(services.values).union(otherService.map { [$0] } ?? [])
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
