import Wire

/// Looks at an authority's endpoint without sending anything: whether the mapping fits what it
/// offers.
public struct AuthorityChecker: Sendable {
    private let client: AuthorityClient

    public init(client: AuthorityClient) { self.client = client }

    /// What there is to say, in the order of the kinds. Sends GET requests only, one at a time,
    /// without the API key: whether that holds, a first report shows.
    public func check(_ mapping: Mapping) async -> [Finding] {
        var check = MappingCheck(mapping)
        check.checkSettings()
        let offered: [Service]
        switch await get("services", mapping, Service.all) {
        case .success(let services): offered = services
        case .failure(let trouble):
            check.add(.error, "the list of services: \(trouble.words.string)")
            return check.findings
        }
        check.checkServices(offered)
        for code in mapping.serviceCodes {
            guard let service = offered.first(where: { $0.code == code }) else { continue }
            guard service.hasMetadata else {
                check.checkService(service, nil)
                continue
            }
            let method = "services/\(Form.escape(code, space: "%20"))"
            switch await get(method, mapping, ServiceAttribute.all) {
            case .success(let attributes): check.checkService(service, attributes)
            case .failure(let trouble):
                check.add(.error, "\(code): its definition: \(trouble.words.string)")
            }
        }
        return check.findings
    }

    private func get<Value>(
        _ method: String, _ mapping: Mapping, _ read: (Answer) -> Value?
    ) async -> Result<Value, Reading.Trouble> {
        var query = Form()
        query.addCredentials(mapping, withKey: false)
        let exchange = await client.send(
            Order(url: mapping.url(method, query), format: mapping.format, body: nil))
        return Reading(mapping).value(exchange, read)
    }
}
