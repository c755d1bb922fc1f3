public import Wire

/// What a community tells people in one language: rights and help in words, contacts, a few
/// questions, and tables that choose among them by the answers. Nothing of it is code: it is shown
/// as text, and its tables only look forward. Source: protocol/24-guidance.md.
public struct GuidancePack: Sendable, Equatable {
    public var language: Text
    public var title: Text
    /// The day somebody last looked through it, counted from 1970.
    public var reviewed: UInt32
    /// ISO 3166-1 alpha-2; nil for none or several.
    public var country: Text?
    /// Where it holds, in words.
    public var area: Text?
    public var sections: [Section] = []
    public var contacts: [Contact] = []
    public var questions: [Question] = []
    public var tables: [Table] = []

    public init(language: Text, title: Text, reviewed: UInt32, country: Text?, area: Text?) {
        self.language = language
        self.title = title
        self.reviewed = reviewed
        self.country = country
        self.area = area
    }

    public struct Section: Sendable, Equatable {
        public var id: Text
        public var heading: Text
        public var body: [Block]

        public init(id: Text, heading: Text, body: [Block]) {
            self.id = id
            self.heading = heading
            self.body = body
        }
    }

    public enum Block: Sendable, Equatable {
        case paragraph(Text)
        case list([Text])
        /// A list whose order counts.
        case steps([Text])
    }

    /// Somebody who helps, and what a caller should know before calling.
    public struct Contact: Sendable, Equatable {
        public var id: Text
        public var name: Text
        public var about: Text?
        /// Digits and single spaces, "+" first where it is an international number.
        public var phones: [Text] = []
        /// Shown as text; begins with https://.
        public var web: Text?
        public var hours: Text?
        /// Languages spoken there.
        public var languages: [Text] = []
        /// Numbers of the list of needs.
        public var needs: [UInt64] = []
        /// Whether calling costs nothing; nil where that is not known.
        public var isFree: Bool?
        /// What they may write down about who calls.
        public var records: Text?
        /// Always shown, and first.
        public var isEmergency = false

        public init(id: Text, name: Text) {
            self.id = id
            self.name = name
        }
    }

    /// Everybody may leave it unanswered.
    public struct Question: Sendable, Equatable {
        public var id: Text
        public var text: Text
        public var about: Text?
        public var answers: [Answer]

        public init(id: Text, text: Text, about: Text? = nil, answers: [Answer]) {
            self.id = id
            self.text = text
            self.about = about
            self.answers = answers
        }
    }

    public struct Answer: Sendable, Equatable {
        public var id: Text
        public var text: Text

        public init(id: Text, text: Text) {
            self.id = id
            self.text = text
        }
    }

    /// Rows in order. What a table gives never reaches another, so none can begin a loop.
    public struct Table: Sendable, Equatable {
        public enum Mode: UInt64, Sendable {
            /// The first row that fits counts.
            case first = 1
            /// All rows that fit count.
            case all = 2
        }

        public var id: Text
        public var mode: Mode
        public var rows: [Row]

        public init(id: Text, mode: Mode, rows: [Row]) {
            self.id = id
            self.mode = mode
            self.rows = rows
        }
    }

    /// Fits if all its conditions hold; without any it always does.
    public struct Row: Sendable, Equatable {
        public var conditions: [Condition]
        public var results: [Result]

        public init(conditions: [Condition], results: [Result]) {
            self.conditions = conditions
            self.results = results
        }
    }

    public enum Condition: Sendable, Equatable {
        /// The answer is one of these; nil stands for no answer.
        case answer(Text, oneOf: [Text?])
        /// The incident is of one of these kinds; never where the seeker did not let it be used.
        case kinds([UInt64])
        /// The seeker needs one of these, as they told in their request.
        case needs([UInt64])
    }

    /// A section or contact to show.
    public struct Result: Sendable, Equatable {
        public var id: Text
        public var urgency: Urgency

        public init(id: Text, urgency: Urgency) {
            self.id = id
            self.urgency = urgency
        }
    }

    public enum Urgency: UInt64, Sendable, Comparable {
        case now = 1
        case soon = 2
        case later = 3

        public static func < (l: Self, r: Self) -> Bool { l.rawValue < r.rawValue }
    }
}

extension GuidancePack {
    public func section(_ id: Text) -> Section? {
        for section in sections where section.id == id { return section }
        return nil
    }

    public func contact(_ id: Text) -> Contact? {
        for contact in contacts where contact.id == id { return contact }
        return nil
    }

    public func question(_ id: Text) -> Question? {
        for question in questions where question.id == id { return question }
        return nil
    }
}
