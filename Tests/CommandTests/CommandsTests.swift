import Foundation
import Testing

/// All commands: their help, and what they print for other programs.
@Suite struct CommandsTests {
    @Test func theHelpOfEveryCommandHasAnExample() async throws {
        try await Scene.play { scene in
            let dump = try await scene.run(["--experimental-dump-help"], input: "")
            let root = try JSON(dump.out)["command"] ?? .null
            let commands = Self.leaves(root, path: [])
            #expect(commands.count >= 20)
            for command in commands {
                let help = try await scene.run(command + ["--help"], input: "")
                #expect(help.status == 0)
                let parts = help.out.components(separatedBy: "Example")
                let name = "kith " + command.joined(separator: " ")
                let hasExample = parts.count > 1 && parts[1].contains(name)
                #expect(hasExample, "\(name)")
            }
        }
    }

    @Test func theHelpNamesEveryExitStatusSeenHere() async throws {
        try await Scene.play { scene in
            let help = try await scene.run(["--help"], input: "").out
            let words = help.split { $0 == " " || $0 == "\n" }
            for status in [0, 64, 65, 66, 69, 73, 74, 75, 77, 78] {
                #expect(words.contains("\(status)"), "\(status)")
            }
            let version = try await scene.run(["--version"], input: "")
            #expect(version.status == 0 && version.out.split(separator: ".").count == 3)
        }
    }

    @Test func everythingThatReadsAlsoPrintsJSON() async throws {
        try await Scene.play { scene in
            let a = try await scene.founder("a")
            let asked = try await a.ask("They took my papers.")
            let reply = try scene.file("We know a lawyer.")
            #expect(try await a.desk("claim", asked.case).status == 0)
            #expect(try await a.desk("reply", asked.case, "--file", reply).status == 0)
            #expect(
                try await a.desk("status", asked.case, "referred", "--explain", "Soon").status == 0)
            let calls: [(words: [String], keys: [String])] = [
                (["status"], ["node", "network", "peers", "items", "warnings", "communities"]),
                (["peers"], ["peers"]),
                (["inbox"], ["cases", "waitingMembers"]),
                (["inbox", "--all"], ["cases"]),
                (["show", asked.case], ["summary", "requests", "messages", "statuses"]),
                (["community", "show"], ["name", "community", "manifestUntil"]),
                (["community", "members"], ["members"]),
                (["community", "invite"], ["invite", "expires"]),
                (["community", "invite", "--relay"], ["invite"]),
                (["community", "publish"], ["until"]),
            ]
            for (words, keys) in calls {
                let needsPerson = !["status", "peers"].contains(words[0])
                let isOpen = words == ["community", "show"]
                let outcome = try await scene.run(
                    words + ["--json", "--data", a.data]
                        + (needsPerson && !isOpen ? ["--passphrase-stdin"] : []),
                    input: scene.passphrase + "\n")
                let answer = try outcome.answer()
                #expect(outcome.out.split(separator: "\n").count == 1, "\(words)")
                for key in keys { #expect(answer[key] != nil, "\(words) has no \(key)") }
            }
            let opened = try await a.open(asked.code).answer()
            let item = try #require(opened["cases"]?.list.first)
            #expect(item["case"]?.text == asked.case)
            #expect(item["status"]?["state"]?.text == "referred")
            #expect(item["status"]?["explanation"]?.text == "Soon")
            #expect(item["helpers"]?.texts == ["Ada"])
            #expect(item["messages"]?.list.compactMap { $0["text"]?.text } == ["We know a lawyer."])
        }
    }

    @Test func refusalsAreWordsEvenWhereJSONWasAskedFor() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let outcome = try await node.run("open", input: "1")
            scene.expectRefusal(outcome, 65, "the code is mistyped")
            #expect(outcome.out.isEmpty)
        }
    }

    @Test func erasingIsToldInStepsAndTakesEverythingBack() async throws {
        try await Scene.play { scene in
            let node = try scene.place("a")
            let made = try await node.run(
                "init", "--test-network", "--listen", node.listen, "--passphrase-stdin",
                input: scene.passphrase)
            #expect(made.status == 0)
            try await node.start("--erase-delay", "1")
            let asked = try await node.ask("They took my papers.")
            let unsure = try await node.run("erase", input: asked.code + "\nyes")
            scene.expectRefusal(
                Outcome(
                    words: unsure.words, status: unsure.status, out: "", err: unsure.err,
                    seconds: 0), 65, "nothing was erased", hint: "type erase")
            #expect(try await node.accounts(asked.code).count == 1)
            let erased = try await node.run("erase", input: asked.code + "\nerase").answer()
            let handle = try #require(erased["handle"]?.text)
            try await eventually("all retractions to be applied") {
                let state = try await node.run("erase", "--state", handle).answer()
                return state["applied"] == state["of"] && state["of"]?.int ?? 0 > 0
            }
            #expect(try await node.accounts(asked.code).isEmpty)
            #expect(try await node.row(asked.case)?["erased"] == .bool(true))
            let strange = try await node.run("erase", "--state", "12")
            scene.expectRefusal(strange, 65, "not a handle", hint: "32 hexadecimal digits")
            let unknown = try await node.run(
                "erase", "--state", String(repeating: "0", count: 32))
            scene.expectRefusal(unknown, 66, "no such erasure", hint: "handle")
        }
    }

    private static func leaves(_ command: JSON, path: [String]) -> [[String]] {
        let subcommands = (command["subcommands"]?.list ?? []).filter {
            $0["commandName"]?.text != "help"
        }
        guard !subcommands.isEmpty else { return [path] }
        return subcommands.flatMap { leaves($0, path: path + [$0["commandName"]?.text ?? ""]) }
    }
}
