#include "daemon/store/migrations.h"

#include <array>

#include <SQLiteCpp/SQLiteCpp.h>

namespace satchel::store {

namespace {

struct Migration {
    int version;
    const char* name;
    const char* sql;
};

constexpr std::array kMigrations = {
    Migration{1, "first tables", R"sql(
        CREATE TABLE meta (
            name TEXT PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE member (
            number INTEGER PRIMARY KEY,
            body BLOB NOT NULL
        ) STRICT;

        -- One lane's state here: digest over its rows, and our own log's end.
        CREATE TABLE lane (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL
        ) STRICT;

        -- The last op applied of each device, and the keyed chain value after it.
        CREATE TABLE applied (
            lane INTEGER NOT NULL,
            device BLOB NOT NULL,
            seq INTEGER NOT NULL,
            link BLOB NOT NULL,
            PRIMARY KEY (lane, device)
        ) STRICT, WITHOUT ROWID;

        -- Our own log, sealed: durable before it is acknowledged, kept for re-seeding a hub.
        CREATE TABLE segment (
            lane INTEGER NOT NULL,
            seq_from INTEGER NOT NULL,
            seq_to INTEGER NOT NULL,
            items INTEGER NOT NULL,
            is_pushed INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (lane, seq_from)
        ) STRICT;
        CREATE INDEX segment_unpushed ON segment (lane, seq_from) WHERE is_pushed = 0;

        -- Segments of other devices, from the moment they are received until they are applied.
        CREATE TABLE inbox (
            lane INTEGER NOT NULL,
            device BLOB NOT NULL,
            seq_from INTEGER NOT NULL,
            seq_to INTEGER NOT NULL,
            state INTEGER NOT NULL,
            reason TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (lane, device, seq_from)
        ) STRICT;

        -- The newest signed head seen of each device.
        CREATE TABLE head (
            device BLOB PRIMARY KEY,
            counter INTEGER NOT NULL,
            seen_ms INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE source (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            path TEXT NOT NULL,
            options TEXT NOT NULL,
            lane INTEGER NOT NULL
        ) STRICT;

        -- Tables and trees by their workspace-wide id; `ord` keeps row keys short.
        CREATE TABLE collection (
            ord INTEGER PRIMARY KEY,
            id INTEGER NOT NULL UNIQUE,
            lane INTEGER NOT NULL,
            source TEXT NOT NULL,
            name TEXT NOT NULL,
            columns BLOB NOT NULL,
            held INTEGER NOT NULL
        ) STRICT;

        -- flags: 1 the source lags behind, 2 some cell has several values,
        -- 4 the source had it, but its key went to another row
        -- Rows lie in the order they came; the ids are random, so only small indexes are.
        CREATE TABLE row (
            id INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL,
            sid BLOB NOT NULL,
            key BLOB,
            held_hash INTEGER NOT NULL,
            flags INTEGER NOT NULL,
            state BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX row_sid ON row (collection, sid);
        CREATE UNIQUE INDEX row_key ON row (collection, key) WHERE key IS NOT NULL;
        CREATE INDEX row_pending ON row (collection, sid) WHERE flags & 1;
        CREATE INDEX row_conflict ON row (collection, sid) WHERE flags & 2;
        CREATE INDEX row_orphan ON row (collection, sid) WHERE flags & 4;

        CREATE TABLE parked (
            collection INTEGER NOT NULL,
            sid BLOB NOT NULL,
            outcome INTEGER NOT NULL,
            reason TEXT NOT NULL,
            since_ms INTEGER NOT NULL,
            PRIMARY KEY (collection, sid)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE note (
            source INTEGER NOT NULL,
            name BLOB NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (source, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE piece (
            sid BLOB NOT NULL,
            content BLOB NOT NULL,
            number INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (sid, content, number)
        ) STRICT;
    )sql"},
    Migration{2, "what a held row clashes with", R"sql(
        -- kind: constraint unique orphan shown_as_null owner_open missing_parent too_large secret
        -- withheld; against: sid of the row it clashes with or lacks.
        ALTER TABLE parked ADD COLUMN kind TEXT NOT NULL DEFAULT '';
        ALTER TABLE parked ADD COLUMN against BLOB;
        ALTER TABLE parked ADD COLUMN detail TEXT NOT NULL DEFAULT '';
        CREATE INDEX parked_against ON parked (collection, against) WHERE against IS NOT NULL;
    )sql"},
    Migration{3, "displaced values", R"sql(
        -- kind: 1 replaced by another value, 2 removed with its row.
        -- value: NULL when this device never had its bytes.
        CREATE TABLE history (
            id INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL,
            sid BLOB NOT NULL,
            column INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            value BLOB,
            value_hash INTEGER NOT NULL,
            stamp INTEGER NOT NULL,
            device BLOB NOT NULL,
            seq INTEGER NOT NULL,
            by_device BLOB NOT NULL,
            by_seq INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            cycle INTEGER NOT NULL,
            key BLOB
        ) STRICT;
        CREATE INDEX history_item ON history (collection, sid);
        CREATE INDEX history_cycle ON history (cycle);
        CREATE INDEX history_age ON history (at_ms);
    )sql"},
    Migration{4, "rows in each other's way", R"sql(
        ALTER TABLE parked ADD COLUMN against_collection INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE parked ADD COLUMN hiding INTEGER NOT NULL DEFAULT 0;
    )sql"},
    Migration{5, "changes a person approved", R"sql(
        CREATE TABLE approval (
            id TEXT PRIMARY KEY,
            at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX parked_approval ON parked (since_ms) WHERE kind = 'approval';
    )sql"},
    Migration{6, "rows that wait, in the order they came", R"sql(
        DROP INDEX row_pending;
        CREATE INDEX row_pending ON row (collection) WHERE flags & 1;
    )sql"},
    Migration{7, "applied segments are kept", R"sql(
        UPDATE inbox SET state = 2 WHERE state = 1;
        CREATE INDEX inbox_waiting ON inbox (lane, device, seq_from) WHERE state IN (0, 2);
        CREATE INDEX inbox_quarantined ON inbox (lane) WHERE state = 2;
    )sql"},
};

}  // namespace

Status migrate(SQLite::Database& sqlite) {
    const int known = kMigrations.back().version;
    const int found = sqlite.execAndGet("PRAGMA user_version").getInt();
    if (found > known) {
        return Error{ErrorCode::version_mismatch,
                     "the store has version " + std::to_string(found) +
                         ", this program knows versions up to " + std::to_string(known),
                     "update Satchel on this device"};
    }
    for (const Migration& migration : kMigrations) {
        if (migration.version <= found) continue;
        SQLite::Transaction transaction(sqlite);
        sqlite.exec(migration.sql);
        sqlite.exec("PRAGMA user_version = " + std::to_string(migration.version));
        transaction.commit();
    }
    return ok();
}

}  // namespace satchel::store
