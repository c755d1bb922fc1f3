import Model

/// What stands where in a pack: one table for its checks and for both its forms, CBOR as it travels
/// and JSON as people write it. Source: protocol/24-guidance.md; schema/kith.cddl, `guidance-pack`.
enum PackShape: UInt8, Sendable {
    // Values.
    case line, text, id, language, day, country, phone, web, flag, mode, need, conditions
    // Lists.
    case sections, contacts, questions, tables, answers, rows, body, items, phones, languages
    case needs, ids
    // Maps; a block is a text or a map.
    case pack, section, contact, question, table, answer, row, block

    /// An entry of a map: its key on the wire, its name in a file.
    struct Entry: Sendable {
        let key: UInt64
        let name: StaticString
        let shape: PackShape
        let isNeeded: Bool

        init(_ key: UInt64, _ name: StaticString, _ shape: PackShape, isNeeded: Bool = false) {
            self.key = key
            self.name = name
            self.shape = shape
            self.isNeeded = isNeeded
        }
    }

    /// What a list holds, and how many.
    struct Items: Sendable {
        let shape: PackShape
        let least: Int
        let most: Int

        init(_ shape: PackShape, _ least: Int, _ most: Int) {
            self.shape = shape
            self.least = least
            self.most = most
        }
    }

    /// Nil for what is no list.
    var list: Items? {
        switch self {
        case .sections: Items(.section, 0, Limits.packSections)
        case .contacts: Items(.contact, 1, Limits.packContacts)
        case .questions: Items(.question, 0, Limits.packQuestions)
        case .tables: Items(.table, 0, Limits.packTables)
        case .answers: Items(.answer, 1, Limits.packAnswers)
        case .rows: Items(.row, 1, Limits.packRows)
        case .body: Items(.block, 1, Limits.packBlocks)
        case .items: Items(.text, 1, Limits.packItems)
        case .phones: Items(.phone, 0, Limits.packPhones)
        case .languages: Items(.language, 0, Limits.packSpoken)
        case .needs: Items(.need, 0, Limits.packValues)
        case .ids: Items(.id, 0, Limits.packResults)
        default: nil
        }
    }

    /// Empty for what is no map.
    var entries: [Entry] {
        switch self {
        case .pack: Self.packEntries
        case .section: Self.sectionEntries
        case .contact: Self.contactEntries
        case .question: Self.questionEntries
        case .table: Self.tableEntries
        case .answer: Self.answerEntries
        case .row: Self.rowEntries
        case .block: Self.blockEntries
        default: []
        }
    }

    /// Key 0 stands in files alone: on the wire the language stands beside the pack.
    private static let packEntries = [
        Entry(0, "language", .language, isNeeded: true), Entry(1, "title", .line, isNeeded: true),
        Entry(2, "reviewed", .day, isNeeded: true), Entry(3, "country", .country),
        Entry(4, "area", .line), Entry(5, "sections", .sections),
        Entry(6, "contacts", .contacts, isNeeded: true), Entry(7, "questions", .questions),
        Entry(8, "tables", .tables),
    ]
    private static let sectionEntries = [
        Entry(1, "id", .id, isNeeded: true), Entry(2, "heading", .line, isNeeded: true),
        Entry(3, "body", .body, isNeeded: true),
    ]
    private static let blockEntries = [Entry(1, "steps", .items), Entry(2, "list", .items)]
    private static let contactEntries = [
        Entry(1, "id", .id, isNeeded: true), Entry(2, "name", .line, isNeeded: true),
        Entry(3, "about", .text), Entry(4, "phones", .phones), Entry(5, "web", .web),
        Entry(6, "hours", .line), Entry(7, "languages", .languages), Entry(8, "needs", .needs),
        Entry(9, "free", .flag), Entry(10, "records", .text), Entry(11, "emergency", .flag),
    ]
    private static let questionEntries = [
        Entry(1, "id", .id, isNeeded: true), Entry(2, "text", .line, isNeeded: true),
        Entry(3, "answers", .answers, isNeeded: true), Entry(4, "about", .text),
    ]
    private static let answerEntries = [
        Entry(1, "id", .id, isNeeded: true), Entry(2, "text", .line, isNeeded: true),
    ]
    private static let tableEntries = [
        Entry(1, "id", .id, isNeeded: true), Entry(2, "mode", .mode, isNeeded: true),
        Entry(3, "rows", .rows, isNeeded: true),
    ]
    private static let rowEntries = [
        Entry(1, "when", .conditions), Entry(2, "now", .ids), Entry(3, "soon", .ids),
        Entry(4, "later", .ids),
    ]
}
