import Model
import Seeking

/// The one visit of this instance: a worker runs one, and its end is the end of what it knew.
nonisolated(unsafe) private var visit = Visit(random: pageRandom)

/// Answers one of the visit's calls; they stand at the head of Site/kith.js.
///
/// Request: the call's name in ASCII, a zero byte, then JSON or the bytes of envelopes.
/// Reply: JSON or bytes; after `Outcome.refused`, the code in ASCII.
@_expose(wasm, "ask") @_cdecl("kith_page_ask")
func ask(_ start: UnsafePointer<UInt8>, _ count: UInt32) -> Reply {
    let bytes = UnsafeBufferPointer(start: start, count: Int(count))
    guard let end = bytes.firstIndex(of: 0) else { return reply(.malformed) }
    do {
        let name = [UInt8](bytes[..<end])
        return reply(.good, try visit.answer(name, [UInt8](bytes[(end + 1)...])))
    } catch {
        let code = error.code
        return reply(
            .refused,
            [UInt8](UnsafeBufferPointer(start: code.utf8Start, count: code.utf8CodeUnitCount)))
    }
}

/// Forgets all; a worker that ends forgets by itself.
@_expose(wasm, "forget") @_cdecl("kith_page_forget")
func forget() { visit = Visit(random: pageRandom) }
