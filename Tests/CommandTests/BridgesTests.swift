import Foundation
import Testing

/// Consents and bridges on the command line, and what goes wrong with them.
@Suite struct BridgesTests {
    @Test func aConsentIsForwardedOnlyAfterPeopleAgreedAndTroubleIsTold() async throws {
        try await Scene.play { scene in
            let bridge = try await BridgeScene(scene)
            defer { bridge.close() }
            _ = try await scene.relay("b", of: bridge.node)
            try await bridge.node.waitForPeers()
            let asked = try await bridge.node.ask("Something for the police, perhaps.")
            let given = try await bridge.consent(asked.code, "--share", "account")
            let id = try given.answer()["consent"]?.text ?? ""
            try await eventually("the bridge to have it") {
                try await bridge.consents(asked.code).first?["state"]?.text == "waiting"
            }
            let shown = try await bridge.node.desk("bridge", "show", String(id.prefix(8))).answer()
            #expect(shown["fields"]?.list.map { $0["field"]?.text } == ["account"])
            _ = try await bridge.node.desk("bridge", "approve", id).answer()
            // Nobody listens there: certainly not taken, and tried again.
            try await eventually("the trouble to be told") {
                try await bridge.consents(asked.code).first?["state"]?.text == "delayed"
            }
            let withdrawn = try await bridge.node.run(
                "withdraw", String(id.prefix(8)), input: asked.code)
            #expect(try withdrawn.answer()["consents"]?.list.count == 1)
            try await eventually("the withdrawal to be acknowledged") {
                try await bridge.consents(asked.code).first?["state"]?.text == "withdrawn"
            }
            let late = try await bridge.node.desk("bridge", "approve", id)
            #expect(late.status == 65, "\(late)")
        }
    }

    @Test func freeTextGoesToNoAuthorityThatPublishesUnlessThePersonKnows() async throws {
        try await Scene.play { scene in
            let bridge = try await BridgeScene(scene, isPrivate: false)
            defer { bridge.close() }
            let asked = try await bridge.node.ask("Words that are not for everybody.")
            let refused = try await bridge.consent(asked.code, "--share", "account")
            #expect(refused.status == 65 && refused.err.contains("everybody"), "\(refused)")
            #expect(try await bridge.consents(asked.code).isEmpty)
            let known = try await bridge.consent(
                asked.code, "--share", "account", "--will-be-public")
            #expect(known.status == 0, "\(known)")
        }
    }

    @Test func nothingIsSentWithoutAYes() async throws {
        try await Scene.play { scene in
            let bridge = try await BridgeScene(scene)
            defer { bridge.close() }
            let asked = try await bridge.node.ask("Not yet decided.")
            let outcome = try await bridge.consent(asked.code, "--share", "account", answer: "no")
            #expect(outcome.status == 65 && outcome.err.contains("not confirmed"), "\(outcome)")
            #expect(outcome.out.contains("preview"))
            #expect(try await bridge.consents(asked.code).isEmpty)
        }
    }

    @Test func whatCannotBeConsentedToIsRefusedWithAHint() async throws {
        try await Scene.play { scene in
            let bridge = try await BridgeScene(scene)
            defer { bridge.close() }
            let asked = try await bridge.node.ask("A few words.")
            let field = try await bridge.consent(asked.code, "--share", "phone")
            scene.expectRefusal(field, 65, "there is no phone to share", hint: "account")
            let nothing = try await bridge.consent(asked.code)
            scene.expectRefusal(nothing, 65, "nothing was chosen")
            let purpose = try await bridge.consent(
                asked.code, "--share", "account", "--for", "fun")
            scene.expectRefusal(purpose, 64, "no purpose fun", hint: "help")
            let days = try await bridge.consent(
                asked.code, "--share", "account", "--days", "91")
            scene.expectRefusal(days, 64, "1 to 90 days")
            let mistyped = try await bridge.consent(
                "1234 5678 9012 3456 7890 1234 5628", "--share", "account")
            scene.expectRefusal(mistyped, 65, "mistyped")
            let aimless = try await bridge.node.run(
                "consent", "--to", BridgeScene.authority, "--days", "30", input: asked.code)
            scene.expectRefusal(aimless, 64, "what it is for", hint: "--for")
            let endless = try await bridge.node.run(
                "consent", "--to", BridgeScene.authority, "--for", "help", input: asked.code)
            scene.expectRefusal(endless, 64, "how many days", hint: "--days")
            let stranger = try await bridge.node.run(
                "consent", "--to", "Nobody", "--for", "help", "--days", "1", input: asked.code)
            scene.expectRefusal(stranger, 66, "no authority here", hint: BridgeScene.authority)
            let none = try await bridge.node.run("withdraw", "abcd", input: asked.code)
            scene.expectRefusal(none, 66, "no consent")
        }
    }

    @Test func oneBridgeIsWorkedByOneProcessAndNeedsARunningNode() async throws {
        try await Scene.play { scene in
            let bridge = try await BridgeScene(scene)
            defer { bridge.close() }
            let second = try BridgeScene.work(scene, bridge.node, bridge.file)
            let status = try await second.end(within: 20, "the second worker")
            #expect(status == 75 && Child.text(of: second.err).contains("at work already"))
            try await bridge.node.stop()
            try await eventually("the worker to end with its node") { !bridge.worker.isRunning }
            let third = try BridgeScene.work(scene, bridge.node, bridge.file)
            #expect(try await third.end(within: 20, "the third worker") == 69)
            let wrong = try await scene.run(
                [
                    "bridge", "queue", "--data", bridge.node.data, "--json",
                    "--passphrase-stdin",
                ], input: "another passphrase\n")
            #expect(wrong.status == 77, "\(wrong)")
        }
    }

    @Test func aFileOfAuthoritiesThatDoesNotFitIsRefusedByName() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let wrong = try scene.file(#"{"authorities":[{"uri":"x","adaptor":"open311"}]}"#)
            let outcome = try await scene.run(
                ["bridge", "check", "--authorities", wrong, "--json"], input: "")
            #expect(outcome.status == 78 && outcome.err.contains("adaptor"), "\(outcome)")
            let missing = try await scene.run(
                ["bridge", "check", "--authorities", scene.folder + "/none.json"], input: "")
            #expect(missing.status == 78, "\(missing)")
            let none = try await node.desk("bridge", "queue")
            scene.expectRefusal(none, 66, "no bridge on this node", hint: "kith bridge init")
            let key = try await node.desk("community", "bridge", "abcd", "--remove")
            scene.expectRefusal(key, 64, "not a bridge's key")
        }
    }
}
