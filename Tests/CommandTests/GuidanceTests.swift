import Foundation
import TestKit
import Testing

/// Guidance packs on the command line: checked, tried, published, spread, kept.
@Suite struct GuidanceTests {
    static func shipped(_ language: String) -> String {
        Project.root.appending(path: "Sources/Page/Site/guidance/\(language).json").path
    }

    func text(_ language: String) throws -> String {
        try String(contentsOfFile: Self.shipped(language), encoding: .utf8)
    }

    func languages(_ node: Node) async throws -> [String] {
        try await node.run("guidance", "list").answer()["guidance"]?.list
            .compactMap { $0["language"]?.text } ?? []
    }

    // MARK: Without a node

    @Test func aGoodPackIsGoodAndNeedsNoNode() async throws {
        try await Scene.play { scene in
            let files = ["en", "es", "uk", "ar"].map { Self.shipped($0) }
            let outcome = try await scene.run(
                ["guidance", "check"] + files + ["--strict", "--json"], input: "")
            let checked = try outcome.answer()["files"]?.list ?? []
            #expect(checked.map { $0["language"]?.text } == ["en", "es", "uk", "ar"])
            #expect(checked.allSatisfy { $0["faults"]?.list.isEmpty == true })
            let shown = try await scene.run(
                ["guidance", "show", files[0], "--json"], input: "")
            #expect(try shown.answer()["language"]?.text == "en")
            let copy = try scene.file(shown.out)
            let again = try await scene.run(
                ["guidance", "check", files[0], copy, "--strict"], input: "")
            #expect(again.status == 0, "\(again)")
        }
    }

    @Test func faultsAreNamedWithFileAndPlaceAndWhatToDo() async throws {
        try await Scene.play { scene in
            let good = try text("en")
            let broken = good.replacingOccurrences(of: "\"116 006\"", with: "\"call us\"")
            let file = try scene.file(broken)
            let outcome = try await scene.run(["guidance", "check", file], input: "")
            #expect(outcome.status == 65, "\(outcome)")
            #expect(outcome.out.contains("\(file): contacts[1].phones[0]: this is no phone"))
            #expect(outcome.out.contains("digits with single spaces"))
            let cut = try scene.file("{\n  \"language\": \"en\",\n  \"title\" \"x\"\n}")
            let slip = try await scene.run(["guidance", "check", cut, "--json"], input: "")
            #expect(slip.status == 65)
            let fault = try slip.json()["files"]?.list.first?["faults"]?.list.first
            #expect(fault?["path"]?.text == "line 3, column 11")
            let missing = try await scene.run(
                ["guidance", "check", scene.folder + "/none.json"], input: "")
            scene.expectRefusal(missing, 66, "cannot read", hint: "check the path")
            let other = good.replacingOccurrences(of: "116 111", with: "116 112")
            let differs = try scene.file(other)
            let strict = try await scene.run(
                ["guidance", "check", Self.shipped("en"), differs, "--strict"], input: "")
            #expect(strict.status == 65 && strict.out.contains("not as in"), "\(strict)")
            let lenient = try await scene.run(
                ["guidance", "check", Self.shipped("en"), differs], input: "")
            #expect(lenient.status == 0)
        }
    }

