import Wire

/// Looks for answers that lead to a row: tries them one question after the other and turns back
/// as soon as a row can't be reached any more.
struct GuidanceSearch {
    enum Outcome: Equatable {
        case reached
        case never
        case unknown
    }

    /// A question, or whether one number is among the incident's kinds or needs.
    private enum Variable: Equatable {
        case question(Text)
        case kind(UInt64)
        case need(UInt64)
    }

    /// Holds if one of the variables has a value whose bit is set in its mask.
    private struct Test {
        var choices: [(variable: Int, mask: UInt64)]
    }

    private enum Truth {
        case yes, no, open
    }

    /// Answers tried for one pack in all. Guess: a second.
    private var triesLeft = 200_000
    private let pack: GuidancePack

    init(_ pack: GuidancePack) { self.pack = pack }

    mutating func reach(_ index: Int, in table: GuidancePack.Table) -> Outcome {
        var variables: [Variable] = []
        let from = table.mode == .first ? 0 : index
        let rows = table.rows[from...index].map { row in
            row.conditions.map { test($0, &variables) }
        }
        guard let wanted = rows.last else { return .never }
        let sizes = variables.map { size($0) }
        return search(
            wanted, over: [[Test]](rows.dropLast()), sizes,
            [Int?](repeating: nil, count: sizes.count), next: 0)
    }

    /// Value 0 of a question is no answer; values of a number are not there and there.
    private func test(
        _ condition: GuidancePack.Condition, _ variables: inout [Variable]
    ) -> Test {
        func place(_ variable: Variable) -> Int {
            if let known = variables.firstIndex(of: variable) { return known }
            variables.append(variable)
            return variables.count - 1
        }
        switch condition {
        case .answer(let id, let values):
            let answers = pack.question(id)?.answers ?? []
            var mask: UInt64 = 0
            for value in values {
                guard let value else {
                    mask |= 1
                    continue
                }
                if let at = answers.firstIndex(where: { $0.id == value }) {
                    mask |= 2 << UInt64(at)
                }
            }
            return Test(choices: [(place(.question(id)), mask)])
        case .kinds(let numbers): return Test(choices: numbers.map { (place(.kind($0)), 2) })
        case .needs(let numbers): return Test(choices: numbers.map { (place(.need($0)), 2) })
        }
    }

    private func size(_ variable: Variable) -> Int {
        if case .question(let id) = variable {
            return (pack.question(id)?.answers.count ?? 0) + 1
        }
        return 2
    }

    private mutating func search(
        _ wanted: [Test], over earlier: [[Test]], _ sizes: [Int], _ values: [Int?], next: Int
    ) -> Outcome {
        guard triesLeft > 0 else { return .unknown }
        triesLeft -= 1
        let truth = self.truth(of: wanted, sizes, values)
        if truth == .no { return .never }
        var isOpen = truth == .open
        for row in earlier {
            switch self.truth(of: row, sizes, values) {
            case .yes: return .never
            case .open: isOpen = true
            case .no: break
            }
        }
        guard isOpen, next < sizes.count else { return isOpen ? .never : .reached }
        var isUnknown = false
        for value in 0..<sizes[next] {
            var tried = values
            tried[next] = value
            switch search(wanted, over: earlier, sizes, tried, next: next + 1) {
            case .reached: return .reached
            case .unknown: isUnknown = true
            case .never: break
            }
        }
        return isUnknown ? .unknown : .never
    }

    private func truth(of tests: [Test], _ sizes: [Int], _ values: [Int?]) -> Truth {
        var all = Truth.yes
        for test in tests {
            var one = Truth.no
            for (variable, mask) in test.choices {
                let every = UInt64(1) << UInt64(sizes[variable]) - 1
                if let value = values[variable] {
                    if mask >> UInt64(value) & 1 == 1 { one = .yes }
                } else if mask & every == every {
                    one = .yes
                } else if mask & every != 0, one == .no {
                    one = .open
                }
            }
            if one == .no { return .no }
            if one == .open { all = .open }
        }
        return all
    }
}
