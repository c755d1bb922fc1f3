/// Why the file of authorities can't be used.
public struct MappingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file, as it was named.
    public let file: String
    public let problem: MappingProblem

    public var description: String { "\(file): \(problem)" }
    /// What to do about it.
    public var hint: String { problem.hint }
}

public enum MappingProblem: Error, Sendable, Equatable {
    case unreadable
    /// `at` is the way to the value, as in "authorities[0].services".
    case notJSON(at: String, String)
    case unknownKey(String, at: String)
    case repeatedAuthority(String)
    case notAnAuthority(String)
    case unknownAdapter(String, authority: String)
    case unknownFormat(String, authority: String)
    case unknownKind(String, authority: String)
    case noServices(authority: String)
    /// Empty, too long, or with control characters.
    case badText(key: String, authority: String)
    /// Values for a service that no kind goes to.
    case attributesOfUnusedService(String, authority: String)
    case badEndpoint(String)
    /// Neither https nor this computer.
    case plainEndpoint(String)
    case unreadableKey(String)
    case keyOpenToOthers(String, mode: Int)
    case notAKey(String)
}

extension MappingProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable: "cannot be read"
        case .notJSON(let at, let why): "\(at.isEmpty ? "the file" : at) \(why)"
        case .unknownKey(let key, let at):
            "\(at.isEmpty ? "the file" : at) has an entry that is not known: \(key)"
        case .repeatedAuthority(let uri): "\(uri) stands there twice"
        case .notAnAuthority(let uri): "not an authority's URI: \(uri)"
        case .unknownAdapter(let name, let authority): "\(authority): unknown adapter: \(name)"
        case .unknownFormat(let name, let authority): "\(authority): unknown format: \(name)"
        case .unknownKind(let name, let authority):
            "\(authority): unknown kind of incident: \(name)"
        case .noServices(let authority): "\(authority): no services"
        case .badText(let key, let authority):
            "\(authority): \(key) is empty, too long or has control characters"
        case .attributesOfUnusedService(let code, let authority):
            "\(authority): attributes of \(code), to which no kind goes"
        case .badEndpoint(let endpoint): "not an address that can be sent to: \(endpoint)"
        case .plainEndpoint(let endpoint): "reports would travel in the clear to \(endpoint)"
        case .unreadableKey(let path): "cannot read the API key in \(path)"
        case .keyOpenToOthers(let path, let mode):
            "others may read the API key in \(path): its mode is 0\(String(mode, radix: 8))"
        case .notAKey(let path): "no API key in \(path)"
        }
    }

    public var hint: String {
        switch self {
        case .unreadable: "does it exist, and may this user read it?"
        case .notJSON: "protocol/19-delivery.md and `kith bridge --help` show the entries"
        case .unknownKey: "is it misspelt? entries that mean nothing are refused"
        case .repeatedAuthority: "keep one of them"
        case .notAnAuthority: "use the URI in the community's manifest, ASCII, up to 256 bytes"
        case .unknownAdapter: "use: open311"
        case .unknownFormat: "use: json or xml"
        case .unknownKind: "use a name of protocol/schema/codes.md, or * for all others"
        case .noServices: "name a service for a kind, or for *"
        case .badText: "at most \(Mapping.textBytes) bytes of text"
        case .attributesOfUnusedService: "name the service under services, or remove them"
        case .badEndpoint: "use https://HOST/PATH without user, query or fragment"
        case .plainEndpoint: "use https; plain http is for this computer only"
        case .unreadableKey: "paths are relative to the file that names them"
        case .keyOpenToOthers(let path, _): "chmod 600 \(path)"
        case .notAKey: "the file holds the key alone, printable ASCII without spaces"
        }
    }
}
