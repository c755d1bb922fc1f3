public import Wire

extension GuidancePack {
    /// Where this pack says something else than another, but for its words: what translations of
    /// one pack must have alike, so that a person may change the language and keep their answers.
    public func differences(from other: GuidancePack) -> [Text] {
        let root = GuidancePath()
        var found: [GuidancePath] = []
        func compare<Part>(
            _ mine: [Part], _ others: [Part], _ path: GuidancePath,
            _ isAlike: (Part, Part) -> Bool
        ) {
            if mine.count != others.count { found.append(path) }
            for (index, pair) in zip(mine, others).enumerated() where !isAlike(pair.0, pair.1) {
                found.append(path.item(index))
            }
        }
        if reviewed != other.reviewed { found.append(root.entry("reviewed")) }
        if country != other.country { found.append(root.entry("country")) }
        if (area == nil) != (other.area == nil) { found.append(root.entry("area")) }
        compare(sections, other.sections, root.entry("sections")) { mine, other in
            mine.id == other.id && mine.body.count == other.body.count
                && zip(mine.body, other.body).allSatisfy { $0.0.isShaped(as: $0.1) }
        }
        compare(contacts, other.contacts, root.entry("contacts")) { mine, other in
            mine.withoutWords == other.withoutWords
                && (mine.web == nil) == (other.web == nil)
                && (mine.about == nil) == (other.about == nil)
                && (mine.hours == nil) == (other.hours == nil)
                && (mine.records == nil) == (other.records == nil)
        }
        compare(questions, other.questions, root.entry("questions")) { mine, other in
            mine.id == other.id && mine.answers.map { $0.id } == other.answers.map { $0.id }
                && (mine.about == nil) == (other.about == nil)
        }
        compare(tables, other.tables, root.entry("tables")) { $0 == $1 }
        return found.map { Text(utf8: $0.text) }
    }
}

extension GuidancePack.Block {
    fileprivate func isShaped(as other: GuidancePack.Block) -> Bool {
        switch (self, other) {
        case (.paragraph, .paragraph): true
        case (.list(let mine), .list(let other)), (.steps(let mine), .steps(let other)):
            mine.count == other.count
        case (.paragraph, _), (.list, _), (.steps, _): false
        }
    }
}

extension GuidancePack.Contact {
    fileprivate var withoutWords: GuidancePack.Contact {
        var contact = self
        contact.name = ""
        contact.about = nil
        contact.web = nil
        contact.hours = nil
        contact.records = nil
        return contact
    }
}
