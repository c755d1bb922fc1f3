import Sealing
public import Wire

/// A pack in the form that people write, whatever form it came in. The browser's program keeps
/// packs as this and nothing else: every type more would make it larger.
struct PackTree: Sendable, Equatable {
    let json: JSON

    init(_ json: JSON) { self.json = json }

    /// The objects of a list of this object; none where it is absent or no list.
    static func items(_ name: StaticString, of object: JSON) -> [JSON] {
        object.member(name)?.asArray ?? []
    }

    var language: Text { json.member("language")?.asText ?? "" }

    func items(_ name: StaticString) -> [JSON] { Self.items(name, of: json) }

    /// Ids of the objects of a list, those without one left out.
    static func ids(_ objects: [JSON]) -> [Text] { objects.compactMap { $0.member("id")?.asText } }

    /// The object of a list that has this id.
    static func find(_ id: Text, in objects: [JSON]) -> JSON? {
        for object in objects where object.member("id")?.asText == id { return object }
        return nil
    }

    /// What a condition asks about, and its values: a single one may stand without its list.
    static func conditions(_ row: JSON) -> [(subject: Text, values: [JSON])] {
        guard case .object(let members)? = row.member("when") else { return [] }
        return members.map { ($0.name, $0.value.asArray ?? [$0.value]) }
    }

    /// The ids a row names, most urgent first.
    static func results(_ row: JSON) -> [(id: Text, urgency: GuidancePack.Urgency)] {
        var results: [(id: Text, urgency: GuidancePack.Urgency)] = []
        for urgency in GuidancePack.Urgency.all {
            for item in row.member(urgency.entry)?.asArray ?? [] {
                if let id = item.asText { results.append((id, urgency)) }
            }
        }
        return results
    }

    /// The code list that a condition is about; nil where it is about a question.
    static func codes(_ subject: Text) -> PackCodes? {
        switch subject {
        case "incident.kinds": .kinds
        case "incident.needs": .needs
        default: nil
        }
    }
}

extension GuidancePack.Urgency {
    static let all: [GuidancePack.Urgency] = [.now, .soon, .later]

    /// As files name it.
    var entry: StaticString {
        switch self {
        case .now: "now"
        case .soon: "soon"
        case .later: "later"
        }
    }

    public var name: Text { Text(stringLiteral: entry) }
}
