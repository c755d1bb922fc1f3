import HTTPTypes
import Hummingbird
import Model
import NIOCore

/// What visitors can ask for. Source: protocol/25-page.md, protocol/page-api.yaml.
struct PageRoutes: Sendable {
    let node: any PageNode
    /// Nil where no page was built: then the interface is served alone.
    let files: PageFiles?
    /// SHA-256 of their listing.
    let digest: [UInt8]?
    let manifest: [UInt8]?
    let limits: PageLimits
    let budgets: Budgets
    let uploads: Uploads
    let gate: Gate
    let cursors: Cursors
    let connections: Connections

    func router() -> Router<PageContext> {
        let router = Router(context: PageContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: StandardHeaders())
        get("/", router) { request, context in
            try await file("index.html", request, context)
        }
        get("/page/**", router) { request, context in
            try await file(
                context.parameters.getCatchAll().joined(separator: "/"), request, context)
        }
        get("/api/relay", router) { _, context in try await relay(context) }
        get("/api/manifest", router) { _, context in try await signedManifest(context) }
        get("/api/records/{community}", router) { _, context in try await records(context) }
        get("/api/weeks/{community}", router) { _, context in try await weeks(context) }
        get("/api/texts/{community}/{week}", router) { request, context in
            try await part(try context.texts(), request, context)
        }
        get("/api/files/{community}/{week}/{bits}/{prefix}", router) { request, context in
            try await part(try context.files(), request, context)
        }
        post("/api/submissions", router) { request, context in try await submit(request, context) }
        post("/api/retractions", router) { request, context in
            try await retract(request, context)
        }
        post("/api/handles", router) { request, context in try await progress(request, context) }
        return router
    }

    // MARK: Registering

    typealias Answer = @Sendable (Request, PageContext) async throws -> Response

    private func get(
        _ path: RouterPath, _ router: Router<PageContext>, _ answer: @escaping Answer
    ) {
        router.on(path, method: .get, use: answer)
        refuse(path, router, but: [.get, .head])
    }

    private func post(
        _ path: RouterPath, _ router: Router<PageContext>, _ answer: @escaping Answer
    ) {
        router.on(path, method: .post, use: answer)
        refuse(path, router, but: [.post])
    }

    /// The usual methods that a path does not know; others are as unknown as another path.
    private func refuse(
        _ path: RouterPath, _ router: Router<PageContext>, but allowed: [HTTPRequest.Method]
    ) {
        let all: [HTTPRequest.Method] = [
            .get, .head, .post, .put, .delete, .patch, .options, .trace, .connect,
            Self.query,
        ]
        let names = allowed.map { $0.rawValue }.joined(separator: ", ")
        for method in all where !allowed.contains(method) {
            router.on(path, method: method) { _, _ -> Response in
                throw PageRefusal.badMethod(allowed: names)
            }
        }
    }

    private static let query: HTTPRequest.Method = {
        guard let method = HTTPRequest.Method("QUERY") else { preconditionFailure("a token") }
        return method
    }()

    /// Whether the visitor has not left yet.
    func isThere(_ context: PageContext) -> @Sendable () -> Bool {
        let connection = connections.connection(of: context.channel)
        return { connection?.channel.isActive ?? true }
    }

    // MARK: Files

    private func file(
        _ name: String, _ request: Request, _ context: PageContext
    ) async throws -> Response {
        try await budgets.files.pass(isThere(context))
        guard let file = files?.file(name) else { throw PageRefusal.notFound }
        return file.response(
            accepts: request.headers[.acceptEncoding], pieceBytes: limits.pieceBytes)
    }

    private func signedManifest(_ context: PageContext) async throws -> Response {
        try await budgets.facts.pass(isThere(context))
        guard let manifest else { throw PageRefusal.notFound }
        return Response(
            status: .ok, headers: [.contentType: PageJSON.type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: manifest)))
    }
}

/// What a request carries besides itself.
struct PageContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Where the request came on; none in tests of the router.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    // MARK: Parts of the path

    func community() throws -> CommunityID {
        guard let text = parameters.get("community"), let bytes = Base64URL.decode(text),
            let community = CommunityID(bytes)
        else { throw PageRefusal.badRequest }
        return community
    }

    func texts() throws -> Partition { .texts(try community(), Week(try number("week"))) }

    func files() throws -> Partition {
        let bits = try number("bits")
        let prefix = try number("prefix")
        guard bits <= PageLimits.partitionBits else { throw PageRefusal.badRequest }
        guard UInt64(prefix) < UInt64(1) << bits else { throw PageRefusal.notFound }
        return .files(
            try community(), Week(try number("week")), bits: Int(bits), prefix: prefix)
    }

    private func number(_ name: String) throws -> UInt32 {
        guard let text = parameters.get(name), !text.isEmpty, text.utf8.count <= 10,
            text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt32(text)
        else { throw PageRefusal.badRequest }
        return number
    }
}
