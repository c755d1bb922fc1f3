import Daemon
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Talks with the person: text or JSON lines out, lines and secrets in.
struct Terminal: Sendable {
    let json: Bool

    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }

    /// A line for people; nothing in JSON mode.
    func say(_ text: String = "") {
        if !json { Self.write(Self.harmless(text) + "\n", to: STDOUT_FILENO) }
    }

    /// Text with every character that could steer a terminal or reverse its lines shown as a
    /// stand-in: what is printed may have been written by anybody.
    static func harmless(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            shown.append(scalar == "\n" || !isSteering(scalar) ? scalar : "\u{FFFD}")
        }
        return String(shown)
    }

    private static func isSteering(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// One JSON object on a line; nothing in text mode.
    func emit(_ value: some Encodable) {
        guard json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return }
        Self.write(String(decoding: data, as: UTF8.self) + "\n", to: STDOUT_FILENO)
    }

    /// How far long work is, on the error stream of a terminal only.
    func progress(_ text: String, _ done: Int, _ all: Int) {
        guard !json, isatty(STDERR_FILENO) == 1 else { return }
        Self.write("\r\(text) \(done) of \(all)\(done == all ? "\n" : "")", to: STDERR_FILENO)
    }

    /// What went wrong, and what to do.
    static func complain(_ problem: Problem) {
        let text = harmless("kith: error: \(problem.what)\nkith: hint: \(problem.hint)\n")
        write(text, to: STDERR_FILENO)
    }

    /// What did not stop the command, and what to do about it.
    static func warn(_ text: String, hint: String) {
        let text = harmless("kith: warning: \(text)\nkith: hint: \(hint)\n")
        write(text, to: STDERR_FILENO)
    }

    /// A line of input; nil at its end.
    func line(_ prompt: String) -> String? {
        if Self.isInteractive, !json { Self.write(prompt, to: STDERR_FILENO) }
        return readLine(strippingNewline: true)
    }

    /// A line that is not shown while it is typed: from the terminal, or from standard input when
    /// that is no terminal.
    func secret(_ prompt: String, fromInput: Bool = false) throws(Problem) -> String {
        var line: String?
        if Self.isInteractive, !fromInput {
            Self.write(prompt, to: STDERR_FILENO)
            var shown = termios()
            tcgetattr(STDIN_FILENO, &shown)
            var hidden = shown
            hidden.c_lflag &= ~tcflag_t(ECHO)
            EchoGuard.arm(shown)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
            line = readLine(strippingNewline: true)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            EchoGuard.disarm()
            Self.write("\n", to: STDERR_FILENO)
        } else {
            line = readLine(strippingNewline: true)
        }
        guard let line else {
            throw Problem(
                .usage, "nothing to read: standard input has ended",
                hint: "type it, or send it on the first line of standard input")
        }
        return line
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { writeBytes(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                // What can't be shown must not pass for shown: it may be a code or passphrase.
                exit(descriptor == STDOUT_FILENO ? Problem.Status.disk.rawValue : 1)
            }
            rest = rest.dropFirst(count)
        }
    }
}

/// Gives the terminal its echo back when a signal ends the program while a secret is typed.
private enum EchoGuard {
    // Read by the signal handler, which may touch nothing that takes a lock.
    nonisolated(unsafe) private static var shown = termios()

    static func arm(_ shown: termios) {
        self.shown = shown
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            signal(number) { number in
                tcsetattr(STDIN_FILENO, TCSANOW, &EchoGuard.shown)
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    static func disarm() {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { signal(number, SIG_DFL) }
    }
}

/// A value or JSON's null: an entry that is always there.
struct OrNull<Value: Encodable & Sendable>: Encodable, Sendable {
    let value: Value?

    init(_ value: Value?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
