import Bridging
import Casework
import Foundation
import Model
import TestKit
import Wire

@testable import Authorities
@testable import Control
@testable import Sealing

/// Not the answer that a bridge gives to a seeker.
private typealias Tree = Authorities.Answer

let fuzzedMapping = mapping(.json)
private let xmlMapping = mapping(.xml)

private func mapping(_ format: Mapping.Format) -> Mapping {
    Mapping(
        authority: "https://police.example/reports", endpoint: "https://police.example/v2",
        jurisdiction: "police.example", apiKey: APIKey("key-of-the-bridge"), format: format,
        services: [1: "assault", 3: "harassment"], otherService: "other", place: "Test city",
        attributes: ["other": [Mapping.Attribute(code: "a", value: .several(["1", "2"]))]],
        tellsWithdrawals: true)
}

/// Answers of an authority: what is understood is bounded and clean, and none of it is a secret.
@Sendable func fuzzAnswers(_ input: [UInt8]) {
    var feed = Feed(input)
    let choice = feed.byte()
    if choice & 0x40 != 0 { written(&feed) }
    let statuses = [200, 201, 200, 400, 404, 503, 302, 500]
    let reply = Reply(
        status: statuses[Int(choice % 8)], type: nil, retryAfter: nil, body: .whole(feed.all))
    understand(.answered(reply), choice & 0x80 == 0 ? fuzzedMapping : xmlMapping)
    _ = Reply.seconds(String(decoding: input.prefix(40), as: UTF8.self))
}

/// Every way in which an answer is read.
func understand(_ exchange: Exchange, _ mapping: Mapping) {
    let reading = Reading(mapping, hiding: ["They shouted at me"])
    switch reading.delivery(exchange) {
    case .accepted(let id, let notice): clean(id, notice)
    case .token(let token): clean(token)
    case .refused(let why), .unclear(let why): check(why)
    case .unreachable(let why, let after):
        check(why)
        hold(after ?? 0 <= 86400, "no authority makes a bridge wait for longer than a day")
    }
    if case .resolved(let id) = reading.token(exchange, "1") { clean(id) }
    switch reading.status(exchange, "1") {
    case .known(let status): clean(status.notes)
    case .unknown(let why): check(why)
    }
    var search = Search()
    let listing = reading.list(exchange, mark: "KITH-0123-4567-89AB-CDEF")
    if case .found(let id) = listing { clean(id) }
    search.add(listing)
    if case .unknown(let why) = search.outcome { check(why) }
    if case .failed(let why) = reading.telling(exchange) { check(why) }
    var findings = MappingCheck(mapping)
    if case .success(let services) = reading.value(exchange, Service.all) {
        findings.checkServices(services)
        if case .success(let attributes) = reading.value(exchange, ServiceAttribute.all) {
            for service in services.prefix(3) { findings.checkService(service, attributes) }
        }
    }
    for finding in findings.findings { hold(!finding.text.contains("\n"), "a finding is a line") }
}

/// Words about a failure: without what was sent.
private func check(_ words: Text) {
    clean(words)
    hold(!words.string.contains("key-of-the-bridge"), "an API key does not come back")
    hold(!words.string.contains("They shouted at me"), "a report does not come back")
}

private func clean(_ texts: Text?...) {
    for text in texts.compactMap({ $0 }) {
        let scalars = text.string.unicodeScalars
        hold(scalars.count <= 2000 && !text.utf8.isEmpty, "an authority's words are bounded")
        let isClean = scalars.allSatisfy {
            $0.properties.generalCategory != .control && !$0.properties.isBidiControl
        }
        hold(isClean, "an authority's words do nothing to a terminal")
    }
}

/// A tree written as XML and as JSON is read as it was.
private func written(_ feed: inout Feed) {
    let tree = tree(&feed, 1)
    guard case .object = tree else { return }
    let document = "<r>\(xml(tree))</r>"
    let read = Tree([UInt8](document.utf8), type: "text/xml", format: .json)
    hold(read?.member("r") == tree, "XML is read as it was written")
    let value = json(tree)
    if (try? JSON(decoding: value.encoded)) != nil {
        let read = Tree(value.encoded, type: "application/json", format: .xml)
        hold(read.map(sorted) == sorted(tree), "JSON is read as it was written")
    }
}

private func tree(_ feed: inout Feed, _ depth: Int) -> Tree {
    let count = Int(feed.byte() % 4)
    guard depth < 7, count > 0 else {
        let text = String(decoding: feed.take(Int(feed.byte() % 32)), as: UTF8.self)
        return .text(text.trimmingCharacters(in: CharacterSet(charactersIn: " \t\r\n")))
    }
    return .object(
        (0..<count).map { Tree.Member(name: "n\($0)", value: tree(&feed, depth + 1)) })
}

private func xml(_ tree: Tree) -> String {
    switch tree {
    case .text(let text):
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "<": "&lt;"
            case "&": "&amp;"
            case "\"": "&#34;"
            default: String(Character(scalar))
            }
        }.joined()
    case .object(let members):
        members.map { "<\($0.name)>\(xml($0.value))</\($0.name)>" }.joined(separator: "\n")
    case .list, .null: ""
    }
}

private func json(_ tree: Tree) -> JSON {
    switch tree {
    case .text(let text): .text(Text(text))
    case .object(let members): .object(members.map { JSON.Member(Text($0.name), json($0.value)) })
    case .list(let items): .array(items.map(json))
    case .null: .null
    }
}

private func sorted(_ tree: Tree) -> Tree {
    guard case .object(let members) = tree else { return tree }
    return .object(
        members.map { Tree.Member(name: $0.name, value: sorted($0.value)) }
            .sorted { $0.name < $1.name })
}

/// Requests on a node's socket, which only the folder's owner can reach.
@Sendable func fuzzControl(_ input: [UInt8]) {
    let data = Data(input)
    guard let request = try? ControlCoding.decode(ControlRequest.self, data) else { return }
    guard let bytes = try? ControlCoding.encode(request) else {
        fatalError("a request that was read can be written")
    }
    hold(
        (try? ControlCoding.decode(ControlRequest.self, bytes)) != nil,
        "a request is read as written")
}
