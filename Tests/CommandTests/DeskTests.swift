import Foundation
import Testing

/// Supporters at the desk, and what they may not do.
@Suite struct DeskTests {
    @Test func aCaseNobodySentIsNotFound() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let asked = try await node.ask("My neighbour shouts at night.")
            let prefix = asked.case.first == "0" ? "1" : "0"
            let words = try scene.file("We are here.")
            let calls = [
                ["show", prefix], ["claim", prefix], ["reply", prefix, "--file", words],
                ["status", prefix, "in_progress"], ["close", prefix, "--explain", "Done."],
                ["handover", prefix, "--to", "Ada"],
            ]
            for call in calls {
                let outcome = try await scene.run(
                    call + ["--data", node.data, "--passphrase-stdin"],
                    input: scene.passphrase + "\n")
                scene.expectRefusal(
                    outcome, 66, "there is no case \(prefix)", hint: "kith inbox")
            }
        }
    }

    @Test func wrongStatesAndLeasesAreRefused() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let asked = try await node.ask("My neighbour shouts at night.")
            let state = try await node.desk("status", asked.case, "splendid")
            scene.expectRefusal(
                state, 64, "there is no state splendid", hint: "received, in_progress")
            let none = try await node.desk("status", asked.case)
            scene.expectRefusal(none, 64, "which state?", hint: "kith status CASE STATE")
            let early = try await node.desk("status", asked.case, "resolved")
            scene.expectRefusal(early, 65, "nobody has answered yet", hint: "kith reply")
            for hours in ["0", "73"] {
                let lease = try await node.desk("claim", asked.case, "--hours", hours)
                scene.expectRefusal(lease, 64, "1 to 72 hours", hint: "--hours 24")
            }
            #expect(try await node.row(asked.case)?["state"]?.text == "received")
        }
    }

    @Test func aCaseIsHandedOnlyByItsHolderAndOnlyToAColleague() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            try await Self.addMember("Mina", to: node, scene)
            // Reads her letter.
            _ = try await node.inbox(as: "mina")
            let asked = try await node.ask("My neighbour shouts at night.")
            let notHeld = try await node.desk("handover", asked.case, "--to", "Mina", as: "ada")
            scene.expectRefusal(notHeld, 65, "nobody holds this case", hint: "kith claim")
            #expect(try await node.desk("claim", asked.case, as: "mina").status == 0)
            let claimed = try await node.desk("claim", asked.case, as: "ada")
            scene.expectRefusal(claimed, 75, "Mina holds this case", hint: "talk to them")
            let notMine = try await node.desk("handover", asked.case, "--to", "Mina", as: "ada")
            scene.expectRefusal(notMine, 75, "Mina holds this case")
            for nobody in ["Nobody", "", "Mina"] {
                let outcome = try await node.desk(
                    "handover", asked.case, "--to", nobody, as: "mina")
                scene.expectRefusal(
                    outcome, 66, "there is no such member", hint: "kith community members")
            }
            let row = try await node.row(asked.case, as: "ada")
            #expect(row?["claimedBy"]?.text == "Mina" && row?["handedTo"] == .null)
        }
    }

    @Test func severalPeopleOnOneNodeAreAskedWhoTheyAre() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            try await Self.addMember("Mina", to: node, scene)
            let either = try await node.desk("inbox")
            scene.expectRefusal(either, 64, "several people use this node", hint: "ada, mina")
            let nobody = try await node.desk("inbox", as: "zoe")
            scene.expectRefusal(nobody, 66, "no vault named zoe")
            #expect(try await node.desk("inbox", as: "mina").status == 0)
        }
    }

    @Test func onlyTheStewardKeepsTheMemberList() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            try await Self.addMember("Mina", to: node, scene)
            let calls = [
                ["community", "invite"], ["community", "publish"],
                ["community", "members", "--remove", "Ada"],
            ]
            for call in calls {
                let outcome = try await scene.run(
                    call + ["--data", node.data, "--passphrase-stdin", "--as", "mina"],
                    input: scene.passphrase + "\n")
                scene.expectRefusal(outcome, 77, "only who holds the community's keys")
            }
            let nobody = try await node.desk("community", "members", "--approve", "Zoe", as: "ada")
            scene.expectRefusal(nobody, 66, "nobody called Zoe is waiting")
            let oneself = try await node.desk("community", "members", "--remove", "Ada", as: "ada")
            scene.expectRefusal(oneself, 66, "no single other member is called Ada")
        }
    }

    /// A second vault on the founder's own node, approved.
    static func addMember(_ name: String, to node: Node, _ scene: Scene) async throws {
        let made = try await node.desk("community", "invite", as: "ada").answer()
        let invite = made["invite"]?.text ?? ""
        let joined = try await node.run(
            "join", invite, "--name", name, "--passphrase-stdin", input: scene.passphrase)
        #expect(try joined.answer()["member"] == .bool(true))
        let approved = try await node.desk("community", "members", "--approve", name, as: "ada")
        #expect(approved.status == 0, "\(approved)")
    }
}
