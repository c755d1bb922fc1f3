import Foundation
import Testing

/// A full disk.
@Suite(.enabled(if: SmallDisk.canMount, "not root, or mounting is not allowed here"))
struct DiskTests {
    @Test func aFullDiskRefusesWhatIsNewAndLosesNothing() async throws {
        try await Scene.play { scene in
            let disk = try SmallDisk(scene.folder + "/disk", mebibytes: 80)
            let a = try await scene.founder("a", at: disk.path + "/a")
            let first = try await a.ask("The first one, before the disk was full.")
            try disk.fill()
            // Free space is looked at once a second.
            try await Task.sleep(for: .milliseconds(1100))
            let words = try scene.file("The second one, on the full disk.")
            let refused = try await a.asking(words)
            #expect(refused.sent == nil && refused.outcome.status == 74)
            scene.expectRefusal(refused.stripped, 74, "room", hint: "free disk space")
            // It still serves: its owner, and others.
            #expect(try await a.accounts(first.code).count == 1)
            let inbox = try await a.desk("inbox")
            #expect(inbox.status == 0 && inbox.err.contains("could not be kept"), "\(inbox)")
            #expect(inbox.out.contains(first.case), "\(inbox)")
            let b = try await scene.relay("b", of: a)
            try await eventually("b to hold the first one") {
                try await b.accounts(first.code).count == 1
            }
            // What others send can't be kept here, and that harms nobody.
            let third = try await b.ask("The third one, asked elsewhere.")
            try await Task.sleep(for: .seconds(1))
            #expect(try await b.accounts(third.code).count == 1)
            #expect(try await a.status()["isRunning"] == .bool(true))

            try disk.makeRoom()
            try await Task.sleep(for: .milliseconds(1100))
            let fourth = try await a.ask("The fourth one, with room again.")
            try await a.stop()
            try await a.start()
            for asked in [first, fourth] {
                #expect(try await a.accounts(asked.code).count == 1)
            }
            #expect(try await a.accounts(refused.code).isEmpty)
            try await eventually("a to catch up with what it missed", within: 40) {
                try await a.accounts(third.code).count == 1
            }
            try await a.stop()
        }
    }

    @Test func aNodeKilledOnAFullDiskStartsAgain() async throws {
        try await Scene.play { scene in
            let disk = try SmallDisk(scene.folder + "/disk", mebibytes: 80)
            let a = try await scene.founder("a", at: disk.path + "/a")
            let asked = try await a.ask("The first one, before the disk was full.")
            try disk.fill()
            try await a.kill()
            let outcome = try await a.open(asked.code)
            if outcome.status != 0 {
                scene.expectRefusal(outcome, 74, "no space left", hint: "free some space")
            }
            try disk.makeRoom()
            try await a.start()
            #expect(try await a.accounts(asked.code).count == 1)
            try await a.stop()
        }
    }

    @Test func whatCameOfAComparisonAndCanNotBeKeptIsSaidOnce() async throws {
        try await Scene.play { scene in
            let disk = try SmallDisk(scene.folder + "/disk", mebibytes: 80)
            let a = try await scene.founder("a", at: disk.path + "/a", isRunning: false)
            let pages = scene.folder + "/pages"
            try FileManager.default.createDirectory(
                atPath: pages, withIntermediateDirectories: false)
            try Data("<!doctype html>".utf8).write(to: URL(filePath: pages + "/index.html"))
            let port = try Port.free()
            try await a.start("--page", "127.0.0.1:\(port)", "--pages", pages)
            // A node looks twenty seconds after its start for what is to be compared.
            let watched = try await a.run("page", "watch", "http://127.0.0.1:\(port)/")
            #expect(watched.status == 0, "\(watched)")
            try disk.fill()
            try await eventually("the trouble to be said", within: 60, every: 500) {
                try await a.warnings().contains {
                    $0.hasPrefix("comparing watched pages failed") && $0.contains("space")
                }
            }
            let log = Child.text(of: a.log)
            #expect(log.components(separatedBy: "comparing watched pages failed").count == 2)
            try disk.makeRoom()
            try await a.stop()
        }
    }

    @Test func noNodeIsMadeOnAFullDiskAndItCanBeMadeLater() async throws {
        try await Scene.play { scene in
            let disk = try SmallDisk(scene.folder + "/disk", mebibytes: 80)
            let a = try scene.place("a", at: disk.path + "/a")
            try disk.fill()
            let words = ["init", "--test-network", "--listen", a.listen, "--passphrase-stdin"]
            let call = words + ["--data", a.data]
            let full = try await scene.run(call, input: scene.passphrase + "\n")
            #expect(full.status == 74 || full.status == 77, "\(full)")
            #expect(full.err.contains("kith: hint: ") && full.err.contains("space"), "\(full)")
            try disk.makeRoom()
            let roomy = try await scene.run(call, input: scene.passphrase + "\n")
            #expect(roomy.status == 0, "\(roomy)")
        }
    }
}

extension Asking {
    /// What it came to, without the code that it rightly showed.
    fileprivate var stripped: Outcome {
        Outcome(
            words: outcome.words, status: outcome.status, out: "", err: outcome.err, seconds: 0)
    }
}
