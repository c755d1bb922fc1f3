import Foundation
import Testing

/// Invites as they arrive: cut off, changed, late, for somewhere else.
@Suite struct InvitesTests {
    @Test func aDamagedInviteIsRefusedAndMakesNothing() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let whole = node.invite
            var wrong: [String] = []
            for length in [7, 20, whole.count / 2, whole.count - 1] {
                wrong.append(String(whole.prefix(length)))
            }
            for position in [6, 30, whole.count / 2, whole.count - 2] {
                var changed = Array(whole)
                changed[position] = changed[position] == "A" ? "B" : "A"
                wrong.append(String(changed))
            }
            wrong.append(whole + "AAAA")
            for (number, invite) in wrong.enumerated() {
                let path = "\(scene.folder)/joining\(number)"
                let outcome = try await scene.run(
                    ["init", "--data", path, "--join", invite], input: "")
                scene.expectRefusal(outcome, 65, "the invite is damaged", hint: "copy the whole")
                #expect(!FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test(arguments: ["", "kith2:abc", "https://example.org/kith1:abc", "🙂"])
    func whatIsNoInviteIsRefused(_ text: String) async throws {
        try await Scene.play { scene in
            for command in [["join", text], ["init", "--join", text]] {
                let outcome = try await scene.run(
                    command + ["--data", scene.folder + "/b"], input: "")
                scene.expectRefusal(outcome, 65, "that is not an invite", hint: "kith1:")
            }
        }
    }

    @Test func anInviteBrokenOverLinesIsTaken() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let invite = node.invite
            let folded = "  " + invite.prefix(50) + "\n  " + invite.dropFirst(50)
            let outcome = try await scene.run(
                ["init", "--data", scene.folder + "/b", "--join", folded + "\r\n"], input: "")
            #expect(outcome.status == 0, "\(outcome)")
        }
    }

    @Test func anInviteOfAnotherNetworkIsRefused() async throws {
        try await Scene.play { scene in
            let a = try await scene.founder("a", isRunning: false)
            let b = try await scene.founder("b", isRunning: false)
            let stopped = try await b.run("join", a.invite)
            scene.expectRefusal(stopped, 65, "for another network", hint: "one folder, one network")
            try await b.start()
            let before = try await b.status()["network"]
            let running = try await b.run("join", a.invite)
            scene.expectRefusal(running, 65, "for another network", hint: "one folder, one network")
            #expect(try await b.status()["network"] == before)
        }
    }

    @Test(.enabled(if: Clock.canChange, "faketime is not installed"))
    func anInviteThatHasEndedIsRefused() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let made = try await node.desk("community", "invite", "--days", "3").answer()
            let invite = try #require(made["invite"]?.text)
            let late = try await scene.run(
                ["init", "--data", scene.folder + "/late", "--join", invite], input: "",
                by: Clock.off(by: "+4d"))
            scene.expectRefusal(late, 65, "the invite has ended", hint: "ask for a new one")
            let timely = try await scene.run(
                ["init", "--data", scene.folder + "/timely", "--join", invite], input: "",
                by: Clock.off(by: "+2d"))
            #expect(timely.status == 0, "\(timely)")
        }
    }

    @Test func namesThatWouldConfuseReadersAreRefused() async throws {
        try await Scene.play { scene in
            let names = [
                "", String(repeating: "x", count: 65), String(repeating: "é", count: 33), "a\nb",
                "a\tb", "a\u{1B}[2J", "a\u{9B}2J", "\u{202E}evil", "a\u{2028}b",
            ]
            for name in names {
                for option in ["--name", "--community"] {
                    let node = "\(scene.folder)/\(UUID().uuidString)"
                    let outcome = try await scene.run(
                        ["init", option, name, "--passphrase-stdin", "--data", node],
                        input: scene.passphrase + "\n")
                    scene.expectRefusal(outcome, 64, "a name has 1 to 64 bytes")
                    #expect(!FileManager.default.fileExists(atPath: node + "/node.key"))
                }
            }
        }
    }

    @Test(arguments: ["🙂🏳️‍🌈", "דניאל", "Zoë Ångström", String(repeating: "x", count: 64)])
    func namesOfAllScriptsAreTaken(_ name: String) async throws {
        try await Scene.play { scene in
            let node = try scene.place("a")
            let made = try await node.run(
                "init", "--test-network", "--listen", node.listen, "--name", name, "--community",
                name, "--passphrase-stdin", input: scene.passphrase)
            #expect(made.status == 0, "\(made)")
            try await node.start()
            #expect(try await node.status()["networkName"]?.text == name)
            let members = try await node.desk("community", "members").answer()
            #expect(members["members"]?.list.compactMap { $0["name"]?.text } == [name])
        }
    }
}
