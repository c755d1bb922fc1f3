// For tools/measure-browser alone: not in the program that pages load.

import Sealing
import Sodium

/// Stretches a return code, typed as people type them, to its 32-byte secret.
///
/// Request: the text in UTF-8.
@_expose(wasm, "stretchCode") @_cdecl("kith_page_stretch_code")
func stretchCode(_ start: UnsafePointer<UInt8>, _ count: UInt32) -> Reply {
    let text = String(
        decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    do {
        let code = try ReturnCode(text)
        return stretched(code)
    } catch {
        return reply(.mistyped)
    }
}

private func stretched(_ code: ReturnCode) -> Reply {
    do {
        var secret = try code.stretched().secret.copied()
        defer { wipe(&secret) }
        return reply(.good, secret)
    } catch {
        return reply(.outOfMemory)
    }
}

/// Argon2id with any cost, for the measurements.
///
/// Request: salt 16, then the password, at least one byte.
@_expose(wasm, "stretch") @_cdecl("kith_page_stretch")
func stretch(
    _ start: UnsafePointer<UInt8>, _ count: UInt32, _ passes: UInt32, _ kibibytes: UInt32
) -> Reply {
    guard count > 16 else { return reply(.malformed) }
    let bytes = request(start, count)
    do {
        let secret = try argon2id(
            [UInt8](bytes.dropFirst(16)), salt: [UInt8](bytes.prefix(16)), passes: passes,
            kibibytes: kibibytes)
        return reply(.good, secret.copied())
    } catch {
        return reply(.outOfMemory)
    }
}
