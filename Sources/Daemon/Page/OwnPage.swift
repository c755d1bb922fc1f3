import Transport
public import Web

/// The page that this program has, whether a node serves it or not.
public enum OwnPage {
    /// - Throws: `Problem` where none was built.
    public static func listing(folder: String?) throws(Problem) -> PageListing {
        guard let found = PagePlace.folder(named: folder) else {
            throw Problem(
                .notFound, "no page was built for this program",
                hint: "tools/page builds one; or pass --pages DIR")
        }
        do { return PageListing(try PageFiles(folder: found)) } catch {
            throw Problem(error, found)
        }
    }

    /// Another relay's page beside it.
    ///
    /// - Parameter socks: "host:port" of a SOCKS proxy.
    public static func compare(
        _ url: String, with listing: PageListing, socks: String?
    ) async throws(Problem) -> PageComparison {
        let (address, proxy) = try read(url, socks)
        return await PageComparison.compare(
            address, with: listing, version: Version.text, socks: proxy)
    }

    /// - Throws: `Problem` `.usage` for what can't be an address, or not be reached that way.
    public static func check(_ url: String, socks: String?) throws(Problem) {
        _ = try read(url, socks)
    }

    private static func read(
        _ url: String, _ socks: String?
    ) throws(Problem) -> (PageAddress, (host: String, port: Int)?) {
        guard let address = PageAddress(url) else { throw Problem.noPageAddress }
        let proxy = try proxy(socks)
        guard !address.isOnion || proxy != nil else {
            throw Problem(
                .usage, "an onion service is reached by Tor only",
                hint: "with Tor running on this computer: --socks 127.0.0.1:9050")
        }
        return (address, proxy)
    }

    private static func proxy(_ socks: String?) throws(Problem) -> (host: String, port: Int)? {
        guard let socks else { return nil }
        guard let endpoint = Endpoint(socks), endpoint.port > 0 else {
            throw Problem(
                .usage, "\(socks) is not the address of a proxy",
                hint: "host:port, such as 127.0.0.1:9050 for Tor")
        }
        return (endpoint.host, Int(endpoint.port))
    }
}
