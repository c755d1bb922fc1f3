import Foundation
import Testing

/// Return codes and passphrases as people type them.
@Suite struct CodesTests {
    @Test func aMistypedCodeIsToldTheSameWhetherOrNotACaseExists() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let asked = try await node.ask("A stone came through my window.")
            let existing = Self.mistyped(asked.code)
            let other = Self.mistyped("0000 0000 0000 0000 0000 0000 0098")
            let first = try await node.open(existing)
            let second = try await node.open(other)
            for outcome in [first, second] {
                scene.expectRefusal(outcome, 65, "the code is mistyped", hint: "7 groups of 4")
            }
            #expect(first.err == second.err && first.out == second.out)
            let short = try await node.open("1234")
            #expect(short.err == first.err)
            let erasing = try await node.run("erase", input: existing)
            scene.expectRefusal(erasing, 65, "the code is mistyped")
        }
    }

    @Test func aRightCodeOfNothingIsNotFound() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let code = "0000 0000 0000 0000 0000 0000 0098"
            for outcome in [try await node.open(code), try await node.tell("open", input: code)] {
                scene.expectRefusal(outcome, 66, "nothing was found under this code")
            }
            let erasing = try await node.run("erase", input: code)
            scene.expectRefusal(erasing, 66, "nothing was found under this code")
            let more = try scene.file("More words.")
            let saying = try await node.run("open", "--say", more, input: code)
            scene.expectRefusal(saying, 66, "nothing to write to")
        }
    }

    @Test func wrongGroupsTypedBackThreeTimesSendNothing() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let words = "He waits for me behind the bakery."
            scene.secrets.append(words)
            let before = try await node.items()
            let talk = try await node.asking(try scene.file(words), isRight: false)
            #expect(talk.outcome.status == 65 && talk.sent == nil)
            #expect(talk.confirmations == 3)
            #expect(talk.outcome.err.contains("kith: error: the groups typed back"))
            #expect(talk.outcome.err.contains("nothing was sent"))
            #expect(talk.outcome.err.contains("kith: hint: "))
            #expect(try await node.items() == before)
            #expect(try await node.accounts(talk.code).isEmpty)
        }
    }

    @Test func whoAsksToReopenSeesThatTheyDid() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let asked = try await node.ask("Somebody follows me home.")
            let reply = try scene.file("We are here.")
            #expect(try await node.desk("reply", asked.case, "--file", reply).status == 0)
            #expect(try await node.desk("close", asked.case, "--explain", "Done.").status == 0)
            #expect(try await Self.state(node, asked) == "closed")
            #expect(try await node.run("open", "--reopen", input: asked.code).status == 0)
            let state = try await node.row(asked.case)?["state"]?.text
            #expect(state != "closed")
            #expect(try await Self.state(node, asked) == state)
        }
    }

    @Test func wordsAfterAnErasureAreNotTakenForNothing() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let asked = try await node.ask("Somebody follows me home.")
            #expect(try await node.run("erase", input: asked.code + "\nerase").status == 0)
            let more = try scene.file("Please help me all the same.")
            let before = try await node.items()
            let saying = try await node.run("open", "--say", more, input: asked.code)
            #expect(saying.status == 65 || saying.status == 66, "\(saying)")
            #expect(try await node.items() == before)
        }
    }

    private static func state(_ node: Node, _ asked: Node.Asked) async throws -> String? {
        let found = try await node.open(asked.code).answer()
        return found["cases"]?.list.first?["status"]?["state"]?.text
    }

    @Test func nothingOnStandardInputSendsNothing() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let before = try await node.items()
            let words = try scene.file("He waits for me.")
            let asking = try await node.tell("ask", "--file", words)
            #expect(asking.status == 65 && asking.err.contains("nothing was sent"))
            let opening = try await scene.run(["open", "--data", node.data], input: "")
            scene.expectRefusal(opening, 64, "nothing to read", hint: "standard input")
            #expect(try await node.items() == before)
        }
    }

    @Test func aWrongPassphraseOpensNothing() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            _ = try await node.ask("Somebody follows me home.")
            for command in ["inbox", "show 00", "claim 00", "community members"] {
                let words = command.split(separator: " ").map(String.init)
                let outcome = try await scene.run(
                    words + ["--data", node.data, "--passphrase-stdin"], input: "not it at all\n")
                scene.expectRefusal(outcome, 77, "wrong passphrase", hint: "capitals")
                #expect(outcome.out.isEmpty)
            }
        }
    }

    @Test func aShortPassphraseMakesNoNode() async throws {
        try await Scene.play { scene in
            let node = try scene.place("a")
            let outcome = try await node.run("init", "--passphrase-stdin", input: "short")
            scene.expectRefusal(outcome, 65, "too short", hint: "8 characters")
            #expect(!FileManager.default.fileExists(atPath: node.data + "/node.key"))
        }
    }

    /// With its last digit changed, which the check digits notice.
    private static func mistyped(_ code: String) -> String {
        let last = code.last?.wholeNumberValue ?? 0
        return code.dropLast() + "\((last + 1) % 10)"
    }
}
