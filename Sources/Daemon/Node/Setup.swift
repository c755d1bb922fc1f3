import Casework
import Entropy
import Foundation
public import Model
public import Sealing
import Sodium
import Storage
import Transport
import Wire

/// Makes nodes and lets them join: all that happens once.
public enum Setup {
    public static let usualListen = "0.0.0.0:4711"

    /// Where a node listens and what it tells others.
    public struct Place: Sendable {
        let listen: String
        let advertised: [String]?

        public init(listen: String, advertised: [String]?) {
            self.listen = listen
            self.advertised = advertised
        }

        /// The told addresses: those given, or the one listened on when it is a single one.
        func checked() throws(Problem) -> (listen: String, advertised: [String]) {
            for address in [listen] + (advertised ?? []) where Endpoint(address) == nil {
                throw Problem(
                    .usage, "\(address) is not an address",
                    hint: "host:port, such as 0.0.0.0:4711 or [::]:4711")
            }
            return (listen, advertised ?? [])
        }
    }

    public struct NewCommunity: Sendable {
        let community: String
        let founder: String
        let isTest: Bool
        let isClosed: Bool

        public init(community: String, founder: String, isTest: Bool, isClosed: Bool) {
            self.community = community
            self.founder = founder
            self.isTest = isTest
            self.isClosed = isClosed
        }
    }

    public struct Made: Sendable {
        public let folder: NodeFolder
        public let node: NodeID
        public let network: NetworkID
        public let community: CommunityID?
        /// For relays.
        public let invite: String?
    }

    /// Reads an invite.
    public static func invite(_ text: String, now: WallTime) throws(Problem) -> Invite {
        do { return try Invite(text, now: now) } catch {
            switch error {
            case .notAnInvite:
                throw Problem(
                    .badData, "that is not an invite", hint: "an invite begins with kith1:")
            case .damaged:
                throw Problem(
                    .badData, "the invite is damaged: characters are missing or changed",
                    hint: "copy the whole line again")
            case .expired:
                throw Problem(
                    .badData, "the invite has ended",
                    hint: "ask for a new one; and look whether this computer's clock is right")
            }
        }
    }

    /// - Throws: `Problem` `.cannotCreate` where a node already is.
    public static func refuseInitialised(_ folder: NodeFolder) throws(Problem) {
        guard !folder.isInitialised else {
            throw Problem(
                .cannotCreate, "there is a node in \(folder.path) already",
                hint: "kith run starts it; or pass --data with another folder")
        }
    }

    /// A node that joins an invite's network.
    public static func initialise(
        _ folder: NodeFolder, joining invite: Invite, _ place: Place
    ) async throws(Problem) -> Made {
        let (keys, store, lock) = try create(folder)
        defer { lock.release() }
        try await write(invite, place, store, existing: nil)
        try closed(store)
        return Made(
            folder: folder, node: keys.node, network: invite.network,
            community: invite.community, invite: nil)
    }

    /// A node of no network yet.
    public static func initialise(
        _ folder: NodeFolder, bare place: Place
    ) async throws(Problem) -> Made {
        let (keys, store, lock) = try create(folder)
        defer { lock.release() }
        let (listen, advertised) = try place.checked()
        let settings = NodeSettings(
            network: .zero, preSharedKey: nil, listen: listen, advertised: advertised, carried: [])
        try await settings.save(store)
        try closed(store)
        return Made(
            folder: folder, node: keys.node, network: .zero, community: nil, invite: nil)
    }

    /// A node with a community and network of its own.
    public static func initialise(
        _ folder: NodeFolder, founding new: NewCommunity, passphrase: String, _ place: Place
    ) async throws(Problem) -> Made {
        try checkName(new.community)
        try checkName(new.founder)
        _ = try await initialise(folder, bare: place)
        return try await found(folder, new, passphrase: passphrase)
    }

    /// A community and its network, on a node that has none.
    public static func found(
        _ folder: NodeFolder, _ new: NewCommunity, passphrase: String
    ) async throws(Problem) -> Made {
        try checkName(new.community)
        try checkName(new.founder)
        let now = WallTime(seconds: UInt64(max(0, Date().timeIntervalSince1970)))
        let keys = try NodeKeys.read(from: folder)
        let founded = try await settle(folder, new, now)
        let service = try await NodeService.open(folder)
        let desk = try await DeskSession.create(
            vaultName(new.founder), passphrase: [UInt8](passphrase.utf8), founded.keyring, service)
        try await desk.publishFirst(founded.charters, relay: keys.node, now: now)
        let invite = try? await NodeClient.joining(service).relayInvite().text
        try await service.close()
        return Made(
            folder: folder, node: keys.node, network: founded.keyring.network,
            community: founded.keyring.community, invite: invite)
    }

    /// Makes the keys and writes the settings that make the node part of the new network.
    private static func settle(
        _ folder: NodeFolder, _ new: NewCommunity, _ now: WallTime
    ) async throws(Problem) -> Founding.Founded {
        let lock = try FolderLock.taken(folder)
        defer { lock.release() }
        let store = try openStore(folder)
        var settings = try await NodeSettings.read(store)
        guard settings.network == .zero else {
            throw Problem(
                .cannotCreate, "this node belongs to a network already",
                hint: "pass --data with another folder for a new network")
        }
        let founded: Founding.Founded
        do {
            founded = try Founding.found(
                name: Text(new.community), founder: Text(new.founder),
                networkName: Text(new.community), seeds: [], isTest: new.isTest,
                workBase: new.isTest ? 8 : Limits.workBase, now: now, random: Entropy.bytes)
        } catch {
            throw Problem(.internalError, "the community can't be made", hint: "report this")
        }
        settings.network = founded.keyring.network
        settings.carried = [founded.keyring.community]
        settings.preSharedKey = new.isClosed ? Secret(Entropy.bytes(32)) : nil
        try await settings.save(store)
        try closed(store)
        return founded
    }

