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
            try OwnAddresses.check(listen: listen, advertised: advertised ?? [])
            return (listen, advertised ?? [])
        }
    }

    public struct NewCommunity: Sendable {
        let community: String
        let founder: String
        let isTest: Bool
        let isClosed: Bool
        let workBase: UInt8

        /// - Parameter hasFullWork: as much as on a real network, though it is a test.
        public init(
            community: String, founder: String, isTest: Bool, isClosed: Bool,
            hasFullWork: Bool = false
        ) {
            self.community = community
            self.founder = founder
            self.isTest = isTest
            self.isClosed = isClosed
            workBase = isTest && !hasFullWork ? Self.testWorkBase : Limits.workBase
        }

        private static let testWorkBase: UInt8 = 8

        func check() throws(Problem) {
            try Setup.checkName(community)
            try Setup.checkName(founder)
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
        let (listen, advertised) = try place.checked()
        let settings = NodeSettings(
            network: invite.network, preSharedKey: invite.preSharedKey, listen: listen,
            advertised: advertised, carried: [invite.community])
        return try await make(folder) { keys throws(Problem) in
            try await write(settings, invite.seeds, folder)
            return Made(
                folder: folder, node: keys.node, network: invite.network,
                community: invite.community, invite: nil)
        }
    }

    /// A node of no network yet.
    public static func initialise(
        _ folder: NodeFolder, bare place: Place
    ) async throws(Problem) -> Made {
        let settings = try bareSettings(place)
        return try await make(folder) { keys throws(Problem) in
            try await write(settings, [], folder)
            return Made(
                folder: folder, node: keys.node, network: .zero, community: nil, invite: nil)
        }
    }

    /// A node with a community and network of its own.
    public static func initialise(
        _ folder: NodeFolder, founding new: NewCommunity, passphrase: String, _ place: Place
    ) async throws(Problem) -> Made {
        try new.check()
        let settings = try bareSettings(place)
        return try await make(folder) { keys throws(Problem) in
            try await write(settings, [], folder)
            return try await found(folder, keys, new, passphrase: passphrase)
        }
    }

    /// A community and its network, on a node that has none.
    public static func found(
        _ folder: NodeFolder, _ new: NewCommunity, passphrase: String
    ) async throws(Problem) -> Made {
        try new.check()
        return try await found(
            folder, try NodeKeys.read(from: folder), new, passphrase: passphrase)
    }

    /// Vault and records first, the settings that make them count last: what breaks off half-way
    /// leaves a node of no network, which can begin again.
    private static func found(
        _ folder: NodeFolder, _ keys: NodeKeys, _ new: NewCommunity, passphrase: String
    ) async throws(Problem) -> Made {
        let now = WallTime(seconds: UInt64(max(0, Date().timeIntervalSince1970)))
        let founded: Founding.Founded
        do {
            founded = try Founding.found(
                name: Text(new.community), founder: Text(new.founder),
                networkName: Text(new.community), seeds: [], isTest: new.isTest,
                workBase: new.workBase, now: now, random: Entropy.bytes)
        } catch {
            throw Problem(.internalError, "the community can't be made", hint: "report this")
        }
        let service = try await NodeService.open(folder, keys: keys) {
            settings throws(Problem) in
            guard settings.network == .zero else {
                throw Problem(
                    .cannotCreate, "this node belongs to a network already",
                    hint: "pass --data with another folder for a new network")
            }
            settings.network = founded.keyring.network
            settings.carried = [founded.keyring.community]
            settings.preSharedKey = new.isClosed ? Secret(Entropy.bytes(32)) : nil
        }
        do {
            // Of an attempt that broke off: without a network it opens nothing.
            for name in try await service.store.vaultNames() {
                _ = try await service.store.deleteVault(name)
            }
        } catch {
            throw Problem(error)
        }
        let desk = try await DeskSession.create(
            vaultName(new.founder), passphrase: [UInt8](passphrase.utf8), founded.keyring, service)
        try await desk.publishFirst(founded.charters, relay: keys.node, now: now)
        try await service.settings.save(service.store)
        let invite = try? await NodeClient.joining(service).relayInvite().text
        try await service.close()
        return Made(
            folder: folder, node: keys.node, network: founded.keyring.network,
            community: founded.keyring.community, invite: invite)
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

    public static func vaultName(_ name: String) -> String {
        name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: "-")
    }

    public static func checkName(_ name: String) throws(Problem) {
        let isPlain = name.unicodeScalars.allSatisfy {
            switch $0.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
                .unassigned:
                // The joiners that emoji and several scripts are written with are no trick.
                $0.value == 0x200D || $0.value == 0x200C
            default: true
            }
        }
        guard !name.allSatisfy(\.isWhitespace), name.utf8.count <= Limits.nameBytes, isPlain else {
            throw Problem(
                .usage, "a name has 1 to \(Limits.nameBytes) bytes and no control characters",
                hint: "choose a shorter one")
        }
    }

    private static func bareSettings(_ place: Place) throws(Problem) -> NodeSettings {
        let (listen, advertised) = try place.checked()
        return NodeSettings(
            network: .zero, preSharedKey: nil, listen: listen, advertised: advertised, carried: [])
    }

    /// Makes a node's folder around `body`. The key file is written last, for it is what makes a
    /// folder a node; a mark tells what an attempt that broke off left behind.
    private static func make(
        _ folder: NodeFolder, _ body: (NodeKeys) async throws(Problem) -> Made
    ) async throws(Problem) -> Made {
        try refuseInitialised(folder)
        guard folder.socketPath.utf8.count < 104 else {
            throw Problem(
                .configuration, "the data folder's path is too long for a socket",
                hint: "use a folder with a shorter path")
        }
        let files = FileManager.default
        do {
            try files.createDirectory(
                atPath: folder.path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw Problem(
                .noRights, "the folder \(folder.path) can't be made",
                hint: "look at the rights and space there, or pass --data DIR")
        }
        let mark = folder.path + "/unfinished"
        if files.fileExists(atPath: mark) {
            removeStore(folder)
        } else if files.fileExists(atPath: folder.storePath) {
            throw Problem(
                .cannotCreate, "\(folder.path) holds a store without its node.key",
                hint: "restore node.key from your backup, or pass --data with another folder")
        }
        guard files.createFile(atPath: mark, contents: nil) else {
            throw Problem(
                .noRights, "nothing can be written in \(folder.path)",
                hint: "look at the rights and space there, or pass --data DIR")
        }
        let made: Made
        do {
            let keys = NodeKeys.fresh()
            made = try await body(keys.keys)
            try keys.write(to: folder)
        } catch {
            removeStore(folder)
            unlink(mark)
            throw error
        }
        unlink(mark)
        return made
    }

    private static func removeStore(_ folder: NodeFolder) {
        for suffix in ["", "-wal", "-shm"] { unlink(folder.storePath + suffix) }
    }

    private static func write(
        _ settings: NodeSettings, _ seeds: [Seed], _ folder: NodeFolder
    ) async throws(Problem) {
        let lock = try FolderLock.taken(folder)
        defer { lock.release() }
        let store = try openStore(folder)
        try await settings.save(store)
        do {
            for seed in seeds {
                _ = try await store.addAddress(
                    seed.address.string, node: seed.node, source: .invited)
            }
            try store.close()
        } catch {
            throw Problem(error)
        }
    }

    static func openStore(
        _ folder: NodeFolder, _ limits: StoreLimits = StoreLimits()
    ) throws(Problem) -> Store {
        do { return try Store(folder: folder.path, limits: limits) } catch { throw Problem(error) }
    }
}
