import Model
import Sealing
import Seeking
import TestKit
import Testing
import Wire

@testable import Casework

@Suite struct ClaimVectorTests {
    @Test(arguments: try VectorFile.accepted("claims"))
    func theHolderIsWhoTheScenarioSays(_ vector: VectorFile) throws {
        let entries = try entries(vector)
        #expect(entries.count == entries.compactMap { $0 }.count)
        let present = entries.compactMap { $0 }
        for order in [present, present.reversed(), Array(present.dropFirst() + present.prefix(1))] {
            try expectWinner(order, vector)
        }
    }

    @Test(arguments: try VectorFile.refused("claims"))
    func aVoidClaimChangesNothing(_ vector: VectorFile) throws {
        let judged = Int(try vector.number("judged"))
        var entries = try entries(vector)
        #expect((entries[judged] == nil) == (vector.refusal == "out-of-range"))
        try expectWinner(entries.compactMap { $0 }, vector)
        try expectWinner(entries.compactMap { $0 }.reversed(), vector)
        entries[judged] = nil
        try expectWinner(entries.compactMap { $0 }, vector)
    }

    /// The claims as their messages were read; nil for one that breaks its rule.
    private func entries(_ vector: VectorFile) throws -> [Claims.Entry?] {
        try (0..<vector.bytesList("claim").count).map { number in
            func bytes(_ name: String) throws -> [UInt8] { try vector.bytes("\(name) \(number)") }
            let claim = Claim(
                caseID: try #require(CaseID(try vector.bytes("case"))),
                parent: try #require(ClaimID(try bytes("parent"))),
                notBefore: WallTime(seconds: try vector.number("notBefore \(number)")),
                expires: WallTime(seconds: try vector.number("expires \(number)")),
                certificate: SignedMap(.null, Labels.cert, by: []))
            guard let read = try? Claim(Fields(claim.cbor)) else { return nil }
            let claimant = try #require(PersonaID(try bytes("persona")))
            let beside = vector.optionalBytes("co-signer \(number)").flatMap { PersonaID($0) }
            return Claims.Entry(
                id: try #require(ClaimID(try bytes("claim"))), claim: read, claimant: claimant,
                signers: [claimant] + (beside.map { [$0] } ?? []))
        }
    }

    private func expectWinner(_ entries: [Claims.Entry], _ vector: VectorFile) throws {
        let now = WallTime(seconds: try vector.number("now"))
        var early = Claims()
        var late = Claims()
        try release(&early, vector)
        for entry in entries {
            early.add(entry)
            late.add(entry)
        }
        try release(&late, vector)
        var winner: [UInt8]?
        if let number = Int(try vector.words("winner")) {
            winner = try vector.bytes("claim \(number)")
        } else {
            #expect(vector.text("winner") == "none")
        }
        #expect(late.holder(now)?.id.bytes == winner)
        #expect(early.holder(now)?.id.bytes == winner)
    }

    private func release(_ claims: inout Claims, _ vector: VectorFile) throws {
        let at = SaidAt(slot: Slot(0), arrival: 0)
        for (number, claim) in try vector.bytesList("claim").enumerated() {
            guard let by = vector.optionalBytes("released by \(number)") else { continue }
            let heir = vector.optionalBytes("heir \(number)").flatMap { PersonaID($0) }
            claims.release(
                try #require(ClaimID(claim)), by: try #require(PersonaID(by)), heir: heir, at: at)
        }
    }
}
