import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Model
import NIOCore
import TestKit

@testable import Web

/// A page and its relay, asked through the router without a socket.
struct Visiting {
    let node: FakeNode
    let server: PageServer

    static let contents: [String: [UInt8]] = [
        "index.html": [UInt8]("<!doctype html><title>Notes</title>".utf8),
        "page.css": [UInt8]("p { margin: 0 }".utf8), "page.css.gz": [31, 139, 8],
        "words/en.json": [UInt8]("{}".utf8), "kith.wasm": [0, 97, 115, 109],
    ]

    init(
        _ node: FakeNode = FakeNode(), files: PageFiles? = PageFiles(contents: contents),
        manifest: [UInt8]? = nil, limits: PageLimits = PageLimits()
    ) {
        self.node = node
        var configuration = PageServer.Configuration(
            host: "127.0.0.1", port: 0, files: files, manifest: manifest,
            random: { [UInt8](repeating: 5, count: $0) })
        configuration.limits = limits
        server = PageServer(configuration, node: node)
    }

    func ask(
        _ path: String, _ method: HTTPRequest.Method = .get, _ body: [UInt8]? = nil,
        _ headers: HTTPFields = [.contentType: "application/octet-stream"]
    ) async throws -> TestResponse {
        let application = Application(responder: server.routes.router().buildResponder())
        return try await application.test(.router) { client in
            try await client.execute(
                uri: path, method: method, headers: headers,
                body: body.map { ByteBuffer(bytes: $0) })
        }
    }

    static let id = Base64URL.encode(FakeNode.community.bytes)
    static let texts = "/api/texts/\(id)/2900"
}

extension TestResponse {
    var bytes: [UInt8] { [UInt8](body.readableBytesView) }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] ?? [:]
    }

    var code: String? { json["code"] as? String }

    func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}
