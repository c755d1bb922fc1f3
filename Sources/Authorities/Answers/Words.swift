import Bridging
import Sealing
import Seeking
import Wire

/// What an authority said, made fit to be shown: bounded, on one line, without what it was sent.
enum Words {
    /// Longest text of an authority that is passed on, in Unicode scalars. protocol/19-delivery.md
    static let characters = 2000

    /// Longest text that is looked through at all. Guess.
    private static let readCharacters = 16 * characters

    /// Nil where nothing is left.
    ///
    /// Line breaks and tabs become a space, other control characters and those that turn the
    /// direction of writing are dropped: they could forge what a terminal or page shows.
    ///
    /// - Parameter hiding: what must not come back in an error, even if the authority echoes it.
    static func clean(_ text: String, hiding secrets: [String] = []) -> Text? {
        var words = Array(oneLine(text).utf8)
        // As bytes: two strings may be equal and still be written in two ways.
        let sought = Set(
            secrets.map(oneLine).filter { $0.unicodeScalars.count >= 3 }.map { Array($0.utf8) })
        // The longest first, so that a part of one hides no other.
        for secret in sought.sorted(by: isBefore) { words.replace(secret, with: Array("…".utf8)) }
        var kept = String.UnicodeScalarView()
        let text = String(decoding: words, as: UTF8.self)
        kept.append(contentsOf: text.unicodeScalars.prefix(characters))
        return kept.isEmpty ? nil : Text(String(kept))
    }

    private static func isBefore(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count != other.count
            ? one.count > other.count : one.lexicographicallyPrecedes(other)
    }

    private static func oneLine(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var isGap = true
        for scalar in text.unicodeScalars.prefix(readCharacters) {
            switch scalar.properties.generalCategory {
            case .control where (0x09...0x0D).contains(scalar.value),
                .lineSeparator, .paragraphSeparator, .spaceSeparator:
                if !isGap { out.append(" ") }
                isGap = true
            case .control: continue
            default:
                if scalar.properties.isBidiControl { continue }
                out.append(scalar)
                isGap = false
            }
        }
        if out.last == " " { out.removeLast() }
        return String(out)
    }
}

// A report may have a thousand lines to look for, in a text that somebody made long on purpose:
// bytes are compared, which costs a hundredth of what Foundation's search does.
extension ArraySlice<UInt8> {
    /// Where the word begins first; nil where it does not stand.
    func place(of word: [UInt8]) -> Int? {
        guard let first = word.first else { return startIndex }
        var rest = self
        while let index = rest.firstIndex(of: first) {
            if rest[index...].starts(with: word) { return index }
            rest = rest[(index + 1)...]
        }
        return nil
    }
}

extension [UInt8] {
    /// Puts `other` wherever the word stands.
    fileprivate mutating func replace(_ word: [UInt8], with other: [UInt8]) {
        guard !word.isEmpty, var index = self[...].place(of: word) else { return }
        var out: [UInt8] = []
        var rest = self[...]
        while true {
            out += rest[..<index] + other
            rest = rest[(index + word.count)...]
            guard let next = rest.place(of: word) else { break }
            index = next
        }
        self = out + rest
    }
}

extension Report {
    /// What an authority may echo in an error: every text, and the lines of those that have several.
    var secrets: [String] {
        fields.flatMap { field -> [String] in
            switch field.fieldName {
            case .account, .contact, .when, .place, .area, .name, .email, .phone:
                let shown = field.shown.string
                let lines = shown.split(whereSeparator: \.isNewline).map(String.init)
                return lines.count > 1 ? [shown] + lines : [shown]
            case .language, .kinds, .bias, .reported, .reasons, .safety, .needs, .danger:
                return []
            }
        }
    }
}

/// An id or token, as an authority gave it.
enum AuthorityID: Sendable, Equatable {
    case missing
    case valid(Text)
    /// Too long, or with characters that could do harm in addresses and on terminals.
    case invalid

    /// Longest, in characters. protocol/19-delivery.md
    static let characters = 128

    init(_ text: String?) {
        guard let text else {
            self = .missing
            return
        }
        let isPrintable = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        let isBlank = text.utf8.allSatisfy { $0 == 0x20 }
        self =
            isPrintable && !isBlank && text.utf8.count <= Self.characters
            ? .valid(Text(text)) : .invalid
    }
}
