import Entropy
import Foundation
public import Model
import Sealing
public import Sodium
import Storage
import Wire

/// A node's data folder: its key file, its store, its socket.
public struct NodeFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var keyPath: String { path + "/node.key" }
    var storePath: String { path + "/kith.sqlite" }
    public var socketPath: String { path + "/kith.sock" }

    /// Where a node lives unless told otherwise: KITH_DATA, or ~/.kith.
    public static var usual: String {
        let environment = ProcessInfo.processInfo.environment
        if let chosen = environment["KITH_DATA"], !chosen.isEmpty { return chosen }
        return (environment["HOME"] ?? ".") + "/.kith"
    }

    public var isInitialised: Bool { FileManager.default.fileExists(atPath: keyPath) }
}

/// A node's two secret keys: who it is, and what its links are made with.
public struct NodeKeys: Sendable {
    public let nodeKey: SigningKey
    public let linkKey: AgreementKey

    public var node: NodeID {
        guard let id = NodeID(nodeKey.publicKey) else { preconditionFailure("32 bytes") }
        return id
    }

    /// New keys, not yet on disk.
    struct Fresh {
        let keys: NodeKeys
        private let bytes: Secret

        fileprivate init(_ bytes: Secret) {
            self.bytes = bytes
            keys = NodeKeys(bytes.copied())
        }

        /// Writes the key file, readable by the owner alone.
        func write(to folder: NodeFolder) throws(Problem) {
            do { try KeyFile.write([1] + bytes.copied(), to: folder.keyPath) } catch {
                throw Problem(error)
            }
        }
    }

    static func fresh() -> Fresh {
        var bytes = Entropy.bytes(64)
        return Fresh(Secret(wiping: &bytes))
    }

    /// - Throws: `.notFound` where no node was made yet, `.badData` for another file.
    public static func read(from folder: NodeFolder) throws(Problem) -> NodeKeys {
        var bytes: [UInt8]
        do {
            guard let read = try KeyFile.read(folder.keyPath) else {
                throw Problem(
                    .notFound, "there is no node in \(folder.path)",
                    hint: "kith init makes one; or pass --data DIR")
            }
            bytes = read
        } catch let error as StoreError {
            throw Problem(error)
        } catch let error as Problem {
            throw error
        } catch {
            throw Problem(.internalError, "reading node.key failed", hint: "try again")
        }
        defer { wipe(&bytes) }
        guard bytes.count == 65, bytes[0] == 1 else {
            throw Problem(
                .badData, "\(folder.keyPath) is not a node's key file",
                hint: "restore it from your backup; a new key would make this a new node")
        }
        return NodeKeys([UInt8](bytes.dropFirst()))
    }

    private init(_ bytes: [UInt8]) {
        nodeKey = SigningKey(seed: Secret(bytes[0..<32]))
        linkKey = AgreementKey(secret: Secret(bytes[32..<64]))
    }
}

/// What a node is part of and how it is reached; kept in the store.
public struct NodeSettings: Sendable {
    static let key = "node"

    public var network: NetworkID
    public var preSharedKey: Secret?
    /// "host:port" to listen on.
    public var listen: String
    /// "host:port" others are told; empty for none.
    public var advertised: [String]
    /// Carried whatever the charter says.
    public var carried: [CommunityID]

    public init(
        network: NetworkID, preSharedKey: Secret?, listen: String, advertised: [String],
        carried: [CommunityID]
    ) {
        self.network = network
        self.preSharedKey = preSharedKey
        self.listen = listen
        self.advertised = advertised
        self.carried = carried
    }

    var encoded: [UInt8] {
        CBOR.fields(
            .bytes(network.bytes), preSharedKey.map { .bytes($0.copied()) }, .string(listen),
            .array(advertised.map { .string($0) }), .array(carried.map { .bytes($0.bytes) })
        ).encoded
    }

    init(decoding bytes: [UInt8]) throws(ShapeError) {
        let fields = try Fields(decoding: bytes)
        self.init(
            network: try fields.identifier32(1),
            preSharedKey: try fields.optionalBytes(2, count: 32).map { Secret($0) },
            listen: try fields.text(3), advertised: try fields.array(4).compactMap { $0.asText },
            carried: try fields.byteStrings(5, count: 32).compactMap { CommunityID($0) })
    }
}
