#!/usr/bin/env bash
# One application's database on three devices: plain sqlite3 processes as the application, real
# daemons, a real hub. Every kind of statement, clash and schema change of it travels; after each
# step the three show the same rows, and at the end the same conflicts, with nothing lost.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
. "$(dirname "${BASH_SOURCE[0]}")/three_devices_steps.sh"

devices=(laptop desktop server)
database_of() { printf '%s\n' "${DEVICE_HOME[$1]}/notes.db"; }

# on DEVICE SQL: the application at work.
on() { sql "$(database_of "$1")" "PRAGMA foreign_keys = ON; $2" >/dev/null || fail "$step: SQL on $1"; }

# finds DEVICE SQL VALUE
finds() {
    local found
    found=$(sql "$(database_of "$1")" "$2") || fail "$step: $2 on $1"
    [ "$found" = "$3" ] || fail "$step: on $1, $2 gives '$found', not '$3'"
}

everywhere() {
    local device
    for device in "${devices[@]}"; do finds "$device" "$@"; done
}

# What the application shows, whatever its local numbers are.
shown() {
    sql "$(database_of "$1")" "
        SELECT 'note', title, quote(body), quote(rating) FROM note;
        SELECT 'note_tag', title, tag FROM note_tag JOIN note ON note.id = note_id;
        SELECT 'tag', quote(name), quote(colour) FROM tag;
        SELECT 'folder', f.slug, p.slug FROM folder f LEFT JOIN folder p ON p.id = f.parent_id;
        SELECT 'value', quote(k), quote(v) FROM value;
        $also_shown" | LC_ALL=C sort
}

# Carries everything until all three show the same rows.
meet() {
    local device
    settle
    shown laptop >"$LAB/shown-laptop"
    for device in desktop server; do
        shown "$device" >"$LAB/shown-$device"
        diff "$LAB/shown-laptop" "$LAB/shown-$device" >"$LAB/differs" ||
            fail "$step: laptop and $device differ: $(head -n 6 "$LAB/differs")"
    done
    say "ok: $step ($(wc -l <"$LAB/shown-laptop") rows)"
}

# The conflicts a device lists, by ids and kinds, equal on all three.
conflicts_of() { ctl "$1" conflict list --json | sed 's/"/\n"/g' | grep -c '^"id'; }

also_shown=''
lab_begin
two_devices
device server srv/c
device_start server
# The desktop admits it in a cycle of its own.
ctl desktop sync enable -q || fail "sync enable on desktop"
join server desktop
ctl desktop sync disable -q || fail "sync disable on desktop"
ctl server sync disable -q || fail "sync disable on server"
for name in "${devices[@]}"; do
    sql "$(database_of "$name")" "$schema" >/dev/null || fail "schema"
done
ctl laptop source add "$(database_of laptop)" --capture scan -q || fail "source add on laptop"
ctl desktop source add "$(database_of desktop)" --capture marks -q || fail "source add on desktop"
ctl server source add "$(database_of server)" --capture marks -q || fail "source add on server"

for step in "${steps[@]}"; do "$step"; done

step='at the end'
for name in "${devices[@]}"; do
    [ "$(sql "$(database_of "$name")" 'PRAGMA integrity_check')" = ok ] || fail "$name is damaged"
    [ -z "$(sql "$(database_of "$name")" 'PRAGMA foreign_key_check')" ] || fail "$name has dangling references"
    ctl "$name" conflict list --json | grep -o '"id":"[^"]*"' | sort >"$LAB/conflicts-$name"
    cmp -s "$LAB/conflicts-laptop" "$LAB/conflicts-$name" || fail "laptop and $name list other conflicts"
    [ "$(ctl "$name" events --json 2>/dev/null | grep -c divergence)" = 0 ] || fail "$name: digests differ"
done
say "ok: at the end $(wc -l <"$LAB/conflicts-laptop") conflicts, listed alike on three devices"
