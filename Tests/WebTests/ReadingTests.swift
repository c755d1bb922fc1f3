import Foundation
import Hummingbird
import HummingbirdTesting
import Model
import NIOConcurrencyHelpers
import TestKit
import Testing
import Wire

@testable import Web

@Suite struct ReadingTests {
    @Test func aRelaySaysWhatItIs() async throws {
        let answer = try await Visiting().ask("/api/relay")
        #expect(answer.status == .ok)
        #expect(answer.field("content-type") == "application/json; charset=utf-8")
        let digest = Base64URL.encode(PageListing(PageFiles(contents: Visiting.contents)).digest)
        #expect(
            answer.text == """
                {"communities":[{"id":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",\
                "name":"Harbour \\"Street\\""}],"fullPeriods":[{"community":\
                "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc","firstSlot":9,"floor":-3,\
                "isFile":false,"ttlClass":4}],"isTest":true,\
                "network":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","networkName":"Net",\
                "pageHash":"\(digest)","relays":3,"slot":2923201,"time":1753920605,\
                "version":"1.2","workBase":8}
                """)
    }

    @Test func recordsComeAsTheyAreEncoded() async throws {
        let answer = try await Visiting().ask("/api/records/\(Visiting.id)")
        #expect(
            answer.text
                == #"{"cards":["BQ","Bg"],"charters":"AQID","guidance":[],"manifest":"BA"}"#)
    }

    @Test func weeksAreCounted() async throws {
        let answer = try await Visiting(FakeNode(texts: 3)).ask("/api/weeks/\(Visiting.id)")
        #expect(answer.text == #"{"weeks":[{"bytes":3072,"envelopes":3,"files":0,"week":2900}]}"#)
    }

    @Test(arguments: [
        "/api/records/x", "/api/records/AAAA", "/api/records/\(Visiting.id)=",
        "/api/records/\(Visiting.id)A", "/api/weeks/!", "/api/texts/\(Visiting.id)/x",
        "/api/texts/\(Visiting.id)/-1", "/api/texts/\(Visiting.id)/4294967296",
        "/api/texts/\(Visiting.id)/12345678901", "/api/files/\(Visiting.id)/2900/17/0",
        "/api/files/\(Visiting.id)/2900/2/4x",
        "\(Visiting.texts)?after", "\(Visiting.texts)?after=", "\(Visiting.texts)?after=20",
        "\(Visiting.texts)?before=3", "\(Visiting.texts)?x=1&after=0",
    ])
    func whatIsNoAddressIsRefused(_ path: String) async throws {
        let answer = try await Visiting().ask(path)
        #expect(answer.status == .badRequest, "\(path)")
        #expect(answer.code == "badRequest")
    }

    @Test(arguments: ["0/1", "2/4", "16/65536"])
    func thereAreOnlySoManyPartitions(_ partition: String) async throws {
        let answer = try await Visiting().ask("/api/files/\(Visiting.id)/2900/\(partition)")
        #expect(answer.status == .notFound)
        #expect(answer.code == "notFound")
    }

    @Test func anUnknownCommunityIsNotFound() async throws {
        let other = Base64URL.encode([UInt8](repeating: 9, count: 32))
        let answer = try await Visiting().ask("/api/records/\(other)")
        #expect(answer.status == .notFound)
        #expect(answer.code == "unknownCommunity")
    }

    // MARK: Envelopes

    @Test func aWeekWithoutTextsIsEmpty() async throws {
        let answer = try await Visiting().ask(Visiting.texts)
        #expect(answer.status == .ok)
        #expect(answer.bytes.isEmpty)
        #expect(answer.field("kith-next") == nil)
    }

    @Test func aWholeWeekIsReadPartByPart() async throws {
        let node = FakeNode(texts: 100)
        var limits = PageLimits()
        limits.partBytes = 10 << 10
        limits.pieceBytes = 3 << 10
        let visiting = Visiting(node, limits: limits)
        var read: [UInt8] = []
        var path = Visiting.texts
        for part in 1... {
            let answer = try await visiting.ask(path)
            #expect(answer.status == .ok)
            #expect(answer.bytes.count == 10 << 10)
            read += answer.bytes
            guard let next = answer.field("kith-next") else {
                #expect(part == 10)
                break
            }
            #expect(next == answer.field("kith-last"))
            path = Visiting.texts + "?after=" + next
        }
        #expect(read == node.state.withLockedValue { $0.texts.flatMap { $0.envelope.bytes } })
        // Never more than a piece at a time.
        #expect(node.state.withLockedValue { $0.pieces } == 40)
    }

    @Test func whatCameLaterIsReadFromTheLastPlace() async throws {
        let node = FakeNode(texts: 2)
        let visiting = Visiting(node)
        let first = try await visiting.ask(Visiting.texts)
        let last = try #require(first.field("kith-last"))
        let nothing = try await visiting.ask(Visiting.texts + "?after=" + last)
        #expect(nothing.bytes.isEmpty)
        #expect(nothing.field("kith-last") == last)
        node.state.withLockedValue { $0.texts.append((30, FakeNode.envelope(9))) }
        let later = try await visiting.ask(Visiting.texts + "?after=" + last)
        #expect(later.bytes == FakeNode.envelope(9).bytes)
    }

    @Test func aPlaceIsGoodForItsPartitionOnly() async throws {
        let visiting = Visiting(FakeNode(texts: 2))
        let last = try #require(await visiting.ask(Visiting.texts).field("kith-last"))
        for path in [
            "/api/texts/\(Visiting.id)/2901?after=\(last)",
            "/api/files/\(Visiting.id)/2900/0/0?after=\(last)",
            "\(Visiting.texts)?after=\(last.hasPrefix("B") ? "C" : "B")\(last.dropFirst())",
        ] {
            let answer = try await visiting.ask(path)
            #expect(answer.status == .notFound, "\(path)")
            #expect(answer.code == "badCursor", "\(path)")
        }
    }

    @Test func placesTellNothingOfWhatLiesBetween() {
        let cursors = Cursors(key: [UInt8](repeating: 3, count: 32))
        let places = (1...200).map { cursors.seal(Int64($0), FakeNode.texts) }
        #expect(Set(places).count == 200)
        for (index, place) in places.enumerated() {
            #expect(cursors.open(place, FakeNode.texts) == Int64(index + 1))
        }
        // Neighbours share no more than strangers do: about a 64th of their characters.
        let alike = zip(places, places.dropFirst()).map { pair in
            zip(pair.0, pair.1).count { $0 == $1 }
        }
        #expect(alike.reduce(0, +) < 199 * 22 / 20)
        let other = Cursors(key: [UInt8](repeating: 4, count: 32))
        #expect(places.allSatisfy { other.open($0, FakeNode.texts) == nil })
    }

    @Test func whenTheStoreFailsTheVisitorIsToldToTryAgain() async throws {
        let answer = try await Visiting(FakeNode(refusing: .failed)).ask(Visiting.texts)
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.code == "failed")
        #expect(answer.field("retry-after") == "30")
    }
}
