import Model
import Sealing
import Sodium
import TestKit
import Wire

/// What people type: return codes and invites.
@Sendable func fuzzCodes(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    if let code = try? ReturnCode(text) {
        let shown = code.groups.joined(separator: " ")
        hold((try? ReturnCode(shown))?.groups == code.groups, "a code is read as it is shown")
    }
    invite(text)
    // The check bytes are not found by chance.
    if let map = try? CBOR(decoding: input) {
        let whole = map.encoded + hash(Labels.invite, map.encoded).prefix(4)
        invite("kith1:" + String(decoding: Base64URL.encode(whole), as: UTF8.self))
    }
    hold(Base64URL.decode(Base64URL.encode(input)) == input, "base64url is read as written")
    if let bytes = Base64URL.decode(input) {
        hold(Base64URL.encode(bytes) == input, "bytes have one base64url")
    }
}

private func invite(_ text: String) {
    guard let invite = try? Invite(text, now: testStart) else { return }
    hold((try? Invite(invite.text, now: testStart)) == invite, "an invite is read as written")
}
