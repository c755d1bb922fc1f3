import Entropy
import Foundation
import Model
import Sealing
import Sodium

/// A vault unlocked in this process: seals what its owner keeps on the node, and opens it again.
/// The node holds nothing but what is sealed here.
struct OpenVault: Sendable {
    let access: any NodeAccess
    let name: String
    private let key: VaultKey
    private var version: Int64

    /// Unlocks a vault; slow on purpose.
    ///
    /// - Returns: the vault and what it holds, the caller's to wipe.
    /// - Throws: `Problem` `.noRights` for a wrong passphrase, `.notFound` without such a vault.
    static func unlock(
        _ name: String, passphrase: [UInt8], _ access: any NodeAccess
    ) async throws(Problem) -> (vault: OpenVault, plain: [UInt8]) {
        let (version, blob) = try await access.expect(.vault(name: name)) {
            if case .vault(let version, let blob) = $0 { (version, [UInt8](blob)) } else { nil }
        }
        do {
            let key = try VaultKey(passphrase: passphrase, salt: VaultKey.salt(of: blob))
            return (OpenVault(access, name, key, version), try key.open(blob))
        } catch {
            throw Problem(error)
        }
    }

    /// Makes a new vault.
    static func create(
        _ name: String, passphrase: [UInt8], _ plain: [UInt8], _ access: any NodeAccess
    ) async throws(Problem) -> OpenVault {
        let key: VaultKey
        do {
            key = try VaultKey(passphrase: passphrase, salt: Entropy.bytes(VaultKey.saltBytes))
        } catch {
            throw Problem(error)
        }
        var vault = OpenVault(access, name, key, 0)
        try await vault.save(plain)
        return vault
    }

    private init(
        _ access: any NodeAccess, _ name: String, _ key: VaultKey, _ version: Int64
    ) {
        self.access = access
        self.name = name
        self.key = key
        self.version = version
    }

    /// Writes what the vault holds now.
    mutating func save(_ plain: [UInt8]) async throws(Problem) {
        try await access.expectDone(.saveVault(saved(plain)))
        version += 1
    }

    /// What the vault holds now, to be kept together with something else; call `wasSaved` after.
    func saved(_ plain: [UInt8]) -> ControlRequest.SavedVault {
        ControlRequest.SavedVault(
            name: name, expectedVersion: version,
            blob: Data(key.seal(plain, nonce: Entropy.bytes(24))))
    }

    mutating func wasSaved() { version += 1 }

    /// Something opened, sealed for the node to keep.
    func row(_ id: ItemID, _ topic: Topic, _ plain: [UInt8]) -> ControlRequest.OpenedRow {
        ControlRequest.OpenedRow(
            vault: name, id: Data(id.bytes), topic: Data(topic.bytes),
            blob: Data(key.seal(plain, nonce: Entropy.bytes(24))))
    }

    /// Gives everything kept so after `position`, in the order it was added. What is given is wiped
    /// afterwards.
    ///
    /// - Returns: the position of the last.
    @discardableResult
    func eachRow(
        after position: Int64 = 0, _ body: (ItemID, [UInt8]) -> Void
    ) async throws(Problem) -> Int64 {
        var after = position
        while true {
            let (page, next, last) = try await access.expect(.opened(vault: name, after: after)) {
                if case .opened(let page, let next, let last) = $0 {
                    (page, next, last)
                } else {
                    nil
                }
            }
            for row in page {
                guard var plain = try? key.open([UInt8](row.blob)) else {
                    throw Problem(
                        .badData, "an opened message under this vault is damaged",
                        hint: "restore the folder from your backup")
                }
                body(try ItemID(checking: row.id), plain)
                wipe(&plain)
            }
            after = last
            if next == nil { return last }
        }
    }
}
