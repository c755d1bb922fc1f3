import Model
import Sealing
import Wire

/// Holds a pack to the rules of chapter 24, whatever form it came in.
struct GuidanceRules {
    private(set) var faults: [GuidanceFault] = []
    /// Faults told at once: enough to work on. Guess.
    private static let most = 50

    private let tree: PackTree
    private let shown: [Text]

    init(_ tree: PackTree) {
        self.tree = tree
        shown = PackTree.ids(tree.items("sections") + tree.items("contacts"))
        let root = GuidancePath()
        check(tree.json, .pack, root)
        whole(root)
        if faults.isEmpty, tree.cbor.encoded.count > Limits.packBytes {
            let bytes = tree.cbor.encoded.count
            add(root, .tooLong(bytes: bytes, limit: Limits.packBytes))
        }
    }

    private mutating func add(_ path: GuidancePath, _ flaw: GuidanceFault.Flaw) {
        if faults.count < Self.most { faults.append(path.fault(flaw)) }
    }

    // MARK: Shapes

    private mutating func check(_ value: JSON, _ shape: PackShape, _ path: GuidancePath) {
        if let list = shape.list {
            guard let items = value.asArray else { return add(path, .wrongType) }
            count(items.count, list.least, list.most, path)
            for (index, item) in items.prefix(list.most).enumerated() {
                check(item, list.shape, path.item(index))
            }
            return
        }
        if shape == .conditions { return conditions(value, path) }
        if !shape.entries.isEmpty {
            if shape == .block, let text = value.asText {
                return words(text, Limits.packTextBytes, path)
            }
            return map(value, shape, path)
        }
        if shape == .flag {
            if case .bool = value { return }
            return add(path, .wrongType)
        }
        if shape == .need {
            code(value, .needs, path)
            return
        }
        guard let text = value.asText else { return add(path, .wrongType) }
        check(text, shape, path)
    }

    private mutating func map(_ value: JSON, _ shape: PackShape, _ path: GuidancePath) {
        guard case .object(let members) = value else { return add(path, .wrongType) }
        let entries = shape.entries
        for member in members
        where !entries.contains(where: { Text(stringLiteral: $0.name) == member.name }) {
            add(path, .unknownEntry(member.name))
        }
        for entry in entries {
            let place = path.entry(entry.name)
            if let found = value.member(entry.name) {
                check(found, entry.shape, place)
            } else if entry.isNeeded {
                add(place, .missing)
            }
        }
        switch shape {
        case .block: if members.count != 1 { add(path, .wrongType) }
        case .contact:
            if PackTree.items("phones", of: value).isEmpty, value.member("web") == nil {
                add(path, .unreachable)
            }
        case .question: repeated(PackTree.items("answers", of: value), path.entry("answers"))
        case .row: results(value, path)
        default: break
        }
    }

    private mutating func check(_ text: Text, _ shape: PackShape, _ path: GuidancePath) {
        switch shape {
        case .line: words(text, Limits.packLineBytes, path)
        case .text: words(text, Limits.packTextBytes, path)
        case .id: if !text.isGuidanceID { add(path, .notAnID) }
        case .language: if !text.isLanguageTag { add(path, .notALanguage) }
        case .phone: if !text.isPhone { add(path, .notAPhone) }
        case .web: if !text.isPlainWebAddress { add(path, .notHTTPS) }
        case .day: if CalendarDay.number(text) == nil { add(path, .notADay) }
        case .mode: if text != "first", text != "all" { add(path, .wrongType) }
        case .country:
            let isCode = text.utf8.count == 2 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
            if !isCode { add(path, .notACountry) }
        default: add(path, .wrongType)
        }
    }

    private mutating func words(_ text: Text, _ limit: Int, _ path: GuidancePath) {
        if text.utf8.count > limit {
            add(path, .tooLong(bytes: text.utf8.count, limit: limit))
        }
        if text.isBlank { add(path, .empty) }
        if text.hasSteering { add(path, .steeringCharacter) }
        if text.hasAddress { add(path, .address) }
    }

