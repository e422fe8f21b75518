#!/usr/bin/env bash
# Putting copies back carefully: over newer work only when asked, what can run code only when approved, names that lead
# elsewhere never; a daemon that dies meanwhile leaves each file old or new; what others did since is not lost.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
a=$LAB/home/a b=$LAB/Users/b
mkdir -p -m 700 "$a/.claude" "$b/.claude/agents" "$b/plain"
for i in 1 2 3; do echo "agent $i" >"$b/.claude/agents/$i.md"; done
echo '{"theme": "dark", "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "echo one"}]}]}}' >"$b/.claude/settings.json"
chmod -R go= "$b/.claude"
for device in laptop desktop; do
    ctl "$device" source add "${DEVICE_HOME[$device]}/.claude" --yes -q || fail "source add on $device"
done
settle
cmp -s "$a/.claude/agents/3.md" "$b/.claude/agents/3.md" || fail "the files did not come"
files=$b/.local/share/satchel/backups/files
newest() { ctl desktop backup list --path "$1" --json | field "copies[0].$2"; }

# ---- over newer work -------------------------------------------------------------------------

expect 0 'Copied [1-9]' ctl desktop backup create
id=$(newest agents/1.md id) cycle=$(newest agents/1.md cycle)
echo 'half a day of work' >"$b/.claude/agents/1.md"
touch -d '+1 minute' "$b/.claude/agents/1.md"
expect 2 'written later.* 19 bytes.* 8 bytes.*--force' ctl desktop backup restore "$id" --yes
expect 2 'written later' ctl desktop backup restore "$id" -n
expect 1 'written later' ctl desktop backup restore --cycle "$cycle" --yes
[ "$(cat "$b/.claude/agents/1.md")" = 'half a day of work' ] || fail "newer work was overwritten"
expect 0 'Wrote 1 file' ctl desktop backup restore "$id" --yes --force
[ "$(cat "$b/.claude/agents/1.md")" = 'agent 1' ] || fail "not restored: $(cat "$b/.claude/agents/1.md")"
expect 0 'Wrote 1 file' ctl desktop backup restore "$(newest agents/1.md id)" --yes --force
[ "$(cat "$b/.claude/agents/1.md")" = 'half a day of work' ] || fail "what a restore displaced was not copied first"

# ---- what can run code -----------------------------------------------------------------------

hooked=$(ctl desktop backup list --path settings.json --json | field 'copies[0].id')
expect 0 'Wrote 1 file' ctl desktop backup restore "$hooked" --yes # nothing in it is other than here
echo '{"theme": "light", "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "echo two"}]}]}}' >"$b/.claude/settings.json"
touch -d '1 hour ago' "$b/.claude/settings.json" "$b/.claude/agents/1.md"
expect 2 'can run code.*hooks.*--approve' ctl desktop backup restore "$hooked" --yes
expect 2 'can run code' ctl desktop backup restore "$hooked" --yes --force
expect 1 'can run code' ctl desktop backup restore --cycle "$cycle" --yes
grep -q 'echo two' "$b/.claude/settings.json" || fail "a hook came back that nobody approved"
[ "$(cat "$b/.claude/agents/1.md")" = 'agent 1' ] || fail "the rest of the cycle is not restored"
expect 4 'only the copy that an id names' ctl desktop backup restore --cycle "$cycle" --yes --approve
expect 0 'Wrote 1 file' ctl desktop backup restore "$hooked" --to "$b/plain"
expect 0 'Wrote 1 file' ctl desktop backup restore "$hooked" --yes --approve
grep -q 'echo one' "$b/.claude/settings.json" || fail "an approved copy is not restored"
echo '{"theme": "light", "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "echo one"}]}]}}' >"$b/.claude/settings.json"
touch -d '1 hour ago' "$b/.claude/settings.json"
expect 0 'Wrote 1 file' ctl desktop backup restore "$hooked" --yes # only its harmless values differ

# ---- modes -----------------------------------------------------------------------------------

echo 'agent two' >"$b/.claude/agents/2.md"
touch -d '1 hour ago' "$b/.claude/agents/2.md"
chmod 700 "$b/.claude/agents/2.md"
two=$(newest agents/2.md id)
expect 2 'can run code.*agents/2.md' ctl desktop backup restore "$two" --yes
chmod 6622 "$b/.claude/agents/2.md"
expect 0 'Wrote 1 file' ctl desktop backup restore "$two" --yes
[ -z "$(find "$b/.claude/agents/2.md" -perm /7111)" ] || fail "a restored file may change who runs it"
expect 0 'Wrote 1 file' ctl desktop backup restore "$two" --to "$b/plain"
[ "$(stat -c %a "$b/plain/agents/2.md")" = 600 ] || fail "a file written out is not private"

# ---- names that lead elsewhere ---------------------------------------------------------------