    @Test func aPackIsTriedAsThePageWould() async throws {
        try await Scene.play { scene in
            let file = Self.shipped("en")
            let tried = try await scene.run(
                [
                    "guidance", "try", file, "--answer", "danger=yes", "--answer", "watched=yes",
                    "--kind", "fraud", "--need", "children", "--json",
                ], input: "")
            let answer = try tried.answer()
            #expect(answer["contacts"]?.list.first?["id"]?.text == "emergency")
            let sections = answer["sections"]?.list ?? []
            #expect(
                sections.prefix(2).map { $0["id"]?.text } == ["danger-now", "watched-phone"])
            let soon = sections.filter { $0["urgency"]?.text == "soon" }
                .compactMap { $0["id"]?.text }
            #expect(soon.contains("fraud") && soon.contains("children"))
            let question = try await scene.run(
                ["guidance", "try", file, "--answer", "sure=yes"], input: "")
            scene.expectRefusal(question, 64, "no question sure", hint: "danger, watched")
            let option = try await scene.run(
                ["guidance", "try", file, "--answer", "danger=perhaps"], input: "")
            scene.expectRefusal(option, 64, "danger has no answer perhaps", hint: "yes, maybe, no")
            let kind = try await scene.run(
                ["guidance", "try", file, "--kind", "rudeness"], input: "")
            scene.expectRefusal(kind, 64, "no kind rudeness", hint: "codes.md")
        }
    }

    // MARK: Published

    @Test func whatIsPublishedSpreadsIsKeptAndCanBeTakenBack() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            #expect(try await languages(node).isEmpty)
            let published = try await node.desk(
                "guidance", "publish", Self.shipped("en"), Self.shipped("es"))
            #expect(try published.answer()["languages"]?.texts == ["en", "es"])
            #expect(try await languages(node) == ["en", "es"])

            let relay = try await scene.relay("b", of: node)
            try await eventually("guidance to come by comparing") {
                try await languages(relay) == ["en", "es"]
            }
            let shown = try await relay.run("guidance", "show", "--language", "ES")
            #expect(try shown.answer()["title"]?.text == "Derechos y ayuda en Europa")
            let either = try await relay.run("guidance", "show")
            scene.expectRefusal(either, 64, "several languages", hint: "en, es")
            let none = try await relay.run("guidance", "show", "--language", "fr")
            scene.expectRefusal(none, 66, "no guidance in fr", hint: "en, es")

            // While both run what is new is pushed.
            let local = try text("en").replacingOccurrences(
                of: "Rights and help in Europe", with: "Help in Harbour")
            _ = try await node.desk("guidance", "publish", try scene.file(local)).answer()
            try await eventually("the new pack to take the place of the old") {
                try await title(relay, "en") == "Help in Harbour"
            }
            let back = try await node.desk("guidance", "publish", "--take-back", "es").answer()
            #expect(back["takenBack"]?.texts == ["es"])
            try await eventually("what was taken back to go") {
                let list = try await relay.run("guidance", "list").answer()["guidance"]?.list
                return list?.last?["takenBack"] == .bool(true)
            }

            // Over a restart, with nobody to ask.
            try await node.stop()
            try await relay.stop()
            try await relay.start()
            #expect(try await languages(relay) == ["en", "es"])
            #expect(try await title(relay, "en") == "Help in Harbour")
            let gone = try await relay.run("guidance", "show", "--language", "es")
            scene.expectRefusal(gone, 66, "took its guidance in es back")
        }
    }

    private func title(_ node: Node, _ language: String) async throws -> String? {
        try await node.run("guidance", "list").answer()["guidance"]?.list
            .first { $0["language"]?.text == language }?["title"]?.text
    }

    @Test func onlyWhoHoldsTheKeysPublishesAndNothingOfABadSet() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            try await DeskTests.addMember("Mina", to: node, scene)
            let member = try await node.desk(
                "guidance", "publish", Self.shipped("en"), as: "mina")
            scene.expectRefusal(member, 77, "only who holds the community's keys")
            let broken = try scene.file(
                try text("es").replacingOccurrences(of: "\"112\"", with: "\"1 1 2x\""))
            let set = try await node.desk(
                "guidance", "publish", Self.shipped("en"), broken, as: "ada")
            scene.expectRefusal(set, 65, "contacts[0].phones[0]", hint: "digits")
            let twice = try await node.desk(
                "guidance", "publish", Self.shipped("en"), Self.shipped("en"), as: "ada")
            scene.expectRefusal(twice, 64, "two packs are in en")
            let nothing = try await node.desk("guidance", "publish", as: "ada")
            scene.expectRefusal(nothing, 64, "nothing to publish")
            let absent = try await node.desk(
                "guidance", "publish", "--take-back", "fr", as: "ada")
            scene.expectRefusal(absent, 66, "no guidance in fr")
            #expect(try await languages(node).isEmpty)
        }
    }

    @Test func aSeventeenthLanguageIsRefusedBeforeAnythingIsSent() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let good = try text("en")
            var files: [String] = []
            for number in 0..<17 {
                let tag = "x" + String(UnicodeScalar(UInt8(97 + number)))
                files.append(
                    try scene.file(
                        good.replacingOccurrences(
                            of: "\"language\": \"en\"", with: "\"language\": \"\(tag)\"")))
            }
            let call = ["--data", node.data, "--json", "--passphrase-stdin"]
            let input = scene.passphrase + "\n"
            let many = try await scene.run(
                ["guidance", "publish"] + files + call, input: input)
            scene.expectRefusal(many, 65, "at most 16 languages")
            let most = try await scene.run(
                ["guidance", "publish"] + files.prefix(16) + call, input: input, within: 120)
            #expect(try most.answer()["languages"]?.list.count == 16)
            #expect(try await languages(node).count == 16)
            let more = try await node.desk("guidance", "publish", files[16])
            scene.expectRefusal(more, 65, "at most 16 languages", hint: "kith guidance list")
        }
    }
}
