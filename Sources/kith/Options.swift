import ArgumentParser
import Daemon
import Foundation
import Model
import Sealing

/// Every command's.
struct FolderOptions: ParsableArguments {
    @Option(name: .long, help: "The node's data folder (default: $KITH_DATA, else ~/.kith).")
    var data: String?

    @Flag(name: .long, help: "Print JSON instead of text.")
    var json = false

    var folder: NodeFolder { NodeFolder(data ?? NodeFolder.usual) }

    var terminal: Terminal { Terminal(json: json) }

    /// The node: through its socket, or the folder opened for this command.
    func access() async throws(Problem) -> any NodeAccess { try await NodeClient.reach(folder) }
}

struct CommunityOptions: ParsableArguments {
    @Option(name: .long, help: "Community, by name or the beginning of its id.")
    var community: String?
}

/// Commands of members.
struct PersonOptions: ParsableArguments {
    @Option(name: .customLong("as"), help: "Whose vault to unlock, where a node has several.")
    var person: String?

    @Flag(
        name: .long,
        help: "Read the passphrase from the first line of standard input even on a terminal.")
    var passphraseStdin = false

    /// Asks for the passphrase and unlocks the vault.
    func unlock(_ options: FolderOptions) async throws(Problem) -> DeskSession {
        let access = try await options.access()
        let names = try await NodeClient.vaultNames(access).filter {
            !$0.hasPrefix(BridgeSession.vaultPrefix)
        }
        guard let name = person.map(Setup.vaultName) ?? (names.count == 1 ? names[0] : nil) else {
            throw Problem(
                names.isEmpty ? .notFound : .usage,
                names.isEmpty ? "nobody has a vault on this node" : "several people use this node",
                hint: names.isEmpty
                    ? "kith init makes one; kith join INVITE --name NAME makes a member's"
                    : "pass --as with one of: \(names.joined(separator: ", "))")
        }
        let passphrase = try options.terminal.secret(
            "Passphrase of \(name): ", fromInput: passphraseStdin)
        let session = try await DeskSession.unlock(
            name, passphrase: [UInt8](passphrase.utf8), access, now: .now)
        try await session.sync(now: .now)
        if let unkept = session.unkept {
            Terminal.warn("what was opened could not be kept: \(unkept.what)", hint: unkept.hint)
        }
        return session
    }
}

extension WallTime {
    /// This computer's clock.
    static var now: WallTime { WallTime(seconds: UInt64(max(0, Date().timeIntervalSince1970))) }

    /// For people: local date and time, to the ten minutes that are known.
    var shown: String {
        let format = DateFormatter()
        format.dateFormat = "yyyy-MM-dd HH:mm"
        return format.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}

/// A language tag has letters, digits and hyphens (BCP 47).
func checkLanguage(_ tag: String?) throws(Problem) {
    guard let tag else { return }
    let isTag = tag.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
    }
    guard isTag, (2...35).contains(tag.utf8.count) else {
        throw Problem(.usage, "that is not a language tag", hint: "such as en, uk or pt-BR")
    }
}

/// Reads the text of a message: a file, or standard input for "-".
func readText(_ path: String) throws(Problem) -> String {
    let data: Data
    if path == "-" {
        data = FileHandle.standardInput.readDataToEndOfFile()
    } else {
        do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw Problem(.notFound, "cannot read \(path)", hint: "check the path and its rights")
        }
    }
    guard data.count <= 1 << 20 else {
        throw Problem(.badData, "\(path) is longer than 1 MiB", hint: "shorten it")
    }
    guard let text = String(data: data, encoding: .utf8) else {
        throw Problem(.badData, "\(path) is not UTF-8 text", hint: "save it as UTF-8")
    }
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty else {
        throw Problem(.badData, "the text is empty", hint: "write something, or leave it")
    }
    return trimmed
}
