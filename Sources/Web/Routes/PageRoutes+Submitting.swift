import HTTPTypes
import Hummingbird
import NIOCore

// What visitors bring. The budgets are touched only by what was checked, so that whoever wants to
// use them up has to do the work.

extension PageRoutes {
    func submit(_ request: Request, _ context: PageContext) async throws -> Response {
        try await receive(request, context, limit: PageLimits.submissionBytes) { body in
            let submission = try Submission(decoding: body)
            try await node.check(submission.envelopes)
            try await budgets.submissions.pass(isThere(context))
            let stored = try await node.submit(
                submission.handle, isUrgent: submission.isUrgent, submission.envelopes)
            return PageJSON.response(StoredView(stored: stored))
        }
    }

    func retract(_ request: Request, _ context: PageContext) async throws -> Response {
        try await receive(request, context, limit: TakingBack.mostBytes) { body in
            let back = try TakingBack(decoding: body)
            try await node.check(back.retractions)
            try await budgets.retractions.pass(isThere(context))
            let stored = try await node.retract(back.handle, back.retractions)
            return PageJSON.response(StoredView(stored: stored))
        }
    }

    func progress(_ request: Request, _ context: PageContext) async throws -> Response {
        try await receive(request, context, limit: HandleList.mostBytes) { body in
            let list = try HandleList(decoding: body)
            try await budgets.handles.pass(isThere(context))
            let progress = try await gate.run(isThere(context)) {
                try await node.progress(list.handles)
            }
            return PageJSON.response(HandlesView(progress))
        }
    }

    /// Reads the body, counted while it arrives, and lets go of its room when it was answered.
    private func receive(
        _ request: Request, _ context: PageContext, limit: Int,
        _ answer: ([UInt8]) async throws -> Response
    ) async throws -> Response {
        let type = request.headers[.contentType]?.split(separator: ";").first
        guard type?.lowercased() == "application/octet-stream" else { throw PageRefusal.badType }
        guard let length = request.headers[.contentLength].flatMap({ Int($0) }), length >= 0
        else { throw PageRefusal.noLength }
        guard length <= limit else { throw PageRefusal.tooMuch(limit: limit) }
        let channel = context.channel
        let upload = uploads.begin { channel.close(mode: .all, promise: nil) }
        defer { uploads.end(upload) }
        var body: [UInt8] = []
        // Room is only taken where something is written; growing would need it twice.
        body.reserveCapacity(length)
        for try await part in request.body {
            guard body.count + part.readableBytes <= length else {
                throw PageRefusal.tooMuch(limit: limit)
            }
            guard uploads.grow(upload, by: part.readableBytes) else { throw PageRefusal.busy }
            body += part.readableBytesView
        }
        // A connection that broke off ends a body as its end does.
        guard body.count == length else { throw PageRefusal.badShape }
        return try await answer(body)
    }
}

private struct StoredView: Encodable {
    let stored: Int
}

private struct HandlesView: Encodable {
    struct Progress: Encodable {
        let items: Int
        let held: Int
        let waiting: Int
        let announced: Int
        let confirmed: Int
        let relays: Int
    }

    let handles: [Progress]

    init(_ progress: [SubmissionProgress]) {
        handles = progress.map {
            Progress(
                items: $0.items, held: $0.held, waiting: $0.waiting, announced: $0.announced,
                confirmed: $0.confirmed, relays: $0.relays)
        }
    }
}
