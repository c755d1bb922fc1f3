import Bridging
import Model
import Sealing
import TestKit
import Wire

@testable import Authorities

let authorityURI: Text = "https://city.example/georeport/v2"
let testMark: Text = "KITH-0123-4567-89AB-CDEF"

let account = "They shouted at me near the station.\nThen they ran away."

func report(
    _ fields: [ReportField] = [.account(Text(account)), .kinds([kind(3)])],
    authority: Text = authorityURI
) -> Report {
    Report(authority: authority, mark: testMark, fields: fields)
}

func kind(_ number: UInt64, _ iccs: Text = "02081") -> Incident.Kind {
    Incident.Kind(number: number, iccs: iccs)
}

func mapping(
    endpoint: String = "https://city.example/georeport/v2", format: Mapping.Format = .json,
    services: [UInt64: String] = [3: "harassment"], other: String? = "other",
    place: String? = nil, attributes: [String: [Mapping.Attribute]] = [:],
    tellsWithdrawals: Bool = true
) -> Mapping {
    Mapping(
        authority: authorityURI, endpoint: endpoint, jurisdiction: "city.example",
        apiKey: APIKey("key-of-the-bridge"), format: format, services: services,
        otherService: other, place: place, attributes: attributes,
        tellsWithdrawals: tellsWithdrawals)
}

/// An adapter before an authority that follows `script`; both end with the block.
///
/// - Parameter timeout: long, unless a test waits for it.
func withAuthority<Result: Sendable>(
    timeout: Duration = .seconds(20 * patience), format: Mapping.Format = .json,
    hangsUpAtOnce: Bool = false,
    services: [UInt64: String] = [3: "harassment"], other: String? = "other",
    attributes: [String: [Mapping.Attribute]] = [:], tellsWithdrawals: Bool = true,
    _ script: TestAuthority.Script,
    _ body: (Open311Adapter, TestAuthority) async throws -> Result
) async throws -> Result {
    let authority = try await TestAuthority(hangsUpAtOnce: hangsUpAtOnce, script)
    let client = AuthorityClient(timeout: timeout)
    let adapter = Open311Adapter(
        mapping(
            endpoint: authority.url, format: format, services: services, other: other,
            attributes: attributes, tellsWithdrawals: tellsWithdrawals),
        client: client)
    do {
        let result = try await body(adapter, authority)
        await client.shutdown()
        await authority.stop()
        return result
    } catch {
        await client.shutdown()
        await authority.stop()
        throw error
    }
}
