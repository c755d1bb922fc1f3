public import Bridging
import Sealing
import Wire

/// Why a report can't be put into an authority's form, so that somebody must look.
public enum FormError: Error, Sendable, Equatable {
    /// The mapping was made for somebody else.
    case otherAuthority
    /// Neither a kind of the report nor `*` has a service.
    case noService
    case descriptionTooLong(characters: Int, limit: Int)

    /// For the operator; holds nothing of the report.
    public var words: String {
        switch self {
        case .otherAuthority: "the report is meant for another authority"
        case .noService: "no service of this authority is configured for the report's kinds"
        case .descriptionTooLong(let characters, let limit):
            "the report has \(characters) characters, the authority takes \(limit)"
        }
    }
}

/// The form of one request, in the order in which it is sent.
///
/// Holds content and the API key, so it describes itself by names alone.
public struct Form: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    public struct Parameter: Sendable, Equatable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Longest description, in Unicode scalars. protocol/19-delivery.md
    public static let descriptionCharacters = 4000

    public private(set) var parameters: [Parameter] = []

    init() {}

    /// `POST requests` for a report: what the chapter's table has, nothing else.
    ///
    /// - Throws: `FormError`.
    /// - Source: protocol/19-delivery.md, Open311 GeoReport v2.
    public init(_ report: Report, _ mapping: Mapping) throws(FormError) {
        guard report.authority == mapping.authority else { throw .otherAuthority }
        guard let service = mapping.service(for: report) else { throw .noService }
        let description = report.text.string
        let length = description.unicodeScalars.count
        guard length <= Self.descriptionCharacters else {
            throw .descriptionTooLong(characters: length, limit: Self.descriptionCharacters)
        }
        addCredentials(mapping, withKey: true)
        add("service_code", service)
        add("description", description)
        add("address_string", report.address ?? mapping.place)
        add("first_name", report.line(.name))
        add("email", report.line(.email))
        add("phone", report.line(.phone))
        for attribute in mapping.attributes[service] ?? [] {
            switch attribute.value {
            case .one(let value): add("attribute[\(attribute.code)]", value)
            case .several(let values):
                for value in values { add("attribute[\(attribute.code)][]", value) }
            }
        }
    }

    /// Who sends. The key goes into bodies only: addresses end up in logs.
    mutating func addCredentials(_ mapping: Mapping, withKey: Bool) {
        if withKey { add("api_key", mapping.apiKey?.value) }
        add("jurisdiction_id", mapping.jurisdiction)
    }

    /// Leaves out what has no value.
    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        parameters.append(Parameter(name, value))
    }

    /// application/x-www-form-urlencoded, in UTF-8.
    public var encoded: String { joined(space: "+") }

    /// As part of an address: a space is `%20`, which every reader takes there.
    var query: String { joined(space: "%20") }

    private func joined(space: String) -> String {
        parameters.map {
            "\(Self.escape($0.name, space: space))=\(Self.escape($0.value, space: space))"
        }.joined(separator: "&")
    }

    /// Everything but letters, digits and `-._~` as `%XX`.
    static func escape(_ text: String, space: String) -> String {
        let hex = [UInt8]("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            case 0x20: out += space.utf8
            default: out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    public var description: String { "a form of \(parameters.map(\.name))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Mapping {
    /// Of the first kind that the mapping names, else of `*`.
    func service(for report: Report) -> String? {
        for case .kinds(let kinds) in report.fields {
            for kind in kinds {
                if let service = services[kind.number] { return service }
            }
        }
        return otherService
    }
}

extension Report {
    /// Where it happened, as closely as the consent tells.
    fileprivate var address: String? {
        [ReportField.Name.place, .area].lazy.compactMap { line($0) }.first { !$0.isEmpty }
    }
}
