import Wire

/// An entry of a map: its key on the wire, its name in a file.
struct PackEntry: Sendable {
    let key: UInt64
    let name: StaticString

    init(_ key: UInt64, _ name: StaticString) {
        self.key = key
        self.name = name
    }
}

/// What a condition asks about.
enum PackSubject: Sendable, Equatable {
    case question(Text)
    case kinds
    case needs
}

/// The two forms of a pack, read and written by the same code: CBOR as it travels, JSON as people
/// write it. They differ in how entries are named, and in days, modes, code lists and conditions.
protocol PackForm: Sendable {
    var isMap: Bool { get }
    var asWords: Text? { get }
    var items: [Self]? { get }
    var flag: Bool? { get }
    var isNothing: Bool { get }
    /// Days since 1970.
    var day: UInt32? { get }
    var mode: GuidancePack.Table.Mode? { get }
    /// Subjects with lists of values, where this has the shape of a row's conditions.
    var conditions: [(subject: PackSubject, values: [Self])]? { get }

    func value(_ entry: PackEntry) -> Self?
    /// The first entry that is none of these, where the form refuses others.
    func stray(_ known: [PackEntry]) -> Text?
    /// A number of a code list.
    func number(in list: PackCodes) -> UInt64?

    static func make(words: Text) -> Self
    static func make(items: [Self]) -> Self
    static func make(map: [(PackEntry, Self)]) -> Self
    static func make(flag: Bool) -> Self
    static func make(day: UInt32) -> Self
    static func make(mode: GuidancePack.Table.Mode) -> Self
    static func make(number: UInt64, of list: PackCodes) -> Self
    static func make(conditions: [(subject: PackSubject, values: [Self])]) -> Self
    static var nothing: Self { get }
}

/// Entries by rule, as in schema/kith.cddl.
enum PackEntries {
    static let title = PackEntry(1, "title")
    static let reviewed = PackEntry(2, "reviewed")
    static let country = PackEntry(3, "country")
    static let area = PackEntry(4, "area")
    static let sections = PackEntry(5, "sections")
    static let contacts = PackEntry(6, "contacts")
    static let questions = PackEntry(7, "questions")
    static let tables = PackEntry(8, "tables")
    /// In a file alone: on the wire it stands beside the pack.
    static let language = PackEntry(0, "language")
    static let pack = [
        title, reviewed, country, area, sections, contacts, questions, tables, language,
    ]

    static let id = PackEntry(1, "id")
    static let heading = PackEntry(2, "heading")
    static let body = PackEntry(3, "body")
    static let section = [id, heading, body]
    static let steps = PackEntry(1, "steps")
    static let list = PackEntry(2, "list")
    static let block = [steps, list]

    static let name = PackEntry(2, "name")
    static let aboutContact = PackEntry(3, "about")
    static let phones = PackEntry(4, "phones")
    static let web = PackEntry(5, "web")
    static let hours = PackEntry(6, "hours")
    static let languages = PackEntry(7, "languages")
    static let needs = PackEntry(8, "needs")
    static let isFree = PackEntry(9, "free")
    static let records = PackEntry(10, "records")
    static let isEmergency = PackEntry(11, "emergency")
    static let contact = [
        id, name, aboutContact, phones, web, hours, languages, needs, isFree, records, isEmergency,
    ]

    static let text = PackEntry(2, "text")
    static let answers = PackEntry(3, "answers")
    static let aboutQuestion = PackEntry(4, "about")
    static let question = [id, text, answers, aboutQuestion]
    static let answer = [id, text]

    static let mode = PackEntry(2, "mode")
    static let rows = PackEntry(3, "rows")
    static let table = [id, mode, rows]
    static let when = PackEntry(1, "when")
    static let now = PackEntry(2, "now")
    static let soon = PackEntry(3, "soon")
    static let later = PackEntry(4, "later")
    static let row = [when, now, soon, later]
}
