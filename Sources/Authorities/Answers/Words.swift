import Bridging
import Foundation
import Sealing
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
        var words = oneLine(text)
        // The longest first, so that a part of one hides no other.
        for secret in secrets.map(oneLine).sorted(by: { $0.utf8.count > $1.utf8.count })
        where secret.unicodeScalars.count >= 3 {
            words = words.replacingOccurrences(of: secret, with: "…", options: .literal)
        }
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: words.unicodeScalars.prefix(characters))
        return kept.isEmpty ? nil : Text(String(kept))
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

extension Report {
    /// What an authority may echo in an error: every text, and the lines of those that have several.
    var secrets: [String] {
        fields.flatMap { field -> [String] in
            switch field.fieldName {
            case .account, .contact, .when, .place, .area, .name, .email, .phone:
                let lines = field.shown.split(whereSeparator: \.isNewline).map(String.init)
                return lines.count > 1 ? [field.shown] + lines : [field.shown]
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
