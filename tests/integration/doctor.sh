#!/usr/bin/env bash
# Doctor names what is wrong with what mends it, ends with 5 when a check fails and with 0 else, works
# without a daemon, and makes no file.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
device laptop home/a
home=$LAB/home/a
files() { (cd "$LAB" && find home run -printf '%p %m\n' | LC_ALL=C sort); }
# verdict CODE: of the checks of the last doctor, one a line.
verdict() {
    sqlite3 :memory: "SELECT DISTINCT value ->> 'verdict' FROM json_each('$(sed "s/'/''/g" "$LAB/said")', '\$.checks') WHERE value ->> 'code' = '$1'"
}

# Where nothing was ever started.
files >"$LAB/before"
expect 5 'FAIL  the daemon does not run' ctl laptop doctor
expect 5 'not_checked' ctl laptop preflight --json
[ "$(verdict daemon_down) $(verdict not_checked) $(verdict modes) $(verdict space)" = 'fail warn pass pass' ] || fail "without a daemon: $(cat "$LAB/said")"
files >"$LAB/after"
cmp -s "$LAB/before" "$LAB/after" || fail "doctor made something: $(diff "$LAB/before" "$LAB/after")"

hub_start
device_start laptop
found laptop
mkdir -p -m 700 "$home/.claude/rules"
echo text >"$home/.claude/rules/one.md"
sql "$home/notes.db" "CREATE TABLE note (id TEXT PRIMARY KEY, body TEXT); INSERT INTO note SELECT value, hex(randomblob(900)) FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]')"
ctl laptop source add "$home/notes.db" -q --yes || fail "source add"
expect 0 . ctl laptop sync push
expect 0 '"checks"' ctl laptop doctor --json
[ "$(verdict store) $(verdict source_integrity) $(verdict version) $(verdict backups)" = 'pass pass pass pass' ] || fail "well: $(cat "$LAB/said")"
[ "$(verdict assistant_not_synced)" = warn ] || fail "an assistant that is not in sync is not named: $(cat "$LAB/said")"
grep -q 'satchelctl source add claude' "$LAB/said" || fail "the command that adds it is not named: $(cat "$LAB/said")"
ctl laptop source add "$home/.claude" -q --yes || fail "source add"
expect 0 . ctl laptop doctor --json
[ -z "$(verdict assistant_not_synced)" ] || fail "it is named though it is in sync: $(cat "$LAB/said")"

chmod 755 "$home/.local/state/satchel"
chmod 640 "$(data_of laptop)/device.key"
expect 5 "chmod 600 '.*device.key'" ctl laptop doctor
grep -q "chmod 700 '.*state/satchel'" "$LAB/said" || fail "an open folder is not named: $(cat "$LAB/said")"
chmod 700 "$home/.local/state/satchel"
chmod 600 "$(data_of laptop)/device.key"

# Damage that no cycle has met yet: a page in the middle.
pages=$(($(stat -c %s "$home/notes.db") / 4096))
head -c 4096 /dev/zero | tr '\0' '\356' | dd of="$home/notes.db" bs=4096 seek=$((pages - 2)) conv=notrunc status=none
expect 5 "notes.db' is damaged|malformed" ctl laptop doctor
grep -q 'backup list --source notes' "$LAB/said" || fail "the way back is not named: $(cat "$LAB/said")"

device_stop laptop
files | grep -v control.sock >"$LAB/before"
expect 5 'were not looked at' ctl laptop doctor
files | grep -v control.sock >"$LAB/after"
cmp -s "$LAB/before" "$LAB/after" || fail "doctor made something: $(diff "$LAB/before" "$LAB/after")"
