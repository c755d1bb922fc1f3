import Bridging
import Model
import Sealing
import Sodium
import TestKit
import Wire

/// What is true in a history, kept without the book: what people said, what the bridge has on
/// disk, what an authority did. Says what the bridge may do, and what it must have told.
struct HistoryOracle {
    /// What a bridge knows about a consent's report.
    enum Report: Equatable {
        case never, busy, parked, doubted
        /// Ordered, without an outcome; looked at again or not.
        case out(isUnclear: Bool)
        case taken
    }

    struct Told {
        let draft: ConsentDraft
        let commitment: RevokeCommitment
        var isRejected = false
        var isRefused = false
        var approved: WallTime?
        var report = Report.never
        var doubts = 0
        var mayBeThere = false
        /// Looked for in vain when it did not hold any more.
        var isLost = false
        var status: AuthorityStatus?
        var family: Int
    }

    /// Consents of which at most one may reach the authority: each renews the one before.
    struct Family {
        var members: [ConsentID]
        var isDoubted = false
    }

    static let cooling: UInt64 = 3600

    /// What came, by id.
    var told: [ConsentID: Told] = [:]
    private(set) var arrivals: [ConsentID] = []
    private(set) var families: [Family] = []
    /// Opened on the network, as far as neighbours know; and what the bridge read of it.
    var spread: Set<RevokeCommitment> = []
    var read: Set<RevokeCommitment> = []
    /// What each seeker reads.
    var answers: [ConsentID: [Answer]] = [:]
    private(set) var problems: [String] = []

    mutating func require(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { problems.append(what()) }
    }

    // MARK: Arriving

    enum Arrival: Equatable { case nothing, rejected, held }

    /// What is to come of a consent that the bridge reads.
    func arrival(
        _ draft: ConsentDraft, _ authorities: [Recipient], _ now: WallTime
    ) -> Arrival {
        guard draft.bridge == BridgeScript.key.publicKey, told[draft.id] == nil else {
            return .nothing
        }
        return mayGo(draft, authorities, now) ? .held : .rejected
    }

    private func mayGo(
        _ draft: ConsentDraft, _ authorities: [Recipient], _ now: WallTime
    ) -> Bool {
        guard let named = authorities.first(where: { $0.uri == draft.to.uri }) else { return false }
        let isPrivate = draft.fields.contains { $0.fieldName.isFreeText } && !draft.isPublic
        return draft.issued <= now.adding(seconds: 86400) && now < draft.end
            && !(named.isPublishing && isPrivate)
    }

    mutating func arrived(_ draft: ConsentDraft, _ arrival: Arrival) {
        let early = arrivals.first {
            told[$0]?.draft.renews == draft.id && told[$0]?.isRejected == false
        }
        arrivals.append(draft.id)
        families.append(Family(members: [draft.id]))
        told[draft.id] = Told(
            draft: draft, commitment: draft.keys.commitment(draft.id),
            isRejected: arrival == .rejected, family: families.count - 1)
        guard arrival == .held else { return }
        if let renews = draft.renews, told[renews] != nil { join(draft.id, renews) }
        if let early { meet(draft.id, early) }
    }

    private mutating func join(_ id: ConsentID, _ renewed: ConsentID) {
        guard let known = told[renewed], let one = told[id], known.draft.to.uri == one.draft.to.uri,
            let last = families[known.family].members.last, let head = told[last]
        else { return }
        if head.isRejected || head.isRefused || head.isLost {
            if families[known.family].isDoubted { families[one.family].isDoubted = true }
            return
        }
        merge(known.family, one.family)
    }

    /// The consent came after what renews it.
    private mutating func meet(_ id: ConsentID, _ early: ConsentID) {
        guard let one = told[id], let renewal = told[early], !renewal.isRefused,
            one.draft.to.uri == renewal.draft.to.uri, one.family != renewal.family
        else { return }
        let isClean =
            [Report.never, .busy, .parked].contains(renewal.report)
            && !families[renewal.family].isDoubted
            && families[renewal.family].members == [early]
        if isClean || (!isTaken(one.family) && !isOut(one.family)) {
            merge(one.family, renewal.family)
        }
    }

    private mutating func merge(_ first: Int, _ second: Int) {
        let moved = families[second].members
        families[first].members += moved
        families[first].isDoubted = families[first].isDoubted || families[second].isDoubted
        families[second].members = []
        for id in moved { told[id]?.family = first }
    }

    // MARK: Families

    func isTaken(_ family: Int) -> Bool {
        families[family].members.contains { told[$0]?.report == .taken }
    }

    func isOut(_ family: Int) -> Bool {
        families[family].members.contains { told[$0]?.isOut == true }
    }

    func isOpened(_ id: ConsentID) -> Bool {
        guard let one = told[id] else { return false }
        return read.contains(one.commitment)
    }

    func isPerhapsTwice(_ id: ConsentID) -> Bool {
        guard let one = told[id] else { return false }
        return families[one.family].isDoubted
    }

    mutating func doubted(_ id: ConsentID, isSure: Bool, _ now: WallTime) {
        guard let one = told[id] else { return }
        told[id]?.doubts += 1
        told[id]?.mayBeThere = !isSure
        told[id]?.report = .doubted
        if one.doubts + 1 >= 3 { told[id]?.approved = nil }
        let isOver = isOpened(id) || now >= one.draft.end
        told[id]?.isLost = isOver
        families[one.family].isDoubted = true
    }

    // MARK: Delivering

    /// At the very moment a report reaches an authority.
    mutating func check(_ report: Bridging.Report, _ id: ConsentID, _ at: Circumstances) {
        guard let one = told[id] else { return require(false, "delivered what never came") }
        let draft = one.draft
        require(!one.isRejected && !one.isRefused, "delivered what was refused")
        require(report.authority == draft.to.uri, "delivered to another")
        require(report.fields == draft.fields, "delivered other fields")
        require(report.mark == Bridging.Report.mark(of: id), "delivered under another mark")
        require(mayGo(draft, at.authorities, at.now), "delivered what may not go now")
        let opened = one.commitment
        require(!read.contains(opened) && !spread.contains(opened), "delivered what was withdrawn")
        let cooled = one.approved.map { $0.adding(seconds: Self.cooling) <= at.now }
        require(cooled == true, "delivered what was not approved, or is hot: \(one)")
        require(at.peersInSync >= 2, "delivered out of sync")
        require(families[one.family].members.last == id, "delivered what was renewed")
        require(!isTaken(one.family), "delivered what was taken already")
        for other in families[one.family].members where other != id {
            let isOut = told[other]?.isOut == true
            require(!isOut, "delivered while what it renews is out")
        }
    }
}

extension HistoryOracle.Told {
    var isOut: Bool { if case .out = report { true } else { false } }
}

extension ConsentDraft {
    var end: WallTime { issued.adding(seconds: days * 86400) }
}
