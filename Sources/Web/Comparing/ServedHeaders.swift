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

    /// The name of the first header by which a file is served otherwise than here, if there is one.
    ///
    /// What a proxy adds besides, such as its name or that TLS is to be used from now on, is its
    /// own business. A second policy can only forbid more.
    static func fault(in headers: HTTPHeaders, for name: String) -> String? {
        let expected = StandardHeaderValues.all + [(.contentType, PageFiles.File.type(of: name))]
        let fault = expected.first { field, value in
            let served = headers[field.canonicalName]
            if field == .contentSecurityPolicy { return !served.contains(value) }
            return served.isEmpty || served.contains { $0 != value }
        }
        return fault?.0.canonicalName ?? unwanted.first { headers.contains(name: $0) }
    }
}
