import ArgumentParser
import Foundation

/// What one vector came to.
enum Verdict: Equatable {
    case passed
    /// What differed.
    case failed(String)
    /// Of a kind that is not used here.
    case skipped
}

/// A difference found on the way through a vector, as a sentence.
struct Difference: Error {
    let what: String

    init(_ what: String) { self.what = what }
}

/// Counts verdicts and says what failed.
struct Tally {
    private var passed = 0
    private var failed = 0
    private var skipped = 0

    mutating func count(_ verdict: Verdict, _ name: String) {
        switch verdict {
        case .passed: passed += 1
        case .failed(let what):
            failed += 1
            print("\(name): \(what)")
        case .skipped: skipped += 1
        }
    }

    /// Prints the counts.
    ///
    /// - Throws: `ExitCode` 1 unless something passed and nothing failed.
    func finish() throws {
        print("\(passed) passed, \(failed) failed" + (skipped > 0 ? ", \(skipped) skipped" : ""))
        if failed > 0 || passed == 0 { throw ExitCode(1) }
    }
}

/// A file of vectors: `{"vectors": [...]}`, or the list alone.
struct VectorList<Vector: Decodable>: Decodable {
    let vectors: [Vector]

    private enum Keys: String, CodingKey { case vectors }

    init(from decoder: any Decoder) throws {
        if let list = try? decoder.unkeyedContainer(), list.count != nil {
            vectors = try [Vector](from: decoder)
        } else {
            vectors = try decoder.container(keyedBy: Keys.self).decode(
                [Vector].self, forKey: .vectors)
        }
    }

    /// - Throws: `ExitCode` 66 if the file cannot be read, 65 if it is of another kind.
    static func read(_ path: String, kind: String) throws -> Self {
        try VectorFile.read(path, kind: kind)
    }
}

/// A file of vectors, whatever its format.
enum VectorFile {
    /// - Throws: `ExitCode` 66 if the file cannot be read, 65 if it is of another kind.
    static func read<Contents: Decodable>(_ path: String, kind: String) throws -> Contents {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            complain("cannot read \(path)", hint: "give the path of a file with \(kind) vectors")
            throw ExitCode(66)
        }
        do {
            return try JSONDecoder().decode(Contents.self, from: data)
        } catch {
            complain(
                "\(path) holds no \(kind) vectors",
                hint: "kith-conformance help \(kind.lowercased()) tells the format")
            throw ExitCode(65)
        }
    }
}

func complain(_ what: String, hint: String) {
    let text = "kith-conformance: error: \(what)\nkith-conformance: hint: \(hint)\n"
    FileHandle.standardError.write(Data(text.utf8))
}
