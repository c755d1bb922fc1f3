public import Bridging
public import Model
public import Wire

/// Delivers to one Open311 GeoReport v2 endpoint, one request at a time.
///
/// Knows nothing between two calls: what was sent, how often, and what follows is the bridge's.
/// Source: protocol/19-delivery.md.
public struct Open311Adapter: DeliveryAdapter {
    public let mapping: Mapping
    private let client: AuthorityClient
    private let turns = Turns()

    public init(_ mapping: Mapping, client: AuthorityClient) {
        self.mapping = mapping
        self.client = client
    }

    public func deliver(_ report: Report) async -> DeliveryOutcome {
        let form: Form
        do throws(FormError) { form = try Form(report, mapping) } catch {
            return .refused(Text(error.words))
        }
        let exchange = await post("requests", form)
        return Reading(mapping, hiding: report.secrets).delivery(exchange)
    }

    /// Looks through the lists of every service that a report may have gone to, since the mark
    /// doesn't tell which, and not every endpoint takes several codes at once.
    public func find(_ mark: Text, since: WallTime, now: WallTime) async -> FindOutcome {
        guard let window = Self.window(since: since, now: now) else {
            return .unknown("more days than an authority lists at once")
        }
        var search = Search()
        for service in mapping.serviceCodes {
            var query = credentials
            query.add("service_code", service)
            query.add("start_date", window.start.iso8601)
            query.add("end_date", window.end.iso8601)
            let exchange = await get("requests", query)
            search.add(Reading(mapping).list(exchange, mark: mark))
            if search.isOver { break }
        }
        return search.outcome
    }

    public func resolve(token: Text) async -> TokenOutcome {
        Reading(mapping).token(await get("tokens/\(segment(token))", credentials), token)
    }

    public func status(of id: Text) async -> StatusOutcome {
        Reading(mapping).status(await get("requests/\(segment(id))", credentials), id)
    }

    /// Says no more than that the consent is withdrawn. The update's own id is the same whenever
    /// it is told again.
    public func tellWithdrawal(of id: Text, now: WallTime) async -> TellOutcome {
        guard mapping.tellsWithdrawals else { return .impossible }
        var form = Form()
        form.addCredentials(mapping, withKey: true)
        form.add("service_request_id", id.string)
        form.add("update_id", "\(id.string)-withdrawn")
        form.add("updated_datetime", now.iso8601)
        form.add("status", "CANCELLED")
        form.add("description", Self.withdrawn)
        return Reading(mapping).telling(await post("servicerequestupdates", form))
    }

    private static let withdrawn =
        "Consent withdrawn by the person concerned. "
        + "Erase what was received: GDPR articles 17 and 19."

    // MARK: Asking

    private var credentials: Form {
        var form = Form()
        form.addCredentials(mapping, withKey: false)
        return form
    }

    private func get(_ method: String, _ query: Form) async -> Exchange {
        await send(
            Order(url: mapping.url(method, query), format: mapping.format, body: nil))
    }

    private func post(_ method: String, _ form: Form) async -> Exchange {
        await send(
            Order(
                url: mapping.url(method), format: mapping.format, body: [UInt8](form.encoded.utf8)))
    }

    private func send(_ order: Order) async -> Exchange {
        await turns.take()
        let exchange = await client.send(order)
        await turns.give()
        return exchange
    }

    private func segment(_ id: Text) -> String { Form.escape(id.string, space: "%20") }

    /// Whole days, and an hour more where the authority's clock may have seen another day.
    ///
    /// Nil for more than 90 days, which GeoReport lists at the most.
    static func window(since: WallTime, now: WallTime) -> (start: WallTime, end: WallTime)? {
        let margin: UInt64 = 3600
        let start = WallTime(seconds: since.seconds - min(since.seconds, margin)).dayStart
        let end = now.adding(seconds: margin).dayStart.adding(seconds: 86400)
        guard start < end, end.seconds - start.seconds <= 90 * 86400 else { return nil }
        return (start, end)
    }
}

extension Mapping {
    /// The address of a GeoReport method.
    func url(_ method: String, _ query: Form = Form()) -> String {
        let address = "\(endpoint)/\(method).\(format.rawValue)"
        return query.parameters.isEmpty ? address : "\(address)?\(query.query)"
    }
}