good=$(cat "$files/$cycle/manifest")
deep=$(printf 'a/%.0s' $(seq 10000))b
for path in ../../escaped .. . '' /escaped a//b a/./b a/ a%00b a%0ab "$deep"; do
    { printf '%s\n' "$good"; printf '%s\n' "$good" | sed -n "s|agents/3.md\$|$path|p"; } >"$files/$cycle/manifest"
    expect 1 "cycle $cycle: .*entry '" ctl desktop backup verify
    expect 0 "cycle $cycle: " ctl desktop backup list
    rm -rf "$b/plain" && mkdir "$b/plain"
    expect 7 "cycle $cycle: .*entry '" ctl desktop backup restore --cycle "$cycle" --to "$b/plain"
    expect 1 'there is no copy' ctl desktop backup restore "$id" --to "$b/plain"
    [ -z "$(ls -A "$b/plain")" ] || fail "something was written from a cycle with the name '${path:0:20}'"
done
[ ! -e "$b/escaped" ] && [ ! -e "$LAB/Users/escaped" ] || fail "a copy was written elsewhere"
{ printf '%s\n' "$good"; printf '%s\n' "$good" | sed -n 's|agents/3.md$|Agents/3.md|p'; } >"$files/$cycle/manifest"
expect 1 "Agents/3.md: .*differs from its name only" ctl desktop backup restore --cycle "$cycle" --to "$b/plain"
[ -e "$b/plain/agents/2.md" ] && [ ! -e "$b/plain/agents/3.md" ] && [ ! -e "$b/plain/Agents/3.md" ] || fail "twins are not left out"
printf '%s\n' "$good" >"$files/$cycle/manifest"
expect 0 ' good, 0 damaged' ctl desktop backup verify

# ---- a daemon that dies meanwhile ------------------------------------------------------------

large=$b/.claude/plans
mkdir -m 700 "$large"
for i in 4 5 6; do yes "old $i" | head -c 12000000 >"$large/$i.md"; done
settle
expect 0 'Copied [1-9]' ctl desktop backup create --source claude
cycle=$(newest plans/4.md cycle)
for i in 4 5 6; do cp "$large/$i.md" "$LAB/old.$i" && yes "new $i" | head -c 11000000 >"$LAB/new.$i"; done
# Later and later, until one is done before it is killed.
cut=0 old=0 new=0
for step in $(seq 1 60); do
    for i in 4 5 6; do cp "$LAB/new.$i" "$large/$i.md"; done
    ctl desktop backup restore --cycle "$cycle" --yes --force >"$LAB/restored" 2>&1 &
    restoring=$!
    sleep "$(awk "BEGIN {print $step * 0.02}")"
    device_kill desktop
    is_done=no
    ! wait "$restoring" || is_done=yes
    for i in 4 5 6; do
        if cmp -s "$large/$i.md" "$LAB/old.$i"; then
            old=$((old + 1))
        elif cmp -s "$large/$i.md" "$LAB/new.$i"; then
            new=$((new + 1))
        else
            fail "killed at step $step: file $i is mixed"
        fi
    done
    device_start desktop
    [ "$is_done" = no ] || break
    cut=$((cut + 1))
done
[ "$cut" -gt 0 ] || fail "no restore was cut off"
say "restores cut off: $cut; files put back by then: $old, not yet: $new"
expect 0 ' good, 0 damaged' ctl desktop backup verify
settle
[ -z "$(find "$a/.claude" -name '*.tmp')" ] || fail "unfinished files travel"

# ---- older than what others have -------------------------------------------------------------

# What a copy brings back that this device had sent long ago is no edit: what others made of it since wins. What it had
# replaced since is one, and then both are kept. Nothing is deleted.
two=$(newest agents/2.md id) three=$(newest agents/3.md id)
echo 'agent two, later' >"$b/.claude/agents/2.md"
settle
for i in 2 3; do echo 'newer elsewhere' >"$a/.claude/agents/$i.md"; done
echo 'made elsewhere' >"$a/.claude/agents/7.md"
push laptop >/dev/null
echo 'not captured' >"$b/.claude/agents/3.md"
expect 0 'Wrote 1 file' ctl desktop backup restore "$two" --yes --force
expect 0 'Wrote 1 file' ctl desktop backup restore "$three" --yes --force
settle
[ "$(cat "$b/.claude/agents/3.md")" = 'newer elsewhere' ] || fail "an old copy displaced what another device has since"
expect 0 'agents/2.md' ctl laptop conflict list
expect 0 'agents/2.md' ctl desktop conflict list
[ "$(cat "$b/.claude/agents/7.md")" = 'made elsewhere' ] || fail "a restore took away what others made"
for i in 1 2 3 7; do cmp -s "$a/.claude/agents/$i.md" "$b/.claude/agents/$i.md" || fail "file $i differs or is gone"; done
for i in 4 5 6; do cmp -s "$a/.claude/plans/$i.md" "$large/$i.md" || fail "plan $i differs or is gone"; done
intact "$(store_of laptop)" "$(store_of desktop)" || fail "damaged"
