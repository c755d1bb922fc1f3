import Bridging
import Glibc
import Model
import Noise
import Sealing
import Sodium
import TestKit
import Wire

@testable import Authorities

/// Processor seconds that the largest input may take, here, where everything is counted and so
/// slower than in the program. What is quadratic takes far longer.
private let budget = 1.5

/// The cost of the largest inputs there are: a part of the input again and again, up to the limit
/// that the reader has. Other fuzzers' inputs are too short for what grows faster than its input.
@Sendable func fuzzCost(_ input: [UInt8]) {
    var feed = Feed(input)
    let choice = feed.byte()
    let (head, pattern) = (feed.take(Int(feed.byte())), feed.take(Int(feed.byte()) + 1))
    guard !pattern.isEmpty else { return }
    let tail = feed.take(256)
    let limit = limit(choice & 15)
    var bytes = head
    bytes.reserveCapacity(limit)
    while bytes.count + pattern.count + tail.count <= limit { bytes += pattern }
    bytes += tail
    let began = processorSeconds()
    read(bytes, choice)
    let seconds = processorSeconds() - began
    if seconds > budget { print("\(seconds) s for \(bytes.count) bytes, reader \(choice & 15)") }
    hold(seconds <= budget, "the largest input has its price")
}

private func limit(_ reader: UInt8) -> Int {
    switch reader {
    case 0, 1, 4: 1 << 20
    case 5, 6: Presentation.mostBytes
    case 12: Form.descriptionCharacters - 100
    default: Limits.recordContentBytes
    }
}

private func read(_ bytes: [UInt8], _ choice: UInt8) {
    switch choice & 15 {
    case 0, 1:
        let type = choice & 15 == 0 ? "application/json" : "text/xml"
        let status = choice & 0x20 == 0 ? 200 : 400
        let reply = Reply(status: status, type: type, retryAfter: nil, body: .whole(bytes))
        let reading = Reading(fuzzedMapping, hiding: ["They shouted at me", "aaaa"])
        if choice & 0x10 == 0 {
            _ = reading.delivery(.answered(reply))
        } else {
            _ = reading.list(.answered(reply), mark: "KITH-0123-4567-89AB-CDEF")
        }
    case 4: stream(bytes)
    case 5: _ = try? JSON(decoding: bytes)
    case 6: _ = try? Presentation(decoding: bytes)
    case 7: for read in readers.values { _ = read(bytes) }
    case 8: _ = try? Invite(String(decoding: bytes, as: UTF8.self), now: testStart)
    case 9: _ = try? ReturnCode(String(decoding: bytes, as: UTF8.self))
    case 10:
        guard let record = try? Record(decoding: bytes) else { return }
        _ = try? record.charters()
        _ = try? record.manifest()
    case 11:
        // Under a good signature.
        guard let content = try? CBOR(decoding: bytes) else { return }
        let record = Record(
            .manifest, subject: testNetwork.community.bytes, seq: 1, notBefore: testStart,
            notAfter: testStart.adding(seconds: 60), content: content, by: testNetwork.operations)
        _ = try? record.manifest()
    case 12: report(String(decoding: bytes, as: UTF8.self))
    default: return
    }
}

/// What leaves for an authority, and must not come back, however often it is echoed.
private func report(_ account: String) {
    let report = Report(
        authority: fuzzedMapping.authority, mark: "KITH-0123-4567-89AB-CDEF",
        fields: [.account(Text(account))])
    guard (try? Form(report, fuzzedMapping)) != nil else { return }
    let echo = String(repeating: account, count: 10)
    _ = Words.clean("HTTP 400: \(echo)", hiding: report.secrets)
}

/// As a link gets them: in pieces.
private func stream(_ bytes: [UInt8]) {
    var buffer = FrameBuffer()
    var start = 0
    while start < bytes.count {
        let end = min(start + 512, bytes.count)
        buffer.append(bytes[start..<end])
        start = end
        do { while try buffer.next() != nil {} } catch { return }
    }
}

private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
