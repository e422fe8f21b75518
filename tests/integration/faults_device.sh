#!/usr/bin/env bash
# Whatever goes wrong on a device: its sources, its daemon, its settings, its store. Status says so
# within one cycle.
. "$(dirname "${BASH_SOURCE[0]}")/faults.sh"
two_devices
a=$LAB/home/a b=$LAB/Users/b
for name in laptop desktop; do
    at=${DEVICE_HOME[$name]}
    mkdir -p -m 700 "$at/.claude/rules" "$at/plain"
    sql "$at/notes.db" "CREATE TABLE note (id TEXT PRIMARY KEY, body TEXT)"
    for source in notes.db .claude; do ctl "$name" source add "$at/$source" -q --yes || fail "source add $source on $name"; done
    ctl "$name" source set notes --policy manual_abort -q || fail "source set"
done
sql "$a/notes.db" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO note SELECT 'n' || i, 'body ' || i FROM n"
for i in {1..40}; do echo "rule $i" >"$a/.claude/rules/$i.md"; done
chmod -R go= "$a/.claude" "$b/.claude"
settle
[ "$(sql "$b/notes.db" 'SELECT count(*) FROM note')" = 60 ] || fail "the rows did not come"
well laptop desktop

# resumed DEVICE SOURCE WORD…: a person's word, and all is well again.
resumed() {
    local name=$1
    ctl "$name" source resume "${@:2}" --yes -q >"$LAB/said" 2>&1 || fail "source resume: $(cat "$LAB/said")"
    settle
    well laptop desktop
}

# ---- sources ---------------------------------------------------------------------------------

# locked DATABASE: keeps it locked until `unlock`.
mkfifo "$LAB/orders"
locked() {
    sqlite3 "$1" <"$LAB/orders" >"$LAB/locker" &
    locker=$!
    exec 7>"$LAB/orders"
    echo "BEGIN EXCLUSIVE; UPDATE note SET body = 'in hand' WHERE id = 'n1'; SELECT 'locked';" >&7
    wait_until 10 grep -q locked "$LAB/locker" || fail "the lock was not taken"
}
unlock() { echo "ROLLBACK;" >&7; exec 7>&-; wait "$locker"; }
sql "$a/notes.db" "UPDATE note SET body = 'before the lock' WHERE id = 'n2'"
locked "$a/notes.db"
cycle laptop
fault 'database locked, reading' laptop '3|6' 'notes.*(locked|busy|in use|open)' .
unlock
settle
sql "$a/notes.db" "UPDATE note SET body = 'for the locked one' WHERE id = 'n3'"
locked "$b/notes.db"
cycle laptop
cycle desktop
fault 'database locked, writing' desktop '3|6' 'notes' .
unlock
settle
well laptop desktop

cp "$a/notes.db" "$LAB/notes.saved"
head -c 20000 /dev/urandom >"$a/notes.db"
cycle laptop
fault 'database damaged' laptop 1 'not a database|damaged|malformed' .
rm "$a/notes.db"
cycle laptop
fault 'database gone' laptop 1 'notes' .
sql "$a/notes.db" "CREATE TABLE other (x)"
cycle laptop
fault 'database has other tables' laptop '1|5' 'notes' 'notes'
rm -f "$a/notes.db"*
cp "$LAB/notes.saved" "$a/notes.db"
ctl laptop source resume notes --yes -q >/dev/null 2>&1
settle
well laptop desktop
sql "$a/notes.db" "DELETE FROM note WHERE id > 'n3'"
cycle laptop
fault 'mass delete here' laptop 5 'lost [0-9]+ of' 'source resume notes'
cp "$LAB/notes.saved" "$a/notes.db"
resumed laptop notes --restore

mv "$a/.claude" "$LAB/away"
cycle laptop
fault 'root of a tree missing' laptop '1|5' 'claude' .
mkdir -m 700 "$a/.claude"
cycle laptop
fault 'root of a tree empty' laptop 5 'folder is empty' 'source resume'
rmdir "$a/.claude"
echo text >"$a/.claude"
cycle laptop
fault 'root of a tree is a file' laptop '1|5' 'claude' .
rm "$a/.claude"
mv "$LAB/away" "$a/.claude"
ctl laptop source resume claude --yes -q >/dev/null 2>&1
settle
well laptop desktop
if [ "$(id -u)" != 0 ]; then
    chmod 000 "$a/.claude"
    cycle laptop
    fault 'root of a tree unreadable' laptop '1|5|7' 'claude' .
    chmod 700 "$a/.claude"
    settle
