import Testing

@testable import Web

@Suite struct Base64URLTests {
    @Test func whatIsWrittenIsReadBack() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(($0 * 37 + count) & 255) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }
}
