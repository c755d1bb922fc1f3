import Foundation

/// What lets a bridge send to an authority. Shows itself nowhere.
public struct APIKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let value: String

    /// Nil unless it is 1 to 1024 printable ASCII characters without spaces.
    public init?(_ value: String) {
        guard (1...1024).contains(value.utf8.count),
            value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.value = value
    }

    public var description: String { "an API key" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Reads the key from a file that only its owner may read; white space around it is dropped.
    ///
    /// - Throws: `MappingProblem`.
    static func read(_ path: String) throws(MappingProblem) -> APIKey {
        let data: Data
        do {
            let mode = try FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)[
                    .posixPermissions]
            guard let mode = (mode as? NSNumber)?.intValue else {
                throw MappingProblem.unreadableKey(path)
            }
            guard mode & 0o177 == 0 else {
                throw MappingProblem.keyOpenToOthers(path, mode: mode)
            }
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let problem as MappingProblem {
            throw problem
        } catch {
            throw .unreadableKey(path)
        }
        let text = String(decoding: data.prefix(2048), as: UTF8.self)
        guard let key = APIKey(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw .notAKey(path)
        }
        return key
    }
}
