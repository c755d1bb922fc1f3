import Foundation

extension Mapping {
    /// Longest file. Guess.
    private static let fileBytes = 1 << 20

    /// Reads the authorities of a bridge from a JSON file.
    ///
    /// Shape: `{"authorities": [{…}, …]}`, the entries as in `MappingFile.Entry`. Paths of API
    /// keys are relative to the file's folder. What is not known is refused, since a misspelt
    /// entry would send reports elsewhere than meant.
    ///
    /// - Throws: `MappingError`.
    public static func read(_ path: String) throws(MappingError) -> [Mapping] {
        guard let data = FileManager.default.contents(atPath: path), data.count <= fileBytes else {
            throw MappingError(file: path, problem: .unreadable)
        }
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            return try MappingFile.decode(data).authorities.map {
                entry throws(MappingProblem) in try entry.mapping(folder: folder)
            }
        } catch {
            throw MappingError(file: path, problem: error)
        }
    }
}

/// The file as it stands there, checked for what is not known.
struct MappingFile: Decodable {
    /// One authority, under the names that the file uses.
    struct Entry: Decodable {
        let uri: String
        let endpoint: String?
        let adapter: String
        let jurisdiction: String?
        let apiKeyFile: String?
        let format: String?
        let services: [String: String]
        let place: String?
        let attributes: [String: [String: Value]]?
        let tellsWithdrawals: Bool?

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case uri, endpoint, adapter, jurisdiction, apiKeyFile, format, services, place
            case attributes, tellsWithdrawals
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseKeys(besides: CodingKeys.allCases.map(\.rawValue))
            let entries = try decoder.container(keyedBy: CodingKeys.self)
            uri = try entries.decode(String.self, forKey: .uri)
            endpoint = try entries.decodeIfPresent(String.self, forKey: .endpoint)
            adapter = try entries.decode(String.self, forKey: .adapter)
            jurisdiction = try entries.decodeIfPresent(String.self, forKey: .jurisdiction)
            apiKeyFile = try entries.decodeIfPresent(String.self, forKey: .apiKeyFile)
            format = try entries.decodeIfPresent(String.self, forKey: .format)
            services = try entries.decode([String: String].self, forKey: .services)
            place = try entries.decodeIfPresent(String.self, forKey: .place)
            attributes = try entries.decodeIfPresent(
                [String: [String: Value]].self, forKey: .attributes)
            tellsWithdrawals = try entries.decodeIfPresent(Bool.self, forKey: .tellsWithdrawals)
        }
    }

    /// A text, or a list of texts.
    struct Value: Decodable {
        let value: Mapping.Value

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let several = try? container.decode([String].self) {
                value = .several(several)
            } else {
                value = .one(try container.decode(String.self))
            }
        }
    }

    let authorities: [Entry]

    private enum CodingKeys: String, CodingKey, CaseIterable { case authorities }

    init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.allCases.map(\.rawValue))
        authorities = try decoder.container(keyedBy: CodingKeys.self)
            .decode([Entry].self, forKey: .authorities)
    }

    static func decode(_ data: Data) throws(MappingProblem) -> MappingFile {
        let file: MappingFile
        do {
            file = try JSONDecoder().decode(MappingFile.self, from: data)
        } catch let problem as MappingProblem {
            throw problem
        } catch let error as DecodingError {
            throw MappingProblem(error)
        } catch {
            throw .notJSON(at: "", "is not JSON")
        }
        var seen: Set<String> = []
        for entry in file.authorities where !seen.insert(entry.uri).inserted {
            throw .repeatedAuthority(entry.uri)
        }
        return file
    }
}

/// Any name that an object has.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    fileprivate func refuseKeys(besides known: [String]) throws {
        let found = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
        guard let odd = found.first(where: { !known.contains($0) }) else { return }
        throw MappingProblem.unknownKey(odd, at: way(codingPath))
    }
}

/// "authorities[0].services": where in the file a value stands.
private func way(_ path: [any CodingKey]) -> String {
    path.reduce(into: "") { way, key in
        // A position in a list; a name that is a number is a name.
        if let index = key.intValue, key.stringValue != String(index) {
            way += "[\(index)]"
        } else {
            way += way.isEmpty ? key.stringValue : ".\(key.stringValue)"
        }
    }
}

extension MappingProblem {
    fileprivate init(_ error: DecodingError) {
        self =
            switch error {
            case .typeMismatch(_, let context):
                .notJSON(at: way(context.codingPath), "has another type than it should")
            case .valueNotFound(_, let context): .notJSON(at: way(context.codingPath), "is null")
            case .keyNotFound(let key, let context):
                .notJSON(at: way(context.codingPath), "lacks \(key.stringValue)")
            case .dataCorrupted: .notJSON(at: "", "is not JSON")
            @unknown default: .notJSON(at: "", "is not JSON")
            }
    }
}
