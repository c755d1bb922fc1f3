import ArgumentParser
import Daemon
import Foundation
import Model
import Sealing
import Seeking
import Wire

/// Which pack: a file, or what a community published.
struct GuidanceChoice: ParsableArguments {
    @OptionGroup var options: FolderOptions
    @OptionGroup var which: CommunityOptions

    @Argument(help: "A file, - for standard input, or published.")
    var source: String = "published"

    @Option(name: .long, help: "Language of what is published, where there are several.")
    var language: String?

    func pack() async throws(Problem) -> GuidancePack {
        guard source == "published" else { return try GuidanceFile.good(source) }
        let view = try await CommunityView.find(which.community, options.access(), now: .now)
        guard !view.guidance.isEmpty else {
            throw Problem(
                .notFound, "\(view.name) has published no guidance",
                hint: "kith guidance publish FILE")
        }
        let tags = view.guidance.map { $0.language.string }
        let tag = language?.lowercased() ?? (tags.count == 1 ? tags[0] : nil)
        guard let tag, let found = view.guidance.first(where: { $0.language.string == tag })
        else {
            throw Problem(
                language == nil ? .usage : .notFound,
                language.map { "no guidance in \($0)" } ?? "there is guidance in several languages",
                hint: "pass --language with one of: \(tags.joined(separator: ", "))")
        }
        switch found.pack {
        case .success(let pack?): return pack
        case .success(nil):
            throw Problem(
                .notFound, "the community took its guidance in \(tag) back",
                hint: "kith guidance list")
        case .failure(let fault): throw Problem(fault, in: "published \(tag)")
        }
    }
}

/// A JSON value of the core as this program's encoder writes it.
struct EncodedJSON: Encodable {
    let json: JSON

    init(_ json: JSON) { self.json = json }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        switch json {
        case .object(let members):
            var container = encoder.container(keyedBy: Name.self)
            for member in members {
                try container.encode(
                    EncodedJSON(member.value), forKey: Name(stringValue: member.name.string))
            }
        case .array(let items):
            var container = encoder.unkeyedContainer()
            for item in items { try container.encode(EncodedJSON(item)) }
        case .text(let text): try text.string.encode(to: encoder)
        case .number(let number): try number.encode(to: encoder)
        case .bool(let value): try value.encode(to: encoder)
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        }
    }
}

extension GuidancePack.Section {
    /// For people; a number before steps, a dash before others.
    var lines: [String] {
        var lines = [heading.string]
        for block in body {
            switch block {
            case .paragraph(let text): lines.append("  " + text.string)
            case .list(let items): lines += items.map { "  - " + $0.string }
            case .steps(let items):
                lines += items.enumerated().map { "  \($0.offset + 1). " + $0.element.string }
            }
        }
        return lines
    }
}

extension GuidancePack.Contact {
    var lines: [String] {
        var lines = [([name] + phones).map { $0.string }.joined(separator: "  ")]
        if let about { lines.append("  " + about.string) }
        if let web { lines.append("  " + web.string) }
        if let hours { lines.append("  " + hours.string) }
        if !languages.isEmpty {
            lines.append("  " + languages.map { $0.string }.joined(separator: ", "))
        }
        if let isFree { lines.append(isFree ? "  free" : "  not free") }
        if let records { lines.append("  " + records.string) }
        return lines
    }
}
