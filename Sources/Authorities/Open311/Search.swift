import Bridging
import Wire

extension Reading {
    /// What one list says about a mark.
    enum Listing: Equatable {
        case found(Text)
        /// Whether there were descriptions in which it could have stood.
        case notThere(hadDescriptions: Bool)
        /// An answer came that is no evidence.
        case unusable(Text)
        /// None came: others will hardly either.
        case silent(Text)
    }
}

/// Lists of several services, taken together.
struct Search {
    private var found: Text?
    private var trouble: Text?
    private var hadDescriptions = false
    private(set) var isOver = false

    mutating func add(_ listing: Reading.Listing) {
        switch listing {
        case .found(let id):
            found = id
            isOver = true
        case .notThere(let had): hadDescriptions = hadDescriptions || had
        case .unusable(let why): trouble = trouble ?? why
        case .silent(let why):
            trouble = trouble ?? why
            isOver = true
        }
    }

    /// Absent only if every list could be read and at least one had a description: an endpoint
    /// that shows none, or nothing at all, would look the same whether it has the report or not.
    var outcome: FindOutcome {
        if let found { return .found(id: found) }
        if let trouble { return .unknown(trouble) }
        return hadDescriptions ? .absent : .unknown("the authority's list is empty")
    }
}

// Scalars and bytes, never characters: where one ends is looked for from the beginning of a row of
// flags, so that a text of flags would cost the square of its length.
extension String {
    /// Whether the last line is that of a report with this mark; white space after it and the kind
    /// of line end don't count, since authorities change them.
    func ends(with mark: Text) -> Bool {
        let lines = unicodeScalars.split { $0 == "\n" || $0 == "\r" }
        let last = lines.last { line in !line.allSatisfy { $0.properties.isWhitespace } }
        guard let last, let end = last.lastIndex(where: { !$0.properties.isWhitespace }) else {
            return false
        }
        return last[...end].elementsEqual(Report.lastLine(mark).unicodeScalars)
    }

    /// Whether the mark stands anywhere.
    func holds(_ mark: Text) -> Bool { Array(utf8)[...].place(of: mark.utf8) != nil }
}