fi

# ---- what waits for a person, or for a program -------------------------------------------------

sql "$a/notes.db" "UPDATE note SET body = 'left' WHERE id = 'n4'"
sql "$b/notes.db" "UPDATE note SET body = 'right' WHERE id = 'n4'"
settle
fault 'a conflict waits' desktop 2 '1 conflict' 'conflict list'
id=$(ctl desktop conflict list --json | field 'conflicts[0].id')
ctl desktop conflict resolve "$id" --take 1 -q --yes || fail "resolve"
settle
well laptop desktop

echo '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "notify-done"}]}]}}' >"$a/.claude/settings.json"
chmod 600 "$a/.claude/settings.json"
settle
fault 'a change waits for approval' desktop 2 '1 approval' 'approve list'
# The assistant runs: what is approved waits until it does not.
ln -s "$(command -v sleep)" "$LAB/claude"
"$LAB/claude" 300 &
assistant=$!
ctl desktop approve "$(waiting_ids desktop settings.json | head -n 1)" -q >"$LAB/said" 2>&1
cycle desktop
fault 'an assistant holds files' desktop 3 'Claude Code runs' .
expect 3 'Claude Code runs' ctl desktop sync pull
ctl desktop sync pull --wait >"$LAB/waited" 2>&1 &
waiting=$!
kill "$assistant"
wait "$assistant" 2>/dev/null
wait "$waiting" || fail "pull --wait: $? $(cat "$LAB/waited")"
grep -q notify-done "$b/.claude/settings.json" || fail "nothing was written when the assistant was away: $(cat "$LAB/waited")"
well desktop

# ---- from others -----------------------------------------------------------------------------

find "$a/.claude/rules" -name '[1-3]?.md' -delete
cycle laptop
fault 'mass delete in a tree' laptop 5 'lost [0-9]+ of' 'source resume claude'
ctl laptop source resume claude --publish --yes -q || ctl laptop source resume claude --yes -q
cycle laptop
cycle desktop
fault 'others deleted much' desktop 5 'another device deleted' 'source resume claude'
resumed desktop claude

# ---- the daemon ------------------------------------------------------------------------------

config=${DEVICE_HOME[laptop]}/.config/satchel/config.toml
mkdir -p -m 700 "${config%/*}"
echo 'interval = banana' >"$config"
bad_config() { ctl laptop status >"$LAB/said" 2>&1; grep -q '^alarm .*config' "$LAB/said"; }
wait_until 20 bad_config || fail "nobody tells of the settings: $(cat "$LAB/said")"
fault 'settings broken while it runs' laptop 4 '^alarm .*config' .
device_stop laptop
expect 4 . within laptop timeout 30 satcheld run
fault 'settings broken at its start' laptop 4 'could not start' .
rm "$config"
fault 'the daemon does not run' laptop '4|6' 'does not run' .
device_start laptop
well laptop
kill -STOP "${DEVICE_PID[laptop]}"
is_slow=yes fault 'the daemon hangs' laptop 6 'does not answer' 'daemon restart'
kill -CONT "${DEVICE_PID[laptop]}"
wait_until 20 ctl laptop daemon status -q || fail "the daemon does not go on"
well laptop
device_kill laptop
fault 'the daemon was killed' laptop 6 'does not run' 'daemon start'

store=$(store_of laptop)
cp "$store" "$LAB/store.saved"
sqlite3 "$store" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
pages=$(($(stat -c %s "$store") / 4096))
for page in $((pages / 2)) $((pages / 2 + 1)) $((pages - 2)); do
    head -c 4096 /dev/zero | tr '\0' '\356' | dd of="$store" bs=4096 seek="$page" conv=notrunc status=none
done
expect 5 'store is damaged' within laptop timeout 30 satcheld run
fault 'the store is damaged' laptop 5 'store is damaged' 'store.db'
say "$faults faults, each told"
