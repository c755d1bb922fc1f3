import Model
import Sodium
import TestKit
import Testing
import Wire

@testable import Sealing

@Suite struct NamingVectorTests {
    // MARK: Topics

    @Test(arguments: try VectorFile.accepted("topics"))
    func aTopicFollowsFromItsSubject(_ vector: VectorFile) throws {
        #expect(try topic(vector).bytes == vector.bytes("topic"))
    }

    @Test(arguments: try VectorFile.refused("topics"))
    func anotherSubjectOrWeekGivesAnotherTopic(_ vector: VectorFile) throws {
        #expect(vector.refusal == "wrong-topic")
        #expect(try topic(vector).bytes != vector.bytes("topic"))
    }

    private func topic(_ vector: VectorFile) throws -> Topic {
        let subject = try vector.bytes("subject")
        switch try vector.words("function") {
        case "intake":
            return Topics.intake(try #require(CommunityID(subject)), try slot(vector).week)
        case "files":
            return Topics.files(try #require(CommunityID(subject)), try slot(vector).week)
        case "public": return Topics.records(of: subject)
        case "group": return Topics.group(Secret(subject))
        default: throw VectorFileError.missing(file: vector.name, name: "function")
        }
    }

    private func slot(_ vector: VectorFile) throws -> Slot {
        Slot(try #require(UInt32(exactly: try vector.number("slot"))))
    }

    // MARK: Mailboxes

    @Test(arguments: try VectorFile.accepted("mailbox"))
    func aHintIsForItsTagKey(_ vector: VectorFile) throws {
        let key = Secret(try vector.bytes("tag key"))
        let header = try EnvelopeHeader(decoding: try vector.bytes("header")[...])
        #expect(Mailbox.matches(key, header))
        let random = [UInt8](header.mailbox.bytes.prefix(8))
        #expect(Mailbox.hint(key, header: header, random: random) == header.mailbox)
    }

    @Test(arguments: try VectorFile.refused("mailbox"))
    func aHintOfAnotherKeyOrHeaderIsNot(_ vector: VectorFile) throws {
        #expect(vector.refusal == "no-match")
        let header = try EnvelopeHeader(decoding: try vector.bytes("header")[...])
        #expect(!Mailbox.matches(Secret(try vector.bytes("tag key")), header))
    }
}
