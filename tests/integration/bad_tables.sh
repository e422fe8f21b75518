#!/usr/bin/env bash
# What other programs' databases can be like at their worst, one function for each kind: it is named
# with its reason, nothing is guessed, nothing is harmed, and everything else goes on.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
home=$LAB/home/a other=$LAB/Users/b
note='CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);'
many="WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
    INSERT INTO note (body) SELECT 'body ' || i FROM n;"

# pair NAME SQL [OPTION…]: the same empty tables on both devices, declared.
pair() {
    local name=$1 schema=$2 device
    shift 2
    for device in laptop desktop; do
        sql "${DEVICE_HOME[$device]}/$name.db" "$schema" >/dev/null || fail "$name: schema"
        ctl "$device" source add "${DEVICE_HOME[$device]}/$name.db" -q "$@" || fail "$name: source add on $device"
    done
}

carry() {
    push laptop >"$LAB/pushed" || fail "push: $(cat "$LAB/pushed")"
    pull desktop >"$LAB/pulled" || fail "pull: $(cat "$LAB/pulled")"
}

# has FILE SQL VALUE
has() {
    local found
    found=$(sql "$1" "$2") || fail "$test: $2"
    [ "$found" = "$3" ] || fail "$test: $2 gives '$found', not '$3'"
}

# told DEVICE NAME PATTERN
told() {
    ctl "$1" source show "$2" >"$LAB/shown" 2>&1
    grep -Eqi -- "$3" "$LAB/shown" || fail "$test: source show $2 does not say '$3': $(cat "$LAB/shown")"
}

not_a_database() {
    sql "$LAB/sound.db" "$note $many"
    head -c 8192 /dev/urandom >"$home/noise.db"
    (printf 'SQLite format 3\0\0\3'; tail -c +19 "$LAB/sound.db") >"$home/header.db"
    head -c 1500 "$LAB/sound.db" >"$home/cut.db"
    # As an encrypted one looks: whole pages of noise, and no header.
    head -c 40960 /dev/urandom >"$home/sealed.db"
    local name
    for name in noise header cut sealed; do
        expect 1 'not a database|malformed|damaged' ctl laptop source add "$home/$name.db"
        hinted
    done
    : >"$home/empty.db"
    expect 1 'is empty and no database yet' ctl laptop source add "$home/empty.db"
    hinted
    expect 4 'no regular file' ctl laptop source add /dev/null --kind tables
    mkfifo "$home/pipe.db"
    expect 4 'no regular file' ctl laptop source add "$home/pipe.db" --kind tables
    cp "$LAB/sound.db" "$home/sound.db"
    expect 1 "no table 'nite'" ctl laptop source add "$home/sound.db" --table nite
    grep -q "did you mean 'note'" "$LAB/said" || fail "$test: no table is proposed"
    [ "$(ctl laptop source list --json | grep -o '"name":' | wc -l)" = 1 ] || fail "$test: one was added"
}

# The rows can be read; to write would go through the index.
one_bad_index() {
    pair broken "$note CREATE INDEX by_body ON note (body); CREATE TABLE sound (id INTEGER PRIMARY KEY, v);"
    sql "$home/broken.db" "$many"
    carry
    has "$other/broken.db" "SELECT count(*) FROM note" 200
    local page size file=$other/broken.db
    page=$(sql "$file" "SELECT rootpage FROM sqlite_schema WHERE name = 'by_body'")
    size=$(sql "$file" 'PRAGMA page_size')
    head -c "$size" /dev/zero | dd of="$file" bs="$size" seek=$((page - 1)) conv=notrunc status=none
    sql "$file" "INSERT INTO sound VALUES (1, 'is read')"
    push desktop >"$LAB/pushed"
    pull laptop >"$LAB/pulled"
    has "$home/broken.db" "SELECT v FROM sound" 'is read'
    sql "$home/broken.db" "UPDATE note SET body = 'changed' WHERE id < 10"
    sha256sum <"$file" >"$LAB/before"
    carry
    sha256sum <"$file" | cmp -s - "$LAB/before" || fail "$test: a damaged file was written"
    told desktop broken 'malformed|damaged'
    sql "$file" "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'by_body'; VACUUM"
    carry
    has "$file" "SELECT count(*) FROM note WHERE body = 'changed'" 9
}

