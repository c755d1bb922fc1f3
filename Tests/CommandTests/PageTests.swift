import Foundation
import Testing

/// The seeker's page as an operator starts, shows and compares it.
@Suite struct PageTests {
    /// A folder with a small page.
    func pages(_ scene: Scene, _ name: String = "pages") throws -> String {
        let folder = "\(scene.folder)/\(name)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for (file, text) in [("index.html", "<!doctype html>"), ("page.js", "'use strict';")] {
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(file)"))
        }
        return folder
    }

    @Test func aNodeServesItsPageAndWritesItsLink() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let pages = try pages(scene)
            let port = try Port.free()
            scene.expectRefusal(
                try await node.run("community", "link"), 69, "serves no page", hint: "--url")
            try await node.start("--page", "127.0.0.1:\(port)", "--pages", pages)
            let page = try #require(try await node.status()["page"])
            #expect(page["address"]?.text == "http://127.0.0.1:\(port)/")
            #expect(page["files"]?.int == 2)
            let link = try #require(
                try await node.run("community", "link").answer()["link"]?.text)
            #expect(link.hasPrefix("http://127.0.0.1:\(port)/#k1."))
            #expect(page["links"]?.texts == [link])
            let other = try await node.run(
                "community", "link", "--url", "https://relay.example.org")
            #expect(
                try other.answer()["link"]?.text?.hasPrefix("https://relay.example.org/#k1.")
                    == true)
            #expect(Child.text(of: node.log).contains(link))
            let same = try await scene.run(
                ["page", "verify", link, "--pages", pages, "--json"], input: "")
            #expect(try same.answer()["state"]?.text == "same")
            #expect(try same.answer()["node"]?.text == (try await node.status()["node"]?.text))
        }
    }

    func get(_ path: String, _ port: UInt16) throws -> String {
        let visitor = try Raw.peer(port)
        visitor.send([UInt8]("GET \(path) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".utf8))
        return visitor.rest()
    }

    /// A visitor learns of nothing that is on its stem, though whoever works on the node does.
    @Test func whatIsOnItsStemIsNotThereForVisitors() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let port = try Port.free()
            try await node.start(
                "--page", "127.0.0.1:\(port)", "--pages", try pages(scene), "--stem-gap", "600")
            let link = try #require(
                try await node.run("community", "link").answer()["link"]?.text)
            let id = try #require(link.split(separator: ".").last)
            let asked = try await node.ask("Nobody may see where this began.")
            #expect(try await node.accounts(asked.code).count == 1)
            #expect(try get("/api/weeks/\(id)", port).hasSuffix(#"{"weeks":[]}"#))
            let week = UInt64(Date().timeIntervalSince1970) / 604_800
            let texts = try get("/api/texts/\(id)/\(week)", port)
            #expect(texts.hasPrefix("HTTP/1.1 200 OK"))
            #expect(texts.hasSuffix("\r\n\r\n"))
            // Without a link it enters the open after a minute.
            try await eventually("it to be in the open", within: 90, every: 1000) {
                try get("/api/weeks/\(id)", port).contains("envelopes")
            }
        }
    }

    @Test func anotherPageIsTold() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let pages = try pages(scene)
            let port = try Port.free()
            try await node.start("--page", "127.0.0.1:\(port)", "--pages", pages)
            let own = try self.pages(scene, "own")
            try Data("changed".utf8).write(to: URL(filePath: "\(own)/page.js"))
            let url = "http://127.0.0.1:\(port)/"
            scene.expectRefusal(
                try await scene.run(["page", "verify", url, "--pages", own], input: ""), 65,
                "page.js is changed", hint: "community")
            let listed = try await scene.run(["page", "manifest", "--pages", own], input: "")
            #expect(listed.out.contains("  7  page.js"))
        }
    }

    @Test func aWatchedPageThatDiffersIsSaidByStatus() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let own = try pages(scene, "own")
            try await node.start("--page", "127.0.0.1:\(try Port.free())", "--pages", own)
            let other = try scene.place("b")
            _ = try await other.run(
                "init", "--listen", other.listen, "--join", node.invite
            ).answer()
            let pages = try pages(scene)
            try Data("changed".utf8).write(to: URL(filePath: "\(pages)/page.js"))
            let url = "http://127.0.0.1:\(try Port.free())/"
            let port = url.split(separator: ":").last?.dropLast() ?? ""
            try await other.start("--page", "127.0.0.1:\(port)", "--pages", pages)
            #expect(try await node.run("page", "watch", url).status == 0)
            try await eventually("the page to be compared", within: 60, every: 500) {
                try await node.warnings().contains { $0.contains("page.js is changed") }
            }
            #expect(try await node.run("page", "unwatch", url).status == 0)
            scene.expectRefusal(
                try await node.run("page", "unwatch", url), 66, "not watched", hint: "kith page")
            try await eventually("it to be forgotten", within: 60, every: 500) {
                try await !node.warnings().contains { $0.contains("page.js") }
            }
        }
    }

    @Test func theUsualPlaceThatIsTakenIsOnlyWarnedOf() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let pages = try pages(scene)
            // Taken by this test, or by another page on this computer.
            let taken = Listener(8470)
            defer { withExtendedLifetime(taken) {} }
            try await node.start("--pages", pages)
            #expect(try await node.status()["page"] == nil)
            #expect(try await node.warnings().contains { $0.contains("8470 is taken") })
        }
    }

    @Test func whatCanNotBeServedIsRefusedWithWhatToDo() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let port = try Port.free()
            let taken = try #require(Listener(port))
            defer { withExtendedLifetime(taken) {} }
            let pages = try pages(scene)
            let refused: [([String], Int32, String, String)] = [
                (["--page", "0.0.0.0:8470"], 64, "reached from other computers", "--public"),
                (["--public", "0.0.0.0:8470"], 64, "plain HTTP", "--plain-http"),
                (["--page", "nowhere"], 64, "not an address", "host:port"),
                (["--page", "127.0.0.1:1", "--public", "127.0.0.1:2"], 64, "both say", "--page"),
                (["--no-page", "--page", "127.0.0.1:1"], 64, "there is no page", "leave"),
                (["--pages", scene.folder + "/none"], 66, "there is no page in", "tools/page"),
                (
                    ["--page", "127.0.0.1:\(port)", "--pages", pages], 73, "taken by another",
                    "kith run --page"
                ),
            ]
            for (words, status, what, hint) in refused {
                let outcome = try await scene.run(
                    ["run", "--data", node.data] + words, input: "")
                scene.expectRefusal(outcome, status, what, hint: hint)
            }
        }
    }

    @Test func whatIsNoPageCanNotBeCompared() async throws {
        try await Scene.play { scene in
            let pages = try pages(scene)
            let refused: [(String, Int32, String)] = [
                ("relay.example.org", 64, "not the address of a page"),
                ("http://abcdefgh.onion/", 64, "reached by Tor only"),
                ("http://127.0.0.1:\(try Port.free())/", 69, "could not be compared"),
            ]
            for (url, status, what) in refused {
                let outcome = try await scene.run(
                    ["page", "verify", url, "--pages", pages], input: "")
                scene.expectRefusal(outcome, status, what)
            }
        }
    }
}
