extension VectorFile {
    /// A topic's scenarios that must be accepted.
    ///
    /// - Throws: `VectorFileError.noScenarios` rather than let a test run over nothing.
    public static func accepted(_ topic: String) throws -> [VectorFile] {
        try some(all(topic).filter { $0.isAccepted }, topic)
    }

    /// A topic's scenarios that must be refused.
    ///
    /// - Throws: `VectorFileError.noScenarios`.
    public static func refused(_ topic: String) throws -> [VectorFile] {
        try some(all(topic).filter { !$0.isAccepted }, topic)
    }

    /// Those of `accepted` or `refused` whose line `key` has this value.
    public static func some(
        _ files: [VectorFile], where key: String, is value: String
    ) throws -> [VectorFile] {
        try some(files.filter { $0.text(key) == value }, "\(key): \(value)")
    }

    private static func some(_ files: [VectorFile], _ name: String) throws -> [VectorFile] {
        if files.isEmpty { throw VectorFileError.noScenarios(of: name) }
        return files
    }

    public var isAccepted: Bool { text("expect") == "accept" }

    /// `NAME 0`, `NAME 1` … until the next is missing.
    public func bytesList(_ name: String) throws -> [[UInt8]] {
        var list: [[UInt8]] = []
        while has("\(name) \(list.count)") { list.append(try bytes("\(name) \(list.count)")) }
        return list
    }

    /// The bytes, or nil where the file has no such line.
    public func optionalBytes(_ name: String) -> [UInt8]? { try? bytes(name) }

    /// A line's text.
    ///
    /// - Throws: `VectorFileError.missing`.
    public func words(_ key: String) throws -> String {
        guard let found = text(key) else { throw VectorFileError.missing(file: name, name: key) }
        return found
    }
}
