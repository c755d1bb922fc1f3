import Daemon
import Foundation
import Model
import Sealing
import Seeking
import Wire

/// Reads packs that people wrote.
enum GuidanceFile {
    enum Failure: Error {
        case unreadable(Problem)
        /// At least one.
        case faults([GuidanceFault])
    }

    static func read(_ path: String) throws(Failure) -> GuidancePack {
        let bytes = try bytes(path)
        do { return try GuidancePack(source: bytes) } catch {
            guard case .notJSON(let place?) = error.flaw else {
                throw .faults(GuidancePack.faults(of: bytes))
            }
            let before = bytes.prefix(place)
            let line = before.count { $0 == 0x0A } + 1
            let column = before.reversed().prefix { $0 != 0x0A }.count + 1
            let spot = Text("line \(line), column \(column)")
            throw .faults([GuidanceFault(spot, error.flaw)])
        }
    }

    /// A pack without any fault.
    static func good(_ path: String) throws(Problem) -> GuidancePack {
        do { return try read(path) } catch {
            switch error {
            case .unreadable(let problem): throw problem
            case .faults(let faults): throw Problem(faults[0], in: path)
            }
        }
    }

    private static func bytes(_ path: String) throws(Failure) -> [UInt8] {
        let data: Data
        if path == "-" {
            data = FileHandle.standardInput.readDataToEndOfFile()
        } else {
            do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
                throw .unreadable(
                    Problem(
                        .notFound, "cannot read \(path)", hint: "check the path and its rights"))
            }
        }
        guard data.count <= 1 << 20 else {
            throw .unreadable(
                Problem(.badData, "\(path) is longer than 1 MiB", hint: "shorten it"))
        }
        return [UInt8](data)
    }
}

extension Problem {
    /// A fault of a pack, in a file or published.
    init(_ fault: GuidanceFault, in file: String?) {
        let place = [file, fault.path.utf8.isEmpty ? nil : fault.path.string]
        let words = place.compactMap { $0 } + [fault.flaw.words]
        self.init(.badData, words.joined(separator: ": "), hint: fault.flaw.hint)
    }
}

extension GuidanceFault.Flaw {
    var words: String {
        switch self {
        case .notJSON: "this is not JSON"
        case .missing: "this entry is missing"
        case .wrongType: "this has another shape than it should"
        case .unknownEntry(let name): "there is no entry \(name.string) here"
        case .tooLong(let bytes, let limit): "too long: \(bytes) bytes, \(limit) fit"
        case .tooMany(let count, let limit): "too many: \(count), \(limit) fit"
        case .tooFew(let count, let least): "too few: \(count), at least \(least)"
        case .empty: "nothing in it shows"
        case .steeringCharacter: "a control character, or one that turns the text's direction"
        case .address: "an address in the text"
        case .notAnID: "this is no id"
        case .repeated(let id): "\(id.string) stands twice"
        case .repeatedNumber: "an entry of a list stands twice"
        case .unknownID(let id): "there is no \(id.string)"
        case .notALanguage: "this is no language tag"
        case .notACountry: "this is no country code"
        case .notADay: "this is no day"
        case .notAPhone: "this is no phone number"
        case .notHTTPS: "this is no web address that can be shown"
        case .unreachable: "nobody can reach this contact"
        case .noPlace: "it does not say where it holds"
        case .noEmergencyContact: "nobody is there for emergencies"
        }
    }

    var hint: String {
        switch self {
        case .notJSON: "look for a comma, a quotation mark or a bracket; UTF-8, whole numbers"
        case .missing: "add it: protocol/24-guidance.md, \"File\""
        case .wrongType: "look at protocol/24-guidance.md, \"File\""
        case .unknownEntry: "take it out, or look for a slip in its name"
        case .tooLong, .tooMany: "shorten or split it"
        case .tooFew: "add some, or take the whole out"
        case .empty: "write something, or take it out"
        case .steeringCharacter: "type it again; a new paragraph is a new text in the list"
        case .address: "addresses stand in web, where people know them for such"
        case .notAnID: "1 to 32 small letters, digits and hyphens, a letter first"
        case .repeated, .repeatedNumber: "each stands once; sections and contacts share their ids"
        case .unknownID: "look for a slip, or add it"
        case .notALanguage: "in small letters, such as en, uk or pt-br"
        case .notACountry: "two capital letters, such as ES"
        case .notADay: "write it as 2026-11-30"
        case .notAPhone: "digits with single spaces, such as 116 006 or +34 600 000 000"
        case .notHTTPS: "such as https://help.example/page; no user, no port, ASCII letters"
        case .unreachable: "add phones or web"
        case .noPlace: "add country or area"
        case .noEmergencyContact: "mark one contact with \"emergency\": true"
        }
    }
}

extension GuidanceFinding.Kind {
    var words: String {
        switch self {
        case .rowNeverReached: "no answers lead to this row"
        case .rowUndecided: "too many ways to tell whether any answers lead to this row"
        case .questionWithoutEffect: "its answers change nothing"
        case .neverChosen: "no row names it: people find it in the whole list only"
        case .nothingWithoutAnswers: "who answers nothing is shown nothing but emergency contacts"
        case .reviewedAhead: "this day is still to come"
        case .reviewedLongAgo(let days): "looked through \(days) days ago: are all numbers right?"
        }
    }
}
