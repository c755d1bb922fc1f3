import HTTPTypes
import NIOHTTP1

/// What a browser obeys beside a file's bytes: a page whose files are all as they should be can
/// still be made to run other code, or to keep and tell what it must not, by how it is served.
enum ServedHeaders {
    /// Headers that no page of Kith is served with: each keeps something in the browser, leads it
    /// elsewhere, or tells somebody else of the visit.
    static let unwanted = [
        "set-cookie", "refresh", "link", "service-worker-allowed", "sourcemap", "x-sourcemap",
        "speculation-rules", "reporting-endpoints", "report-to", "nel",
        "content-security-policy-report-only", "access-control-allow-origin",
    ]

    /// Whether a file is served as this relay serves it.
    ///
    /// What a proxy adds besides, such as its name or that TLS is to be used from now on, is its
    /// own business. A second policy can only forbid more.
    static func areSafe(_ headers: HTTPHeaders, for name: String) -> Bool {
        guard !unwanted.contains(where: { headers.contains(name: $0) }),
            headers["content-type"] == [PageFiles.File.type(of: name)]
        else { return false }
        return StandardHeaderValues.all.allSatisfy { field, value in
            let served = headers[field.canonicalName]
            if field == .contentSecurityPolicy { return served.contains(value) }
            return !served.isEmpty && served.allSatisfy { $0 == value }
        }
    }
}
