#!/usr/bin/env bash
# What a pull displaced comes back: listed, verified, restored by copy and by cycle, in place and elsewhere;
# what may not be overwritten is not. Archived files are written out.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
a=$LAB/home/a b=$LAB/Users/b
mkdir -p "$a/.claude/agents" "$b/.claude" "$a/.gemini/tmp/app/chats" "$b/.gemini"
for i in 1 2 3; do echo "agent $i" >"$a/.claude/agents/$i.md"; done
echo '{"messages":[]}' >"$a/.gemini/tmp/app/chats/s.json"
for file in "$a" "$b"; do sql "$file/notes.db" "CREATE TABLE note (id TEXT PRIMARY KEY, body TEXT)"; done
sql "$a/notes.db" "INSERT INTO note VALUES ('1', 'first')"
for device in laptop desktop; do
    for place in .claude .gemini notes.db; do
        ctl "$device" source add "${DEVICE_HOME[$device]}/$place" --yes -q || fail "source add $place on $device"
    done
done
settle
cmp -s "$a/.claude/agents/3.md" "$b/.claude/agents/3.md" || fail "the files did not come"
expect 0 'No copies|catalog|notes' ctl desktop backup list

# A pull overwrites; the last one is taken back, which is an edit like any other.
for i in 1 2 3; do echo "changed $i" >"$a/.claude/agents/$i.md"; done
settle
[ "$(cat "$b/.claude/agents/2.md")" = 'changed 2' ] || fail "the change did not come"
expect 0 'agents/2.md' ctl desktop backup list --source claude
expect 0 ' good, 0 damaged' ctl desktop backup verify
id=$(ctl desktop backup list --source claude --path agents/2.md --json | field 'copies[0].id')
[ ${#id} = 8 ] || fail "no id: $id"
expect 0 'Would write 1 file' ctl desktop backup restore "$id" -n
[ "$(cat "$b/.claude/agents/2.md")" = 'changed 2' ] || fail "a dry run wrote"
expect 0 'Wrote 1 file' ctl desktop backup restore "$id" --yes
[ "$(cat "$b/.claude/agents/2.md")" = 'agent 2' ] || fail "not restored: $(cat "$b/.claude/agents/2.md")"
settle
[ "$(cat "$a/.claude/agents/2.md")" = 'agent 2' ] || fail "what was restored does not travel"
cycle=$(ctl desktop backup list --source claude --path agents/1.md --json | field 'copies[0].cycle')
expect 0 'Wrote' ctl desktop backup restore --cycle "$cycle" --source claude --yes
[ "$(cat "$b/.claude/agents/1.md" "$b/.claude/agents/3.md")" = $'agent 1\nagent 3' ] || fail "the cycle is not restored"

# Elsewhere: over nothing.
mkdir "$LAB/out"
expect 0 'Wrote 1 file' ctl desktop backup restore "$id" --to "$LAB/out"
[ "$(cat "$LAB/out/agents/2.md")" = 'agent 2' ] || fail "not written elsewhere"
expect 1 'there is a file' ctl desktop backup restore "$id" --to "$LAB/out"
expect 1 'no copy' ctl desktop backup restore 00000000 --yes
expect 4 'give the id' ctl desktop backup restore
hinted

# A program has it open for writing: left alone.
exec 8>>"$b/.claude/agents/2.md"
expect 1 'has it open' ctl desktop backup restore "$id" --yes
exec 8>&-

# A link in the way is not followed.
mv "$b/.claude/agents" "$LAB/agents"
ln -s "$LAB/agents" "$b/.claude/agents"
expect 1 'link' ctl desktop backup restore "$id" --yes
rm "$b/.claude/agents" && mv "$LAB/agents" "$b/.claude/agents"

# Databases: copied on demand, written elsewhere only.
expect 0 'Copied [1-9]' ctl desktop backup create
db=$(ctl desktop backup list --source notes --json | field 'copies[0].id')
expect 1 'not put in its place' ctl desktop backup restore "$db" --yes
expect 0 'Wrote 1 file' ctl desktop backup restore "$db" --to "$LAB/out"
[ "$(sql "$LAB/out/notes.db" 'SELECT body FROM note')" = first ] || fail "the database is not restored"

# A damaged copy is found and not used.
copy=$(find "$b/.local/share/satchel/backups/files" -type f ! -name manifest -size -100c | head -n 1)
echo damage >"$copy"
expect 1 'damaged' ctl desktop backup verify

# Who wants no copies gets none, and changes are written all the same.
mkdir -p -m 700 "$b/.config/satchel"
(umask 077 && printf 'backup_format = "none"\n' >"$b/.config/satchel/config.toml")
device_stop desktop
device_start desktop
settle
copies=$(ctl desktop backup list --json | field total)
echo 'changed again' >"$a/.claude/agents/3.md"
sql "$a/notes.db" "UPDATE note SET body = 'second'"
settle
[ "$(cat "$b/.claude/agents/3.md")" = 'changed again' ] || fail "nothing is written without copies: $(cat "$b/.claude/agents/3.md")"
[ "$(sql "$b/notes.db" 'SELECT body FROM note')" = second ] || fail "no row is written without copies"
[ "$(ctl desktop backup list --json | field total)" = "$copies" ] || fail "copies were made that nobody wants"

# Archived files.
[ ! -e "$b/.gemini/tmp" ] || fail "an archived file was written into the folder"
expect 0 'Would write 1 file' ctl desktop source restore gemini --to "$LAB/out" -n
expect 0 'Wrote 1 file' ctl desktop source restore gemini 'tmp/**' --to "$LAB/out"
cmp -s "$a/.gemini/tmp/app/chats/s.json" "$LAB/out/tmp/app/chats/s.json" || fail "the archived file is not written out"
intact "$(store_of laptop)" "$(store_of desktop)" || fail "damaged"
