import Daemon
import Foundation
import Sealing
import Seeking
import Wire

/// What a person tells, as a file: every entry optional, names as in protocol/schema/codes.md.
struct IncidentFile: Codable {
    var account: String?
    var language: String?
    /// ICCS codes.
    var kinds: [String]?
    var bias: [String]?
    var reported: String?
    var reasons: [String]?
    var safety: String?
    var needs: [String]?
    var contact: String?
    var when: String?
    var place: String?
    var danger: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case account, language, kinds, bias, reported, reasons, safety, needs, contact, when, danger
        case place = "where"
    }

    static func read(_ path: String) throws(Problem) -> IncidentFile {
        let text = try readText(path)
        guard text.hasPrefix("{") else {
            var file = IncidentFile()
            file.account = text
            return file
        }
        let known = Set(CodingKeys.allCases.map { $0.rawValue })
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        if let odd = object?.keys.sorted().first(where: { !known.contains($0) }) {
            throw Problem(
                .badData, "\(path) has an entry that is not known: \(odd)",
                hint: "use: \(known.sorted().joined(separator: ", "))")
        }
        do { return try JSONDecoder().decode(IncidentFile.self, from: Data(text.utf8)) } catch {
            throw Problem(
                .badData, "\(path) is neither text nor a JSON object of known entries",
                hint: "kith ask --help lists the entries")
        }
    }

    func incident() throws(Problem) -> Incident {
        var incident = Incident()
        incident.account = account.map { Text($0) }
        incident.language = language.map { Text($0) }
        for code in kinds ?? []
        where !IncidentKind.isCode(Text(code)) {
            throw Problem(
                .badData, "kinds has a value that is no ICCS code: \(code)",
                hint: "2 to 6 digits, as in protocol/schema/codes.md")
        }
        incident.kinds = (kinds ?? []).map {
            Incident.Kind(number: IncidentKind.closest(to: Text($0))?.number ?? 0, iccs: Text($0))
        }
        incident.bias = try Self.numbers(bias, .bias, "bias")
        incident.reported = try Self.numbers(reported.map { [$0] }, .reported, "reported").first
        incident.reasons = try Self.numbers(reasons, .reasons, "reasons")
        incident.safety = try Self.numbers(safety.map { [$0] }, .safety, "safety").first
        incident.needs = try Self.numbers(needs, .needs, "needs")
        incident.contactRules = contact.map { Text($0) }
        incident.when = when.map { Text($0) }
        incident.place = place.map { Text($0) }
        incident.inDanger = danger
        if let account, account.allSatisfy(\.isWhitespace) { incident.account = nil }
        guard incident.account != nil || incident != Incident() else {
            throw Problem(.badData, "there is nothing to send", hint: "write at least a few words")
        }
        return incident
    }

    init() {}

    init(_ incident: Incident) {
        account = incident.account?.string
        language = incident.language?.string
        kinds = Self.nonEmpty(incident.kinds.map { $0.iccs.string })
        bias = Self.nonEmpty(incident.bias.compactMap { CodeList.bias.name($0)?.string })
        reported = incident.reported.flatMap { CodeList.reported.name($0)?.string }
        reasons = Self.nonEmpty(incident.reasons.compactMap { CodeList.reasons.name($0)?.string })
        safety = incident.safety.flatMap { CodeList.safety.name($0)?.string }
        needs = Self.nonEmpty(incident.needs.compactMap { CodeList.needs.name($0)?.string })
        contact = incident.contactRules?.string
        when = incident.when?.string
        place = incident.place?.string
        danger = incident.inDanger
    }

    private static func nonEmpty(_ list: [String]) -> [String]? { list.isEmpty ? nil : list }

    private static func numbers(
        _ names: [String]?, _ list: CodeList, _ entry: String
    ) throws(Problem) -> [UInt64] {
        var numbers: [UInt64] = []
        for name in names ?? [] {
            guard let number = list.number(Text(name)) else {
                throw Problem(
                    .badData, "\(entry) has no value \(name)",
                    hint: "use one of: \(list.names.map { $0.string }.joined(separator: ", "))")
            }
            numbers.append(number)
        }
        return numbers
    }

    /// The lines people read.
    var lines: [String] {
        var lines: [String] = []
        if danger == true { lines.append("IN DANGER NOW") }
        if let account { lines.append(account) }
        func add(_ title: String, _ text: String?) {
            if let text { lines.append("  \(title): \(text)") }
        }
        add(
            "kind",
            kinds?.map { IncidentKind.closest(to: Text($0))?.name.string ?? $0 }.joined(
                separator: ", "))
        add("bias", bias?.joined(separator: ", "))
        add("when", when)
        add("where", place)
        add("reported to police", reported)
        add("why not", reasons?.joined(separator: ", "))
        add("feels", safety)
        add("needs", needs?.joined(separator: ", "))
        add("contact", contact)
        return lines
    }
}
