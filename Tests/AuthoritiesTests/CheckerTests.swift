import Bridging
import TestKit
import Testing

@testable import Authorities

@Suite struct CheckerTests {
    private static let services = """
        [{"service_code":"harassment","service_name":"Harass\\nment","metadata":true,
          "type":"blackbox"},
         {"service_code":"other","service_name":"Other","metadata":"false","type":"realtime"},
         {"service_name":"without a code"}]
        """
    private static let definition = """
        {"service_code":"harassment","attributes":[
          {"variable":true,"code":"WHO","datatype":"singlevaluelist","required":true,
           "values":[{"key":"1","name":"one"},{"key":"2","name":"two"}]},
          {"variable":"true","code":"WHY","datatype":"text","required":"true"},
          {"variable":true,"code":"MANY","datatype":"multivaluelist","required":false,
           "values":[{"key":"7","name":"seven"}]},
          {"variable":false,"code":"HINT","datatype":"text","required":true}]}
        """

    private func check(
        services: [UInt64: String] = [3: "harassment"], other: String? = "other",
        attributes: [String: [Mapping.Attribute]] = [:],
        _ script: TestAuthority.Script
    ) async throws -> [Finding] {
        let authority = try await TestAuthority(script)
        let client = AuthorityClient(timeout: .seconds(20 * patience))
        let findings = await AuthorityChecker(client: client).check(
            mapping(
                endpoint: authority.url, services: services, other: other, place: "Town hall",
                attributes: attributes))
        await client.shutdown()
        await authority.stop()
        return findings
    }

    private static let city = TestAuthority.Script { request in
        request.uri.hasPrefix("/v2/services.json")
            ? .reply(200, services) : .reply(200, definition)
    }

    private func texts(_ findings: [Finding], _ severity: Finding.Severity) -> [String] {
        findings.filter { $0.severity == severity }.map(\.text)
    }

    @Test func everyKindIsSaidToGoSomewhere() async throws {
        let notes = texts(try await check(Self.city), .note)
        #expect(notes.contains("harassment: goes to harassment (Harass ment)"))
        #expect(
            notes.contains {
                $0.hasPrefix("assault, threat, stalking,")
                    && $0.hasSuffix("all else: goes to other (Other)")
            })
    }

    @Test func requiredAttributesWithoutAValueAreErrors() async throws {
        let findings = try await check(Self.city)
        #expect(
            texts(findings, .error) == [
                "harassment: requires WHO, without a value",
                "harassment: requires WHY, without a value",
            ])
        #expect(
            texts(findings, .warning)
                == ["harassment: the authority never tells how its reports stand"])
    }

    @Test func aMappingThatFitsBringsNoError() async throws {
        let findings = try await check(
            attributes: [
                "harassment": [
                    .init(code: "WHO", value: .one("2")), .init(code: "WHY", value: .one("x")),
                    .init(code: "MANY", value: .several(["7"])),
                ]
            ], Self.city)
        #expect(texts(findings, .error).isEmpty)
    }

    @Test func valuesThatDoNotFitAreNamed() async throws {
        let findings = try await check(
            attributes: [
                "harassment": [
                    .init(code: "WHO", value: .one("9")),
                    .init(code: "WHY", value: .several(["x"])),
                    .init(code: "MANY", value: .one("7")), .init(code: "HINT", value: .one("x")),
                    .init(code: "ODD", value: .one("x")),
                ], "other": [.init(code: "A", value: .one("x"))],
            ], Self.city)
        #expect(
            texts(findings, .error) == [
                "harassment: WHO cannot be 9", "harassment: WHY takes one value, not a list",
            ])
        #expect(
            texts(findings, .warning).dropFirst() == [
                "harassment: MANY takes a list of values",
                "harassment: does not know the attribute HINT",
                "harassment: does not know the attribute ODD",
                "other: does not know the attribute A",
            ])
    }

    @Test func codesThatTheAuthorityLacksAreErrors() async throws {
        let findings = try await check(services: [1: "gone", 3: "other"], other: nil, Self.city)
        #expect(texts(findings, .error) == ["assault: the authority has no service gone"])
        #expect(
            texts(findings, .warning).contains {
                $0.hasPrefix("reports go nowhere: threat,")
                    && $0.hasSuffix("kinds that are not listed, and none told")
            })
    }

    @Test func whatTheMappingLacksIsSaidWithoutAsking() {
        var check = MappingCheck(
            Mapping(authority: authorityURI, endpoint: "https://city.example", services: [:]))
        check.checkSettings()
        #expect(check.findings.map(\.severity) == [.warning, .warning, .note])
    }

    static let troubles: [(TestAuthority.Act, String)] = [
        (.reply(404, "[]"), "the list of services: HTTP 404"),
        (
            .reply(200, type: "text/html", "<html/>"),
            "the list of services: the answer is neither JSON nor XML that can be read"
        ), (.hangUp, "the list of services: the authority closed the connection"),
        (
            .reply(200, #"{"a":1}"#),
            "the list of services: the authority's answer lacks what it should have"
        ),
    ]

    @Test(arguments: troubles)
    func anEndpointThatListsNoServicesIsAnError(
        _ act: TestAuthority.Act, _ expected: String
    ) async throws {
        #expect(texts(try await check(.always(act)), .error) == [expected])
    }

    @Test func aDefinitionThatCannotBeReadIsAnErrorOfItsService() async throws {
        let script = TestAuthority.Script { request in
            request.uri.hasPrefix("/v2/services.json")
                ? .reply(200, Self.services) : .reply(500, "")
        }
        let findings = try await check(script)
        #expect(texts(findings, .error) == ["harassment: its definition: HTTP 500"])
    }

    @Test func definitionsInXMLAreReadToo() throws {
        let xml = """
            <service_definition><service_code>1</service_code><attributes>
            <attribute><variable>true</variable><code>A</code><required>true</required>
            <datatype>singlevaluelist</datatype><values><value><key>1</key><name>one</name>
            </value><value><key>2</key><name>two</name></value></values></attribute>
            </attributes></service_definition>
            """
        let answer = try #require(
            Answer([UInt8](xml.utf8), type: "text/xml", format: .xml))
        let attribute = try #require(ServiceAttribute.all(answer)?.first)
        #expect(attribute.code == "A" && attribute.isRequired && attribute.choices == ["1", "2"])
    }

    @Test func theKeyIsNotSentWhenLooking() async throws {
        let authority = try await TestAuthority(Self.city)
        let client = AuthorityClient()
        _ = await AuthorityChecker(client: client).check(mapping(endpoint: authority.url))
        #expect(
            authority.requests.map(\.uri) == [
                "/v2/services.json?jurisdiction_id=city.example",
                "/v2/services/harassment.json?jurisdiction_id=city.example",
            ])
        await client.shutdown()
        await authority.stop()
    }
}
