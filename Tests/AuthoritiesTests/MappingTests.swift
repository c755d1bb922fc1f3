import Casework
import Foundation
import Testing
import Wire

@testable import Authorities

@Suite struct MappingTests {
    /// A folder of its own with the file and a key.
    private func read(_ json: String, keyMode: Int = 0o600, key: String = "secret\n") throws
        -> [Mapping]
    {
        let files = FileManager.default
        let folder = files.temporaryDirectory.appending(path: "kith-\(UUID().uuidString)")
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? files.removeItem(at: folder) }
        let keyPath = folder.appending(path: "city.key").path
        try Data(key.utf8).write(to: URL(fileURLWithPath: keyPath))
        try files.setAttributes([.posixPermissions: keyMode], ofItemAtPath: keyPath)
        let path = folder.appending(path: "authorities.json").path
        try Data(json.utf8).write(to: URL(fileURLWithPath: path))
        do throws(MappingError) { return try Mapping.read(path) } catch {
            #expect(error.file == path)
            // Without the folder, whose name is another each time.
            throw error.problem.without(folder.path + "/")
        }
    }

    private func entry(_ more: String = "", services: String = #""*": "1""#) -> String {
        """
        {"authorities": [{"uri": "https://a.example/v2/", "adapter": "open311",
          "services": {\(services)}\(more.isEmpty ? "" : ", ")\(more)}]}
        """
    }

    @Test func aWholeEntryIsRead() throws {
        let json = """
            {"authorities": [{
              "uri": "https://a.example", "endpoint": "https://b.example/v2/",
              "adapter": "open311", "jurisdiction": "a.example", "apiKeyFile": "city.key",
              "format": "xml", "services": {"threat": "T", "burglary or theft": "B", "*": "O"},
              "place": "Town hall", "attributes": {"T": {"Z": "1", "Y": ["2", "3"]}},
              "tellsWithdrawals": true}]}
            """
        let expected = Mapping(
            authority: "https://a.example", endpoint: "https://b.example/v2",
            jurisdiction: "a.example", apiKey: APIKey("secret"), format: .xml,
            services: [2: "T", 13: "B"], otherService: "O", place: "Town hall",
            attributes: [
                "T": [
                    .init(code: "Y", value: .several(["2", "3"])),
                    .init(code: "Z", value: .one("1")),
                ]
            ], tellsWithdrawals: true)
        #expect(try read(json) == [expected])
        #expect(expected.serviceCodes == ["B", "O", "T"])
    }

    @Test func whatIsLeftOutIsAsUsual() throws {
        let read = try read(entry())
        #expect(
            read == [
                Mapping(
                    authority: "https://a.example/v2/", endpoint: "https://a.example/v2",
                    services: [:], otherService: "1")
            ])
        #expect(read.first?.format == .json && read.first?.tellsWithdrawals == false)
    }

    static let refusals: [(String, MappingProblem)] = [
        (#"{"authorities": [], "more": 1}"#, .unknownKey("more", at: "")),
        ("[]", .notJSON(at: "", "has another type than it should")),
        ("{", .notJSON(at: "", "is not JSON")),
        ("{}", .notJSON(at: "", "lacks authorities")),
        (
            #"{"authorities": [{"uri": "https://a.example"}]}"#,
            .notJSON(at: "authorities[0]", "lacks adapter")
        ),
    ]

    @Test(arguments: refusals)
    func aFileOfAnotherShapeIsRefused(_ json: String, _ problem: MappingProblem) {
        #expect(throws: problem) { try read(json) }
    }

    static let oddEntries: [(String, MappingProblem)] = [
        (#""apikey": "x""#, .unknownKey("apikey", at: "authorities[0]")),
        (#""format": "csv""#, .unknownFormat("csv", authority: uri)),
        (#""endpoint": "http://b.example""#, .plainEndpoint("http://b.example")),
        (
            #""endpoint": "http://127.0.0.1.b.example""#,
            .plainEndpoint("http://127.0.0.1.b.example")
        ),
        (#""endpoint": "ftp://b.example""#, .badEndpoint("ftp://b.example")),
        (#""endpoint": "https://u:p@b.example""#, .badEndpoint("https://u:p@b.example")),
        (#""endpoint": "https://b.example/?a=b""#, .badEndpoint("https://b.example/?a=b")),
        (#""endpoint": "https:///v2""#, .badEndpoint("https:///v2")),
        (#""place": """#, .badText(key: "place", authority: uri)),
        (#""jurisdiction": "a\nb""#, .badText(key: "jurisdiction", authority: uri)),
        (
            #""attributes": {"2": {"A": "1"}}"#,
            .attributesOfUnusedService("2", authority: uri)
        ),
        (#""attributes": {"1": {"A": []}}"#, .badText(key: "attributes.1.A", authority: uri)),
        (
            #""attributes": {"1": {"A": 5}}"#,
            .notJSON(at: "authorities[0].attributes.1.A", "has another type than it should")
        ),
        (#""apiKeyFile": "none.key""#, .unreadableKey("none.key")),
    ]

    static let uri = "https://a.example/v2/"

    @Test(arguments: oddEntries)
    func whatCannotBeMeantIsRefusedByName(_ entry: String, _ problem: MappingProblem) {
        #expect(throws: problem) { try read(self.entry(entry)) }
    }

    @Test(arguments: ["http://localhost:8080/v2", "http://127.0.0.1/v2", "http://[::1]:80/v2"])
    func plainHTTPIsTakenForThisComputer(_ endpoint: String) throws {
        #expect(try read(entry(#""endpoint": "\#(endpoint)""#)).first?.endpoint == endpoint)
    }

    @Test func kindsAreThoseOfTheListAndServicesAreNamed() {
        #expect(throws: MappingProblem.unknownKind("arson", authority: Self.uri)) {
            try read(entry(services: #""arson": "1""#))
        }
        #expect(throws: MappingProblem.noServices(authority: Self.uri)) {
            try read(entry(services: ""))
        }
        #expect(throws: MappingProblem.badText(key: "services.threat", authority: Self.uri)) {
            try read(entry(services: #""threat": """#))
        }
    }

    @Test func anAuthorityStandsThereOnce() {
        let one = #"{"uri": "https://a.example", "adapter": "open311", "services": {"*": "1"}}"#
        #expect(throws: MappingProblem.repeatedAuthority("https://a.example")) {
            try read(#"{"authorities": [\#(one), \#(one)]}"#)
        }
    }

    @Test func onlyOpen311IsSpoken() {
        let json = #"{"authorities": [{"uri": "a", "adapter": "fax", "services": {"*": "1"}}]}"#
        #expect(throws: MappingProblem.unknownAdapter("fax", authority: "a")) { try read(json) }
    }

    @Test(arguments: [0o644, 0o640, 0o601, 0o700, 0o602])
    func aKeyThatOthersMayReadIsRefused(_ mode: Int) {
        #expect(throws: MappingProblem.keyOpenToOthers("city.key", mode: mode)) {
            try read(entry(#""apiKeyFile": "city.key""#), keyMode: mode)
        }
    }

    @Test(arguments: [0o600, 0o400])
    func aKeyOfTheOwnersAloneIsRead(_ mode: Int) throws {
        let mapping = try read(entry(#""apiKeyFile": "city.key""#), keyMode: mode).first
        #expect(mapping?.apiKey == APIKey("secret"))
    }

    @Test(arguments: ["", "two words", "line\nline", "schlüssel"])
    func whatIsNoKeyIsRefusedWithoutShowingIt(_ key: String) {
        #expect(throws: MappingProblem.notAKey("city.key")) {
            try read(entry(#""apiKeyFile": "city.key""#), key: key)
        }
    }

    @Test func aMissingFileIsSaidToBeUnreadable() {
        #expect(throws: MappingError(file: "/nowhere/at-all.json", problem: .unreadable)) {
            try Mapping.read("/nowhere/at-all.json")
        }
    }
}

extension MappingProblem {
    fileprivate func without(_ folder: String) -> MappingProblem {
        func cut(_ path: String) -> String { path.replacingOccurrences(of: folder, with: "") }
        return switch self {
        case .unreadableKey(let path): .unreadableKey(cut(path))
        case .notAKey(let path): .notAKey(cut(path))
        case .keyOpenToOthers(let path, let mode): .keyOpenToOthers(cut(path), mode: mode)
        default: self
        }
    }
}
