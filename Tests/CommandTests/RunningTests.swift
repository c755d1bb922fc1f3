import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starting, ending and being killed.
@Suite struct RunningTests {
    @Test func aTakenPortIsToldAndNothingIsLeftBehind() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let other = try #require(Listener(node.port))
            let outcome = try await node.run("run")
            scene.expectRefusal(
                outcome, 73, "127.0.0.1 port \(node.port) is taken", hint: "--listen 127.0.0.1")
            withExtendedLifetime(other) {}
            #expect(!FileManager.default.fileExists(atPath: node.socket))
            try await node.start("--listen", "127.0.0.1:\(try Port.free())")
            #expect(try await node.status()["isRunning"] == .bool(true))
        }
    }

    @Test(arguments: ["nowhere", "127.0.0.1", "127.0.0.1:70000", "::1:4711", ":4711"])
    func whatIsNoAddressIsNotListenedOn(_ address: String) async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            for words in [["run", "--listen", address], ["run", "--advertise", address]] {
                let outcome = try await scene.run(words + ["--data", node.data], input: "")
                scene.expectRefusal(outcome, 64, "\(address) is not an address", hint: "host:port")
            }
        }
    }

    /// One told beside another address would say whose it is, to everybody.
    @Test func anOnionServiceIsNotToldToOthers() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let onion = String(repeating: "a", count: 56) + ".onion:4711"
            let mixed = ["run", "--advertise", "192.0.2.7:4711", "--advertise", onion]
            for words in [mixed, ["run", "--advertise", onion]] {
                let outcome = try await scene.run(words + ["--data", node.data], input: "")
                scene.expectRefusal(
                    outcome, 64, "\(onion) is an onion service", hint: "leave it out")
            }
        }
    }

    @Test func aSecondNodeOnTheFolderIsRefusedAndNamesTheFirst() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let outcome = try await node.run("run")
            scene.expectRefusal(outcome, 75, "process \(node.pid), is using", hint: "stop it")
            // The refused one must not have taken the socket with it.
            #expect(try await node.status()["pid"]?.int == Int(node.pid))
        }
    }

    @Test func aNodeOfNoNetworkIsNotRun() async throws {
        try await Scene.play { scene in
            let node = try scene.place("a")
            let made = try await node.run("init", "--bare", "--listen", node.listen)
            #expect(made.status == 0, "\(made)")
            scene.expectRefusal(
                try await node.run("run"), 78, "belongs to no network", hint: "kith join")
            scene.expectRefusal(
                try await node.run("ask"), 75, "no community is known", hint: "kith")
        }
    }

    @Test func aCommandWithoutANodeSaysHowToMakeOne() async throws {
        try await Scene.play { scene in
            let nowhere = scene.folder + "/nowhere"
            for command in ["status", "peers", "run", "ask", "open", "inbox", "community show"] {
                let words = command.split(separator: " ").map(String.init)
                let outcome = try await scene.run(words + ["--data", nowhere], input: "\n")
                scene.expectRefusal(
                    outcome, 66, "there is no node in \(nowhere)", hint: "kith init")
            }
            #expect(!FileManager.default.fileExists(atPath: nowhere))
        }
    }

    @Test func wrongWordsAreToldInTheSameShape() async throws {
        try await Scene.play { scene in
            let wrong = [
                ["frobnicate"], ["join"], ["claim"], ["status", "a", "b", "c"], ["run", "--fast"],
                ["claim", "a", "--hours", "many"], ["close", "a"],
            ]
            for words in wrong {
                let outcome = try await scene.run(words, input: "")
                scene.expectRefusal(outcome, 64, " ", hint: "--help")
            }
        }
    }

    @Test func aNodeStopsAndStartsManyTimesAndKeepsAll() async throws {
        try await Scene.play { scene in
            let a = try await scene.founder("a")
            let b = try await scene.relay("b", of: a)
            let asked = try await b.ask("The dog next door is set on me.")
            for round in 0..<10 {
                if round.isMultiple(of: 3) {
                    try await b.kill()
                } else {
                    try await b.stop()
                    #expect(!FileManager.default.fileExists(atPath: b.socket))
                }
                try await b.start()
            }
            try await b.waitForPeers()
            #expect(try await b.accounts(asked.code).count == 1)
            try await eventually("a to have it") { try await a.row(asked.case) != nil }
        }
    }

    @Test func commandsGiveTrueAnswersWhileTheNodeStops() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let asked = try await node.ask("The dog next door is set on me.")
            for _ in 0..<4 {
                sendSignal(node.pid, SIGTERM)
                for _ in 0..<3 {
                    let outcome = try await node.open(asked.code)
                    // It may not be possible at the moment, but nothing may seem lost.
                    if outcome.status == 0 {
                        #expect(try outcome.json()["cases"]?.list.count == 1)
                    } else {
                        let isHonest = outcome.status == 75 || outcome.status == 69
                        #expect(isHonest && outcome.err.contains("kith: hint: "), "\(outcome)")
                    }
                }
                let status = try await node.child?.end(within: 10, "a")
                #expect(status == 0)
                try await node.start()
            }
        }
    }

    @Test func whatWasAcknowledgedOutlivesAKill() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let file = try scene.file("He said he would find me wherever I go.")
            let words = ["ask", "--file", file, "--data", node.data, "--json"]
            let folder = scene.folder
            var heard: [Asking] = []
            try await withThrowingTaskGroup(of: Asking.self) { group in
                for _ in 0..<4 { group.addTask { try await Asking.play(words, folder) } }
                var begun = 4
                while let talk = try await group.next() {
                    heard.append(talk)
                    if heard.count == 20 {
                        try await node.kill()
                        try await node.startBesideOthers()
                    }
                    guard begun < 50 else { continue }
                    begun += 1
                    group.addTask { try await Asking.play(words, folder) }
                }
            }
            #expect(heard.count == 50)
            let acknowledged = heard.filter { $0.sent != nil }
            #expect(acknowledged.count >= 20)
            for talk in heard where talk.sent == nil {
                #expect(talk.outcome.err.contains("kith: error: "), "\(talk.outcome)")
            }
            for talk in acknowledged {
                let found = try await node.accounts(talk.code)
                #expect(found.count == 1, "acknowledged and lost")
            }
            let cases = Set(try await node.inbox().compactMap { $0["case"]?.text })
            #expect(cases.isSuperset(of: acknowledged.compactMap { $0.sent?["case"]?.text }))
        }
    }

    @Test func anInterruptedQuestionSendsNothing() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let before = try await node.items()
            let file = try scene.file("He said he would find me.")
            let call = Program.kith.call(["ask", "--file", file, "--data", node.data, "--json"])
            let child = try Child(call, input: nil, folder: scene.folder)
            try await eventually("the code to be shown") {
                Child.text(of: child.out).contains("confirm")
            }
            child.send(signal: SIGINT)
            #expect(try await child.end(within: 5, "kith ask") != 0)
            #expect(try await node.items() == before)
        }
    }

    @Test func manyAtOnceAreAllHeard() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let file = try scene.file("We are many in this house.")
            let words = ["ask", "--file", file, "--data", node.data, "--json"]
            let folder = scene.folder
            let talks = try await withThrowingTaskGroup(of: Asking.self) { group in
                for _ in 0..<8 { group.addTask { try await Asking.play(words, folder) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(talks.allSatisfy { $0.sent != nil })
            #expect(Set(talks.map { $0.code }).count == 8)
            #expect(try await node.inbox().count == 8)
        }
    }
}
