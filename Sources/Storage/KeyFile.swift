/// A small secret in a file that nobody else may read.
public enum KeyFile {
    /// The secret, or nil if there is no such file.
    ///
    /// - Throws: `StoreError.tooOpen` if the group or others have any right to it; `.failed` for
    ///   what is no ordinary file or over 64 KiB; `.permission`.
    public static func read(_ path: String) throws(StoreError) -> [UInt8]? {
        let file: OpenFile
        do {
            file = try Files.open(path, Files.readOnly, operation: "open the key file")
        } catch {
            if StoreError.isMissing(error) { return nil }
            throw error
        }
        guard let mode = try file.mode(path: path) else {
            throw .failed(operation: "read the key file", path: path, code: Files.notAFile)
        }
        guard mode & 0o077 == 0 else { throw .tooOpen(path: path, mode: mode) }
        let bytes = try file.read(limit: Bounds.keyFileBytes + 1, path: path)
        guard bytes.count <= Bounds.keyFileBytes else {
            throw .failed(operation: "read the key file", path: path, code: Files.tooLarge)
        }
        return bytes
    }

    /// Replaces the secret, mode 0600. After a crash there is the old one or the new one, whole.
    ///
    /// - Throws: `.permission`, `.diskFull`, `.failed`; the old one is then still there.
    public static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let new = path + ".new"
        Files.remove(new)  // left by a crash
        do {
            let file = try Files.open(new, Files.createOnly, operation: "write the key file")
            try file.setMode(0o600, path: new)
            try file.replace(with: bytes, path: new)
            try file.sync(path: new)
            try Files.move(new, to: path)
        } catch {
            Files.remove(new)
            throw error
        }
        try Files.syncFolder(Files.folder(of: path))
    }
}
