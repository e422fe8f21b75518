#!/usr/bin/env bash
# Another program's database, declared on both devices: inserts, updates, deletes and REPLACE travel
# with scan and with mark triggers, with integer and with text keys, and while its writer is at work.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices

# check NAME HOW KEY
check() {
    local name=$1 how=$2 key=$3 a=$LAB/home/a/$1.db b=$LAB/Users/b/$1.db device
    within hub satchel-generate table "$a" --rows 500 --key "$key" || fail "satchel-generate"
    sqlite3 "$a" .schema | sqlite3 "$b"
    sql "$a" "CREATE TABLE local_only (x); INSERT INTO local_only VALUES ('stays')"
    for device in laptop desktop; do
        ctl "$device" source add "${DEVICE_HOME[$device]}/$name.db" --table entry --capture "$how" -q ||
            fail "source add $name on $device"
    done
    settle
    alike "$name: first copy" 500
    sql "$a" "UPDATE entry SET note = 'changed' WHERE flags = 3; DELETE FROM entry WHERE flags = 4;"
    settle
    alike "$name: update and delete"
    [ "$(sql "$b" "SELECT count(*) FROM entry WHERE flags = 4")" = 0 ] || fail "$name: deleted rows are there"
    sql "$b" "INSERT INTO entry SELECT * FROM (SELECT $new, 'new on the desktop', kind, 1, 2.5, NULL, NULL, owner, x'00ff', 0
                FROM entry LIMIT 1);
              UPDATE entry SET score = score + 1 WHERE flags = 1;"
    sql "$a" "UPDATE entry SET title = 'renamed' WHERE flags = 1;
              INSERT OR REPLACE INTO entry SELECT id, 'replaced', kind, size_bytes, score, created_at, updated_at,
                owner, note, flags FROM entry WHERE flags = 5 LIMIT 3;"
    settle
    alike "$name: changes on both sides"
    [ "$(sql "$b" "SELECT count(*) FROM entry WHERE title = 'renamed' AND flags = 1")" -gt 0 ] || fail "$name: no rename"
    [ "$(sql "$b" "SELECT count(*) FROM entry WHERE title = 'replaced'")" = 3 ] || fail "$name: no REPLACE"
    [ "$(sql "$a" "SELECT hex(note) FROM entry WHERE title = 'new on the desktop'")" = 00FF ] || fail "$name: no blob"
    [ "$(sql "$b" "SELECT count(*) FROM sqlite_schema WHERE name = 'local_only'")" = 0 ] || fail "$name: a table came along"
    intact "$a" "$b" || fail "$name: damaged"
}

alike() {
    table_rows "$a" entry >"$LAB/rows-1"
    table_rows "$b" entry >"$LAB/rows-2"
    # With mapped ids the same row may have another id on each device.
    if [ "$ids" = local ]; then sed -i 's/^[^|]*|//' "$LAB/rows-1" "$LAB/rows-2"; fi
    LC_ALL=C sort -o "$LAB/rows-1" "$LAB/rows-1"
    LC_ALL=C sort -o "$LAB/rows-2" "$LAB/rows-2"
    [ -z "${2:-}" ] || [ "$(wc -l <"$LAB/rows-1")" = "$2" ] || fail "$1: not $2 rows"
    diff "$LAB/rows-1" "$LAB/rows-2" >"$LAB/row-difference" || fail "$1: $(head -n 10 "$LAB/row-difference")"
}

new=900001 ids=local
check numbers scan integer
check marked marks integer
new="'key-900001'" ids=same
check texts scan text
check texts_marked marks text

# Triggers are there while the source is, and gone with it.
a=$LAB/home/a/marked.db
[ "$(sql "$a" "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'")" -gt 0 ] || fail "marks made no trigger"
ctl laptop source remove marked --yes -q || fail "source remove"
[ "$(sql "$a" "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'")" = 0 ] || fail "triggers stay after remove"
[ "$(sql "$a" "SELECT count(*) FROM entry")" -gt 400 ] || fail "remove took rows"

# A writer that goes on all the time is neither disturbed nor missed.
a=$LAB/home/a/texts.db b=$LAB/Users/b/texts.db
(for i in {1..60}; do sql "$a" "INSERT INTO entry (id, title) VALUES ('busy-$i', 'row $i')" || exit 1; done) &
writer=$!
while kill -0 "$writer" 2>/dev/null; do push laptop >/dev/null; pull desktop >/dev/null; done
wait "$writer" || fail "the writer was disturbed"
settle
alike "texts: a busy writer"
# Stamping gives what has no sync id one, once.
fill_catalog "$(catalog_of laptop)" laptop
first=$(ctl laptop sync stamp --json | field stamped)
second=$(ctl laptop sync stamp --json | field stamped)
[ "$first" -gt 40 ] && [ "$second" = 0 ] || fail "sync stamp: $first, then $second"
