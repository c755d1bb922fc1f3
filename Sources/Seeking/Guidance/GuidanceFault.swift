public import Wire

/// Why a pack is refused: where, and what.
public struct GuidanceFault: Error, Sendable, Equatable {
    /// Such as `tables[2].rows[0].when.safe`, with the names of the file people write.
    public let path: Text
    public let flaw: Flaw

    public enum Flaw: Sendable, Equatable {
        case notJSON(at: Int?)
        case missing
        case wrongType
        /// An entry the file has no use for.
        case unknownEntry(Text)
        case tooLong(bytes: Int, limit: Int)
        case tooMany(count: Int, limit: Int)
        case tooFew(count: Int, least: Int)
        /// Without a character that shows.
        case empty
        /// A control character, or one that turns the direction of what follows.
        case steeringCharacter
        /// "://" outside `web`: addresses stand where people know them for such.
        case address
        /// Not small letters, digits and hyphens.
        case notAnID
        case repeated(Text)
        case unknownID(Text)
        case repeatedNumber(UInt64)
        case notALanguage
        case notACountry
        case notADay
        case notAPhone
        case notHTTPS
        /// Neither a phone nor a web address.
        case unreachable
        case noPlace
        case noEmergencyContact
    }

    public init(_ path: Text, _ flaw: Flaw) {
        self.path = path
        self.flaw = flaw
    }
}

/// Where in a pack something stands; made into text only for a fault.
struct GuidancePath {
    private(set) var text: [UInt8] = []

    func entry(_ name: StaticString) -> GuidancePath { named(Text(stringLiteral: name)) }

    func named(_ name: Text) -> GuidancePath {
        var path = self
        if !text.isEmpty { path.text.append(UInt8(ascii: ".")) }
        path.text += name.utf8
        return path
    }

    func item(_ index: Int) -> GuidancePath {
        var path = self
        path.text.append(UInt8(ascii: "["))
        path.text += Self.digits(index)
        path.text.append(UInt8(ascii: "]"))
        return path
    }

    func fault(_ flaw: GuidanceFault.Flaw) -> GuidanceFault {
        GuidanceFault(Text(utf8: text), flaw)
    }

    private static func digits(_ number: Int) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = number
        repeat {
            digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        return digits.reversed()
    }
}