    /// Joins the network of an invite: a new node, a bare one, or one of the same network.
    public static func join(
        _ folder: NodeFolder, _ invite: Invite, _ place: Place
    ) async throws(Problem) {
        guard folder.isInitialised else {
            _ = try await initialise(folder, joining: invite, place)
            return
        }
        let access = try await NodeClient.reach(folder)
        if let service = access as? NodeService {
            try await service.join(invite)
            return
        }
        let joining = try await NodeClient.joining(access)
        guard joining.network == invite.network else { throw otherNetwork }
        for seed in invite.seeds {
            try await NodeClient.addPeer(seed.address.string, access)
        }
    }

    static var otherNetwork: Problem {
        Problem(
            .badData, "the invite is for another network than this node's",
            hint: "pass --data with another folder: one folder, one network")
    }

    /// Makes a vault for a new member; the request to join goes out when the manifest is known.
    public static func becomeMember(
        _ invite: Invite, name: String, passphrase: String, _ access: any NodeAccess,
        now: WallTime
    ) async throws(Problem) {
        try checkName(name)
        let names = try await NodeClient.vaultNames(access)
        guard !names.contains(vaultName(name)) else {
            throw Problem(
                .cannotCreate, "there is a vault for \(vaultName(name)) already",
                hint: "choose another --name")
        }
        var keyring = Keyring(
            network: invite.network, community: invite.community,
            person: Keyring.Person(name: Text(name), random: Entropy.bytes))
        keyring.joinSecret = invite.oneTimeSecret
        _ = try await DeskSession.create(
            vaultName(name), passphrase: [UInt8](passphrase.utf8), keyring, access)
        let desk = try await DeskSession.unlock(
            vaultName(name), passphrase: [UInt8](passphrase.utf8), access, now: now)
        try await desk.sync(now: now)
    }

    /// Five groups of four letters and digits: about 99 bits, easy to copy.
    public static func makePassphrase() -> String {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        var groups: [String] = []
        for _ in 0..<5 {
            var group = ""
            while group.count < 4 {
                for byte in Entropy.bytes(8) where byte < 248 && group.count < 4 {
                    group.append(letters[Int(byte) % 31])
                }
            }
            groups.append(group)
        }
        return groups.joined(separator: "-")
    }

    // MARK: Private

    static func vaultName(_ name: String) -> String {
        let kept = name.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "-" }
        return String(kept.prefix(32))
    }

    private static func checkName(_ name: String) throws(Problem) {
        let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard !name.isEmpty, name.utf8.count <= Limits.nameBytes, isPlain else {
            throw Problem(
                .usage, "a name has 1 to \(Limits.nameBytes) bytes and no control characters",
                hint: "choose a shorter one")
        }
    }

    private static func create(
        _ folder: NodeFolder
    ) throws(Problem) -> (NodeKeys, Store, FolderLockHolder) {
        try refuseInitialised(folder)
        do {
            try FileManager.default.createDirectory(
                atPath: folder.path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw Problem(
                .noRights, "the folder \(folder.path) can't be made",
                hint: "look at the rights and space there, or pass --data DIR")
        }
        let lock = try FolderLock.taken(folder)
        let store = try openStore(folder)
        let keys = try NodeKeys.create(in: folder)
        return (keys, store, lock)
    }

    private static func write(
        _ invite: Invite, _ place: Place, _ store: Store, existing: NodeSettings?
    ) async throws(Problem) {
        let (listen, advertised) = try place.checked()
        let settings = NodeSettings(
            network: invite.network, preSharedKey: invite.preSharedKey,
            listen: existing?.listen ?? listen, advertised: existing?.advertised ?? advertised,
            carried: [invite.community])
        try await settings.save(store)
        do {
            for seed in invite.seeds {
                _ = try await store.addAddress(
                    seed.address.string, node: seed.node, source: .given)
            }
        } catch {
            throw Problem(error)
        }
    }

    static func openStore(_ folder: NodeFolder) throws(Problem) -> Store {
        do { return try Store(folder: folder.path) } catch { throw Problem(error) }
    }

    private static func closed(_ store: Store) throws(Problem) {
        do { try store.close() } catch { throw Problem(error) }
    }
}

/// A folder's lock, held by a reference so that it can be kept with what it protects.
public final class FolderLockHolder: Sendable {
    private let lock: Locked

    init(_ lock: consuming FolderLock) { self.lock = Locked(lock) }

    func release() { lock.release() }

    private final class Locked: @unchecked Sendable {
        private var held: FolderLock?
        private let guard_ = NSLock()

        init(_ lock: consuming FolderLock) { held = consume lock }

        func release() {
            guard_.lock()
            defer { guard_.unlock() }
            if let lock = held.take() { lock.release() }
        }
    }
}

extension FolderLock {
    static func taken(_ folder: NodeFolder) throws(Problem) -> FolderLockHolder {
        do { return FolderLockHolder(try FolderLock.take(folder.path)) } catch {
            throw Problem(error)
        }
    }
}

extension NodeSettings {
    static func read(_ store: Store) async throws(Problem) -> NodeSettings {
        let bytes: [UInt8]?
        do { bytes = try await store.setting(key) } catch { throw Problem(error) }
        guard let bytes, let settings = try? NodeSettings(decoding: bytes) else {
            throw Problem(
                .configuration, "the node's settings are missing",
                hint: "kith init in a new folder, or restore this one from your backup")
        }
        return settings
    }

    func save(_ store: Store) async throws(Problem) {
        do { try await store.setSetting(Self.key, encoded) } catch { throw Problem(error) }
    }
}