# A program dies in a transaction, and one with changes that are only in its write-ahead log.
program_killed() {
    pair killed "$note"
    pair waled "PRAGMA journal_mode = WAL; $note"
    sql "$home/killed.db" "$many"
    carry
    local name sql
    for name in killed waled; do
        sql="PRAGMA cache_size = 1; BEGIN; $many UPDATE note SET body = 'unfinished'; SELECT 'there';"
        [ "$name" = killed ] || sql="PRAGMA wal_autocheckpoint = 0; $many SELECT 'there';"
        rm -f "$LAB/orders" && mkfifo "$LAB/orders"
        sqlite3 "$home/$name.db" <"$LAB/orders" >"$LAB/owner" &
        local owner=$!
        exec 7>"$LAB/orders"
        echo "$sql" >&7
        wait_until 10 grep -q there "$LAB/owner" || fail "$test: the program does not run"
        kill -KILL "$owner"
        exec 7>&-
        { wait "$owner"; } 2>/dev/null
    done
    [ -s "$home/killed.db-journal" ] || fail "$test: no journal is left"
    [ -s "$home/waled.db-wal" ] || fail "$test: no log is left"
    carry
    has "$other/killed.db" "SELECT count(*) FROM note WHERE body <> 'unfinished'" 200
    has "$other/waled.db" "SELECT count(*) FROM note" 200
    told laptop killed 'state: ok'
}

# Asked for again, never forced.
held_exclusively() {
    sql "$home/held.db" "PRAGMA journal_mode = WAL; $note $many" >/dev/null
    rm -f "$LAB/orders" && mkfifo "$LAB/orders"
    sqlite3 "$home/held.db" <"$LAB/orders" >"$LAB/owner" &
    local owner=$!
    exec 7>"$LAB/orders"
    echo "PRAGMA locking_mode = EXCLUSIVE; INSERT INTO note (body) VALUES ('alone'); SELECT 'there';" >&7
    wait_until 10 grep -q there "$LAB/owner" || fail "$test: the program does not run"
    expect 6 'database is locked' ctl laptop source add "$home/held.db"
    hinted
    exec 7>&-
    wait "$owner"
    sql "$other/held.db" "$note"
    ctl laptop source add "$home/held.db" -q || fail "$test: source add on laptop"
    ctl desktop source add "$other/held.db" -q || fail "$test: source add on desktop"
    carry
    has "$other/held.db" "SELECT count(*) FROM note WHERE body = 'alone'" 1
}

# Another version of the program changes its schema between the look at it and the writing.
schema_changed() {
    pair moved "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, extra TEXT);"
    sql "$home/moved.db" "INSERT INTO note VALUES (1, 'a body', 'an extra')"
    push laptop >/dev/null
    sql "$other/moved.db" "DROP TABLE note; CREATE TABLE note (extra TEXT, size INT DEFAULT 3, id INTEGER PRIMARY KEY)"
    pull desktop >"$LAB/pulled"
    has "$other/moved.db" "SELECT id || extra || size FROM note" '1an extra3'
    sql "$other/moved.db" "ALTER TABLE note ADD COLUMN body TEXT"
    push desktop >/dev/null
    carry
    has "$other/moved.db" "SELECT body FROM note" 'a body'
    has "$home/moved.db" "SELECT body || extra FROM note" 'a bodyan extra'
}

# Nothing in a schema is run for reading; a trigger that never ends is stopped, and named.
hostile_schema() {
    local endless='WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
    pair hostile "$note CREATE VIEW every_note AS $endless;
        CREATE TABLE made (k TEXT PRIMARY KEY, bomb AS (length(hex(zeroblob(1000000)))) VIRTUAL);
        CREATE VIRTUAL TABLE words USING fts5 (text);"
    sql "$other/hostile.db" "CREATE TRIGGER endless AFTER INSERT ON note WHEN new.body = 'go' BEGIN
        INSERT INTO made (k) SELECT ($endless); END"
    sql "$home/hostile.db" "$many INSERT INTO made (k) VALUES ('a'); INSERT INTO words VALUES ('some text')"
    carry
    has "$other/hostile.db" "SELECT count(*) FROM note" 200
    has "$other/hostile.db" "SELECT k FROM made" a
    sql "$home/hostile.db" "INSERT INTO note (body) VALUES ('go')"
    carry
    sql "$home/hostile.db" "INSERT INTO made (k) VALUES ('b')"
    carry
    has "$other/hostile.db" "SELECT group_concat(k) FROM made" a,b
    has "$other/hostile.db" "SELECT count(*) FROM note WHERE body = 'go'" 0
    told desktop hostile 'takes too long'
    sql "$other/hostile.db" "DROP TRIGGER endless"
    carry
    has "$other/hostile.db" "SELECT count(*) FROM note WHERE body = 'go'" 1
}

keys_of_all_kinds() {
    pair keys "CREATE TABLE name (k TEXT PRIMARY KEY COLLATE NOCASE, v) WITHOUT ROWID;
        CREATE TABLE part (a BLOB, b REAL, v, PRIMARY KEY (a, b));
        CREATE TABLE loose (k TEXT PRIMARY KEY, v);
        CREATE TABLE derived (a INT, k INT AS (a + 1) STORED UNIQUE);"
    told laptop keys 'derived is skipped'
    sql "$home/keys.db" "INSERT INTO name VALUES ('Conc', 1); INSERT INTO part VALUES (x'00', 1.5, 1), ('00', 2, 2);
        INSERT INTO loose VALUES (NULL, 1), (NULL, 2), ('k', 3)"
    sql "$other/keys.db" "INSERT INTO name VALUES ('CONC', 2)"
    push desktop >/dev/null
    settle
    has "$other/keys.db" "SELECT count(*) FROM name" 1
    has "$home/keys.db" "SELECT v FROM name" "$(sql "$other/keys.db" 'SELECT v FROM name')"
    has "$other/keys.db" "SELECT group_concat(typeof(a) || b) FROM (SELECT * FROM part ORDER BY v)" blob1.5,text2.0
    has "$other/keys.db" "SELECT group_concat(k) FROM loose" k
    told laptop keys '2 rows without a complete key are skipped: loose'
}

