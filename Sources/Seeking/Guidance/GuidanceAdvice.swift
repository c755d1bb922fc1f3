import Sealing
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
        public internal(set) var urgency: GuidancePack.Urgency
    }

    /// Those for emergencies first, whatever was answered.
    public let contacts: [Item]
    public let sections: [Item]
}

public enum GuidanceAnswerError: Error, Equatable {
    case unknownQuestion(Text)
    case unknownAnswer(question: Text, answer: Text)
}

extension PackTree {
    /// Evaluates the tables: each row once, top down, so that cost is bounded by the pack's size.
    ///
    /// A thing that several rows name has the highest urgency of them. Things stand by urgency, of
    /// one urgency in the order in which they were first named.
    /// - Throws: `GuidanceAnswerError` for an answer the pack does not have.
    func advice(_ answers: GuidanceAnswers) throws(GuidanceAnswerError) -> GuidanceAdvice {
        try check(answers)
        let contacts = items("contacts")
        var named: [GuidanceAdvice.Item] = []
        for contact in contacts where contact.member("emergency") == .bool(true) {
            if let id = contact.member("id")?.asText {
                named.append(GuidanceAdvice.Item(id: id, urgency: GuidancePack.Urgency.now))
            }
        }
        let first = named.count
        for table in items("tables") {
            for row in Self.items("rows", of: table) where Self.fits(row, answers) {
                for (id, urgency) in Self.results(row) { Self.add(id, urgency, to: &named) }
                if table.member("mode")?.asText == "first" { break }
            }
        }
        var sorted = named[..<first]
        for urgency in GuidancePack.Urgency.all {
            sorted += named[first...].filter { $0.urgency == urgency }
        }
        let isContact = sorted.map { Self.find($0.id, in: contacts) != nil }
        return GuidanceAdvice(
            contacts: zip(sorted, isContact).filter { $0.1 }.map { $0.0 },
            sections: zip(sorted, isContact).filter { !$0.1 }.map { $0.0 })
    }

    private func check(_ answers: GuidanceAnswers) throws(GuidanceAnswerError) {
        for given in answers.given {
            guard let question = Self.find(given.question, in: items("questions")) else {
                throw .unknownQuestion(given.question)
            }
            guard Self.find(given.answer, in: Self.items("answers", of: question)) != nil else {
                throw .unknownAnswer(question: given.question, answer: given.answer)
            }
        }
    }

    /// Whether all conditions of a row hold.
    private static func fits(_ row: JSON, _ answers: GuidanceAnswers) -> Bool {
        for (subject, values) in conditions(row) {
            let isMet: Bool
            switch codes(subject) {
            case let list?:
                let given = list == .kinds ? answers.kinds : answers.needs
                isMet = values.contains { list.number($0).map { given.contains($0) } ?? false }
            case nil:
                let given = answers.answer(subject).map { JSON.text($0) } ?? .null
                isMet = values.contains(given)
            }
            if !isMet { return false }
        }
        return true
    }

    private static func add(
        _ id: Text, _ urgency: GuidancePack.Urgency, to named: inout [GuidanceAdvice.Item]
    ) {
        for index in named.indices where named[index].id == id {
            named[index].urgency = min(named[index].urgency, urgency)
            return
        }
        named.append(GuidanceAdvice.Item(id: id, urgency: urgency))
    }
}
