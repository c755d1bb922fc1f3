import Model
import Sealing
import Seeking
import Sodium
import TestKit
import Testing
import Wire

/// Erasing again: an erasure that was cut short, and words for the bridge that nobody may have read.
@Suite struct VisitErasingTests {
    /// A request, with one consent if asked for.
    func scene(consenting: Bool = false) throws -> (VisitScene, [Envelope]) {
        var scene = try VisitScene()
        try scene.begin()
        var board = try scene.post(
            "compose",
            #"""
            {"what":"request","slot":\#(scene.slot),"incident":{"account":"My door.","needs":[1]}}
            """#)
        guard consenting else { return (scene, board) }
        _ = try scene.page.ask(
            "preview",
            #"""
            {"case":0,"bridge":"\#(scene.key)","authority":"\#(VisitScene.police)",
            "purpose":"dpv:RightsFulfilment","now":\#(testStart.seconds),"fields":["needs"],"days":30}
            """#)
        board += try scene.post("give", #"{"slot":\#(scene.slot)}"#)
        return (scene, board)
    }

    /// A later visit with the code, which finds what is on `board`.
    func later(_ scene: VisitScene, _ board: [Envelope]) throws -> VisitScene {
        var other = try VisitScene(seed: 2)
        _ = try other.page.ask("follow", other.following)
        _ = try other.page.ask("enterCode", #"{"text":"\#(scene.code)"}"#)
        try other.page.read([board.flatMap { $0.bytes }])
        return other
    }

    func erase(_ scene: inout VisitScene) throws -> (envelopes: [Envelope], targets: Set<ItemID>) {
        let envelopes = try scene.post("erase", #"{"all":true,"slot":\#(scene.slot)}"#)
        let bytes = try scene.page.bytes("retractions")
        var targets: Set<ItemID> = []
        for at in stride(from: 0, to: bytes.count, by: Retraction.bytes) {
            let one = try Retraction(decoding: bytes[at..<(at + Retraction.bytes)])
            #expect(RetractCommitment.isOpened(by: one))
            targets.insert(
                Naming.envelopeID(
                    network: scene.network.network, header: one.header, bodyHash: one.bodyHash))
        }
        return (envelopes, targets)
    }

    func ids(_ scene: VisitScene, _ envelopes: [Envelope]) -> Set<ItemID> {
        Set(envelopes.map { Naming.envelopeID(network: scene.network.network, $0) })
    }

    @Test func anErasureThatWasCutShortCanBeRepeatedByALaterVisit() throws {
        var (scene, board) = try scene()
        // Its word arrived, its retractions never did.
        let first = try erase(&scene)
        board += first.envelopes
        var other = try later(scene, board)
        var found = try other.cases()
        #expect(found.at("cases", 0, "isErased") == .bool(true))
        #expect(found.at("cases", 0, "requests")?.asArray?.count == 1)

        let second = try erase(&other)
        #expect(second.envelopes.count == 2, "an act to intake and its copy")
        #expect(second.targets == ids(scene, board), "the earlier word goes with the rest")
        // What stays tells whoever looks later, and shows the seeker nothing.
        let left = second.envelopes
        #expect(ids(scene, left).isDisjoint(with: second.targets))
        other = try later(scene, left)
        found = try other.cases()
        #expect(found.at("cases")?.asArray?.isEmpty == true)
        #expect(other.page.refusal("erase", #"{"all":true,"slot":1}"#) == .noSuchCase)
    }

    /// What takes a consent back is erased with the rest: a bridge that was away would never hear.
    @Test func aWithdrawalThatNobodyAnsweredIsSaidAgain() throws {
        var (scene, board) = try scene(consenting: true)
        let id = try #require(try scene.cases().at("cases", 0, "consents", 0, "id")?.asText)
        let withdrawal = try scene.post(
            "withdraw", #"{"case":0,"consent":"\#(id.string)","slot":\#(scene.slot)}"#)
        board += withdrawal
        let done = try erase(&scene)
        #expect(done.targets == ids(scene, board))
        #expect(kindsToBridge(done.envelopes, scene) == [.withdrawal])
        // And so does every further erasure.
        var other = try later(scene, board + done.envelopes)
        #expect(try kindsToBridge(erase(&other).envelopes, scene) == [.withdrawal])
    }

    @Test(arguments: [
        (ConsentState.withdrawn, 0), (.withdrawnAfter, 0), (.delayed, 1), (.forwarded, 1),
        (.refused, 1),
    ])
    func onceTheBridgeAnsweredItNeedNotHearItAgain(_ state: ConsentState, _ count: Int) throws {
        var (scene, board) = try scene(consenting: true)
        let id = try #require(try scene.cases().at("cases", 0, "consents", 0, "id")?.asText)
        board += try scene.post(
            "withdraw", #"{"case":0,"consent":"\#(id.string)","slot":\#(scene.slot)}"#)
        board.append(try answer(state, to: try consent(in: board, scene), scene))
        var other = try later(scene, board)
        let done = try erase(&other)
        #expect(toBridge(done.envelopes, scene).count == count)
        #expect(done.targets == ids(scene, board), "the answer is taken back too")
    }

    // MARK: The bridge's side

    /// What the bridge of the test network opens, with the key of its first week.
    func toBridge(_ envelopes: [Envelope], _ scene: VisitScene) -> [ContentPart] {
        let seed = IntakeSeed(week: testStart.slot.week, seed: .fixed(1))
        return envelopes.compactMap {
            Sealer.open($0, with: .key(seed.key), community: scene.network.community)
        }
    }

    func kindsToBridge(_ envelopes: [Envelope], _ scene: VisitScene) -> [ContentKind?] {
        toBridge(envelopes, scene).map { ContentKind(rawValue: $0.kind) }
    }

    func consent(in envelopes: [Envelope], _ scene: VisitScene) throws -> Consent {
        let part = toBridge(envelopes, scene).first { ContentKind(rawValue: $0.kind) == .consent }
        return try Consent(decoding: try #require(part).payload)
    }

    func answer(
        _ state: ConsentState, to consent: Consent, _ scene: VisitScene
    ) throws -> Envelope {
        let terms = try Presentation(decoding: consent.presentation).terms
        let answer = Answer(
            consent: terms.id, counter: 1, state: state, text: nil, reference: nil, forwards: [])
        let key = consent.replyKey
        let posting = Posting(
            network: scene.network.network,
            topic: Topics.intake(scene.network.community, testStart.slot.week),
            slot: testStart.slot, ttlClass: .quarter, workBits: 4,
            tagKey: Mailbox.tagKey(of: key), eraseKey: RetractCommitment.eraseKey(of: key))
        var random = SeededRandom(9)
        let drafts = try Sealer.seal(
            .answer, answer.encoded, id: .zero, to: .shared(key),
            community: scene.network.community, posting, random: { random.bytes($0) })
        return try #require(drafts.first).worked(from: 0)
    }
}
