import Bridging
import Foundation
import Model
import TestKit
import Testing
import Wire

@testable import Authorities
@testable import Sealing

/// What two bridges must send alike. Source: protocol/vectors/delivery/.
@Suite struct DeliveryVectorTests {
    static func files(_ check: String) throws -> [VectorFile] {
        try VectorFile.some(VectorFile.all("delivery"), where: "check", is: check)
    }

    @Test(arguments: try files("text"))
    func textsAgreeWithTheVectors(_ vector: VectorFile) throws {
        let agrees = try vector.report.text.utf8 == vector.bytes("text")
        #expect(agrees == vector.isAccepted)
    }

    @Test(arguments: try files("form"))
    func formsAgreeWithTheVectors(_ vector: VectorFile) throws {
        let mapping = try vector.mapping
        let report = try vector.report
        switch vector.refusal {
        case "no-service": #expect(throws: FormError.noService) { try Form(report, mapping) }
        case "too-long":
            do throws(FormError) {
                _ = try Form(report, mapping)
                Issue.record("not refused")
            } catch {
                guard case .descriptionTooLong = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        case nil, "wrong-digest":
            let form = try Form(report, mapping).parameters
            let made = Dictionary(form.map { ($0.name, $0.value) }) { first, _ in first }
            let expected = try JSONDecoder().decode(
                [String: String].self, from: Data(vector.words("form").utf8))
            #expect((made == expected) == vector.isAccepted)
        case let other: Issue.record("unknown refusal: \(other ?? "")")
        }
    }
}

extension VectorFile {
    fileprivate var report: Report {
        get throws {
            let id = try #require(ConsentID(bytes("consent id")))
            var fields: [ReportField] = []
            while let claim = text("claim \(fields.count)") {
                let name = try #require(ReportField.Name(claim: Text(claim)))
                let value = try JSON(decoding: [UInt8](words("value \(fields.count)").utf8))
                fields.append(try #require(ReportField(name, value)))
            }
            return Report(authority: authorityURI, mark: Report.mark(of: id), fields: fields)
        }
    }

    fileprivate struct Configuration: Decodable {
        let place: String?
        let key: String?
        let jurisdiction: String?
        let attributes: [String: [String: String]]
        let services: [String: String]

        enum CodingKeys: String, CodingKey {
            case place = "address_string"
            case key = "api_key"
            case jurisdiction = "jurisdiction_id"
            case attributes, services
        }
    }

    fileprivate var mapping: Mapping {
        get throws {
            let given = try JSONDecoder().decode(
                Configuration.self, from: Data(words("configuration").utf8))
            let services = given.services.compactMap { kind, code in
                UInt64(kind).map { ($0, code) }
            }
            return Mapping(
                authority: authorityURI, endpoint: "https://city.example",
                jurisdiction: given.jurisdiction,
                apiKey: try given.key.map { try #require(APIKey($0)) },
                services: Dictionary(uniqueKeysWithValues: services),
                otherService: given.services["*"], place: given.place,
                attributes: given.attributes.mapValues { attributes in
                    attributes.map { Mapping.Attribute(code: $0.key, value: .one($0.value)) }
                })
        }
    }
}
