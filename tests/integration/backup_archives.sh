#!/usr/bin/env bash
# Copies that are folded into archives: made, listed, verified, restored in place and elsewhere as the plain ones are;
# damaged and foreign archives are named and nothing of them is written.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
a=$LAB/home/a b=$LAB/Users/b
mkdir -p -m 700 "$a/.claude/agents" "$b/.claude" "$b/.config/satchel"
(umask 077 && printf 'backup_format = "zip"\n' >"$b/.config/satchel/config.toml")
device_stop desktop
device_start desktop
for i in 1 2 3; do echo "agent $i" >"$a/.claude/agents/$i.md"; done
for home in "$a" "$b"; do sql "$home/notes.db" "CREATE TABLE note (id TEXT PRIMARY KEY, body TEXT)"; done
sql "$a/notes.db" "INSERT INTO note VALUES ('1', 'first')"
for device in laptop desktop; do
    for place in .claude notes.db; do
        ctl "$device" source add "${DEVICE_HOME[$device]}/$place" --yes -q || fail "source add $place on $device"
    done
done
settle
cmp -s "$a/.claude/agents/3.md" "$b/.claude/agents/3.md" || fail "the files did not come"
files=$b/.local/share/satchel/backups/files
databases=$b/.local/share/satchel/backups/databases

# What a pull displaces lies plain while its cycle lasts; a copy on demand ends it, and both become archives.
for i in 1 2 3; do echo "changed $i" >"$a/.claude/agents/$i.md"; done
settle
[ "$(cat "$b/.claude/agents/2.md")" = 'changed 2' ] || fail "the change did not come"
id=$(ctl desktop backup list --source claude --path agents/2.md --json | field 'copies[0].id')
[ "$(ctl desktop backup list --source claude --path agents/2.md --json | field 'copies[0].format')" = copy ] ||
    fail "a copy of a cycle that lasts is not plain"
cycle=$(ctl desktop backup list --source claude --path agents/2.md --json | field 'copies[0].cycle')
expect 0 'Copied [1-9]' ctl desktop backup create
[ -f "$files/$cycle.zip" ] || fail "the cycle of the pull is not folded: $(ls -a "$files")"
[ -z "$(find "$files" "$databases" -mindepth 1 ! -name '*.zip')" ] || fail "copies are left: $(ls -aR "$files" "$databases")"
[ "$(ctl desktop backup list --source claude --path agents/2.md --cycle "$cycle" --json | field 'copies[0].id')" = "$id" ] ||
    fail "a copy has another id in the archive"
expect 0 "$cycle +zip" ctl desktop backup list
expect 0 ' good, 0 damaged' ctl desktop backup verify

# Restored like any copy.
expect 0 'Would write 1 file' ctl desktop backup restore "$id" -n
expect 0 'Wrote 1 file' ctl desktop backup restore "$id" --yes
[ "$(cat "$b/.claude/agents/2.md")" = 'agent 2' ] || fail "not restored: $(cat "$b/.claude/agents/2.md")"
settle
[ "$(cat "$a/.claude/agents/2.md")" = 'agent 2' ] || fail "what was restored does not travel"
mkdir "$LAB/out"
expect 0 'Wrote 3 files' ctl desktop backup restore --from "$cycle.zip" --source claude --to "$LAB/out"
[ "$(cat "$LAB/out/agents/"*.md)" = $'agent 1\nagent 2\nagent 3' ] || fail "the archive is not written out"
expect 0 'Wrote 3 files' ctl desktop backup restore --from "$cycle" --source claude --yes
[ "$(cat "$b/.claude/agents/1.md" "$b/.claude/agents/3.md")" = $'agent 1\nagent 3' ] || fail "the cycle is not restored"
db=$(ctl desktop backup list --source notes --json | field 'copies[0].id')
expect 0 'Wrote 1 file' ctl desktop backup restore "$db" --to "$LAB/out"
[ "$(sql "$LAB/out/notes.db" 'SELECT body FROM note')" = first ] || fail "the database is not restored"

# Something was added to an archive: it is named, nothing of it is used, the others are.
printf 'more' >>"$files/$cycle.zip"
expect 1 "cycle $cycle: .*(cut short|follows)" ctl desktop backup verify
expect 0 "cycle $cycle: " ctl desktop backup list
rm -r "$LAB/out" && mkdir "$LAB/out"
expect 1 "cycle $cycle: .*(cut short|follows)" ctl desktop backup restore --from "$cycle.zip" --to "$LAB/out"
hinted
[ -z "$(ls "$LAB/out")" ] || fail "something of a damaged archive was written"

# Both forms are read whatever the setting says.
expect 0 'Copied [1-9]' ctl desktop backup create
(umask 077 && printf 'backup_format = "copy"\n' >"$b/.config/satchel/config.toml")
device_stop desktop
device_start desktop
settle
expect 0 'zip' ctl desktop backup list
db=$(ctl desktop backup list --source notes --json | field 'copies[0].id')
expect 0 'Wrote 1 file' ctl desktop backup restore "$db" --to "$LAB/out"
intact "$(store_of laptop)" "$(store_of desktop)" || fail "damaged"
