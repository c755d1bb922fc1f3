import Foundation
import Testing

/// Two members on two nodes: joining, working together, and being removed.
@Suite struct PeopleTests {
    @Test func aNewMemberTakesACaseAnswersItAndHandsItBack() async throws {
        try await Scene.play { scene in
            let (a, b) = try await Self.pair(scene)
            let asked = try await a.ask("They wait for my son at the school gate.")
            try await eventually("b to have the case") { try await b.row(asked.case) != nil }
            #expect(try await b.desk("claim", asked.case).status == 0)
            try await eventually("a to see the claim") {
                try await a.row(asked.case)?["claimedBy"]?.text == "Mina"
            }
            let words = "We will walk with him from Monday on."
            let reply = try scene.file(words)
            #expect(try await b.desk("reply", asked.case, "--file", reply).status == 0)
            try await eventually("the answer to reach its reader at a") {
                try await Self.messages(a, asked) == [words]
            }
            #expect(try await b.desk("handover", asked.case, "--to", "Ada").status == 0)
            try await eventually("a to see the hand-over") {
                try await a.row(asked.case)?["handedTo"]?.text == "Ada"
            }
            #expect(try await a.desk("claim", asked.case).status == 0)
            try await eventually("b to see who goes on") {
                try await b.row(asked.case)?["claimedBy"]?.text == "Ada"
            }
            let more = try scene.file("I am Ada and I go on.")
            #expect(try await a.desk("reply", asked.case, "--file", more).status == 0)
            #expect(try await Self.messages(a, asked).count == 2)
            scene.secrets += [words]
        }
    }

    @Test func whoIsNotApprovedReadsNothing() async throws {
        try await Scene.play { scene in
            let a = try await scene.founder("a")
            let asked = try await a.ask("They wait for my son at the school gate.")
            let b = try await Self.joining(a, scene)
            try await eventually("b to hold what a holds") { try await b.items() >= a.items() }
            #expect(try await b.inbox().isEmpty)
            let shown = try await b.desk("show", asked.case)
            scene.expectRefusal(shown, 66, "there is no case")
            let claimed = try await b.desk("claim", asked.case)
            #expect(claimed.status != 0)
        }
    }

    @Test func aRemovedMemberReadsNoNewRequests() async throws {
        try await Scene.play { scene in
            let (a, b) = try await Self.pair(scene)
            let before = try await a.ask("The first one, from before.")
            try await eventually("b to have the case") { try await b.row(before.case) != nil }
            let removed = try await a.desk("community", "members", "--remove", "Mina")
            #expect(removed.status == 0, "\(removed)")
            try await Self.sameItems(a, b)
            let after = try await a.ask("The second one, from after.")
            let other = try await b.ask("The third one, asked at the removed member's node.")
            try await eventually("a to have both") {
                let cases = try await a.inbox().compactMap { $0["case"]?.text }
                return Set(cases).isSuperset(of: [after.case, other.case])
            }
            try await Self.sameItems(a, b)
            for item in [after, other] {
                #expect(try await b.row(item.case) == nil)
                let shown = try await b.desk("show", item.case)
                scene.expectRefusal(shown, 66, "there is no case")
            }
            // Their node carries them all the same.
            #expect(try await b.accounts(after.code).count == 1)
        }
    }

