// How the page and the program pass bytes. The page asks for room, writes a request there, calls,
// reads the reply and gives both back. All integers are 32 bits or bytes, so that the page needs
// no BigInt and the plain JavaScript build has the same calls.

import CHost
import CSodium

/// How a call went: the first byte of every reply.
enum Outcome: UInt8 {
    case good = 0
    /// The request has not the shape the call asks for.
    case malformed = 1
    /// The return code has a slip in it.
    case mistyped = 2
    /// The browser lends no more memory.
    case outOfMemory = 3
    /// The message is longer than 16 parts hold.
    case tooLong = 4
    /// The key can't be used, or does not open this.
    case wrongKey = 5
    /// The visit refused it; the code follows.
    case refused = 6
}

/// Where a reply lies: `length` (u32, little endian, bytes after it), outcome u8, bytes.
typealias Reply = UnsafeMutablePointer<UInt8>

@_expose(wasm, "begin") @_cdecl("kith_page_begin")
func begin() -> Int32 { kith_begin() }

/// Room for a request, or address 0 where the browser lends no more memory. All else that is
/// allocated traps there.
@_expose(wasm, "reserve") @_cdecl("kith_page_reserve")
func reserve(_ count: UInt32) -> UnsafeMutablePointer<UInt8>? { kith_reserve(Int(count)) }

/// Takes back what `reserve` or a call returned, and wipes it.
@_expose(wasm, "release") @_cdecl("kith_page_release")
func release(_ start: UnsafeMutablePointer<UInt8>, _ count: UInt32) {
    sodium_memzero(start, Int(count))
    start.deallocate()
}

func request(_ start: UnsafePointer<UInt8>, _ count: UInt32) -> [UInt8] {
    [UInt8](UnsafeBufferPointer(start: start, count: Int(count)))
}

func reply(_ outcome: Outcome, _ bytes: [UInt8] = []) -> Reply {
    let start = Reply.allocate(capacity: 5 + bytes.count)
    let length = UInt32(1 + bytes.count)
    for byte in 0..<4 { start[byte] = UInt8(truncatingIfNeeded: length >> UInt32(byte * 8)) }
    start[4] = outcome.rawValue
    for (index, byte) in bytes.enumerated() { start[5 + index] = byte }
    return start
}

/// The page's randomness, for whatever asks for a `RandomSource`.
func pageRandom(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
}
