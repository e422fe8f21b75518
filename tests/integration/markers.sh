#!/usr/bin/env bash
# Fifty unique words are planted in files and rows of a device. None may be found on the wire, in the
# hub's folder (database, WAL, logs), or in what the devices log.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
hub_start
tap_start record "$HUB_PORT" "$LAB/wire"
device laptop home/a
device desktop Users/b
within hub satchel-generate home "$LAB/made" --files 80 --bytes 1500000 --rows 400 --markers "$LAB/markers" || fail "satchel-generate"
cp -a "$LAB/made/.claude" "$LAB/made/.codex" "$LAB/home/a/"
mkdir -p -m 700 "$(data_of laptop)"
cp "$LAB/made/catalog.db" "$(catalog_of laptop)"
device_start laptop
device_start desktop
found laptop --url "http://127.0.0.1:$TAP_PORT"
join desktop laptop
for name in laptop desktop; do ctl "$name" sync disable -q; done
add_trees
settle
same_trees || fail "the trees differ"
same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ"

# The search itself must be able to find something: every word is in the laptop's files or rows, and
# those that travel are on the desktop.
count=0
arrived=0
while IFS= read -r word; do
    count=$((count + 1))
    grep -rqaF -- "$word" "$LAB/home/a" || fail "$word is not on the laptop"
    grep -rqaF -- "$word" "$LAB/Users/b" && arrived=$((arrived + 1))
    found=$(grep -rlaF -- "$word" "$LAB/wire" "$LAB/hub" "$LAB/hub.err" "$LAB/hub.out" "$LAB/laptop.err" \
        "$LAB/desktop.err" 2>/dev/null | head -n 1)
    [ -z "$found" ] || fail "the planted word $word is in $found"
done <"$LAB/markers"
[ "$count" -eq 50 ] || fail "$count words were planted instead of 50"
[ "$arrived" -ge 45 ] || fail "only $arrived of 50 words arrived on the desktop"
[ "$(stat -c %s "$LAB/wire")" -gt 100000 ] || fail "nothing was captured"
# Names of files and tables are content, too; so is what devices are called.
for word in MEMORY.md rollout- projects/ knowledge_index switch_log; do
    grep -qaF -- "$word" "$LAB/wire" && fail "'$word' is on the wire"
    grep -rqaF -- "$word" "$(hub_data)" && fail "'$word' is in the hub's folder"
done
ls "$(hub_data)"/*-wal >/dev/null 2>&1 || say "note: the hub keeps no WAL file at the moment"
# Logs say what happened, not what was written.
while IFS= read -r word; do
    for name in laptop desktop; do
        grep -rqaF -- "$word" "${DEVICE_HOME[$name]}/.local/state" && fail "$word is in a log of $name"
    done
done <"$LAB/markers"
say "0 of $count planted words found in $(stat -c %s "$LAB/wire") captured bytes and the hub's $(du -sb "$(hub_data)" | cut -f1) bytes; $arrived arrived"
