import Foundation
import Transport

/// Where a node serves the seeker's page, as its operator told it.
public struct PagePlace: Sendable {
    public static let usual = "127.0.0.1:8470"

    let endpoint: Endpoint
    /// Not the usual address: then it has to be free.
    let isChosen: Bool
    /// Visitors come from elsewhere.
    public let isPublic: Bool
    /// The folder named; nil for the usual ones.
    let folder: String?

    /// What `kith run` was told.
    ///
    /// - Parameters:
    ///   - page: "host:port" on this computer; nil for the usual one.
    ///   - shared: "host:port" for visitors from elsewhere.
    ///   - isPlain: that HTTP without TLS may be spoken with them.
    /// - Throws: `Problem` `.usage`.
    public init(
        page: String?, shared: String?, isPlain: Bool, folder: String?
    ) throws(Problem) {
        guard page == nil || shared == nil else {
            throw Problem(
                .usage, "--page and --public both say where the page is",
                hint: "--page for this computer alone, --public for visitors from elsewhere")
        }
        let address = shared ?? page ?? Self.usual
        guard let endpoint = Endpoint(address) else {
            throw Problem(
                .usage, "\(address) is not an address", hint: "host:port, such as \(Self.usual)")
        }
        let isLocal = Self.isLoopback(endpoint.host)
        guard isLocal || shared != nil else {
            throw Problem(
                .usage, "\(address) can be reached from other computers",
                hint: "say so with --public \(address); read first: kith run --help")
        }
        guard isLocal || isPlain else {
            throw Problem(
                .usage,
                "whoever carries plain HTTP to \(address) can read who visits and change the page",
                hint: "put TLS or an onion service before --public \(Self.usual), which kith run"
                    + " --help shows; or pass --plain-http if something else protects it")
        }
        self.endpoint = endpoint
        isChosen = page != nil || shared != nil
        isPublic = shared != nil
        self.folder = folder
    }

    static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isVersion4 = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        return host == "localhost" || host == "::1" || (isVersion4 && parts[0] == "127")
    }

    /// The folder that is served; nil where there is none.
    var found: String? { Self.folder(self) }

    /// The folder of this program's page: the one named, `pages` beside the program, or what
    /// tools/page built in the checkout that the program was built in.
    static func folder(_ place: PagePlace?) -> String? { folder(named: place?.folder) }

    static func folder(named folder: String?) -> String? {
        if let folder { return folder }
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        func holdsPage(_ folder: URL) -> Bool {
            FileManager.default.fileExists(atPath: folder.appending(path: "index.html").path)
        }
        var above = program.deletingLastPathComponent()
        let beside = above.appending(path: "pages")
        if holdsPage(beside) { return beside.path }
        for _ in 0..<5 {
            let built = above.appending(path: ".build-page")
            let manifest = above.appending(path: "Package.swift").path
            if FileManager.default.fileExists(atPath: manifest) {
                return holdsPage(built) ? built.path : nil
            }
            above.deleteLastPathComponent()
        }
        return nil
    }
}
