import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing
@testable import Seeking

/// What a case can tell an authority. Source: protocol/17-consents.md, "Fields".
@Suite struct FieldsVectorTests {
    @Test(arguments: try VectorFile.accepted("fields"))
    func aCaseTellsWhatWasToldInIt(_ vector: VectorFile) throws {
        #expect(try vector.thread.reportFields == vector.reportFields)
    }

    @Test(arguments: try VectorFile.refused("fields"))
    func nothingElse(_ vector: VectorFile) throws {
        #expect(vector.refusal == "wrong-fields")
        #expect(try vector.thread.reportFields != vector.reportFields)
    }
}

extension VectorFile {
    fileprivate var thread: SeekerBook.Thread {
        get throws {
            let keys = StretchedCode(secret: Secret([UInt8](repeating: 7, count: 32)))
                .caseKeys(TestNetwork().community, 0)
            var thread = SeekerBook.Thread(number: 0, keys: keys)
            while let kind = text("kind \(thread.told.count)") {
                let number = thread.told.count
                let body = try Incident(CBOR(decoding: bytes("body \(number)")))
                thread.told.append(
                    SeekerBook.Told(
                        kind: try #require(ContentKind(rawValue: UInt8(kind, radix: 16) ?? 0)),
                        id: .zero, body: body, at: try at("slot \(number)", number)))
            }
            while text("act slot \(thread.acts.count)") != nil {
                let number = thread.acts.count
                let act = Act(
                    caseID: keys.caseID, deed: .contactRules,
                    value: .text(try bytes("rules \(number)")),
                    counter: try self.number("act counter \(number)"))
                thread.acts.append((act, try at("act slot \(number)", number)))
            }
            return thread
        }
    }

    fileprivate var reportFields: [ReportField] {
        get throws {
            var fields: [ReportField] = []
            while let claim = text("claim \(fields.count)") {
                let name = try #require(ReportField.Name(claim: Text(claim)))
                let value = try #require(text("value \(fields.count)"))
                let json = try JSON(decoding: [UInt8](value.utf8))
                fields.append(try #require(ReportField(name, json)))
            }
            return fields
        }
    }

    private func at(_ key: String, _ arrival: Int) throws -> SaidAt {
        SaidAt(slot: Slot(UInt32(try number(key))), arrival: Int64(arrival))
    }
}
