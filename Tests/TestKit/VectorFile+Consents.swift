public import Model
public import Sealing
import Wire

// Scenarios of the topic `consent`, as the tests of two targets read them.

extension VectorFile {
    /// `NAME 0`, `NAME 1` … of `key: text` lines, until the next is missing.
    public func wordsList(_ key: String) -> [String] {
        var list: [String] = []
        while let found = text("\(key) \(list.count)") { list.append(found) }
        return list
    }

    /// The authorities that the manifest names for the scenario's bridge. Scenarios have no names.
    public func recipients() throws -> [Presentation.Recipient] {
        try wordsList("authority").enumerated().map { number, uri in
            Presentation.Recipient(
                uri: Text(uri), name: Text(uri),
                isPublishing: try words("publishing \(number)") == "yes")
        }
    }

    /// The moment of the scenario.
    public func now() throws -> WallTime { WallTime(seconds: try number("now")) }

    /// The presentation to judge.
    public func presentation() throws -> [UInt8] { [UInt8](try words("presentation").utf8) }
}
