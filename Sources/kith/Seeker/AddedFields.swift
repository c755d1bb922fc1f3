import Daemon
import Foundation
import Sealing
import Wire

/// What a person tells for one consent only, as a file: never on the command line, which others
/// on this computer can see.
struct AddedFields: Decodable {
    var area: String?
    var name: String?
    var email: String?
    var phone: String?

    var fields: [ReportField] {
        let told: [(ReportField.Name, String?)] = [
            (.area, area), (.name, name), (.email, email), (.phone, phone),
        ]
        return told.compactMap { name, text in
            text.flatMap { $0.isEmpty ? nil : ReportField(name, text: Text($0)) }
        }
    }

    static func read(_ path: String) throws(Problem) -> [ReportField] {
        let text = try readText(path)
        let known: Set<String> = ["area", "name", "email", "phone"]
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        guard let object, let odd = object.keys.sorted().first(where: { !known.contains($0) })
        else {
            do {
                return try JSONDecoder().decode(AddedFields.self, from: Data(text.utf8)).fields
            } catch {
                throw Problem(
                    .badData, "\(path) is no JSON object of texts",
                    hint: #"such as {"area": "Old Town"}; area, name, email, phone"#)
            }
        }
        throw Problem(
            .badData, "\(path) has an entry that is not known: \(odd)",
            hint: "use area, name, email, phone")
    }
}
