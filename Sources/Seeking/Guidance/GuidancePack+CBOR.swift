public import Sealing
public import Wire

extension CBOR: PackForm {
    var isMap: Bool {
        if case .map = self { return true }
        return false
    }

    var asWords: Text? {
        guard case .text(let utf8) = self else { return nil }
        return Text(utf8: utf8)
    }

    var items: [CBOR]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    var flag: Bool? { asBool }

    var isNothing: Bool { self == .null }

    var day: UInt32? { asUnsigned.flatMap { UInt32(exactly: $0) } }

    var mode: GuidancePack.Table.Mode? {
        asUnsigned.flatMap { GuidancePack.Table.Mode(rawValue: $0) }
    }

    /// `[[question or number of a list, [value, …]], …]`
    var conditions: [(subject: PackSubject, values: [CBOR])]? {
        guard case .array(let items) = self else { return nil }
        var found: [(subject: PackSubject, values: [CBOR])] = []
        for item in items {
            guard let pair = item.tuple(2), case .array(let values) = pair[1] else { return nil }
            switch pair[0] {
            case .text(let id): found.append((.question(Text(utf8: id)), values))
            case .unsigned(1): found.append((.kinds, values))
            case .unsigned(2): found.append((.needs, values))
            default: return nil
            }
        }
        return found
    }

    func value(_ entry: PackEntry) -> CBOR? {
        guard case .map(let entries) = self else { return nil }
        for found in entries where found.key == entry.key { return found.value }
        return nil
    }

    /// Readers ignore keys they do not know.
    func stray(_ known: [PackEntry]) -> Text? { nil }

    func number(in list: PackCodes) -> UInt64? { asUnsigned }

    static func make(words: Text) -> CBOR { words.cbor }
    static func make(items: [CBOR]) -> CBOR { .array(items) }
    static func make(flag: Bool) -> CBOR { .bool(flag) }
    static func make(day: UInt32) -> CBOR { .unsigned(UInt64(day)) }
    static func make(mode: GuidancePack.Table.Mode) -> CBOR { .unsigned(mode.rawValue) }
    static func make(number: UInt64, of list: PackCodes) -> CBOR { .unsigned(number) }
    static var nothing: CBOR { .null }

    static func make(map: [(PackEntry, CBOR)]) -> CBOR {
        .map(map.map { Entry(key: $0.0.key, value: $0.1) }.sorted { $0.key < $1.key })
    }

    static func make(conditions: [(subject: PackSubject, values: [CBOR])]) -> CBOR {
        .array(
            conditions.map { condition in
                let subject: CBOR
                switch condition.subject {
                case .question(let id): subject = id.cbor
                case .kinds: subject = .unsigned(1)
                case .needs: subject = .unsigned(2)
                }
                return .array([subject, .array(condition.values)])
            })
    }
}

extension GuidancePack {
    /// As it travels; its language stands beside it.
    public var cbor: CBOR { PackWriter.pack(self, withLanguage: false) }

    /// What a record of type 2 holds.
    public var guidance: Guidance { Guidance(language: language, pack: cbor) }

    /// The pack of a record whose signature was checked; nil where the community took it back.
    ///
    /// - Throws: `GuidanceFault` for the first rule it breaks: nothing of such a pack is shown.
    public static func read(_ guidance: Guidance) throws(GuidanceFault) -> GuidancePack? {
        guard let form = guidance.pack else { return nil }
        let pack = try PackReader.pack(form, language: guidance.language)
        if let fault = pack.faults.first { throw fault }
        return pack
    }

    /// Every rule it breaks, as far as fifty.
    public var faults: [GuidanceFault] { GuidanceRules(self).faults }
}
