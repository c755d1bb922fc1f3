import HTTPTypes
import Hummingbird

/// On every answer: nothing is kept, nothing is loaded from elsewhere, nobody is told from where.
struct StandardHeaders<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as PageRefusal {
            response = error.response
        } catch let error as HTTPError {
            response = Self.refusal(error).response
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The error may hold what a visitor sent: nothing of it is told or logged.
            response = PageRefusal.failed.response
        }
        for (name, value) in StandardHeaderValues.all { response.headers[name] = value }
        return response
    }

    /// The router's own errors.
    private static func refusal(_ error: HTTPError) -> PageRefusal {
        switch error.status {
        case .notFound: .notFound
        case .contentTooLarge: .tooMuch(limit: PageLimits.submissionBytes)
        default: .badRequest
        }
    }
}

/// A generic type can't hold these.
enum StandardHeaderValues {
    static let all: [(HTTPField.Name, String)] = [
        (.cacheControl, "no-store"),
        (.contentSecurityPolicy, policy),
        (.xContentTypeOptions, "nosniff"),
        (referrerPolicy, "no-referrer"),
        (openerPolicy, "same-origin"),
        (embedderPolicy, "require-corp"),
        (resourcePolicy, "same-origin"),
        (permissionsPolicy, permissions),
        (frameOptions, "DENY"),
        (dnsPrefetch, "off"),
    ]

    static let policy = [
        "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self'",
        "style-src 'self'", "img-src 'self' blob:", "connect-src 'self'", "form-action 'none'",
        "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'",
        "trusted-types kith",
    ].joined(separator: "; ")

    /// Whatever a page could ask the device for; names that no browser knows would fill consoles.
    static let permissions = [
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
        "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid",
        "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment",
        "picture-in-picture", "publickey-credentials-get", "screen-wake-lock",
        "serial", "storage-access", "usb", "xr-spatial-tracking",
    ].map { $0 + "=()" }.joined(separator: ", ")

    static let referrerPolicy = name("referrer-policy")
    static let openerPolicy = name("cross-origin-opener-policy")
    static let embedderPolicy = name("cross-origin-embedder-policy")
    static let resourcePolicy = name("cross-origin-resource-policy")
    static let permissionsPolicy = name("permissions-policy")
    static let frameOptions = name("x-frame-options")
    static let dnsPrefetch = name("x-dns-prefetch-control")

    static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no name") }
        return name
    }
}
