import ArgumentParser
import Bridging
import Casework
import Daemon
import Model
import Sealing
import Wire

/// Commands of bridges.
struct BridgeOptions: ParsableArguments {
    @Option(name: .customLong("as"), help: "Which bridge, where a node has several.")
    var name: String?

    @Flag(
        name: .long,
        help: "Read the passphrase from the first line of standard input even on a terminal.")
    var passphraseStdin = false

    /// Asks for the passphrase, unlocks the bridge's vault, and reads what has come in.
    func unlock(
        _ options: FolderOptions, _ access: any NodeAccess
    ) async throws(Problem) -> BridgeSession {
        let names = try await NodeClient.vaultNames(access).filter {
            $0.hasPrefix(BridgeSession.vaultPrefix)
        }
        let wanted = name.map { BridgeSession.vaultPrefix + Setup.vaultName($0) }
        guard let vault = wanted ?? (names.count == 1 ? names[0] : nil) else {
            let all = names.map { $0.dropFirst(BridgeSession.vaultPrefix.count) }
            throw Problem(
                names.isEmpty ? .notFound : .usage,
                names.isEmpty ? "there is no bridge on this node" : "several bridges are here",
                hint: names.isEmpty
                    ? "kith bridge init makes one"
                    : "pass --as with one of: "
                        + all.joined(separator: ", "))
        }
        let passphrase = try options.terminal.secret(
            "Passphrase of \(vault): ", fromInput: passphraseStdin)
        let session = try await BridgeSession.unlock(
            vault, passphrase: [UInt8](passphrase.utf8), access, now: .now)
        try await session.refresh(now: .now)
        return session
    }
}

extension BridgeSession {
    /// The only report whose id begins so.
    func find(_ prefix: String) throws(Problem) -> BridgeEntry {
        guard !prefix.isEmpty, let entry = book.entry(prefix: prefix) else {
            throw Problem(
                .notFound, "no single report begins with \(prefix)",
                hint: "kith bridge queue lists them")
        }
        return entry
    }
}

/// One report as the bridge's people see it.
struct ReportLine: Encodable {
    let consent: String
    let authority: String
    let uri: String
    let purpose: String
    let state: String
    let why: String?
    let reference: String?
    let mark: String
    let arrived: UInt64
    let until: UInt64
    let withdrawn: Bool
    let isPublic: Bool
    let perhapsTwice: Bool
    let attempts: Int
    let fields: [FieldView]

    enum CodingKeys: String, CodingKey {
        case consent, authority, uri, purpose, state, why, reference, mark, arrived, until
        case withdrawn, perhapsTwice, attempts, fields
        case isPublic = "public"
    }

    init(_ entry: BridgeEntry, _ book: BridgeBook) {
        consent = entry.id.bytes.hex
        authority = entry.recipient.name.string
        uri = entry.terms.authority.string
        purpose = Purpose(term: entry.terms.purpose).map { "\($0)" } ?? "other"
        (state, why) = Self.state(entry.phase)
        reference = entry.reference?.string
        mark = entry.report.mark.string
        arrived = entry.arrived.seconds
        until = book.expiry(entry).seconds
        withdrawn = book.isWithdrawn(entry)
        isPublic = entry.terms.isPublic
        perhapsTwice = entry.forward?.isPerhapsTwice ?? false
        attempts = entry.attempts
        fields = entry.presentation.fields.map { FieldView($0) }
    }

    private static func state(_ phase: BridgeEntry.Phase) -> (String, String?) {
        switch phase {
        case .waiting: ("waiting", nil)
        case .approved: ("approved", nil)
        case .sending: ("sending", nil)
        case .retrying(_, let why): ("retrying", why.string)
        case .unclear(_, let why): ("unclear", why.string)
        case .parked(let why): ("parked", why.string)
        case .pending: ("forwarded", "the id is to come")
        case .sent: ("forwarded", nil)
        case .unfound(let isSure): ("not found", isSure ? nil : "nobody could look")
        case .refused(let reason): ("refused", reason.string)
        case .follows: ("renewal", nil)
        case .behind: ("renewal", "waits until it is known whether the one before was sent")
        case .replaced: ("replaced", nil)
        }
    }

    /// Whether the bridge's people have something to do.
    var needsPeople: Bool { !withdrawn && (state == "waiting" || state == "parked") }

    var line: String {
        let shown = withdrawn ? "\(state), withdrawn" : state
        let at = WallTime(seconds: arrived).shown
        return "\(consent.prefix(8))  \(shown)  \(authority)  \(at)"
            + (why.map { "  (\($0))" } ?? "")
    }

    var lines: [String] {
        var lines = [
            line, "  to        \(authority) (\(uri))", "  for       \(purpose)",
            "  until     \(WallTime(seconds: until).shown)", "  mark      \(mark)",
            "  checked   signature, binding and fields hold",
        ]
        if isPublic { lines.append("  public    the person knows that everybody will see it") }
        if let reference { lines.append("  reference \(reference)") }
        if perhapsTwice { lines.append("  perhaps there twice: an earlier attempt had no answer") }
        lines.append("Consented, and nothing else:")
        return lines + fields.map { $0.line }
    }
}
