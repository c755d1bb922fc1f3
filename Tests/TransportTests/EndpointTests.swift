import Testing
import Transport

@Suite struct EndpointTests {
    @Test(arguments: [
        ("relay.example:7447", "relay.example", 7447), ("192.0.2.1:1", "192.0.2.1", 1),
        ("[2001:db8::1]:65535", "2001:db8::1", 65535), ("[::]:0", "::", 0),
    ])
    func aHostAndAPortAreRead(_ text: String, _ host: String, _ port: UInt16) {
        #expect(Endpoint(text) == Endpoint(host: host, port: port))
        #expect(Endpoint(text)?.description == text)
    }

    @Test(arguments: [
        "", ":", "host", "host:", ":7447", "host:65536", "host:-1", "host:+1", "host: 1",
        "host:1a", "::1:7447", "[::1]", "[::1]7447", "[]:1", "[host]:1", "a:b:1", "ho st:1",
        "host\n:1", "host:١",
    ])
    func anythingElseIsNot(_ text: String) {
        #expect(Endpoint(text) == nil)
    }
}
