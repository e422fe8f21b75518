#!/usr/bin/env python3
"""What the figures of databases need beside the daemons: an application that writes, and peers.

    tables.py overhead PLAIN MARKED ROWS RUNS     an application's time with and without triggers
    tables.py floor FILE                          CPU milliseconds of reading every value once
    tables.py peer LIBRARY ROWS                   CPU milliseconds of a loadable library for rows
                                                  from one database to another
"""
import json
import sqlite3
import statistics
import sys
import time

COLUMNS = "title, kind, size_bytes, score, created_at, updated_at, owner, note, flags"


def connect(path):
    db = sqlite3.connect(path, isolation_level=None)

    return db


def rows(first, count):
    for i in range(first, first + count):
        yield (f"a title of some words {i}", "kind", i, i / 16, "2026-01-01T00:00:00Z", None,
               "owner", "a note that is somewhat longer than the title, as notes are", i % 8)


def bulk(db, first, count):
    begin = time.process_time()
    db.execute("BEGIN")
    db.executemany(f"INSERT INTO entry ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", rows(first, count))
    db.execute("COMMIT")
    return time.process_time() - begin


def singles(db, first, count):
    begin = time.process_time()
    for i in range(first, first + count):
        db.execute("UPDATE entry SET note = ? WHERE id = ?", (f"changed {i}", i))
    return time.process_time() - begin


def overhead(plain, marked, count, runs):
    """A B A B, each pair a ratio, the median of the ratios."""
    files = [connect(plain), connect(marked)]
    first = max(db.execute("SELECT coalesce(max(id), 0) FROM entry").fetchone()[0] for db in files)
    ratios = {"bulk": [], "single": []}
    for run in range(runs):
        times = [bulk(db, first + run * count, count) for db in files]
        ratios["bulk"].append(times[1] / times[0])
        times = [singles(db, 1 + run * 2000, 2000) for db in files]
        ratios["single"].append(times[1] / times[0])
    for name, found in ratios.items():
        print(f"{name} {statistics.median(found):.2f}")


def floor(path):
    db = sqlite3.connect(path)
    best = None
    for _ in range(3):
        begin = time.process_time()
        db.execute("SELECT sum(length(title) + length(kind) + length(owner) + length(note) +"
                   " length(created_at) + coalesce(length(updated_at), 0)), sum(size_bytes),"
                   " sum(score), sum(flags) FROM entry").fetchone()
        took = time.process_time() - begin
        best = took if best is None else min(best, took)
    print(f"{best * 1000:.1f}")


def peer(library, count):
    """Rows of one database to another through the library's own change set."""
    schema = ("CREATE TABLE entry (id TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL DEFAULT '',"
              " kind TEXT, size_bytes INTEGER, score REAL, created_at TEXT, updated_at TEXT,"
              " owner TEXT, note TEXT, flags INTEGER DEFAULT 0)")
    is_crsqlite = "crsqlite" in library
    files = []
    for _ in range(2):
        db = sqlite3.connect(":memory:", isolation_level=None)
        db.enable_load_extension(True)
        db.load_extension(library)
        db.execute(schema)
        db.execute("SELECT crsql_as_crr('entry')" if is_crsqlite else
                   "SELECT cloudsync_init('entry')").fetchall()
        files.append(db)
    a, b = files
    begin = time.process_time()
    a.execute("BEGIN")
    a.executemany(f"INSERT INTO entry (id, {COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)",
                  ((f"{i:032x}",) + row for i, row in enumerate(rows(1, count))))
    a.execute("COMMIT")
    written = time.process_time()
    if is_crsqlite:
        b.execute("BEGIN")
        b.executemany("INSERT INTO crsql_changes VALUES (?,?,?,?,?,?,?,?,?)",
                      a.execute('SELECT "table", pk, cid, val, col_version, db_version, site_id,'
                                " cl, seq FROM crsql_changes"))
        b.execute("COMMIT")
    else:
        payload = a.execute("SELECT cloudsync_payload_encode(tbl, pk, col_name, col_value,"
                            " col_version, db_version, site_id, cl, seq) FROM cloudsync_changes"
                            ).fetchone()[0]
        b.execute("SELECT cloudsync_payload_decode(?)", (payload,)).fetchall()
    done = time.process_time()
    arrived = b.execute("SELECT count(*) FROM entry").fetchone()[0]
    print(json.dumps({"write_cpu_ms": round((written - begin) * 1000),
                      "carry_cpu_ms": round((done - written) * 1000), "arrived": arrived}))


if __name__ == "__main__":
    what, given = sys.argv[1], sys.argv[2:]
    if what == "overhead":
        overhead(given[0], given[1], int(given[2]), int(given[3]))
    elif what == "floor":
        floor(given[0])
    else:
        peer(given[0], int(given[1]))
