#include "tests/unit/sqlite_tables/shapes.h"

namespace satchel::test {

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> kShapes = {
        {"CREATE TABLE t (id INTEGER PRIMARY KEY, u TEXT UNIQUE, v)",
         {"t"},
         {"INSERT OR IGNORE INTO t VALUES (#, $, #)",
          "INSERT OR REPLACE INTO t VALUES (#, $, #)",
          "INSERT OR REPLACE INTO t (u, v) VALUES ($, #)",
          "UPDATE OR REPLACE t SET id = # WHERE id = #",
          "UPDATE OR IGNORE t SET id = id + # WHERE id > #",
          "UPDATE OR REPLACE t SET u = $ WHERE id = #",
          "UPDATE t SET v = $ WHERE id < #",
          "INSERT INTO t VALUES (#, $, 0) ON CONFLICT (u) DO UPDATE SET v = #, id = 99 - id",
          "DELETE FROM t WHERE id = #"}},
        {"CREATE TABLE t (a INT, b TEXT COLLATE NOCASE, c REAL UNIQUE, v, PRIMARY KEY (a, b))"
         " WITHOUT ROWID",
         {"t"},
         {"INSERT OR REPLACE INTO t VALUES (#, $, #, $)",
          "INSERT OR IGNORE INTO t VALUES (#, upper($), NULL, $)",
          "UPDATE OR REPLACE t SET a = # WHERE b = $",
          "UPDATE OR REPLACE t SET b = upper(b) WHERE a = #",
          "UPDATE OR REPLACE t SET c = # WHERE a = #",
          "DELETE FROM t WHERE a = # OR b = $"}},
        {"CREATE TABLE t (k TEXT UNIQUE ON CONFLICT REPLACE, v BLOB)",
         {"t"},
         {"INSERT INTO t VALUES ($, #)",
          "INSERT INTO t VALUES ($, x'00ff')",
          "UPDATE t SET k = $ WHERE k = $",
          "UPDATE OR IGNORE t SET k = $ WHERE v < #",
          "DELETE FROM t WHERE k = $"}},
        {"CREATE TABLE t (a INT NOT NULL, b TEXT NOT NULL, u TEXT, w INT NOT NULL DEFAULT 3 UNIQUE,"
         " PRIMARY KEY (a, b)); CREATE UNIQUE INDEX tu ON t (u)",
         {"t"},
         {"INSERT OR REPLACE INTO t VALUES (#, $, $, #)",
          "INSERT OR REPLACE INTO t VALUES (#, $, $, NULL)",
          "INSERT OR IGNORE INTO t VALUES (#, $, NULL, #)",
          "UPDATE OR REPLACE t SET u = $ WHERE a = #",
          "UPDATE OR REPLACE t SET a = #, w = NULL WHERE b = $",
          "DELETE FROM t WHERE a = #"}},
        {"CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT UNIQUE);"
         "CREATE TABLE t (id INTEGER PRIMARY KEY, p INT REFERENCES p(id) ON DELETE CASCADE"
         " ON UPDATE CASCADE, up INT REFERENCES t(id) ON DELETE SET NULL, v);"
         "PRAGMA foreign_keys = ON",
         {"p", "t"},
         {"INSERT OR IGNORE INTO p VALUES (#, $)",
          "INSERT OR REPLACE INTO p VALUES (#, $)",
          "INSERT INTO t SELECT NULL, id, NULL, $ FROM p LIMIT 2",
          "UPDATE OR IGNORE p SET id = # WHERE id = #",
          "UPDATE t SET up = (SELECT max(id) FROM t) WHERE id = #",
          "UPDATE OR IGNORE t SET id = # WHERE id = #",
          "DELETE FROM p WHERE id = #",
          "DELETE FROM t WHERE id = #"}},
        {"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, sync_id TEXT, n TEXT UNIQUE, v)",
         {"t"},
         {"INSERT OR REPLACE INTO t (n, v) VALUES ($, #)",
          "UPDATE OR REPLACE t SET n = $ WHERE id = #",
          "UPDATE OR IGNORE t SET id = id + 20 WHERE id = #",
          "UPDATE t SET v = # WHERE id < #",
          "DELETE FROM t WHERE n = $"}},
        {"CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT, v, touched INT DEFAULT 0);"
         "CREATE TRIGGER bump AFTER UPDATE OF v ON t BEGIN"
         "  UPDATE t SET touched = touched + 1 WHERE id = new.id; END;"
         "CREATE TRIGGER tidy AFTER INSERT ON t WHEN new.n = 'a' BEGIN"
         "  INSERT OR IGNORE INTO t (id, n, v) VALUES (new.id + 1, 'copy', new.v);"
         "  DELETE FROM t WHERE v > 6; END",
         {"t"},
         {"INSERT OR REPLACE INTO t (id, n, v) VALUES (#, $, #)",
          "INSERT INTO t (n, v) VALUES ('a', #)",
          "UPDATE t SET v = # WHERE id < #",
          "UPDATE OR IGNORE t SET id = # WHERE n = $",
          "DELETE FROM t WHERE id = #"}},
        {"CREATE TABLE t (k TEXT PRIMARY KEY, a INT, b ANY, s INT AS (a * 2) STORED,"
         " w TEXT AS (k || b)) STRICT, WITHOUT ROWID",
         {"t"},
         {"INSERT OR REPLACE INTO t (k, a, b) VALUES ($, #, $)",
          "INSERT OR IGNORE INTO t (k, a, b) VALUES ($, NULL, #)",
          "UPDATE t SET b = x'00ff' WHERE a < #",
          "UPDATE OR REPLACE t SET k = $ WHERE s > #",
          "DELETE FROM t WHERE k = $"}},
        {"CREATE TABLE t (id INTEGER PRIMARY KEY, v, c1 DEFAULT 'x')",
         {"t"},
         {"ALTER TABLE t ADD COLUMN c#",
          "ALTER TABLE t ADD COLUMN d# TEXT DEFAULT 'made'",
          "ALTER TABLE t DROP COLUMN c#",
          "ALTER TABLE t RENAME COLUMN c# TO d#",
          "ALTER TABLE t RENAME COLUMN d# TO c#",
          "INSERT INTO t (v) VALUES (#)",
          "INSERT OR REPLACE INTO t (id, v) VALUES (#, $)",
          "UPDATE t SET v = $ WHERE id < #",
          "UPDATE t SET c# = $ WHERE id > #",
          "DELETE FROM t WHERE id = #"}},
        {"CREATE TABLE t (id INTEGER PRIMARY KEY, u TEXT, v); CREATE INDEX tv ON t (v)",
         {"t"},
         {"CREATE TABLE made (id INTEGER PRIMARY KEY, u TEXT, v);"
          "INSERT INTO made SELECT id, u, v FROM t; DROP TABLE t; ALTER TABLE made RENAME TO t",
          "CREATE TABLE made (id INTEGER PRIMARY KEY, u TEXT, v);"
          "INSERT INTO made SELECT id + 1, u, v FROM t WHERE v <> #; DROP TABLE t;"
          "ALTER TABLE made RENAME TO t",
          "INSERT INTO t (u, v) VALUES ($, #)",
          "INSERT OR REPLACE INTO t VALUES (#, $, #)",
          "UPDATE t SET u = $ WHERE v = #",
          "DELETE FROM t WHERE v = #"}},
        {"CREATE TABLE g (k BLOB PRIMARY KEY, v) WITHOUT ROWID;"
         "CREATE TABLE p (id INTEGER PRIMARY KEY, g REFERENCES g ON DELETE CASCADE"
         " ON UPDATE CASCADE, v);"
         "CREATE TABLE t (p INT NOT NULL REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE,"
         " n TEXT NOT NULL COLLATE NOCASE, v, PRIMARY KEY (p, n));"
         "PRAGMA foreign_keys = ON",
         {"g", "p", "t"},
         {"INSERT OR REPLACE INTO g VALUES (CAST($ AS BLOB), #)",
          "INSERT INTO p (g, v) SELECT k, # FROM g LIMIT 2",
          "INSERT OR IGNORE INTO t SELECT id, upper($), # FROM p WHERE v < #",
          "INSERT OR REPLACE INTO t SELECT id, $, # FROM p WHERE v > #",
          "UPDATE OR IGNORE g SET k = CAST($ || 'z' AS BLOB) WHERE v = #",
          "UPDATE OR IGNORE p SET id = id + # WHERE v = #",
          "DELETE FROM g WHERE v = #",
          "DELETE FROM p WHERE v = #",
          "DELETE FROM t WHERE n = $"}},
        {"CREATE TABLE t (k TEXT PRIMARY KEY NOT NULL, n NUMERIC, r REAL, v BLOB);"
         "CREATE VIEW seen AS SELECT k, v FROM t;"
         "CREATE TRIGGER through INSTEAD OF INSERT ON seen BEGIN"
         "  INSERT INTO t (k, v) VALUES (new.k, new.v) ON CONFLICT DO UPDATE SET v = new.v; END",
         {"t"},
         {"INSERT INTO seen VALUES ($, #)",
          "INSERT OR REPLACE INTO t VALUES ($, '#', #, x'00')",
          "INSERT OR IGNORE INTO t VALUES ($, 1e#, -0.0, NULL)",
          "UPDATE OR FAIL t SET k = k || 'y' WHERE n < #",
          "UPDATE t SET r = 9e999, n = '#.0' WHERE k = $",
          "DELETE FROM t WHERE k LIKE $ || '%'"}},
        {"CREATE TABLE p (id INTEGER PRIMARY KEY, n);"
         "CREATE TABLE t (a, b TEXT COLLATE NOCASE, p INT REFERENCES p ON DELETE SET NULL"
         " ON UPDATE CASCADE, c REAL); PRAGMA foreign_keys = ON",
         {"p", "t"},
         {"INSERT INTO t (a, b) VALUES (#, $)",
          "INSERT INTO t (a, b) VALUES ('#', upper($)), ('#', $), (#.0, NULL)",
          "INSERT INTO t (a, p) SELECT 1, id FROM p WHERE id < #",
          "INSERT OR REPLACE INTO p VALUES (#, $)",
          "UPDATE OR IGNORE p SET id = id + # WHERE id > #",
          "INSERT INTO t SELECT * FROM t WHERE a = # LIMIT 4",
          "UPDATE t SET a = # WHERE b = $",
          "UPDATE t SET b = $, c = -0.0 WHERE a = #",
          "UPDATE t SET rowid = rowid + 50 WHERE a = #",
          "ALTER TABLE t ADD COLUMN d DEFAULT 'made'",
          "ALTER TABLE t DROP COLUMN d",
          "DELETE FROM t WHERE rowid % 3 = # AND b = $",
          "DELETE FROM t WHERE a = 'nobody' OR rowid = (SELECT min(rowid) FROM t)",
          "DELETE FROM p WHERE id = #"}},
    };
    return kShapes;
}

}  // namespace satchel::test
