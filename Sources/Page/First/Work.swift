import Model
import Sodium

/// Searches `tries` nonces for one that reaches `bits`: 1 if found, 0 if not, so that the page
/// can show progress and stop between calls.
///
/// - Parameter id: 32 bytes.
/// - Parameter nonce: where to begin, u64 big endian; afterwards the nonce found, or where to
///   go on.
@_expose(wasm, "work") @_cdecl("kith_page_work")
func work(
    _ id: UnsafePointer<UInt8>, _ bits: UInt32, _ nonce: UnsafeMutablePointer<UInt8>,
    _ tries: UInt32
) -> UInt32 {
    var reader = ByteReader(request(UnsafePointer(nonce), 8))
    guard let id = ItemID(UnsafeBufferPointer(start: id, count: 32)), bits <= Limits.workBits,
        let begin: UInt64 = reader.integer()
    else { return 0 }
    let found = Work(id: id).search(bits: UInt8(bits), from: begin, tries: UInt64(tries))
    let next = found ?? begin &+ UInt64(tries)
    for byte in 0..<8 {
        nonce[byte] = UInt8(truncatingIfNeeded: next >> UInt64(56 - byte * 8))
    }
    return found == nil ? 0 : 1
}
