import Seeking
import Wire

/// Compares a mapping with what its endpoint offers. Pure.
struct MappingCheck {
    let mapping: Mapping
    private(set) var findings: [Finding] = []

    init(_ mapping: Mapping) { self.mapping = mapping }

    // MARK: The mapping by itself

    mutating func checkSettings() {
        if mapping.place == nil {
            add(.warning, "no place: reports that tell neither where nor an area lack a location")
        }
        if mapping.apiKey == nil {
            add(.warning, "no API key: most authorities refuse reports without one")
        }
        add(
            .note,
            mapping.tellsWithdrawals
                ? "withdrawals are told by servicerequestupdates"
                : "withdrawals can't be told; seekers are told so")
    }

    // MARK: The list of services

    mutating func checkServices(_ offered: [Service]) {
        for kind in IncidentKind.all {
            if let code = mapping.service(of: kind) { check(code, kind.name.string, offered) }
        }
        let unnamed = IncidentKind.all.filter { mapping.service(of: $0) == nil }.map(\.name.string)
        guard let other = mapping.otherService else {
            let kinds = (unnamed + ["kinds that are not listed, and none told"])
            add(.warning, "reports go nowhere: \(kinds.joined(separator: ", "))")
            return
        }
        check(other, (unnamed + ["all else"]).joined(separator: ", "), offered)
    }

    private mutating func check(_ code: String, _ kinds: String, _ offered: [Service]) {
        guard let service = offered.first(where: { $0.code == code }) else {
            add(.error, "\(kinds): the authority has no service \(code)")
            return
        }
        let name = service.name.flatMap { Words.clean($0)?.string }
        add(.note, "\(kinds): goes to \(code)\(name.map { " (\($0))" } ?? "")")
    }

    /// - Parameter attributes: nil for a service without metadata.
    mutating func checkService(_ service: Service, _ attributes: [ServiceAttribute]?) {
        if service.type == "blackbox" {
            add(.warning, "\(service.code): the authority never tells how its reports stand")
        }
        let configured = mapping.attributes[service.code] ?? []
        for attribute in attributes ?? [] where attribute.isVariable {
            let values = configured.first { $0.code == attribute.code }
            if let values {
                check(values, attribute, service)
            } else if attribute.isRequired {
                add(.error, "\(service.code): requires \(shown(attribute.code)), without a value")
            }
        }
        for own in configured
        where attributes?.contains(where: { $0.code == own.code && $0.isVariable }) != true {
            add(.warning, "\(service.code): does not know the attribute \(own.code)")
        }
    }

    private mutating func check(
        _ own: Mapping.Attribute, _ attribute: ServiceAttribute, _ service: Service
    ) {
        switch own.value {
        case .several where !attribute.takesSeveral:
            add(.error, "\(service.code): \(own.code) takes one value, not a list")
        case .one where attribute.takesSeveral:
            add(.warning, "\(service.code): \(own.code) takes a list of values")
        case .one, .several: break
        }
        guard !attribute.choices.isEmpty else { return }
        for value in own.value.all where !attribute.choices.contains(value) {
            add(.error, "\(service.code): \(own.code) cannot be \(value)")
        }
    }

    mutating func add(_ severity: Finding.Severity, _ text: String) {
        findings.append(Finding(severity, text))
    }

    /// A code as the authority wrote it.
    private func shown(_ code: String) -> String { Words.clean(code)?.string ?? "something" }
}
