/// Code lists of incidents: names for files and people, numbers on the wire.
/// Source: protocol/schema/codes.md.
public struct CodeList: Sendable {
    /// Position 0 has number 1.
    public let names: [String]

    public func number(_ name: String) -> UInt64? {
        names.firstIndex(of: name).map { UInt64($0) + 1 }
    }

    public func name(_ number: UInt64) -> String? {
        guard number >= 1, number <= UInt64(names.count) else { return nil }
        return names[Int(number) - 1]
    }

    /// Bias motivations, after OSCE/ODIHR's headings.
    public static let bias = CodeList(names: [
        "racist_xenophobic", "anti_roma", "antisemitic", "anti_muslim", "anti_christian",
        "other_religion_belief", "gender", "anti_lgbti", "disability", "other",
    ])

    public static let reported = CodeList(names: [
        "yes_by_me", "yes_by_someone_else", "police_came_to_know_otherwise", "no",
        "prefer_not_to_say",
    ])

    /// Why it was not reported, after victimisation surveys.
    public static let reasons = CodeList(names: [
        "too_trivial", "police_could_not_do_anything", "private_dealt_with_ourselves",
        "police_not_interested", "inconvenient", "reported_to_other_authority",
        "common_occurrence", "dislike_fear_or_bad_experience_of_police_or_courts",
        "offender_not_responsible", "fear_of_reprisals",
        "perpetrator_household_relative_or_friend", "no_confidence_in_justice",
        "believed_police_corrupt", "language_or_access_barrier", "immigration_status_fear",
        "shame_or_not_believed",
    ])

    /// How safe the person feels.
    public static let safety = CodeList(names: [
        "very_safe", "fairly_safe", "a_bit_unsafe", "very_unsafe",
        "never_go_out_alone_after_dark",
    ])

    public static let needs = CodeList(names: [
        "someone_to_talk_to", "information", "safe_place", "safety_plan", "medical_care",
        "legal_advice", "help_with_police", "go_with_me", "interpreter", "housing", "money",
        "children", "work_rights", "online_help", "repairs", "other",
    ])

    /// States of a consent, as bridges answer them.
    public static let consents = CodeList(names: [
        "waiting", "approved", "refused", "forwarded", "delayed", "open", "closed", "withdrawn",
        "withdrawn_after", "ended", "replaced",
    ])

    public static let states = CodeList(names: [
        "received", "in_progress", "waiting_for_you", "referred", "resolved", "closed",
    ])
}

/// Kinds of incident in plain language, each with its code of the International Classification
/// of Crime for Statistical Purposes.
public struct IncidentKind: Sendable {
    public let number: UInt64
    public let name: String
    /// The codes it stands for; those that begin with one of them belong to it too.
    public let iccs: [String]

    public static let all: [IncidentKind] = [
        IncidentKind(number: 1, name: "assault", iccs: ["02011"]),
        IncidentKind(number: 2, name: "threat", iccs: ["02012"]),
        IncidentKind(number: 3, name: "harassment", iccs: ["02081"]),
        IncidentKind(number: 4, name: "stalking", iccs: ["02082"]),
        IncidentKind(number: 5, name: "sexual violence", iccs: ["0301"]),
        IncidentKind(number: 6, name: "held against the will", iccs: ["0202"]),
        IncidentKind(number: 7, name: "forced or controlled", iccs: ["0205"]),
        IncidentKind(number: 8, name: "exploitation", iccs: ["0203"]),
        IncidentKind(number: 9, name: "trafficking", iccs: ["0204"]),
        IncidentKind(number: 10, name: "insult or slander", iccs: ["0209"]),
        IncidentKind(number: 11, name: "discrimination", iccs: ["0210"]),
        IncidentKind(number: 12, name: "robbery", iccs: ["0401"]),
        IncidentKind(number: 13, name: "burglary or theft", iccs: ["0501", "0502"]),
        IncidentKind(number: 14, name: "damage to property", iccs: ["0504"]),
        IncidentKind(number: 15, name: "fraud", iccs: ["0701"]),
    ]

    /// The kind that a code belongs to most closely; nil for something else.
    public static func closest(to iccs: String) -> IncidentKind? {
        let fitting = all.flatMap { kind in
            kind.iccs.filter { iccs.hasPrefix($0) }.map { (kind: kind, length: $0.count) }
        }
        return fitting.max { $0.length < $1.length }?.kind
    }
}
