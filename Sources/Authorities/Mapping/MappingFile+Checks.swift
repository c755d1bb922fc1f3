import Foundation
import Seeking
import Wire

extension MappingFile.Entry {
    /// The mapping that the entry means.
    ///
    /// - Parameter folder: where paths of API keys begin.
    /// - Throws: `MappingProblem`.
    func mapping(folder: URL) throws(MappingProblem) -> Mapping {
        guard (1...256).contains(uri.utf8.count),
            uri.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .notAnAuthority(uri) }
        guard adapter == "open311" else { throw .unknownAdapter(adapter, authority: uri) }
        guard let format = Mapping.Format(rawValue: format ?? "json") else {
            throw .unknownFormat(self.format ?? "", authority: uri)
        }
        let address = endpoint ?? uri
        try Self.checkEndpoint(address)
        for (key, text) in [("jurisdiction", jurisdiction), ("place", place)] {
            if let text { try check(text, key) }
        }
        let (byKind, other) = try codes()
        return Mapping(
            authority: Text(uri), endpoint: address, jurisdiction: jurisdiction,
            apiKey: try key(folder: folder), format: format, services: byKind,
            otherService: other, place: place, attributes: try values(),
            tellsWithdrawals: tellsWithdrawals ?? false)
    }

    private func key(folder: URL) throws(MappingProblem) -> APIKey? {
        guard let apiKeyFile else { return nil }
        return try APIKey.read(URL(fileURLWithPath: apiKeyFile, relativeTo: folder).path)
    }

    private func codes() throws(MappingProblem) -> ([UInt64: String], String?) {
        guard !services.isEmpty else { throw .noServices(authority: uri) }
        var byKind: [UInt64: String] = [:]
        // Sorted, so that of several mistakes the same one is named each time.
        for (name, code) in services.sorted(by: { $0.key < $1.key }) {
            try check(code, "services.\(name)")
            guard name != "*" else { continue }
            guard let kind = IncidentKind.all.first(where: { $0.name == Text(name) }) else {
                throw .unknownKind(name, authority: uri)
            }
            byKind[kind.number] = code
        }
        return (byKind, services["*"])
    }

    private func values() throws(MappingProblem) -> [String: [Mapping.Attribute]] {
        var all: [String: [Mapping.Attribute]] = [:]
        for (service, attributes) in (attributes ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard services.values.contains(service) else {
                throw .attributesOfUnusedService(service, authority: uri)
            }
            for (code, value) in attributes.sorted(by: { $0.key < $1.key }) {
                let key = "attributes.\(service).\(code)"
                try check(code, key)
                guard !value.value.all.isEmpty else { throw .badText(key: key, authority: uri) }
                for one in value.value.all { try check(one, key) }
                all[service, default: []].append(Mapping.Attribute(code: code, value: value.value))
            }
        }
        return all
    }

    private func check(_ text: String, _ key: String) throws(MappingProblem) {
        guard (1...Mapping.textBytes).contains(text.utf8.count),
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .badText(key: key, authority: uri) }
    }

    private static func checkEndpoint(_ address: String) throws(MappingProblem) {
        guard let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty,
            address.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
        else { throw .badEndpoint(address) }
        switch parts.scheme?.lowercased() {
        case "https": return
        case "http" where isLoopback(host): return
        case "http": throw .plainEndpoint(address)
        default: throw .badEndpoint(address)
        }
    }

    /// This computer itself, by name or number.
    private static func isLoopback(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host.lowercased()
        if bare == "localhost" || bare == "::1" { return true }
        let numbers = bare.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }
}
