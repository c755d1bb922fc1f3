import Foundation
import Testing

/// What people write, and files that are not what they should be.
@Suite struct WordsTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        let content: Data
        let error: String
        let hint: String

        init(_ content: String, _ error: String, hint: String) {
            self.init(bytes: Data(content.utf8), error, hint: hint)
        }

        init(bytes: Data, _ error: String, hint: String) {
            (self.content, self.error, self.hint) = (bytes, error, hint)
        }

        var testDescription: String { "\(error) \(content.count)" }
    }

    static let wrong = [
        Wrong(
            #"{"account": "x", "safety": "splendid"}"#, "safety has no value splendid",
            hint: "very_safe, fairly_safe"),
        Wrong(
            #"{"account": "x", "needs": ["safe_place", "gold"]}"#, "needs has no value gold",
            hint: "legal_advice"),
        Wrong(
            #"{"account": "x", "bias": ["none at all"]}"#, "bias has no value none at all",
            hint: "use one of"),
        Wrong(
            #"{"account": "x", "reported": "maybe"}"#, "reported has no value maybe", hint: "no"),
        Wrong(
            #"{"account": "x", "reasons": ["because"]}"#, "reasons has no value because",
            hint: "use one of"),
        Wrong(#"{"account": 5}"#, "neither text nor a JSON object", hint: "kith ask --help"),
        Wrong(#"{"account": "x""#, "neither text nor a JSON object", hint: "kith ask --help"),
        // A slip that would lose what was told.
        Wrong(
            #"{"acount": "x", "danger": true}"#, "an entry that is not known: acount",
            hint: "account, "),
        Wrong(
            #"{"account": "x", "kinds": ["burglary?"]}"#, "kinds has a value that is no ICCS",
            hint: "2 to 6 digits"),
        Wrong("{}", "there is nothing to send", hint: "few words"),
        Wrong(#"{"account": "  "}"#, "there is nothing to send", hint: "few words"),
        Wrong("", "the text is empty", hint: "write something"),
        Wrong(" \n\t\n", "the text is empty", hint: "write something"),
        Wrong(bytes: Data([0x48, 0xE9, 0x21]), "is not UTF-8 text", hint: "UTF-8"),
        Wrong(bytes: Data([0xFF, 0xFE, 0x48, 0x00]), "is not UTF-8 text", hint: "UTF-8"),
        Wrong(String(repeating: "x", count: 70_000), "the text is too long", hint: "shorten it"),
        Wrong(String(repeating: "x", count: 1 << 20), "the text is too long", hint: "shorten it"),
    ]

    @Test(arguments: wrong)
    func aFileThatCannotBeSentIsRefusedBeforeACodeIsShown(_ wrong: Wrong) async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let before = try await node.items()
            let path = try scene.file(wrong.content)
            for command in ["ask", "note"] {
                let outcome = try await node.tell(command, "--file", path)
                scene.expectRefusal(outcome, 65, wrong.error, hint: wrong.hint)
                let showsCode = outcome.out.contains("return code")
                #expect(!showsCode)
            }
            #expect(try await node.items() == before)
        }
    }

    @Test func aMissingFileIsToldByName() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder(isRunning: false)
            let path = scene.folder + "/nowhere.txt"
            for words in [["ask", "--file", path], ["open", "--say", path]] {
                let outcome = try await scene.run(words + ["--data", node.data], input: "")
                scene.expectRefusal(outcome, 66, "cannot read \(path)", hint: "path")
            }
        }
    }

    @Test(arguments: [63_000, 20_000, 1])
    func textsOfAllLengthsComeBackWhole(_ count: Int) async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let text = String(repeating: "y", count: count)
            let asked = try await node.asking(try scene.file(text))
            #expect(asked.sent != nil, "\(asked.outcome)")
            #expect(try await node.accounts(asked.code) == [text])
        }
    }

    /// An anonymous writer must not rule the reader's terminal.
    @Test func controlCharactersReachNoTerminal() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let text = "Hello\r\u{1B}[2K\u{1B}]0;mine\u{7}\u{9B}31m\u{0}\u{8}\u{202E}there"
            let asked = try await node.ask(text)
            scene.secrets.removeAll { $0 == text }
            let reply = try scene.file("Hello \u{1B}[2J\u{9B}2Jyou")
            #expect(try await node.desk("reply", asked.case, "--file", reply).status == 0)
            let desk = ["--data", node.data, "--passphrase-stdin"]
            let shown = [
                try await scene.run(["inbox"] + desk, input: scene.passphrase + "\n"),
                try await scene.run(["show", asked.case] + desk, input: scene.passphrase + "\n"),
                try await node.tell("open", input: asked.code),
            ]
            for outcome in shown {
                let isShown = outcome.status == 0 && outcome.out.contains("there")
                #expect(isShown, "\(outcome)")
                let strange = outcome.out.unicodeScalars.filter {
                    $0 != "\n"
                        && ($0.properties.generalCategory == .control || $0.value == 0x202E)
                }.map { String($0.value, radix: 16) }
                #expect(strange == [], "\(outcome.words[0])")
            }
        }
    }

    @Test func anEmptyAnswerIsNotSent() async throws {
        try await Scene.play { scene in
            let node = try await scene.founder()
            let asked = try await node.ask("The lock on my door was changed.")
            let typed = try await node.desk("reply", asked.case)
            scene.expectRefusal(typed, 65, "empty")
            let file = try await node.desk("reply", asked.case, "--file", scene.file(" \n"))
            scene.expectRefusal(file, 65, "the text is empty")
            let found = try await node.open(asked.code).answer()
            #expect(found["cases"]?.list.first?["messages"]?.list.isEmpty == true)
        }
    }
}
