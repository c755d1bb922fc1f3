import Model
import TestKit
import Testing
import Wire

@testable import Sealing

/// A day's log of forwards: what a bridge makes, and what a seeker checks.
@Suite struct ForwardLogVectorTests {
    @Test func noCheckIsPassedOver() throws {
        for vector in try VectorFile.all("forward-log") {
            #expect(["log", "proof"].contains(try vector.words("check")), "\(vector.name)")
        }
    }

    // MARK: Making

    @Test(
        arguments: try VectorFile.some(
            VectorFile.accepted("forward-log"), where: "check", is: "log"))
    func aDaysReportsAndRandomLeavesMakeATree(_ vector: VectorFile) throws {
        let day = try day(vector)
        let fill = try vector.bytesList("fill")
        let leaves = try vector.wordsList("authority").indices.map { number in
            let leaf = try leaf(vector, " \(number)")
            #expect(try leaf == vector.bytes("leaf \(number)"))
            return leaf
        }
        #expect(LogTree.fill(leaves.count) == fill.count)
        // In whatever order they come: they are sorted.
        for leaves in [leaves + fill, fill + leaves.reversed()] {
            let tree = LogTree(leaves: leaves)
            #expect(try UInt64(tree.depth) == vector.number("depth"))
            #expect(try tree.top == vector.bytes("top"))
        }
        let tree = LogTree(leaves: leaves + fill)
        let checkpoint = Checkpoint(
            day: day, previous: nil, depth: UInt64(tree.depth), top: tree.top)
        for (number, leaf) in leaves.enumerated() {
            let proof = try #require(tree.proof(of: leaf))
            #expect(try proof.cbor.encoded == vector.bytes("proof \(number)"))
            #expect(proof.shows(leaf, in: checkpoint))
        }
        #expect(tree.proof(of: tree.top) == nil)
    }

    // MARK: Checking

    @Test(
        arguments: try VectorFile.some(
            VectorFile.accepted("forward-log"), where: "check", is: "proof"))
    func aProofShowsItsLeaf(_ vector: VectorFile) throws {
        let bytes = try vector.bytes("proof")
        let proof = try LogProof(CBOR(decoding: bytes))
        #expect(proof.cbor.encoded == bytes)
        #expect(try proof.shows(leaf(vector), in: checkpoint(vector)))
    }

    @Test(arguments: try VectorFile.refused("forward-log"))
    func aFalseProofShowsNothing(_ vector: VectorFile) throws {
        #expect(vector.refusal == "wrong-proof")
        // One whose index lies beyond the leaves is not even read.
        let proof = try? LogProof(CBOR(decoding: try vector.bytes("proof")))
        let isShown = try proof?.shows(leaf(vector), in: checkpoint(vector)) ?? false
        #expect(!isShown)
    }

    private func day(_ vector: VectorFile) throws -> UInt32 {
        try #require(UInt32(exactly: try vector.number("day")))
    }

    private func leaf(_ vector: VectorFile, _ number: String = "") throws -> [UInt8] {
        LogTree.leaf(
            salt: try vector.bytes("salt\(number)"),
            consent: try #require(ConsentID(try vector.bytes("consent id\(number)"))),
            authority: Text(try vector.words("authority\(number)")), day: try day(vector))
    }

    private func checkpoint(_ vector: VectorFile) throws -> Checkpoint {
        Checkpoint(
            day: try day(vector), previous: nil, depth: try vector.number("depth"),
            top: try vector.bytes("top"))
    }
}
