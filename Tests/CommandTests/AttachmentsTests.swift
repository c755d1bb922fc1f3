import Foundation
import Testing

/// Files beside a request and an answer, at the command line.
@Suite struct AttachmentsTests {
    private func bytes(_ count: Int, _ seed: Int) -> Data {
        Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8) &* 7 &+ seed) })
    }

    private func ask(
        _ node: Node, _ scene: Scene, attaching files: [String]
    ) async throws -> (code: String, item: String) {
        let words = ["ask", "--file", try scene.file("Look at this.")]
        let attached = files.flatMap { ["--attach", $0] }
        let talk = try await Asking.play(
            words + attached + ["--data", node.data, "--json"], scene.folder)
        scene.secrets += [talk.code, talk.code.filter { $0 != " " }]
        guard let item = talk.sent?["case"]?.text else { throw Failed("\(talk.outcome)") }
        #expect(talk.outcome.err.contains("sent as they are"))
        return (talk.code, item)
    }

    @Test func aFileTravelsFromTheSeekerToTheDesk() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let other = try await scene.relay(of: node)
            let photo = bytes(150_000, 3)
            let path = scene.folder + "/photo.jpg"
            try photo.write(to: URL(filePath: path))
            let asked = try await ask(other, scene, attaching: [path])
            try await eventually("all chunks to arrive", within: 30) {
                let listed = try await node.desk("case", "attachments", asked.item)
                guard listed.status == 0 else { return false }
                let file = try listed.answer()["attachments"]?.list.first
                return file?["held"]?.int == 3 && file?["chunks"]?.int == 3
            }
            let listed = try await node.desk("case", "attachments", asked.item).answer()
            let file = listed["attachments"]?.list.first?["file"]
            #expect(file?["type"]?.text == "image/jpeg" && file?["size"]?.int == 150_000)
            #expect(file?["original"] == .bool(true) && file?["from"]?.text == "seeker")

            let target = scene.folder + "/saved.jpg"
            let saved = try await node.desk(
                "case", "save-attachment", asked.item, "1", "--to", target)
            #expect(saved.status == 0 && saved.err.contains("can harm this computer"))
            #expect(try Data(contentsOf: URL(filePath: target)) == photo)
            let mode = try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions]
            #expect(mode as? Int == 0o600)
            let again = try await node.desk(
                "case", "save-attachment", asked.item, "1", "--to", target)
            scene.expectRefusal(again, 73, "exists already", hint: "another name")
            #expect(try Data(contentsOf: URL(filePath: target)) == photo)
            let none = try await node.desk(
                "case", "save-attachment", asked.item, "2", "--to", target + "2")
            scene.expectRefusal(none, 66, "no file 2")
            #expect(!FileManager.default.fileExists(atPath: target + "2"))
        }
    }

    @Test func anAnswersFileComesBackWithTheCode() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let asked = try await node.ask("I need the form.")
            let form = bytes(70_000, 9)
            let path = scene.folder + "/form.pdf"
            try form.write(to: URL(filePath: path))
            let words = try scene.file("Here it is.")
            let replied = try await node.desk(
                "reply", asked.case, "--file", words, "--attach", path)
            #expect(replied.status == 0, "\(replied)")
            let found = try await node.open(asked.code).answer()
            let file = found["files"]?.list.first
            #expect(file?["from"]?.text == "supporter" && file?["type"]?.text == "application/pdf")
            let target = scene.folder + "/mine.pdf"
            let saved = try await node.run(
                "open", "--save-file", "1", "--to", target, input: asked.code)
            #expect(saved.status == 0, "\(saved)")
            #expect(try Data(contentsOf: URL(filePath: target)) == form)
        }
    }

    @Test func erasingTakesTheFilesBack() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder("a", isRunning: false)
            try await node.start("--erase-delay", "1")
            let path = scene.folder + "/note.txt"
            try bytes(66_000, 1).write(to: URL(filePath: path))
            let asked = try await ask(node, scene, attaching: [path])
            let before = try #require(try await node.status()["bytes"]?.int)
            let erased = try await node.run("erase", input: asked.code + "\nerase")
            #expect(erased.status == 0, "\(erased)")
            try await eventually("both chunks to be taken back", within: 60) {
                try await node.status()["bytes"]?.int ?? before < before - 2 * 60_000
            }
            let gone = try await node.desk("case", "attachments", asked.item).answer()
            #expect(gone["attachments"]?.list.isEmpty == true)
        }
    }

    @Test func whatCanNotBeAttachedIsToldBeforeAnythingIsSent() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let words = try scene.file("Look at this.")
            let empty = try scene.file("")
            let large = scene.folder + "/large.bin"
            try Data().write(to: URL(filePath: large))
            let handle = try #require(FileHandle(forWritingAtPath: large))
            try handle.truncate(atOffset: 16 * 1024 * 1024 + 1)
            try handle.close()
            let before = try await node.items()
            for (path, status, error) in [
                (scene.folder + "/none.jpg", Int32(66), "not a file that can be read"),
                (scene.folder, 66, "not a file that can be read"), ("/dev/zero", 66, "not a file"),
                (empty, 65, "is empty"), (large, 65, "larger than 16 MiB"),
            ] {
                let outcome = try await node.run("ask", "--file", words, "--attach", path)
                scene.expectRefusal(outcome, status, error)
            }
            let half = try await node.run("open", "--save-file", "1", input: "x")
            scene.expectRefusal(half, 64, "go together")
            #expect(try await node.items() == before)
        }
    }
}
