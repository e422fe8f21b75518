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

# tells DEVICE PATTERN: the device's account of the source.
tells() {
    ctl "$1" source show notes >"$LAB/told" 2>&1
    grep -Eq -- "$2" "$LAB/told" || fail "$step: source show on $1 does not say '$2': $(cat "$LAB/told")"
}

# What the application shows, whatever its local numbers are.
shown() {
    sql "$(database_of "$1")" "
        SELECT 'note', title, quote(body), quote(rating) FROM note;
        SELECT 'note_tag', title, tag FROM note_tag JOIN note ON note.id = note_id;
        SELECT 'tag', quote(name), quote(colour) FROM tag;
        SELECT 'folder', f.slug, p.slug, person.name FROM folder f LEFT JOIN folder p ON p.id = f.parent_id
            LEFT JOIN person ON person.id = f.owner_id;
        SELECT 'person', p.name, c.name FROM person p LEFT JOIN crew c ON c.id = p.crew_id;
        SELECT 'crew', c.name, p.name FROM crew c LEFT JOIN person p ON p.id = c.lead_id;
        SELECT 'pair', quote(a), quote(b), quote(v) FROM pair;
        SELECT 'value', quote(k), quote(v) FROM value;
        SELECT 'journal', what FROM journal;
        $also_shown" | LC_ALL=C sort
}

# Carries everything everywhere, until a round has nothing more to carry.
carry() {
    local round device verb
    for round in {1..6}; do
        : >"$LAB/carried"
        for verb in push pull; do
            for device in "${devices[@]}"; do
                "$verb" "$device" >>"$LAB/carried" || fail "$step: $verb on $device: $(tail -n 1 "$LAB/carried")"
            done
        done
        [ "$round" = 1 ] || grep -Eq '"(stamped|pushed_items|pulled_items|applied_items)":[1-9]' "$LAB/carried" || return 0
    done
    fail "$step: it does not come to an end: $(cat "$LAB/carried")"
}

# Until all three show the same rows.
meet() {
    local device
    carry
    shown laptop >"$LAB/shown-laptop"
    for device in desktop server; do
        shown "$device" >"$LAB/shown-$device"
        diff "$LAB/shown-laptop" "$LAB/shown-$device" >"$LAB/differs" ||
            fail "$step: laptop and $device differ: $(head -n 6 "$LAB/differs")"
    done
}

# conflicts COUNT: listed, with the same ids on all three.
conflicts() {
    local device
    for device in "${devices[@]}"; do
        ctl "$device" conflict list --json | grep -o '"id":"[^"]*"' | LC_ALL=C sort >"$LAB/conflicts-$device"
        cmp -s "$LAB/conflicts-laptop" "$LAB/conflicts-$device" || fail "$step: laptop and $device list other conflicts"
    done
    [ "$(wc -l <"$LAB/conflicts-laptop")" = "$1" ] ||
        fail "$step: not $1 conflicts: $(ctl laptop conflict list)"
}

declare_sources() {
    local device
    for device in "${devices[@]}"; do
        sql "$(database_of "$device")" "$schema" >/dev/null || fail "schema on $device"
    done
    sql "$(database_of server)" "PRAGMA journal_mode = WAL" >/dev/null || fail "journal mode"
    ctl laptop source add "$(database_of laptop)" --capture scan -q || fail "source add on laptop"
    ctl desktop source add "$(database_of desktop)" --capture marks -q || fail "source add on desktop"
    ctl server source add "$(database_of server)" --capture marks -q || fail "source add on server"
}

also_shown=''
step='at the start'
lab_begin
began=$(now_ms)
two_devices
device server srv/c
device_start server
# The desktop admits it in a cycle of its own.
ctl desktop sync enable -q || fail "sync enable on desktop"
join server desktop
ctl desktop sync disable -q || fail "sync disable on desktop"
ctl server sync disable -q || fail "sync disable on server"
declare_sources

for step in "${steps[@]}"; do
    "$step"
    say "ok: $step ($(wc -l <"$LAB/shown-laptop") rows)"
done

step='at the end'
conflicts 5
for name in "${devices[@]}"; do
    [ "$(sql "$(database_of "$name")" 'PRAGMA integrity_check')" = ok ] || fail "$name is damaged"
    [ -z "$(sql "$(database_of "$name")" 'PRAGMA foreign_key_check')" ] || fail "$name has dangling references"
    # Every note that was ever written is there, or was deleted by its application.
    finds "$name" "SELECT count(*) - (SELECT count(*) FROM journal WHERE what LIKE 'made %') +
        (SELECT count(*) FROM journal WHERE what LIKE 'gone %') FROM note" 0
done
! find "$LAB" -name satcheld.log -exec cat {} + | grep -q 'but differ' || fail "digests differ"
cycles=$(find "$LAB" -name satcheld.log -exec cat {} + | grep -c 'cycle done')
say "figures: steps=${#steps[@]} rows=$(wc -l <"$LAB/shown-laptop") conflicts=$(wc -l <"$LAB/conflicts-laptop")" \
    "cycles=$cycles seconds=$((($(now_ms) - began) / 1000))"
