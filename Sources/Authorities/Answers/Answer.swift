/// What an authority answered, whichever format it came in: texts, lists and objects.
///
/// Numbers and truth values become texts, as XML has nothing else. An XML document is an object
/// with its root as the one member; members of XML may bear the same name.
indirect enum Answer: Sendable, Equatable {
    struct Member: Sendable, Equatable {
        let name: String
        let value: Answer
    }

    case text(String)
    case list([Answer])
    case object([Member])
    case null

    /// Deeper answers are refused: GeoReport needs six levels. Guess.
    static let depth = 16

    /// Reads a whole answer; nil for what is neither JSON nor XML by its type, is not UTF-8, or is
    /// broken.
    ///
    /// - Parameters:
    ///   - type: the answer's Content-Type; where there is none, `format` is assumed.
    init?(_ bytes: [UInt8], type: String?, format: Mapping.Format) {
        let format = type.map(Mapping.Format.init(contentType:)) ?? format
        // A mark that says what UTF-8 needs nobody to say; some servers write it.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard let format, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        switch format {
        case .json:
            guard let answer = JSONReader.read(bytes) else { return nil }
            self = answer
        case .xml:
            guard let root = try? XMLReader.read(text) else { return nil }
            self = .object([root])
        }
    }
}

extension Mapping.Format {
    /// Nil for a type that is neither: a page for people, most often from something in between.
    init?(contentType: String) {
        let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        if type == "application/json" || type == "text/json" || type.hasSuffix("+json") {
            self = .json
        } else if type == "text/xml" || type == "application/xml" || type.hasSuffix("+xml"),
            type != "application/xhtml+xml"
        {
            self = .xml
        } else {
            return nil
        }
    }
}

// MARK: - Finding one's way

extension Answer {
    /// The first member of this name.
    func member(_ name: String) -> Answer? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text of a member; nil where it is missing, null, empty or no text.
    func text(_ name: String) -> String? {
        guard case .text(let text)? = member(name), !text.isEmpty else { return nil }
        return text
    }

    /// The records of a list: an array in JSON, with or without the container around it that XML
    /// has; a single record that stands alone where it has a member that `isRecord` knows.
    ///
    /// Nil for anything else.
    func records(
        _ containers: Set<String>, item: String, isRecord: (Answer) -> Bool = { _ in false }
    ) -> [Answer]? {
        if case .list(let items) = self { return items }
        guard case .object(let members) = self else { return nil }
        if isRecord(self) { return [self] }
        guard members.count == 1, containers.contains(members[0].name) else { return nil }
        switch members[0].value {
        case .list(let items): return items
        case .null: return []
        case .text(let text): return text.isEmpty ? [] : nil
        case .object(let inner):
            guard inner.allSatisfy({ $0.name == item }) else { return nil }
            return inner.flatMap { member -> [Answer] in
                if case .list(let items) = member.value { return items }
                return [member.value]
            }
        }
    }
}
