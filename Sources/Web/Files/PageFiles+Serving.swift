import HTTPTypes
import Hummingbird
import NIOCore

extension PageFiles.File {
    /// - Parameters:
    ///   - accepts: the request's Accept-Encoding.
    ///   - pieceBytes: how much is read at once of what was put aside.
    func response(accepts: String?, pieceBytes: Int) -> Response {
        var headers: HTTPFields = [.contentType: Self.type(of: name), .vary: "Accept-Encoding"]
        let takesPacked = (accepts ?? "").split(separator: ",").contains { part in
            let words = part.split(separator: ";").map { $0.filter { $0 != " " } }
            return words.first == "gzip" && !words.dropFirst().contains("q=0")
        }
        guard takesPacked, let packed else {
            return Response(
                status: .ok, headers: headers, body: content.body(pieceBytes: pieceBytes))
        }
        headers[.contentEncoding] = "gzip"
        return Response(status: .ok, headers: headers, body: packed.body(pieceBytes: pieceBytes))
    }

    static func type(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "json": "application/json; charset=utf-8"
        case "wasm": "application/wasm"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}

extension PageFiles.Content {
    fileprivate func body(pieceBytes: Int) -> ResponseBody {
        switch self {
        case .bytes(let buffer): ResponseBody(byteBuffer: buffer)
        case .spooled(let spool, let place):
            ResponseBody(contentLength: place.count) { writer in
                var start = 0
                while start < place.count {
                    let piece = try spool.read(place, from: start, limit: pieceBytes)
                    start += piece.readableBytes
                    try await writer.write(piece)
                }
                try await writer.finish(nil)
            }
        }
    }
}
