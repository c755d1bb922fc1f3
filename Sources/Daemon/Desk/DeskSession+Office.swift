import Casework
import Entropy
import Foundation
public import Model
public import Sealing
import Sodium
import Wire

/// What the holder of a community's keys does.
extension DeskSession {
    /// An invite for one new member; save the vault before it is shown.
    public func invite(_ joining: NodeClient.Joining, expiry: WallTime) -> Invite {
        keyring.invite(
            seeds: joining.seeds, preSharedKey: joining.preSharedKey, expiry: expiry,
            random: Entropy.bytes)
    }

    /// People who ask to become members with an invite still open.
    public func waiting(now: WallTime) -> [Join] {
        book.joins.map { $0.join }.filter { keyring.isInvited($0, now: now) }
    }

    public var memberList: [(name: String, persona: PersonaID)] {
        if keyring.office != nil { return keyring.members.map { ($0.name.string, $0.persona) } }
        return book.colleagues.map { ($0.name?.string ?? "", $0.persona) }
    }

    /// Approves one person by name, or "all"; gives the names approved. Of several who came with
    /// one invite none is approved but by name: only one of them was meant.
    public func approve(_ name: String, now: WallTime) async throws(Problem) -> [String] {
        guard keyring.office != nil else { throw notRoster }
        let waiting = waiting(now: now)
        let chosen = waiting.filter { join in
            guard name == "all" else { return join.name?.string == name }
            return waiting.filter { keyring.sharesInvite($0, join) }.count == 1
        }
        guard !chosen.isEmpty else {
            if name == "all", !waiting.isEmpty {
                throw Problem(
                    .tryAgain, "several people came with one invite, which is for one",
                    hint: "approve the right one by name: kith community members --approve NAME")
            }
            throw Problem(
                .notFound, "nobody\(name == "all" ? "" : " called \(name)") is waiting",
                hint: "their request may still be on its way: kith community members")
        }
        guard name == "all" || chosen.count == 1 else {
            throw Problem(
                .tryAgain, "\(chosen.count) people called \(name) are waiting",
                hint: "let them join again under different names")
        }
        let composer = try composer(now)
        var drafts: [EnvelopeDraft] = []
        var directory: CBOR?
        for join in chosen {
            guard
                let approved = keyring.approve(join, roles: [.intake, .supporter], now: now)
            else { throw notRoster }
            directory = approved.directory
            drafts += try composed { () throws(MemberComposer.Failure) in
                try composer.epochLetter(approved.letter)
            }
        }
        if let directory {
            drafts += try composed { () throws(MemberComposer.Failure) in
                try composer.directory(directory)
            }
        }
        try await send(drafts, savingVault: true)
        return chosen.map { $0.name?.string ?? "" }
    }

    /// Removes a member by name: a new epoch, letters to all others, a new manifest.
    public func remove(
        _ name: String, relay access: any NodeAccess, now: WallTime
    ) async throws(Problem) {
        let fitting = memberList.filter {
            $0.name == name || $0.persona.bytes.hex.hasPrefix(name.lowercased())
        }
        guard fitting.count == 1, fitting[0].persona != keyring.person.personaID else {
            throw Problem(
                .notFound, "no single other member is called \(name)",
                hint: "kith community members lists them")
        }
        guard
            let removed = keyring.remove(fitting[0].persona, now: now, random: Entropy.bytes)
        else { throw notRoster }
        let composer = try composer(now)
        var drafts: [EnvelopeDraft] = []
        for letter in removed.letters {
            drafts += try composed { () throws(MemberComposer.Failure) in
                try composer.epochLetter(letter)
            }
        }
        drafts += try composed { () throws(MemberComposer.Failure) in
            try MemberComposer(
                keyring, workBase: composer.workBase, now: now, random: Entropy.bytes
            ).directory(removed.directory)
        }
        try await send(drafts, savingVault: true)
        _ = try await publish(languages: [], relay: access, now: now)
    }

    /// Publishes the manifest anew; gives the time until which it holds.
    ///
    /// - Parameter bridges: those it shall name; nil for the same as before.
    public func publish(
        languages: [String], bridges: [NamedBridge]? = nil, relay access: any NodeAccess,
        now: WallTime
    ) async throws(Problem) -> WallTime {
        let node = try await NodeClient.joining(access).node
        let kept = view?.manifest.relays ?? []
        let known = languages.isEmpty ? view?.manifest.languages : languages.map { Text($0) }
        guard
            let record = keyring.manifest(
                relays: kept.contains(node) ? kept : kept + [node], languages: known ?? [],
                bridges: bridges?.map { $0.cbor } ?? view?.manifest.bridges ?? [], now: now)
        else {
            throw Problem(
                .noRights, "only who holds the community's keys can publish its manifest",
                hint: "ask your steward")
        }
        guard let workBase = view?.workBase else {
            throw Problem(
                .tryAgain, "the network's charter has not arrived", hint: "kith status")
        }
        try await post([record], workBase: workBase, now: now)
        return record.notAfter
    }

    /// Names a bridge and the authorities it may forward to, in place of what was said of it
    /// before, or, without authorities, names it no more; publishes that.
    public func name(
        _ bridge: NamedBridge, relay access: any NodeAccess, now: WallTime
    ) async throws(Problem) -> WallTime {
        var bridges = (view?.manifest.namedBridges ?? []).filter { $0.key != bridge.key }
        if !bridge.authorities.isEmpty { bridges.append(bridge) }
        guard bridges.count <= NamedBridge.most else {
            throw Problem(
                .badData, "a community names at most \(NamedBridge.most) bridges",
                hint: "remove one first: kith community bridge KEY --remove")
        }
        return try await publish(languages: [], bridges: bridges, relay: access, now: now)
    }

    /// The first records of a new network: its charter, then its community's manifest.
    func publishFirst(
        _ charters: CharterChain, relay: NodeID, now: WallTime
    ) async throws(Problem) {
        guard let office = keyring.office,
            let manifest = keyring.manifest(relays: [relay], languages: [], now: now)
        else { throw notRoster }
        let charter = Founding.charterRecord(charters, by: office.charter, now: now)
        try await post([charter, manifest], workBase: charters.newest.workBase, now: now)
    }

    func post(
        _ records: [Record], workBase: UInt8, now: WallTime
    ) async throws(Problem) {
        var drafts: [EnvelopeDraft] = []
        for record in records {
            do {
                drafts.append(
                    try Sealer.publish(
                        record.encoded, network: keyring.network, subject: record.subject,
                        slot: now.slot, workBits: workBase + TTLClass.quarter.rawValue))
            } catch {
                throw Problem(
                    .badData, "the record is too long to publish", hint: "shorten the names in it")
            }
        }
        try await send(drafts, savingVault: true)
    }

    var notRoster: Problem {
        Problem(
            .noRights, "only who holds the community's keys can do this", hint: "ask your steward")
    }
}
