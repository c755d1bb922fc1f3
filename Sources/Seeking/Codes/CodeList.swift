public import Wire

/// Code lists of incidents: names for files and people, numbers on the wire.
/// Source: protocol/schema/codes.md.
public struct CodeList: Sendable {
    /// Position 0 has number 1.
    public let names: [Text]

    /// - Parameter names: with a space between.
    init(_ names: StaticString) { self.names = words(names) }

    public func number(_ name: Text) -> UInt64? {
        for (index, other) in names.enumerated() where other == name { return UInt64(index) + 1 }
        return nil
    }

    public func name(_ number: UInt64) -> Text? {
        guard number >= 1, number <= UInt64(names.count) else { return nil }
        return names[Int(number) - 1]
    }

    /// Bias motivations, after OSCE/ODIHR's headings.
    public static let bias = CodeList(
        """
        racist_xenophobic anti_roma antisemitic anti_muslim anti_christian other_religion_belief \
        gender anti_lgbti disability other
        """)

    public static let reported = CodeList(
        "yes_by_me yes_by_someone_else police_came_to_know_otherwise no prefer_not_to_say")

    /// Why it was not reported, after victimisation surveys.
    public static let reasons = CodeList(
        """
        too_trivial police_could_not_do_anything private_dealt_with_ourselves \
        police_not_interested inconvenient reported_to_other_authority common_occurrence \
        dislike_fear_or_bad_experience_of_police_or_courts offender_not_responsible \
        fear_of_reprisals perpetrator_household_relative_or_friend no_confidence_in_justice \
        believed_police_corrupt language_or_access_barrier immigration_status_fear \
        shame_or_not_believed
        """)

    /// How safe the person feels.
    public static let safety = CodeList(
        "very_safe fairly_safe a_bit_unsafe very_unsafe never_go_out_alone_after_dark")

    public static let needs = CodeList(
        """
        someone_to_talk_to information safe_place safety_plan medical_care legal_advice \
        help_with_police go_with_me interpreter housing money children work_rights online_help \
        repairs other
        """)

    /// States of a consent, as bridges answer them.
    public static let consents = CodeList(
        """
        waiting approved refused forwarded delayed open closed withdrawn withdrawn_after ended \
        replaced
        """)

    public static let states = CodeList(
        "received in_progress waiting_for_you referred resolved closed")

    /// What a consent is for, in one word; `Purpose` in its order.
    public static let purposes = CodeList("help rights investigate improve count")
}

/// The words of a list; in words of several a "_" stands for the space.
@inline(never)
func words(_ list: StaticString) -> [Text] {
    let bytes = UnsafeBufferPointer(start: list.utf8Start, count: list.utf8CodeUnitCount)
    return bytes.split(separator: UInt8(ascii: " ")).map { Text(utf8: [UInt8]($0)) }
}

extension Text {
    /// Whether it has nothing but white space.
    var isBlank: Bool { utf8.allSatisfy { $0 <= 0x20 } }

    /// With spaces for "_".
    func spaced() -> Text { Text(utf8: utf8.map { $0 == UInt8(ascii: "_") ? 0x20 : $0 }) }
}
