#!/usr/bin/env bash
# What is lost nowhere: values that changes displace are told by why and put back by undo; a row deleted
# here and edited there waits for a decision on both devices; decisions of every form travel; policies decide.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices

a=$LAB/home/a/notes.db b=$LAB/Users/b/notes.db
for file in "$a" "$b"; do
    sql "$file" "CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT, body TEXT)"
done
sql "$a" "INSERT INTO note VALUES (1, 'one', 'first'), (2, 'two', 'second'), (3, 'three', 'third')"
for device in laptop desktop; do
    ctl "$device" source add "${DEVICE_HOME[$device]}/notes.db" --yes -q || fail "source add on $device"
done
settle

# is WHAT EXPECTED QUERY: on both devices
is() {
    local file got
    for file in "$a" "$b"; do
        got=$(sql "$file" "$3")
        [ "$got" = "$2" ] || fail "$1: $file has '$got', not '$2'"
    done
}

# the id of the only conflict, the same on both
only_conflict() {
    local here there
    here=$(ctl laptop conflict list --json | field 'conflicts[0].id')
    there=$(ctl desktop conflict list --json | field 'conflicts[0].id')
    [ -n "$here" ] && [ "$here" = "$there" ] || fail "$1: conflicts are '$here' and '$there'"
    echo "$here"
}

none() {
    [ "$(ctl laptop conflict list --json | field total)$(ctl desktop conflict list --json | field total)" = 00 ] ||
        fail "$1: conflicts are left"
}

# Replaced by the laptop, put back on the desktop.
sql "$a" "UPDATE note SET body = 'overwritten' WHERE id = 1"
settle
ctl desktop why 'note id=1' | grep -q 'replaced "first" by laptop' || fail "why does not name what was replaced"
[ "$(ctl desktop undo -n --json | field values)" = 1 ] || fail "undo --dry-run"
is "after a dry run" overwritten "SELECT body FROM note WHERE id = 1"
ctl desktop undo -y -q || fail "undo"
settle
is "after undo" first "SELECT body FROM note WHERE id = 1"

# Deleted by the laptop, put back whole on the desktop.
sql "$a" "DELETE FROM note WHERE id IN (2, 3)"
settle
is "after delete" 1 "SELECT count(*) FROM note"
ctl desktop undo 'note id=2' -y -q || fail "undo of one row"
settle
is "one row back" "two|second" "SELECT title, body FROM note WHERE title = 'two'"
is "one row back" 2 "SELECT count(*) FROM note"

# Deleted here and edited there at the same time.
edit_and_delete() {
    sql "$a" "INSERT INTO note (title, body) VALUES ('$1', 'draft')"
    settle
    sql "$a" "DELETE FROM note WHERE title = '$1'"
    sql "$b" "UPDATE note SET body = 'edited' WHERE title = '$1'"
    settle
    is "$1: the edit stands" edited "SELECT body FROM note WHERE title = '$1'"
}
edit_and_delete keep
id=$(only_conflict keep) || exit 1
ctl laptop conflict show "$id" | grep -q 'edit/delete' || fail "its kind is not told"
ctl laptop conflict resolve "$id" --take 1 -q || fail "keep"
settle
none keep
is keep edited "SELECT body FROM note WHERE title = 'keep'"
edit_and_delete drop
id=$(only_conflict drop) || exit 1
ctl desktop conflict resolve "$id" --take 2 -q || fail "drop"
settle
none drop
is drop 0 "SELECT count(*) FROM note WHERE title = 'drop'"

# Edited on both: every form of decision.
clash() {
    sql "$a" "UPDATE note SET body = 'of the laptop' WHERE id = 1"
    sql "$b" "UPDATE note SET body = 'of the desktop' WHERE id = 1"
    settle
}
clash
id=$(only_conflict both) || exit 1
ctl laptop conflict diff "$id" | grep -q '^- of the' || fail "conflict diff"
ctl laptop conflict resolve "$id" -q 2>/dev/null
[ $? = 4 ] || fail "resolve without a decision is not refused"
ctl laptop conflict resolve "$id" --both -q || fail "resolve --both"
settle
none both
[ "$(sql "$b" "SELECT body FROM note WHERE id = 1" | sort | tr '\n' ',')" = "of the desktop,of the laptop," ] ||
    fail "--both did not keep both"
clash
id=$(only_conflict value) || exit 1
ctl desktop conflict resolve "$id" --value 'decided' -q || fail "resolve --value"
settle
none value
is value decided "SELECT body FROM note WHERE id = 1"

# Policies.
ctl laptop source set notes --policy prefer_local -q || fail "source set"
clash
settle
none prefer_local
is prefer_local "of the laptop" "SELECT body FROM note WHERE id = 1"
ctl laptop source set notes --policy manual_abort -q || fail "source set"
ctl laptop source set notes --policy nonsense -q 2>/dev/null
[ $? = 4 ] || fail "a word that is no policy is not refused"
sql "$a" "UPDATE note SET body = 'A' WHERE id = 1"
sql "$b" "UPDATE note SET body = 'B' WHERE id = 1"
settle
[ "$(sql "$a" "SELECT body FROM note WHERE id = 1")" = A ] || fail "manual_abort showed another device's value"
ctl laptop sync pull -q
[ $? = 2 ] || fail "a pull that leaves a row withheld does not say so"
id=$(only_conflict manual_abort) || exit 1
ctl laptop conflict resolve "$id" --take desktop -q || fail "resolve what was withheld"
settle
none manual_abort
is manual_abort B "SELECT body FROM note WHERE id = 1"

intact "$a" "$b" || fail "damaged"
echo "undo, conflicts and policies: ok"
