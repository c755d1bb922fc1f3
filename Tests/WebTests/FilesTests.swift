import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOConcurrencyHelpers
import Sodium
import TestKit
import Testing

@testable import Web

@Suite struct FilesTests {
    @Test func theFirstPageIsTheIndex() async throws {
        let answer = try await Visiting().ask("/")
        #expect(answer.status == .ok)
        #expect(answer.bytes == Visiting.contents["index.html"])
        #expect(answer.field("content-type") == "text/html; charset=utf-8")
    }

    @Test(arguments: [
        ("words/en.json", "application/json; charset=utf-8"), ("kith.wasm", "application/wasm"),
        ("page.css", "text/css; charset=utf-8"),
    ])
    func filesHaveTheirTypes(_ name: String, _ type: String) async throws {
        let answer = try await Visiting().ask("/page/" + name)
        #expect(answer.status == .ok)
        #expect(answer.bytes == Visiting.contents[name])
        #expect(answer.field("content-type") == type)
    }

    @Test func whoTakesItPackedGetsItPacked() async throws {
        let visiting = Visiting()
        func ask(_ accepts: String) async throws -> String? {
            try await visiting.ask("/page/page.css", .get, nil, [.acceptEncoding: accepts])
                .field("content-encoding")
        }
        #expect(try await ask("gzip, deflate, br") == "gzip")
        #expect(try await ask("br;q=1.0, gzip;q=0.5") == "gzip")
        #expect(try await ask("gzip;q=0") == nil)
        #expect(try await ask("identity") == nil)
        let plain = try await visiting.ask("/page/kith.wasm", .get, nil, [.acceptEncoding: "gzip"])
        #expect(plain.field("content-encoding") == nil)
        #expect(plain.field("vary") == "Accept-Encoding")
    }

    @Test(arguments: [
        "/page/", "/page", "/page/nothing", "/page/../Package.swift", "/page/%2e%2e/x",
        "/page/words/../page.css", "/page/page.css.gz", "/page/.hidden", "/page/words",
        "/page//etc/passwd", "/page/index.html%00", "/index.html", "/api", "/api/nothing",
        "/favicon.ico",
    ])
    func nothingElseIsServed(_ path: String) async throws {
        let answer = try await Visiting().ask(path)
        #expect(answer.status == .notFound, "\(path)")
        #expect(answer.code == "notFound")
    }

    @Test func withoutAPageTheInterfaceIsServedAlone() async throws {
        let visiting = Visiting(files: nil)
        #expect(try await visiting.ask("/").status == .notFound)
        let relay = try await visiting.ask("/api/relay")
        #expect(relay.status == .ok)
        #expect(relay.json["pageHash"] == nil)
    }

    @Test func aFolderIsReadOnceWithAllBelowIt() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "kith-page-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            at: folder.appending(path: "words"), withIntermediateDirectories: true)
        for (name, text) in [("index.html", "i"), ("words/en.json", "{}"), (".secret", "s")] {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        // What a link leads to outside of the folder is no part of it.
        try FileManager.default.createSymbolicLink(
            atPath: folder.appending(path: "passwd").path, withDestinationPath: "/etc/passwd")
        let files = try PageFiles(folder: folder.path)
        #expect(files.files.map { $0.name } == ["index.html", "words/en.json"])
        #expect(files.files[0].digest == sha256([UInt8]("i".utf8)))
        try Data("changed".utf8).write(to: folder.appending(path: "index.html"))
        #expect(files.file("index.html")?.bytes == 1)
    }

    @Test func filesPutAsideAreServedAsTheyWere() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "kith-page-\(UUID().uuidString)")
        let spool = folder.appending(path: "spool")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: spool, withIntermediateDirectories: true)
        let large = Data((0..<300_001).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        for (name, bytes) in [
            ("index.html", Data("i".utf8)), ("empty.js", Data()), ("kith.wasm", large),
            ("kith.wasm.gz", Data("packed".utf8)),
        ] {
            try bytes.write(to: folder.appending(path: name))
        }
        let files = try PageFiles(folder: folder.path, spool: spool.path)
        // Nothing of it is seen, and what becomes of the files is no matter.
        #expect(try FileManager.default.contentsOfDirectory(atPath: spool.path) == [])
        try Data("changed".utf8).write(to: folder.appending(path: "kith.wasm"))
        try FileManager.default.removeItem(at: folder.appending(path: "index.html"))
        let visiting = Visiting(files: files)
        #expect(try await visiting.ask("/").text == "i")
        let whole = try await visiting.ask("/page/kith.wasm")
        #expect(whole.bytes == [UInt8](large))
        #expect(whole.field("content-length") == "300001")
        #expect(sha256(whole.bytes) == files.file("kith.wasm")?.digest)
        #expect(try await visiting.ask("/page/empty.js").bytes == [])
        let packed = try await visiting.ask(
            "/page/kith.wasm", .get, nil, [.acceptEncoding: "gzip"])
        #expect(packed.text == "packed")
        let head = try await visiting.ask("/page/kith.wasm", .head)
        #expect(head.bytes.isEmpty && head.field("content-length") == "300001")
    }

    @Test func whereNothingCanBePutAsideThatIsSaid() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "kith-page-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("i".utf8).write(to: folder.appending(path: "index.html"))
        #expect(throws: PageFiles.Trouble.notKept(folder: "/nowhere/at/all")) {
            try PageFiles(folder: folder.path, spool: "/nowhere/at/all")
        }
    }

    @Test func aFolderWithoutAnIndexIsNoPage() {
        #expect(throws: PageFiles.Trouble.missing(folder: "/nowhere/at/all")) {
            try PageFiles(folder: "/nowhere/at/all")
        }
    }

    @Test func aListingNamesEveryFileInOneOrder() {
        let listing = PageListing(PageFiles(contents: Visiting.contents))
        let lines = String(decoding: listing.text, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 4)
        #expect(
            lines[1]
                == "cd5d4935a48c0672cb06407bb443bc0087aff947c6b864bac886982c73b3027f  4  kith.wasm")
        #expect(
            lines.map { $0.split(separator: " ").last } == [
                "index.html", "kith.wasm", "page.css", "words/en.json",
            ])
        #expect(listing.digest == sha256(listing.text))
    }
}
