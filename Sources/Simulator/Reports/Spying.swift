extension Ledger {
    /// How well spies tell who submitted what, if they take whoever first told one of them.
    ///
    /// Recall is the part of items that are put down to their origin; precision weighs each such
    /// item by how many others are put down to the same host. Source: Dandelion (2017) §2.
    func spied(hosts: [Host]) -> (recall: Double, precision: Double)? {
        guard hasSpies else { return nil }
        let asked = items.filter {
            $0.isKept && $0.target == nil && hosts[Int($0.origin)].mischief?.kind != .spy
        }
        guard !asked.isEmpty else { return nil }
        var accused: [Int32: Int] = [:]
        for item in asked {
            if let host = item.spiedFrom { accused[host, default: 0] += 1 }
        }
        var right = 0.0
        var weight = 0.0
        for item in asked where item.spiedFrom == item.origin {
            right += 1
            weight += 1 / Double(accused[item.origin] ?? 1)
        }
        return (right / Double(asked.count), weight / Double(asked.count))
    }
}