    private mutating func count(_ count: Int, _ least: Int, _ most: Int, _ path: GuidancePath) {
        if count > most { add(path, .tooMany(count: count, limit: most)) }
        if count < least { add(path, .tooFew(count: count, least: least)) }
    }

    /// A name of the list, or a number that a later list may have.
    private mutating func code(_ value: JSON, _ list: PackCodes, _ path: GuidancePath) {
        if list.number(value) != nil { return }
        add(path, value.asText.map { .unknownID($0) } ?? .wrongType)
    }

    // MARK: What hangs together

    private mutating func whole(_ root: GuidancePath) {
        if tree.json.member("country") == nil, tree.json.member("area") == nil {
            add(root.entry("area"), .noPlace)
        }
        let hasEmergency = tree.items("contacts").contains {
            $0.member("emergency") == .bool(true)
        }
        if !hasEmergency { add(root.entry("contacts"), .noEmergencyContact) }
        // Sections and contacts share their ids, since tables name both.
        repeated(tree.items("sections"), root.entry("sections"))
        repeated(
            tree.items("contacts"), root.entry("contacts"),
            besides: PackTree.ids(tree.items("sections")))
        repeated(tree.items("questions"), root.entry("questions"))
        repeated(tree.items("tables"), root.entry("tables"))
        for (index, contact) in tree.items("contacts").enumerated() {
            let needs = PackTree.items("needs", of: contact).compactMap {
                PackCodes.needs.number($0)
            }
            numbers(needs, root.entry("contacts").item(index).entry("needs"))
        }
    }

    private mutating func repeated(
        _ objects: [JSON], _ path: GuidancePath, besides others: [Text] = []
    ) {
        repeated(PackTree.ids(objects), path, besides: others)
    }

    private mutating func repeated(
        _ ids: [Text], _ path: GuidancePath, besides others: [Text] = []
    ) {
        for (index, id) in ids.enumerated() where (others + ids[..<index]).contains(id) {
            add(path, .repeated(id))
        }
    }

    private mutating func numbers(_ numbers: [UInt64], _ path: GuidancePath) {
        for (index, number) in numbers.enumerated() where numbers[..<index].contains(number) {
            add(path, .repeatedNumber(number))
        }
    }

    private mutating func results(_ row: JSON, _ path: GuidancePath) {
        let results = PackTree.results(row)
        count(results.count, 1, Limits.packResults, path)
        for result in results where !shown.contains(result.id) {
            add(path.entry(result.urgency.entry), .unknownID(result.id))
        }
        repeated(results.map { $0.id }, path)
    }

    private mutating func conditions(_ value: JSON, _ path: GuidancePath) {
        guard case .object(let members) = value else { return add(path, .wrongType) }
        count(members.count, 0, Limits.packConditions, path)
        repeated(members.map { $0.name }, path)
        for member in members.prefix(Limits.packConditions) {
            let values = member.value.asArray ?? [member.value]
            let place = path.named(member.name)
            count(values.count, 1, Limits.packValues, place)
            let some = values.prefix(Limits.packValues)
            if let list = PackTree.codes(member.name) {
                for (index, value) in some.enumerated() { code(value, list, place.item(index)) }
                numbers(some.compactMap { list.number($0) }, place)
            } else if let question = PackTree.find(member.name, in: tree.items("questions")) {
                answers([JSON](some), of: question, place)
            } else {
                add(place, .unknownID(member.name))
            }
        }
    }

    private mutating func answers(_ values: [JSON], of question: JSON, _ path: GuidancePath) {
        let known = PackTree.ids(PackTree.items("answers", of: question))
        for value in values where value != .null {
            guard let id = value.asText else { return add(path, .wrongType) }
            if !known.contains(id) { add(path, .unknownID(id)) }
        }
        repeated(values.compactMap { $0.asText }, path)
    }
}