memory_of() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/${DEVICE_PID[$1]}/status"; }

# Wide rows and large values: what travels travels, what is too large stays and is named.
very_large() {
    local columns before after
    columns=$(seq -f 'c%.0f' -s ', ' 1 1999)
    pair wide "CREATE TABLE wide (id INTEGER PRIMARY KEY, $columns); CREATE TABLE less (id INTEGER PRIMARY KEY, ${columns%%, c1980*});"
    pair large "CREATE TABLE file (id INTEGER PRIMARY KEY, body BLOB);"
    told laptop wide 'table wide is skipped: it has too many columns'
    sql "$home/wide.db" "INSERT INTO less (id, c1, c1979) VALUES (1, 'first', 'last')"
    sql "$home/large.db" "INSERT INTO file VALUES (1, zeroblob(4000000)), (2, x'01')"
    carry
    before=$(memory_of laptop)
    sql "$home/large.db" "INSERT INTO file VALUES (3, zeroblob(50000000)), (4, x'02')"
    carry
    after=$(memory_of laptop)
    has "$other/wide.db" "SELECT c1 || c1979 FROM less" firstlast
    has "$other/large.db" "SELECT group_concat(length(body)) FROM (SELECT * FROM file ORDER BY id)" 4000000,1,1
    told laptop large 'too large|at most'
    [ $((after - before)) -lt 200000 ] || fail "$test: 50 MB took $(((after - before) / 1000)) MB of memory"
}

bytes_as_they_are() {
    local values="(1, CAST(x'610062' AS TEXT)), (2, 9e999), (3, -0.0), (4, 7), (5, x'ff00'), (6, '')"
    pair exact "CREATE TABLE v (id INTEGER PRIMARY KEY, t TEXT, n NUMERIC, b);"
    sql "$home/exact.db" "INSERT INTO v (id, b) VALUES $values; INSERT INTO v VALUES (7, CAST(x'ff80' AS TEXT), 'x', NULL)"
    carry
    local all="SELECT group_concat(id || typeof(b) || hex(CAST(b AS BLOB)) || typeof(t) || hex(CAST(t AS BLOB)) || typeof(n), '|') FROM (SELECT * FROM v ORDER BY id)"
    has "$other/exact.db" "$all" "$(sql "$home/exact.db" "$all")"
}

# Another file under the name, another name for the file.
file_replaced() {
    pair replaced "$note"
    sql "$home/replaced.db" "$many"
    carry
    cp "$home/replaced.db" "$home/replaced.new"
    sql "$home/replaced.new" "UPDATE note SET body = 'from the new file' WHERE id = 7"
    mv "$home/replaced.new" "$home/replaced.db"
    carry
    has "$other/replaced.db" "SELECT body FROM note WHERE id = 7" 'from the new file'
    ln "$home/sound.db" "$home/second.db"
    expect 4 'has another name' ctl laptop source add "$home/second.db"
    hinted
    ln -s "$home/replaced.db" "$home/third.db"
    expect '1|4' "is the source 'replaced' already" ctl laptop source add "$home/third.db"
}

# To leave write-ahead mode a program has to have the database for itself.
journal_switched() {
    pair journal "$note"
    local mode at=0
    for mode in TRUNCATE WAL DELETE WAL; do
        at=$((at + 1))
        if [ "$mode" = DELETE ]; then device_stop laptop; fi
        sql "$home/journal.db" "PRAGMA journal_mode = $mode; INSERT INTO note (body) VALUES ('under $mode');" >"$LAB/mode" 2>&1 ||
            fail "$test: journal_mode = $mode: $(cat "$LAB/mode")"
        if [ "$mode" = DELETE ]; then device_start laptop; fi
        carry
        has "$other/journal.db" "SELECT count(*) FROM note" "$at"
    done
}

for test in not_a_database one_bad_index program_killed held_exclusively schema_changed hostile_schema \
    keys_of_all_kinds very_large bytes_as_they_are file_replaced journal_switched; do
    began=$(now_ms)
    "$test"
    say "ok: $test ($(($(now_ms) - began)) ms)"
done
for file in "$home"/{killed,waled,moved,keys,exact,replaced,journal}.db; do
    intact "$file" "$other/$(basename "$file")" || fail "damaged: $file"
done
