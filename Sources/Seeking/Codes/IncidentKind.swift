public import Wire

/// Kinds of incident in plain language, each with its code of the International Classification
/// of Crime for Statistical Purposes.
public struct IncidentKind: Sendable {
    public let number: UInt64
    public let name: Text
    /// The codes it stands for; those that begin with one of them belong to it too.
    public let iccs: [Text]

    public static let all: [IncidentKind] = {
        // In the order of their numbers; codes of one kind have a "+" between.
        let names = words(
            """
            assault threat harassment stalking sexual_violence held_against_the_will \
            forced_or_controlled exploitation trafficking insult_or_slander discrimination robbery \
            burglary_or_theft damage_to_property fraud
            """)
        let codes = words(
            """
            02011 02012 02081 02082 0301 0202 0205 0203 0204 0209 0210 0401 0501+0502 0504 0701
            """)
        var kinds: [IncidentKind] = []
        for (name, codes) in zip(names, codes) {
            let iccs = codes.utf8.split(separator: UInt8(ascii: "+"))
            kinds.append(
                IncidentKind(
                    number: UInt64(kinds.count) + 1, name: name.spaced(),
                    iccs: iccs.map { Text(utf8: [UInt8]($0)) }))
        }
        return kinds
    }()

    /// The kind that a code belongs to most closely; nil for something else.
    public static func closest(to iccs: Text) -> IncidentKind? {
        var closest: (kind: IncidentKind, length: Int)?
        for kind in all {
            for code in kind.iccs where iccs.utf8.starts(with: code.utf8) {
                if code.utf8.count > closest?.length ?? 0 { closest = (kind, code.utf8.count) }
            }
        }
        return closest?.kind
    }

    /// Whether this is a code as the classification has them: 2 to 6 digits.
    public static func isCode(_ iccs: Text) -> Bool {
        (2...6).contains(iccs.utf8.count) && iccs.utf8.allSatisfy { (48...57).contains($0) }
    }
}
