import Bridging
import Casework
import Foundation
import Model
import Seeking
import Sodium
import TestKit
import Wire

@testable import Authorities
@testable import Sealing

/// JSON: what is read is what everybody would read, and is canonical once it is written.
@Sendable func fuzzJSON(_ input: [UInt8]) {
    guard let value = try? JSON(decoding: input) else { return }
    let written = value.encoded
    hold((try? JSON(decoding: written))?.encoded == written, "JSON that was written is read")
    hold(
        (try? JSONSerialization.jsonObject(with: Data(input), options: .fragmentsAllowed)) != nil,
        "JSON is what others take for it")
    for name in ReportField.Name.allCases {
        guard let field = ReportField(name, value) else { continue }
        hold(ReportField(name, field.json) == field, "a field is read as written")
        _ = field.shown
    }
}

private let pair = SigningKey(seed: .fixed(0x21))
let fuzzedBridge = SigningKey(seed: .fixed(0x22))
let fuzzedAuthorities = [
    Presentation.Recipient(
        uri: "https://police.example/reports", name: "Police", isPublishing: false),
    Presentation.Recipient(
        uri: "https://city.example/open311/v2", name: "City", isPublishing: true),
]

/// Consents: a stranger's bytes, and hostile JSON under good signatures.
@Sendable func fuzzConsents(_ input: [UInt8]) {
    var feed = Feed(input)
    guard feed.byte() % 4 != 0 else {
        consider(feed.all)
        return
    }
    let parts = feed.all.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
    guard parts.count >= 2 else { return }
    consider(presentation(parts[0], parts[1], [[UInt8]](parts.dropFirst(2))))
}

/// Signs two payloads over disclosures. In them `#K` stands for the key, `#H` for the digest that
/// the binding needs, `#B` for the bridge, `#0` to `#9` for the disclosures' digests.
private func presentation(
    _ payload: [UInt8], _ binding: [UInt8], _ texts: [[UInt8]]
) -> [UInt8] {
    let tilde = UInt8(ascii: "~")
    let disclosures = texts.map { Base64URL.encode($0) }
    var marks: [UInt8: [UInt8]] = [
        UInt8(ascii: "K"): pair.publicKey, UInt8(ascii: "B"): fuzzedBridge.publicKey,
    ]
    for (index, disclosure) in disclosures.prefix(10).enumerated() {
        marks[UInt8(ascii: "0") + UInt8(index)] = sha256(disclosure)
    }
    let jwk = ##""jwk":{"crv":"Ed25519","kty":"OKP","x":"#K"},"##
    var bytes = jws(jwk, "kith-report+sd-jwt", filled(payload, marks), marks) + [tilde]
    for disclosure in disclosures { bytes += disclosure + [tilde] }
    marks[UInt8(ascii: "H")] = sha256(bytes)
    return bytes + jws("", "kb+jwt", filled(binding, marks), marks)
}

private func jws(
    _ extra: String, _ type: String, _ payload: [UInt8], _ marks: [UInt8: [UInt8]]
) -> [UInt8] {
    let header = filled([UInt8](#"{"alg":"EdDSA",\#(extra)"typ":"\#(type)"}"#.utf8), marks)
    let dot = UInt8(ascii: ".")
    let signed = Base64URL.encode(header) + [dot] + Base64URL.encode(payload)
    return signed + [dot] + Base64URL.encode(pair.signJWS(signed))
}

private func filled(_ template: [UInt8], _ marks: [UInt8: [UInt8]]) -> [UInt8] {
    var out: [UInt8] = []
    var rest = template[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "#"), let next = rest.first, let value = marks[next] {
            out += Base64URL.encode(value)
            rest = rest.dropFirst()
        } else {
            out.append(byte)
        }
    }
    return out
}

/// All that becomes of a consent that arrives, up to the form that an authority gets.
private func consider(_ bytes: [UInt8]) {
    let message = Consent(presentation: bytes, replyKey: .fixed(3)).encoded
    var book = BridgeBook(
        .init(
            key: fuzzedBridge.publicKey, coolingOffSeconds: 3600, leastPeersInSync: 1,
            firstDay: testStart.day))
    if let event = book.considered(
        consent: message, authorities: fuzzedAuthorities, now: testStart)
    {
        hold(BridgeEvent(decoding: event.encoded) == event, "an event is read as written")
        book.apply(event)
        hold(book.all.count == 1, "a consent that is considered is an entry")
    }
    guard let presentation = try? Presentation(decoding: bytes) else { return }
    hold(presentation.bytes == bytes, "a presentation keeps its bytes")
    let again = Presentation(
        presentation.fields, presentation.terms, by: pair, random: SeededRandom.source(1))
    if again.bytes.count <= Presentation.mostBytes {
        hold((try? Presentation(decoding: again.bytes)) == again, "a presentation is read as made")
        hold(again.fields == presentation.fields, "fields are what was consented")
    }
    let report = Report(
        authority: presentation.terms.authority, mark: "KITH-0123-4567-89AB-CDEF",
        fields: presentation.fields)
    hold(report.text.string.ends(with: report.mark), "a report ends with its mark")
    if let form = try? Form(report, fuzzedMapping) {
        hold(form.encoded.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a form is ASCII")
    }
}