    @Test func aNewMemberSeesWhatCameBeforeTheyFirstLooked() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            try await DeskTests.addMember("Mina", to: node, scene)
            let asked = try await node.ask("They wait for my son at the school gate.")
            #expect(try await node.row(asked.case, as: "ada") != nil)
            #expect(try await node.row(asked.case, as: "mina") != nil)
        }
    }

    @Test func aMemberWhoWasAwayWhileAnotherWasRemovedMissesNothing() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            for name in ["Mina", "Zoe"] {
                try await DeskTests.addMember(name, to: node, scene)
                _ = try await node.inbox(as: name.lowercased())
            }
            let removed = try await node.desk("community", "members", "--remove", "Zoe", as: "ada")
            #expect(removed.status == 0, "\(removed)")
            let asked = try await node.ask("They wait for my son at the school gate.")
            #expect(try await node.row(asked.case, as: "ada") != nil)
            #expect(try await node.row(asked.case, as: "mina") != nil)
            #expect(try await node.row(asked.case, as: "zoe") == nil)
        }
    }

    @Test func twoWhoAnswerAtTheSameMomentSeeEachOther() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            try await DeskTests.addMember("Mina", to: node, scene)
            _ = try await node.inbox(as: "mina")
            let asked = try await node.ask("They wait for my son at the school gate.")
            let words = ["I am Ada and I read it.", "I am Mina and I read it."]
            let calls = try zip(["ada", "mina"], words).map { person, text in
                [
                    "reply", asked.case, "--file", try scene.file(text), "--data", node.data,
                    "--passphrase-stdin", "--as", person,
                ]
            }
            let passphrase = scene.passphrase + "\n"
            let children = try calls.map {
                try Child(Program.kith.call($0), input: passphrase, folder: scene.folder)
            }
            for child in children {
                let status = try await child.end(within: 30, "kith reply")
                #expect(status == 0, "\(Child.text(of: child.err))")
            }
            #expect(Set(try await Self.messages(node, asked)) == Set(words))
            for person in ["ada", "mina"] {
                let shown = try await node.desk("show", asked.case, as: person).answer()
                let texts = shown["messages"]?.list.compactMap { $0["text"]?.text } ?? []
                #expect(Set(texts) == Set(words), "\(person)")
            }
        }
    }

    @Test func anInviteLetsOnlyOnePersonIn() async throws {
        try await Scene.play { scene in
            let a = try await scene.founder("a")
            let made = try await a.desk("community", "invite").answer()
            let invite = try #require(made["invite"]?.text)
            for name in ["Mina", "Mallory"] {
                let joined = try await a.run(
                    "join", invite, "--name", name, "--passphrase-stdin", input: scene.passphrase)
                #expect(joined.status == 0, "\(joined)")
            }
            let mina = try await a.desk("community", "members", "--approve", "Mina", as: "ada")
            #expect(mina.status == 0, "\(mina)")
            let mallory = try await a.desk(
                "community", "members", "--approve", "Mallory", as: "ada")
            scene.expectRefusal(mallory, 66, "nobody called Mallory is waiting")
            let members = try await a.desk("community", "members", as: "ada").answer()
            #expect(members["members"]?.list.compactMap { $0["name"]?.text } == ["Ada", "Mina"])
        }
    }

    /// Somebody who found the invite must not keep out whom it was for.
    @Test func twoWithOneInviteDoNotBlockTheOthers() async throws {
        try await Scene.play { scene in
            let a = try await scene.founder("a")
            var invites: [String] = []
            for _ in 0..<2 {
                let made = try await a.desk("community", "invite").answer()
                invites.append(try #require(made["invite"]?.text))
            }
            for (name, invite) in [("Mina", 0), ("Mallory", 0), ("Zoe", 1)] {
                let joined = try await a.run(
                    "join", invites[invite], "--name", name, "--passphrase-stdin",
                    input: scene.passphrase)
                #expect(joined.status == 0, "\(joined)")
            }
            let approved = try await a.desk("community", "members", "--approve", "all", as: "ada")
            #expect(approved.status == 0, "\(approved)")
            let members = try await a.desk("community", "members", as: "ada").answer()
            let names = members["members"]?.list.filter { $0["waiting"] == .bool(false) }
                .compactMap { $0["name"]?.text }
            #expect(names?.contains("Zoe") == true && names?.count ?? 0 <= 3)
        }
    }

    // MARK: Steps

    /// Ada on a, Mina on b, both members.
    static func pair(_ scene: Scene) async throws -> (Node, Node) {
        let a = try await scene.founder("a")
        let b = try await joining(a, scene)
        let approved = try await a.desk("community", "members", "--approve", "Mina")
        #expect(approved.status == 0, "\(approved)")
        try await eventually("b to know its keys") {
            let members = try await b.desk("community", "members").answer()
            return members["members"]?.list.contains { $0["name"]?.text == "Mina" } ?? false
        }
        return (a, b)
    }

    /// A second node whose operator asks a's community to take them in; a has heard it.
    private static func joining(_ a: Node, _ scene: Scene) async throws -> Node {
        let made = try await a.desk("community", "invite").answer()
        let b = try scene.place("b")
        let joined = try await b.run(
            "join", made["invite"]?.text ?? "", "--name", "Mina", "--listen", b.listen,
            "--passphrase-stdin", input: scene.passphrase)
        #expect(joined.status == 0, "\(joined)")
        try await b.start()
        try await b.waitForPeers()
        try await eventually("a to hear who asks") {
            // The request goes out when b's vault is next opened.
            _ = try await b.inbox()
            let members = try await a.desk("community", "members").answer()
            return members["members"]?.list.contains { $0["waiting"] == .bool(true) } ?? false
        }
        return b
    }

    private static func messages(_ node: Node, _ asked: Node.Asked) async throws -> [String] {
        let found = try await node.open(asked.code).answer()
        return found["cases"]?.list.first?["messages"]?.list.compactMap { $0["text"]?.text } ?? []
    }

    private static func sameItems(_ a: Node, _ b: Node) async throws {
        try await eventually("a and b to hold the same") { try await a.items() == b.items() }
    }
}
