import Seeking

/// Takes a request apart and makes the reply.
///
/// Request: the call's name in ASCII, a zero byte, then JSON or the bytes of envelopes.
/// Reply: JSON or bytes; after `Outcome.refused`, the code in ASCII.
func answered(
    _ start: UnsafePointer<UInt8>, _ count: UInt32,
    _ body: ([UInt8], [UInt8]) throws(VisitError) -> [UInt8]
) -> Reply {
    let bytes = UnsafeBufferPointer(start: start, count: Int(count))
    guard let end = bytes.firstIndex(of: 0) else { return reply(.malformed) }
    do {
        return reply(.good, try body([UInt8](bytes[..<end]), [UInt8](bytes[(end + 1)...])))
    } catch {
        let code = error.code
        return reply(
            .refused,
            [UInt8](UnsafeBufferPointer(start: code.utf8Start, count: code.utf8CodeUnitCount)))
    }
}
