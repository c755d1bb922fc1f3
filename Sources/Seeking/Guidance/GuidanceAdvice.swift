public import Wire

/// What a person answered; stays on their device.
public struct GuidanceAnswers: Sendable, Equatable {
    public struct Given: Sendable, Equatable {
        public var question: Text
        public var answer: Text

        public init(question: Text, answer: Text) {
            self.question = question
            self.answer = answer
        }
    }

    /// Of two answers to one question the later counts.
    public var given: [Given]
    /// Kinds of the incident, and needs, where the person lets them be used.
    public var kinds: [UInt64]
    public var needs: [UInt64]

    public init(_ given: [Given] = [], kinds: [UInt64] = [], needs: [UInt64] = []) {
        self.given = given
        self.kinds = kinds
        self.needs = needs
    }

    func answer(_ question: Text) -> Text? {
        for given in given.reversed() where given.question == question { return given.answer }
        return nil
    }
}

/// What a pack's tables chose, each thing once, in the order it is shown.
public struct GuidanceAdvice: Sendable, Equatable {
    public struct Item: Sendable, Equatable {
        public let id: Text
        public let urgency: GuidancePack.Urgency
    }

    /// Those for emergencies first, whatever was answered.
    public let contacts: [Item]
    public let sections: [Item]
}

public enum GuidanceAnswerError: Error, Equatable {
    case unknownQuestion(Text)
    case unknownAnswer(question: Text, answer: Text)
}

extension GuidancePack {
    /// Evaluates the tables: each row once, top down, so that cost is bounded by the pack's size.
    ///
    /// A thing that several rows name has the highest urgency of them. Things stand by urgency, of
    /// one urgency in the order in which they were first named.
    /// - Throws: `GuidanceAnswerError` for an answer the pack does not have.
    public func advice(_ answers: GuidanceAnswers) throws(GuidanceAnswerError) -> GuidanceAdvice {
        for given in answers.given {
            guard let question = question(given.question) else {
                throw .unknownQuestion(given.question)
            }
            guard question.answers.contains(where: { $0.id == given.answer }) else {
                throw .unknownAnswer(question: given.question, answer: given.answer)
            }
        }
        var named: [Result] = contacts.filter { $0.isEmergency }.map {
            Result(id: $0.id, urgency: Urgency.now)
        }
        let first = named.count
        for table in tables {
            for row in table.rows where row.fits(answers) {
                for result in row.results { Self.add(result, to: &named) }
                if table.mode == .first { break }
            }
        }
        var sorted = [Result](named.prefix(first))
        for urgency in [Urgency.now, .soon, .later] {
            sorted += named.dropFirst(first).filter { $0.urgency == urgency }
        }
        var contacts: [GuidanceAdvice.Item] = []
        var sections: [GuidanceAdvice.Item] = []
        for result in sorted {
            let item = GuidanceAdvice.Item(id: result.id, urgency: result.urgency)
            if contact(result.id) != nil { contacts.append(item) } else { sections.append(item) }
        }
        return GuidanceAdvice(contacts: contacts, sections: sections)
    }

    private static func add(_ result: Result, to named: inout [Result]) {
        for index in named.indices where named[index].id == result.id {
            named[index].urgency = min(named[index].urgency, result.urgency)
            return
        }
        named.append(result)
    }
}

extension GuidancePack.Row {
    func fits(_ answers: GuidanceAnswers) -> Bool {
        conditions.allSatisfy { $0.holds(answers) }
    }
}

extension GuidancePack.Condition {
    func holds(_ answers: GuidanceAnswers) -> Bool {
        switch self {
        case .answer(let question, let values):
            let given = answers.answer(question)
            return values.contains { $0 == given }
        case .kinds(let numbers): return numbers.contains { answers.kinds.contains($0) }
        case .needs(let numbers): return numbers.contains { answers.needs.contains($0) }
        }
    }
}
