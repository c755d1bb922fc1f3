public import Sealing
public import Wire

// A pack as values, for those who check and show it at a desk, and its two forms.

extension GuidancePack {
    /// As people write it, and as the page draws it.
    public var json: JSON { tree.json }

    /// As it travels; its language stands beside it.
    public var cbor: CBOR { tree.cbor }

    /// What a record of type 2 holds.
    public var guidance: Guidance { Guidance(language: language, pack: cbor) }

    /// Every rule it breaks, as far as fifty.
    public var faults: [GuidanceFault] { GuidanceRules(tree).faults }

    /// What its tables choose.
    ///
    /// - Throws: `GuidanceAnswerError` for an answer it does not have.
    public func advice(_ answers: GuidanceAnswers) throws(GuidanceAnswerError) -> GuidanceAdvice {
        try tree.advice(answers)
    }

    /// The pack of a record whose signature was checked; nil where the community took it back.
    ///
    /// - Throws: `GuidanceFault` for the first rule it breaks: nothing of such a pack is shown.
    public static func read(_ guidance: Guidance) throws(GuidanceFault) -> GuidancePack? {
        guard let tree = try PackTree.read(guidance) else { return nil }
        return GuidancePack(tree)
    }

    /// Reads a file.
    ///
    /// - Throws: `GuidanceFault` for the first rule it breaks.
    public init(source: [UInt8]) throws(GuidanceFault) {
        if let fault = Self.faults(of: source).first { throw fault }
        self.init(try PackTree(source: source))
    }

    /// Every rule a file breaks, as far as fifty.
    public static func faults(of source: [UInt8]) -> [GuidanceFault] {
        do { return GuidanceRules(try PackTree(source: source)).faults } catch { return [error] }
    }
}

extension PackTree {
    /// - Throws: `GuidanceFault` for what is no JSON.
    init(source: [UInt8]) throws(GuidanceFault) {
        do { self.init(try JSON(decoding: source)) } catch {
            if case .unexpected(let place) = error {
                throw GuidanceFault("", .notJSON(at: place))
            }
            throw GuidanceFault("", .notJSON(at: nil))
        }
    }

    /// - Throws: `GuidanceFault` for the first rule it breaks.
    static func read(_ guidance: Guidance) throws(GuidanceFault) -> PackTree? {
        guard let pack = guidance.pack else { return nil }
        let tree = PackTree(pack, language: guidance.language)
        if let fault = GuidanceRules(tree).faults.first { throw fault }
        return tree
    }
}

// MARK: - From values

extension GuidancePack {
    var tree: PackTree {
        var members: [JSON.Member] = []
        members.add("language", language)
        members.add("title", title)
        members.add("reviewed", CalendarDay.text(reviewed))
        members.add("country", country)
        members.add("area", area)
        members.add("sections", sections.map { $0.json })
        members.add("contacts", contacts.map { $0.json })
        members.add("questions", questions.map { $0.json })
        members.add("tables", tables.map { $0.json })
        return PackTree(.object(members))
    }
}

extension [JSON.Member] {
    fileprivate mutating func add(_ name: Text, _ text: Text?) {
        if let text { append(JSON.Member(name, .text(text))) }
    }

    /// Left out where it is empty.
    fileprivate mutating func add(_ name: Text, _ items: [JSON]) {
        if !items.isEmpty { append(JSON.Member(name, .array(items))) }
    }

    fileprivate mutating func add(_ name: Text, _ texts: [Text]) {
        add(name, texts.map { .text($0) })
    }
}

extension GuidancePack.Section {
    fileprivate var json: JSON {
        let blocks = body.map { block -> JSON in
            switch block {
            case .paragraph(let text): .text(text)
            case .list(let items): .object([.init("list", .array(items.map { .text($0) }))])
            case .steps(let items): .object([.init("steps", .array(items.map { .text($0) }))])
            }
        }
        return .object([
            .init("id", .text(id)), .init("heading", .text(heading)),
            .init("body", .array(blocks)),
        ])
    }
}

extension GuidancePack.Contact {
    fileprivate var json: JSON {
        var members: [JSON.Member] = []
        members.add("id", id)
        members.add("name", name)
        members.add("about", about)
        members.add("phones", phones)
        members.add("web", web)
        members.add("hours", hours)
        members.add("languages", languages)
        members.add("needs", needs.map { PackCodes.needs.json($0) })
        if let isFree { members.append(.init("free", .bool(isFree))) }
        members.add("records", records)
        if isEmergency { members.append(.init("emergency", .bool(true))) }
        return .object(members)
    }
}

extension GuidancePack.Question {
    fileprivate var json: JSON {
        var members: [JSON.Member] = []
        members.add("id", id)
        members.add("text", text)
        members.add("about", about)
        let answers = answers.map {
            JSON.object([.init("id", .text($0.id)), .init("text", .text($0.text))])
        }
        members.append(.init("answers", .array(answers)))
        return .object(members)
    }
}

extension GuidancePack.Table {
    fileprivate var json: JSON {
        .object([
            .init("id", .text(id)), .init("mode", .text(mode == .first ? "first" : "all")),
            .init("rows", .array(rows.map { $0.json })),
        ])
    }
}

extension GuidancePack.Row {
    fileprivate var json: JSON {
        var members: [JSON.Member] = []
        if !conditions.isEmpty {
            members.append(.init("when", .object(conditions.map { $0.json })))
        }
        for urgency in GuidancePack.Urgency.all {
            members.add(
                urgency.name, results.filter { $0.urgency == urgency }.map { $0.id })
        }
        return .object(members)
    }
}

extension GuidancePack.Condition {
    fileprivate var json: JSON.Member {
        switch self {
        case .answer(let id, let values):
            .init(id, .array(values.map { $0.map { .text($0) } ?? .null }))
        case .kinds(let numbers):
            .init("incident.kinds", .array(numbers.map { PackCodes.kinds.json($0) }))
        case .needs(let numbers):
            .init("incident.needs", .array(numbers.map { PackCodes.needs.json($0) }))
        }
    }
}
