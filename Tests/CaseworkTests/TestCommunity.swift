import Casework
import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

/// Everything that was posted, in the order it was received.
struct Board {
    private(set) var envelopes: [(arrival: Int64, envelope: Envelope)] = []

    mutating func post(_ drafts: [EnvelopeDraft]) {
        for draft in drafts { post(draft.worked(from: 0)) }
    }

    mutating func post(_ envelope: Envelope) {
        envelopes.append((Int64(envelopes.count) + 1, envelope))
    }

    mutating func remove(_ ids: Set<ItemID>, of network: NetworkID) {
        envelopes.removeAll { ids.contains(Naming.envelopeID(network: network, $0.envelope)) }
    }
}

/// A community with one founder, its members' desks, and a seeker with a return code.
struct TestCommunity {
    var ana: Keyring
    let charters: CharterChain
    let record: Record
    let manifest: Manifest
    let roots: RootChain
    var board = Board()
    var now = testStart
    let code = StretchedCode(secret: .fixed(0xC0))
    let random: RandomSource

    init(seed: UInt64 = 1) throws {
        random = SeededRandom.source(seed)
        let founded = try Founding.found(
            name: "Harbour", founder: "Ana", networkName: "test", seeds: [], isTest: true,
            workBase: 0, now: testStart, random: random)
        ana = founded.keyring
        charters = founded.charters
        let made = ana.manifest(relays: [], languages: ["de"], now: testStart)
        record = try #require(made)
        (manifest, roots) = try record.manifest()
    }

    /// Invites, lets join, approves, and gives the member's keyring once the letter was read.
    mutating func member(_ name: Text) throws -> Keyring {
        let invite = ana.invite(
            seeds: [], preSharedKey: nil, expiry: now.adding(seconds: 3600), random: random)
        var keyring = Keyring(
            network: ana.network, community: ana.community,
            person: Keyring.Person(name: name, random: random))
        let (secret, key) = (invite.oneTimeSecret, manifest.intakeKey(now.slot.week))
        board.post(
            try composer(keyring).join(try #require(secret), intakeKey: try #require(key)))

        let asked = desk(ana).book.joins.filter { ana.isInvited($0.join, now: now) }
        let join = try #require(asked.last?.join)
        let approved = ana.approve(join, roles: [.intake, .supporter], now: now)
        let (letter, directory) = try #require(approved)
        board.post(try composer(ana).epochLetter(letter))
        board.post(try composer(ana).directory(directory))
        keyring = desk(keyring).keyring
        try #require(keyring.isMember)
        return keyring
    }

    func composer(_ keyring: Keyring) -> MemberComposer {
        MemberComposer(keyring, workBase: 0, now: now, random: random)
    }

    func seeker(_ number: UInt8 = 0) -> SeekerComposer {
        SeekerComposer(
            network: ana.network, community: ana.community,
            keys: code.caseKeys(ana.community, number), workBase: 0, now: now, random: random)
    }

    /// What the code finds.
    func found() -> SeekerBook {
        var book = SeekerBook(
            code, network: ana.network, community: ana.community, rosters: roots.rosters)
        book.read(board.envelopes)
        return book
    }

    /// What relays ask of a retraction now.
    var terms: RetractionTerms { RetractionTerms(network: ana.network, workBase: 0, now: now) }

    /// The first case of the code, as a supporter's book has it.
    var caseID: CaseID { code.caseKeys(ana.community, 0).caseID }

    /// Opens and reads all that a member can, letters and the keys they bring first.
    func desk(_ keyring: Keyring) -> Desk {
        var desk = Desk(keyring, rosters: roots.rosters)
        desk.read(board)
        return desk
    }
}

/// A member's side: their keyring, what they opened, and what it adds up to.
struct Desk {
    var keyring: Keyring
    private(set) var book: CaseBook
    private(set) var parts: [OpenedPart] = []
    private let rosters: [[UInt8]]

    init(_ keyring: Keyring, rosters: [[UInt8]]) {
        self.keyring = keyring
        self.rosters = rosters
        book = Self.empty(keyring, rosters)
    }

    static func empty(_ keyring: Keyring, _ rosters: [[UInt8]]) -> CaseBook {
        CaseBook(
            network: keyring.network, community: keyring.community, rosters: rosters,
            member: keyring.person.memberKey)
    }

    mutating func read(_ board: Board) {
        var before = -1
        while before != parts.count {
            before = parts.count
            let reader = MemberReader(keyring, caseKeys: book.caseKeys)
            for (arrival, envelope) in board.envelopes {
                let id = Naming.envelopeID(network: keyring.network, envelope)
                guard !parts.contains(where: { $0.id == id }),
                    let (content, caseID) = reader.open(envelope)
                else { continue }
                let part = OpenedPart(
                    id: id, header: envelope.header, content: content, arrival: arrival,
                    caseID: caseID)
                parts.append(part)
                book.add(part)
            }
            for letter in book.letters { _ = keyring.accept(letter) }
        }
    }

    /// The book that the same parts make in another order.
    func book(of order: [OpenedPart]) -> CaseBook {
        var book = Self.empty(keyring, rosters)
        for part in order { book.add(part) }
        return book
    }
}

extension Case {
    /// All that a person sees of it, in the order they see it.
    var shown: [String] {
        let said = messages.sorted { $0.at < $1.at }.map { "\($0.speaker): \($0.text.string)" }
        let states = statuses.sorted { $0.at < $1.at }.map { "\($0.state)" }
        let done = acts.sorted { $0.at < $1.at }.map { "\($0.act.deed) \($0.act.counter)" }
        let told = requests.sorted { $0.at < $1.at }.map { $0.body.account?.string ?? "" }
        let writes = key?.secrets.caseKey.copied().hex ?? "nothing"
        return told + said + states + done + ["\(state)", writes, grantTag?.copied().hex ?? ""]
    }
}

/// A request's body with an account.
func incident(_ account: Text) -> Incident {
    var body = Incident()
    body.account = account
    return body
}
