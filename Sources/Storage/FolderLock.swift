/// Keeps two processes from using one folder. Held until it is released or the process ends,
/// however it ends.
public struct FolderLock: ~Copyable, Sendable {
    private let file: OpenFile

    private init(file: consuming OpenFile) { self.file = file }

    /// Locks `folder`, creating it (mode 0700) if it is missing, by its file
    /// `kith.lock`, and writes this process's number into it.
    ///
    /// - Throws: `StoreError.locked` with the number of the process that has it, or `.permission`,
    ///   `.diskFull`, `.failed`.
    public static func take(_ folder: String) throws(StoreError) -> FolderLock {
        try Files.createFolder(folder)
        let path = folder + "/kith.lock"
        let file = try Files.open(path, Files.readWriteCreate, operation: "open the lock")
        guard try file.lock(path: path) else {
            let text = String(decoding: try file.read(limit: 16, path: path), as: UTF8.self)
            throw .locked(byPID: Int32(text.prefix { $0 != "\n" }))
        }
        try file.replace(with: [UInt8]("\(Files.processID)\n".utf8), path: path)
        return FolderLock(file: file)
    }

    /// Lets others in. The file stays: removing it would let two processes lock two files.
    public consuming func release() {}
}
