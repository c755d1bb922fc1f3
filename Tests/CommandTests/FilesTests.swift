import Foundation
import Testing

/// Data folders that are damaged, foreign, or not ours to use.
@Suite struct FilesTests {
    enum Damage: String, CaseIterable, Sendable {
        case garbage, text, truncated, zerosInTheMiddle

        func apply(to data: Data) -> Data {
            let third = data.count / 3 / 4096 * 4096
            switch self {
            case .garbage: return Data((0..<data.count).map { UInt8(truncatingIfNeeded: $0 * 37) })
            case .text: return Data("This is a shopping list.\n".utf8)
            case .truncated: return data.prefix(data.count / 2)
            case .zerosInTheMiddle:
                return data.prefix(third) + Data(count: third) + data.dropFirst(third * 2)
            }
        }
    }

    @Test(arguments: Damage.allCases)
    func aDamagedDatabaseIsToldAndLeftAsItIs(_ damage: Damage) async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            // Enough for every table to have pages where the damage is done.
            let words = String(repeating: "The stairs are dark. ", count: 500)
            for _ in 0..<4 { _ = try await node.ask(words) }
            try await node.stop()
            let path = URL(filePath: node.database)
            let damaged = damage.apply(to: try Data(contentsOf: path))
            try damaged.write(to: path)
            let outcomes = [
                try await node.run("status"), try await node.run("run"),
                try await node.desk("inbox"),
            ]
            for outcome in outcomes {
                scene.expectRefusal(outcome, 74, "is damaged", hint: "backup")
                #expect(outcome.err.contains(node.database))
            }
            if damage != .zerosInTheMiddle { #expect(try Data(contentsOf: path) == damaged) }
        }
    }

    @Test func aMissingDatabaseIsNotMadeAnew() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            try FileManager.default.removeItem(atPath: node.database)
            for command in ["status", "run"] {
                let outcome = try await node.run(command)
                scene.expectRefusal(outcome, 66, "is missing", hint: "backup")
            }
            #expect(!FileManager.default.fileExists(atPath: node.database))
        }
    }

    @Test(.enabled(if: Schema.canChange, "neither sqlite3 nor python3 is installed"))
    func aStoreOfALaterVersionIsRefused() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            try await Schema.set(9999, node.database, scene)
            for command in ["status", "run"] {
                let outcome = try await node.run(command)
                scene.expectRefusal(
                    outcome, 78, "newer kith (schema 9999", hint: "upgrade kith")
            }
        }
    }

    @Test func keysThatOthersMayReadAreRefused() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let key = node.data + "/node.key"
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: key)
            for command in ["status", "run"] {
                let outcome = try await node.run(command)
                scene.expectRefusal(
                    outcome, 77, "can be read by others (mode 640)", hint: "chmod 600 \(key)")
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
            _ = try await node.status()
        }
    }

    @Test func aDamagedKeyFileIsToldByName() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let key = URL(filePath: node.data + "/node.key")
            let whole = try Data(contentsOf: key)
            for bytes in [Data(), whole.prefix(30), whole + [0]] {
                try bytes.write(to: key)
                let outcome = try await node.run("status")
                scene.expectRefusal(outcome, 65, "is not a node's key file", hint: "backup")
            }
        }
    }

    @Test(.enabled(if: OtherUser.canRun, "not root, or no setpriv: no other user to try as"))
    func anotherUserHasNoRights() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let closed = try await node.run("status", by: OtherUser.wrapper)
            scene.expectRefusal(closed, 77, "another user's", hint: "owner")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: node.data)
            let open = try await node.run("status", by: OtherUser.wrapper)
            scene.expectRefusal(open, 77, "permission denied", hint: "owner")
            let made = try await scene.run(
                ["init", "--bare", "--data", node.data + "/mine"], input: "",
                by: OtherUser.wrapper)
            scene.expectRefusal(made, 77, "can't be made", hint: "rights")
            try await node.start()
            let running = try await node.run("status", by: OtherUser.wrapper)
            scene.expectRefusal(running, 77, "permission denied", hint: "owner")
        }
    }

    @Test func whatANodeWritesOnlyItsOwnerReads() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            _ = try await node.ask("They broke my bicycle.")
            #expect(Self.mode(node.data) == 0o700)
            for file in try FileManager.default.contentsOfDirectory(atPath: node.data) {
                #expect(Self.mode(node.data + "/" + file) & 0o077 == 0, "\(file)")
            }
        }
    }

    @Test func aFileIsNoDataFolder() async throws {
        try await Scene.play { scene in
            let path = try scene.file("This is a shopping list.")
            let outcome = try await scene.run(["init", "--bare", "--data", path], input: "")
            scene.expectRefusal(outcome, 77, "can't be made", hint: "--data")
            #expect(Child.text(of: path) == "This is a shopping list.")
            let status = try await scene.run(["status", "--data", path], input: "")
            scene.expectRefusal(status, 66, "there is no node in", hint: "kith init")
        }
    }

    @Test func aSecondInitChangesNothing() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let key = try Data(contentsOf: URL(filePath: node.data + "/node.key"))
            for words in [["--bare"], ["--join", node.invite], ["--passphrase-stdin"]] {
                let outcome = try await scene.run(
                    ["init", "--data", node.data] + words, input: scene.passphrase + "\n")
                scene.expectRefusal(outcome, 73, "there is a node in", hint: "kith run")
            }
            #expect(try Data(contentsOf: URL(filePath: node.data + "/node.key")) == key)
        }
    }

    @Test func aRefusedInitCanBeRepeatedRightly() async throws {
        try await Scene.play { scene in
            let node = try scene.place("a")
            let wrong = try await node.run(
                "init", "--listen", "nowhere", "--passphrase-stdin", input: scene.passphrase)
            scene.expectRefusal(wrong, 64, "nowhere is not an address", hint: "host:port")
            let right = try await node.run(
                "init", "--test-network", "--listen", node.listen, "--passphrase-stdin",
                input: scene.passphrase)
            #expect(right.status == 0, "\(right)")
            try await node.start()
        }
    }

    @Test func aPathTooLongForASocketIsToldBeforeAnythingIsMade() async throws {
        try await Scene.play { scene in
            let path = scene.folder + "/" + String(repeating: "long/", count: 20) + "end"
            let outcome = try await scene.run(
                ["init", "--bare", "--listen", "127.0.0.1:1", "--data", path], input: "")
            scene.expectRefusal(outcome, 78, "too long for a socket", hint: "shorter path")
        }
    }

    @Test func aRelativeFolderAndALinkToItAreTheSameNode() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let link = scene.folder + "/link"
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: node.data)
            let wanted = try await node.status()["node"]
            for path in [link, link + "/", "a", "./a/."] {
                let status = try await scene.run(
                    ["status", "--json", "--data", path], input: "")
                #expect(try status.answer()["node"] == wanted, "\(path)")
            }
            let second = try await scene.run(["run", "--data", link], input: "")
            scene.expectRefusal(second, 75, "process \(node.pid)", hint: "stop it")
        }
    }

    private static func mode(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}
