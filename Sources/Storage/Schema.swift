import GRDB

/// The tables, and how older ones become today's.
///
/// Whatever must be gone once it is removed lies in `body` (`Bodies.swift`); the rows that own a
/// body name its number and its length. Indexes end in the rowid by themselves.
enum Schema {
    /// "Kith" in SQLite's header.
    static let applicationID: Int64 = 0x4B69_7468

    /// Migration n turns schema n into schema n + 1. Never edited once released; only added to.
    static let migrations: [String] = [
        bodies + items + submissions + vaults + peers, hiddenItems,
    ]

    static var version: Int { migrations.count }

    /// Brings the database up to `version`, each step in a transaction of its own.
    ///
    /// - Throws: `StoreError.newerSchema`, `StoreError.foreign`, or what SQLite answered.
    static func migrate(_ db: Database, path: String) throws {
        let found = Int(try pragma("PRAGMA user_version", db))
        let application = try pragma("PRAGMA application_id", db)
        let isEmpty = try !db.exists("SELECT 1 FROM sqlite_master", [])
        guard application == applicationID || (application == 0 && found == 0 && isEmpty) else {
            throw StoreError.foreign(path: path)
        }
        guard found <= version else { throw StoreError.newerSchema(found: found, known: version) }
        for step in found..<version {
            try db.inTransaction(.immediate) {
                try db.execute(sql: migrations[step])
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(step + 1)")
                return .commit
            }
        }
    }

    static func pragma(_ sql: String, _ db: Database) throws -> Int64 {
        try db.first(sql) { $0.integer(0) } ?? 0
    }

    /// `hole`: bodies that were removed and wait to be written over.
    private static let bodies = """
        CREATE TABLE body(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
        CREATE TABLE hole(
            capacity INTEGER NOT NULL,
            body INTEGER NOT NULL,
            PRIMARY KEY (capacity, body)
        ) STRICT, WITHOUT ROWID;

        """

    /// `loose`: a retraction that came without its target being held. `total` has one row, kept
    /// in step by every transaction, so that opening need not count.
    private static let items = """
        CREATE TABLE item(
            seq INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            kind INTEGER NOT NULL,
            slot INTEGER NOT NULL,
            ttl_class INTEGER NOT NULL,
            expiry INTEGER NOT NULL,
            topic BLOB NOT NULL,
            own INTEGER NOT NULL,
            loose INTEGER NOT NULL,
            target BLOB,
            body INTEGER NOT NULL,
            length INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX item_position ON item(slot, id);
        CREATE INDEX item_topic ON item(topic) WHERE kind = 0;
        CREATE INDEX item_expiry ON item(expiry);
        CREATE INDEX item_own ON item(own) WHERE own = 1;
        CREATE UNIQUE INDEX item_target ON item(target) WHERE target IS NOT NULL;
        CREATE TABLE total(
            only INTEGER PRIMARY KEY CHECK (only = 0),
            rows INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            retractions INTEGER NOT NULL,
            loose INTEGER NOT NULL,
            last_seq INTEGER NOT NULL,
            last_body INTEGER NOT NULL
        ) STRICT;
        INSERT INTO total VALUES (0, 0, 0, 0, 0, 0, 0);

        """

    private static let submissions = """
        CREATE TABLE submission(
            seq INTEGER PRIMARY KEY,
            handle BLOB NOT NULL,
            item BLOB NOT NULL,
            kind INTEGER NOT NULL,
            expiry INTEGER NOT NULL,
            UNIQUE (handle, item)
        ) STRICT;
        CREATE INDEX submission_item ON submission(item);
        CREATE INDEX submission_expiry ON submission(expiry);
        CREATE TABLE witness(
            item BLOB NOT NULL,
            kind INTEGER NOT NULL,
            node BLOB NOT NULL,
            PRIMARY KEY (item, kind, node)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE pending(
            seq INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            handle BLOB NOT NULL,
            due INTEGER NOT NULL,
            slot INTEGER NOT NULL,
            ttl_class INTEGER NOT NULL,
            expiry INTEGER NOT NULL,
            topic BLOB NOT NULL,
            target BLOB NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT;
        CREATE INDEX pending_due ON pending(due);

        """

    private static let vaults = """
        CREATE TABLE vault(
            name TEXT PRIMARY KEY NOT NULL,
            version INTEGER NOT NULL,
            body INTEGER NOT NULL,
            length INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE opened(
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            vault TEXT NOT NULL REFERENCES vault(name) ON DELETE CASCADE,
            item BLOB NOT NULL,
            topic BLOB NOT NULL,
            body INTEGER NOT NULL,
            length INTEGER NOT NULL,
            UNIQUE (vault, item)
        ) STRICT;
        CREATE INDEX opened_vault ON opened(vault);
        CREATE TABLE scanned(
            vault TEXT NOT NULL REFERENCES vault(name) ON DELETE CASCADE,
            topic BLOB NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (vault, topic)
        ) STRICT, WITHOUT ROWID;

        """

    private static let peers = """
        CREATE TABLE address(
            host_port TEXT PRIMARY KEY NOT NULL,
            node BLOB,
            source TEXT NOT NULL,
            last_success INTEGER,
            failures INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE mark(
            node BLOB PRIMARY KEY NOT NULL,
            pinned INTEGER NOT NULL,
            blocked INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE setting(
            key TEXT PRIMARY KEY NOT NULL,
            body INTEGER NOT NULL,
            length INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE community(id BLOB PRIMARY KEY NOT NULL, data BLOB NOT NULL) STRICT;
        """

    /// `hidden`: submitted here and unknown to anybody else, 1 as long as it was not seen in the open,
    /// 2 since the open has no place for it. `size` and `work`: half of the third byte and the fourth of a header, with which a retraction begins too.
    private static let hiddenItems = """
        ALTER TABLE item ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE item ADD COLUMN work INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE item ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
        UPDATE item SET
            work = (
                SELECT 16 * (instr('0123456789ABCDEF', substr(hex(substr(bytes, 4, 1)), 1, 1)) - 1)
                    + instr('0123456789ABCDEF', substr(hex(substr(bytes, 4, 1)), 2, 1)) - 1
                FROM body WHERE number = item.body),
            size = (
                SELECT instr('0123456789ABCDEF', substr(hex(substr(bytes, 3, 1)), 2, 1)) - 1
                FROM body WHERE number = item.body);
        CREATE INDEX item_hidden ON item(hidden) WHERE hidden = 1;
        DROP INDEX item_position;
        CREATE INDEX item_slot ON item(slot);
        """
}
