import Daemon
import Entropy
import Sealing

/// Shows a return code once, and lets go only when two of its groups were typed back.
struct CodeDialogue {
    let terminal: Terminal

    private struct CodeEvent: Encodable {
        let event = "code"
        let code: String
    }

    private struct ConfirmEvent: Encodable {
        let event = "confirm"
        let groups: [Int]
    }

    private struct Event: Encodable {
        let event: String
    }

    /// - Throws: `Problem` `.badData` after three wrong answers: nothing was sent then.
    func show(_ code: ReturnCode) throws(Problem) {
        let groups = code.groups
        terminal.emit(CodeEvent(code: groups.joined(separator: " ")))
        terminal.say(
            """

            Your return code. Write it down where nobody looks, or learn it:

                \(groups.joined(separator: " "))

            It is the only way back to what you write now. It is shown once, here.
            """)
        let first = Int(Entropy.uint64() % 7)
        let second = (first + 1 + Int(Entropy.uint64() % 6)) % 7
        let asked = [min(first, second), max(first, second)]
        for _ in 0..<3 {
            terminal.emit(ConfirmEvent(groups: asked.map { $0 + 1 }))
            let answer = terminal.line(
                "Type group \(asked[0] + 1) and group \(asked[1] + 1), with a space between: ")
            guard let answer else { break }
            let digits = answer.filter { $0.isNumber }
            if digits == groups[asked[0]] + groups[asked[1]] { return }
            terminal.emit(Event(event: "mistyped"))
            terminal.say("That is not what is written above. Look again.")
        }
        throw Problem(
            .badData, "the groups typed back were not the code's: nothing was sent",
            hint: "begin again and write the code down first")
    }

    /// Asks for a code and reads it.
    func ask() throws(Problem) -> ReturnCode {
        let text = try terminal.secret("Your return code (28 digits): ")
        do { return try ReturnCode(text) } catch {
            throw Problem(
                .badData, "the code is mistyped",
                hint: "28 digits in 7 groups of 4; compare each group with what you wrote down")
        }
    }
}
