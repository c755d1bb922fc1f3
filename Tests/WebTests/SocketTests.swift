import Foundation
import HTTPTypes
import Model
import NIOConcurrencyHelpers
import TestKit
import Testing
import Wire

@testable import Web

/// The listener as visitors meet it who are slow, rude or many.
@Suite(.serialized) struct SocketTests {
    static func serve(
        _ node: FakeNode = FakeNode(), _ limits: PageLimits = quick,
        _ body: (Int, PageServer) async throws -> Void
    ) async throws {
        let server = Visiting(node, limits: limits).server
        let port = try await server.start()
        do { try await body(port, server) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        #expect(server.connections.count == 0)
    }

    /// As usual, but sooner.
    static var quick: PageLimits {
        var limits = PageLimits()
        limits.times.idleMilliseconds = 1500
        limits.times.headMilliseconds = 1500
        limits.times.stallMilliseconds = 1500
        return limits
    }

    static let relay = "GET /api/relay HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

    static func isServed(_ port: Int) async throws -> Bool {
        let visitor = try Visitor(port: port)
        await visitor.send(relay)
        return await visitor.readToEnd()?.hasPrefix("HTTP/1.1 200 OK\r\n") == true
    }

    @Test func anAnswerTellsNeitherTheTimeNorWhoAnswers() async throws {
        try await Self.serve { port, _ in
            let visitor = try Visitor(port: port)
            await visitor.send(Self.relay)
            let answer = try #require(await visitor.readToEnd())
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            let names = answer.split(separator: "\r\n").compactMap {
                $0.split(separator: ":").first?.lowercased()
            }
            #expect(!names.contains("date") && !names.contains("server"))
        }
    }

    @Test func severalRequestsGoOverOneConnection() async throws {
        try await Self.serve { port, server in
            let visitor = try Visitor(port: port)
            for _ in 0..<3 {
                await visitor.send(
                    "POST /api/handles HTTP/1.1\r\nHost: h\r\ncontent-length: 3\r\n"
                        + "content-type: application/octet-stream\r\n\r\nabc")
                await visitor.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            }
            await visitor.send(Self.relay)
            let answer = try #require(await visitor.readToEnd())
            #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == 5)
            #expect(answer.components(separatedBy: "HTTP/1.1 400 Bad Request").count == 4)
        }
    }

    static let garbage = [
        "\u{0}\u{1}\u{2}\u{3}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "POST /api/submissions HTTP/1.1\r\nHost: h\r\ncontent-length: x\r\n\r\n",
        "POST /api/submissions HTTP/1.1\r\nHost: h\r\ncontent-length: 5\r\n"
            + "transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nx: " + String(repeating: "y", count: 40_000) + "\r\n\r\n",
        "GET /" + String(repeating: "z", count: 70_000) + " HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 100) + "\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", String(repeating: "\r\n", count: 200_000),
    ]

    @Test(arguments: garbage)
    func garbageEndsItsConnectionAndNothingElse(_ text: String) async throws {
        try await Self.serve { port, _ in
            let visitor = try Visitor(port: port)
            await visitor.send(text)
            let answer = await visitor.readToEnd()
            #expect(answer != nil, "it was not closed")
            #expect(answer?.hasPrefix("HTTP/1.1 200") != true)
            #expect(try await Self.isServed(port))
        }
    }

    @Test func whoSendsNothingIsClosed() async throws {
        try await Self.serve { port, _ in
            let silent = try Visitor(port: port)
            #expect(await silent.readToEnd() == "")
        }
    }

    @Test func whoSendsHeadersByteByByteIsClosed() async throws {
        try await Self.serve { port, _ in
            let slow = try Visitor(port: port)
            let began = ContinuousClock.now
            for byte in "GET / HTTP/1.1\r\nHost: h\r\nx: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy".utf8 {
                guard await slow.send([byte]) == 1 else { break }
                try await Task.sleep(for: .milliseconds(100))
                if ContinuousClock.now - began > .seconds(6) { break }
            }
            #expect(ContinuousClock.now - began < .seconds(5))
            #expect(try await Self.isServed(port))
        }
    }

    @Test func whoStopsInTheMiddleOfABodyIsClosedAndItsRoomIsFree() async throws {
        try await Self.serve { port, server in
            let slow = try Visitor(port: port)
            await slow.send(
                "POST /api/submissions HTTP/1.1\r\nHost: h\r\ncontent-length: 9000\r\n"
                    + "content-type: application/octet-stream\r\n\r\n")
            await slow.send([UInt8](repeating: 0, count: 5000))
            try await eventually { server.routes.uploads.bytes == 5000 }
            #expect(await slow.readToEnd() == "")
            try await eventually { server.routes.uploads.bytes == 0 }
            #expect(try await Self.isServed(port))
        }
    }

    @Test func aBodyThatIsTooLargeIsRefusedBeforeItIsRead() async throws {
        try await Self.serve { port, server in
            let visitor = try Visitor(port: port)
            await visitor.send(
                "POST /api/submissions HTTP/1.1\r\nHost: h\r\ncontent-length: 90000000\r\n"
                    + "content-type: application/octet-stream\r\n\r\n")
            let (head, _) = await visitor.read(30)
            #expect(String(decoding: head, as: UTF8.self).hasPrefix("HTTP/1.1 413 "))
            // It goes on sending, and is cut off.
            let sent = await visitor.send([UInt8](repeating: 0, count: 60 << 20))
            #expect(sent < 30 << 20)
            #expect(server.routes.uploads.bytes == 0)
            #expect(try await Self.isServed(port))
        }
    }

    @Test func whoReadsSlowlyIsHeldLittleOf() async throws {
        // 6 MiB a part: more than the system's buffers take.
        let node = FakeNode(texts: 100, size: 7)
        var limits = Self.quick
        limits.partBytes = 7 << 20
        try await Self.serve(node, limits) { port, _ in
            let slow = try Visitor(port: port, receiveBytes: 4096)
            await slow.send("GET \(Visiting.texts) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await slow.read(3000).bytes.count == 3000)
            try await Task.sleep(for: .milliseconds(700))
            // Of a hundred pieces only what buffers took was read from the store.
            #expect(node.state.withLockedValue { $0.pieces } < 30)
            try await Task.sleep(for: .milliseconds(2500))
            let (rest, isOver) = await slow.read(100 << 20)
            #expect(isOver)
            #expect(rest.count < 3 << 20)
            #expect(try await Self.isServed(port))
        }
    }

    @Test func whoReadsOnGetsAll() async throws {
        let node = FakeNode(texts: 100, size: 7)
        var limits = Self.quick
        limits.partBytes = 7 << 20
        try await Self.serve(node, limits) { port, _ in
            let visitor = try Visitor(port: port, receiveBytes: 16384)
            await visitor.send(
                "GET \(Visiting.texts) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            var count = 0
            while true {
                let (part, isOver) = await visitor.read(1 << 20)
                count += part.count
                if isOver { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(count > 100 * 65536)
        }
    }

    @Test func whoHoldsAllPlacesWithoutAskingLosesThem() async throws {
        var limits = Self.quick
        limits.connections = 20
        limits.times.idleMilliseconds = 60_000
        limits.times.headMilliseconds = 60_000
        try await Self.serve(FakeNode(), limits) { port, server in
            var holders: [Visitor] = []
            for index in 0..<20 {
                let holder = try Visitor(port: port)
                if index % 2 == 0 { await holder.send("GET / HT") }
                holders.append(holder)
            }
            try await eventually { server.connections.count == 20 }
            for _ in 0..<5 { #expect(try await Self.isServed(port)) }
            #expect(server.connections.count <= 20)
        }
    }

    @Test func whenAllPlacesAreBusyVisitorsAreToldToComeBack() async throws {
        let node = FakeNode(texts: 100, size: 7)
        var limits = Self.quick
        limits.partBytes = 7 << 20
        limits.connections = 3
        try await Self.serve(node, limits) { port, server in
            var readers: [Visitor] = []
            for _ in 0..<3 {
                let reader = try Visitor(port: port, receiveBytes: 4096)
                await reader.send("GET \(Visiting.texts) HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = await reader.read(100)
                readers.append(reader)
            }
            let late = try Visitor(port: port)
            let answer = await late.readToEnd()
            try Self.expectLikeOthers(try #require(answer))
            // The slow ones are ended, and there is a place again.
            try await eventually { server.connections.count < 3 }
            #expect(try await Self.isServed(port))
        }
    }

    /// In the middle of an answer, long before its time is over.
    @Test func whoAsksAndLeavesHoldsNoPlace() async throws {
        var limits = PageLimits()
        limits.partBytes = 7 << 20
        try await Self.serve(FakeNode(texts: 100, size: 7), limits) { port, server in
            let visitor = try Visitor(port: port, receiveBytes: 4096)
            await visitor.send("GET \(Visiting.texts) HTTP/1.1\r\nHost: h\r\n\r\n")
            _ = await visitor.read(100)
            #expect(server.connections.count == 1)
            visitor.leave()
            try await eventually { server.connections.count == 0 }
        }
    }

    /// The answer that no request was read for has what every answer has (HeadersTests), and the
    /// body that a page understands.
    private static func expectLikeOthers(_ answer: String) throws {
        let parts = answer.components(separatedBy: "\r\n\r\n")
        try #require(parts.count == 2, "\(answer)")
        let lines = parts[0].components(separatedBy: "\r\n")
        #expect(lines[0] == "HTTP/1.1 503 Service Unavailable")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            fields[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces)
        }
        for (name, value) in StandardHeaderValues.all {
            #expect(fields.removeValue(forKey: name.rawName.lowercased()) == value, "\(name)")
        }
        #expect(
            fields == [
                "content-type": "application/json; charset=utf-8", "retry-after": "5",
                "content-length": "\(parts[1].utf8.count)", "connection": "close",
            ])
        let told = try JSONDecoder().decode([String: String].self, from: Data(parts[1].utf8))
        #expect(told["code"] == "busy")
        #expect(Set(told.keys) == ["code", "message", "hint"])
    }

    @Test func stoppingDoesNotWaitForWhoeverReadsSlowly() async throws {
        let node = FakeNode(texts: 100, size: 7)
        var limits = PageLimits()
        limits.partBytes = 7 << 20
        let server = Visiting(node, limits: limits).server
        let port = try await server.start()
        let slow = try Visitor(port: port, receiveBytes: 4096)
        await slow.send("GET \(Visiting.texts) HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = await slow.read(100)
        let idle = try Visitor(port: port)
        let began = ContinuousClock.now
        await server.stop()
        #expect(ContinuousClock.now - began < .seconds(4))
        #expect(await idle.readToEnd() == "")
    }

    @Test func aTakenPortIsSaid() async throws {
        try await Self.serve { port, _ in
            var configuration = PageServer.Configuration(
                host: "127.0.0.1", port: port, files: nil, manifest: nil,
                random: { [UInt8](repeating: 0, count: $0) })
            configuration.limits = PageLimits()
            let second = PageServer(configuration, node: FakeNode())
            await #expect(throws: PageServer.Trouble.addressInUse) {
                _ = try await second.start()
            }
        }
    }
}

/// Waits until it holds; fails after five seconds.
func eventually(
    sourceLocation: SourceLocation = #_sourceLocation, _ holds: () -> Bool
) async throws {
    for _ in 0..<250 {
        if holds() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("it never came", sourceLocation: sourceLocation)
}
