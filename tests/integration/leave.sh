#!/usr/bin/env bash
# A device stops talking, leaves, is revoked, or is a copy of another one, and comes back: nothing that was changed in the
# meantime is lost, nothing is there twice, and nothing of others is overwritten.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
. "$(dirname "${BASH_SOURCE[0]}")/setting_rows.sh"
lab_begin
two_devices

notes_of() { printf '%s\n' "${DEVICE_HOME[$1]}/notes.db"; }
notes() { sql "$(notes_of "$1")" "SELECT group_concat(text, ',') FROM (SELECT text FROM note ORDER BY text)"; }
state() { ctl "$1" status --json | field "$2"; }
id_of() { state "$1" device_id; }
# comes_back NAME AS: joins with an invitation of the laptop.
comes_back() {
    ctl laptop sync enable -q
    ctl laptop sync register --name "$2" >"$LAB/join-$2" 2>/dev/null || fail "laptop invites nobody"
    expect 0 'accepted' ctl "$1" sync setup --join-file "$LAB/join-$2" --name "$2"
    ctl laptop sync disable -q
    ctl "$1" sync disable -q
}

# Tables whose rows have no name of their own, and a tree: what is recognised again has to be found out.
a=$LAB/home/a b=$LAB/Users/b
mkdir -p -m 700 "$a/.claude/agents" "$b/.claude/agents"
for name in laptop desktop; do
    sql "$(notes_of "$name")" "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)"
    ctl "$name" source add "$(notes_of "$name")" --capture marks -q || fail "source add notes on $name"
    ctl "$name" source add "${DEVICE_HOME[$name]}/.claude" --yes -q || fail "source add .claude on $name"
done
for text in one two three; do sql "$(notes_of laptop)" "INSERT INTO note (text) VALUES ('$text')"; done
for i in 1 2 3; do echo "agent $i" >"$a/.claude/agents/$i.md"; done
carry laptop desktop
[ "$(notes desktop)" = one,three,two ] || fail "the desktop has the notes $(notes desktop)"

# ---- disconnected ----------------------------------------------------------------------------

id=$(id_of desktop)
expect 0 'disconnected' ctl desktop sync disconnect
[ "$(state desktop hub_state)" = disconnected ] || fail "status does not say disconnected"
expect 0 'sync connect' ctl desktop
writes desktop in-silence
writes laptop meanwhile
push laptop >/dev/null
expect 6 'disconnected' ctl desktop sync push
hinted
expect 6 'disconnected' ctl desktop sync pull
lacks desktop meanwhile
[ "$(state desktop pending_out)" -gt 0 ] || fail "a change made in silence is not noted"
device_stop desktop
device_start desktop
[ "$(state desktop hub_state)" = disconnected ] || fail "it talks again after a restart"
expect 6 'nobody can be told' ctl desktop logout --yes
hinted
[ "$(id_of desktop)" = "$id" ] || fail "a refused logout changed something"
expect 0 'connected' ctl desktop sync connect
carry desktop laptop
has laptop in-silence
has desktop meanwhile
[ "$(id_of desktop)" = "$id" ] || fail "it is another device after being disconnected"

# ---- logged out ------------------------------------------------------------------------------

expect 4 'nothing was changed' ctl desktop logout
expect 0 'would end' ctl desktop logout -n
writes desktop at-the-last-moment
expect 0 'left the workspace' ctl desktop logout --yes
grep -q 'sync setup' "$LAB/said" || fail "the way back is not named: $(cat "$LAB/said")"
[ ! -e "$(data_of desktop)/device.key" ] || fail "the key is still there"
[ "$(state desktop state)" = not_enrolled ] || fail "it is still enrolled"
[ "$(cat "$b/.claude/agents/2.md")" = 'agent 2' ] || fail "a file went"
[ -z "$(sql "$(notes_of desktop)" "SELECT name FROM sqlite_master WHERE type = 'trigger'")" ] || fail "triggers stay in the database"
expect 4 'no workspace' ctl desktop sync push
pull laptop >/dev/null
has laptop at-the-last-moment
ctl laptop device list | grep -Eq '^desktop +revoked' || fail "the laptop still counts it"
ctl laptop device list --json | grep -q '"epoch":2' || fail "no epoch began when a device left"

# Everybody works on; then it comes back as another device, with the sources it had.
echo 'agent 2, edited here' >"$b/.claude/agents/2.md"
echo 'agent 4, made here' >"$b/.claude/agents/4.md"
echo 'agent 3, edited there' >"$a/.claude/agents/3.md"
sql "$(notes_of desktop)" "INSERT INTO note (text) VALUES ('four, here'); UPDATE note SET text = 'one, edited here' WHERE text = 'one'"
sql "$(notes_of laptop)" "INSERT INTO note (text) VALUES ('five, there')"
writes desktop while-out
carry laptop
comes_back desktop desktop2
[ "$(id_of desktop)" != "$id" ] || fail "it came back as the device that left"
carry desktop laptop
for name in laptop desktop; do
    for row in in-silence meanwhile at-the-last-moment while-out; do has "$name" "$row"; done
    [ "$(sql "$(notes_of "$name")" "SELECT count(*) FROM note")" = 5 ] || fail "$name has the notes $(notes "$name")"
    [ "$(sql "$(notes_of "$name")" "SELECT count(*) FROM note WHERE text IN ('two', 'three', 'four, here', 'five, there')")" = 4 ] ||
        fail "$name has the notes $(notes "$name")"
done
for i in 1 4; do cmp -s "$a/.claude/agents/$i.md" "$b/.claude/agents/$i.md" || fail "file $i differs"; done
grep -q 'made here' "$a/.claude/agents/4.md" || fail "a file made while out did not travel"
# What both changed is for a person to decide, with both there.
ctl laptop conflict list >"$LAB/conflicts"
for item in agents/2.md agents/3.md note; do grep -q "$item" "$LAB/conflicts" || fail "no conflict over $item: $(cat "$LAB/conflicts")"; done
grep -q 'agents/1.md' "$LAB/conflicts" && fail "equal files conflict: $(cat "$LAB/conflicts")"
grep -q 'edited there' "$a/.claude/agents/3.md" || grep -q 'edited there' "$b/.claude/agents/3.md" || fail "what was edited there is not shown"

# ---- revoked ---------------------------------------------------------------------------------

device_stop desktop
writes desktop before-it-knows
expect 0 'revoked' ctl laptop device revoke desktop2 --yes
device_start desktop
expect 7 'revoked' ctl desktop sync push
hinted
writes desktop after-it-knows
comes_back desktop desktop3
carry desktop laptop
for row in before-it-knows after-it-knows while-out; do has laptop "$row"; done
[ "$(sql "$(notes_of laptop)" "SELECT count(*) FROM note")" = 5 ] || fail "notes doubled: $(notes laptop)"

# ---- a copy ----------------------------------------------------------------------------------

device_stop desktop
cp -a "$b" "$LAB/copied"
device copy copied
sql "$(store_of copy)" "UPDATE source SET path = replace(path, '$b', '$LAB/copied'), options = replace(options, '$b', '$LAB/copied')" || fail "the copy's sources"
for name in desktop copy; do
    device_start "$name"
    pull "$name" >/dev/null || fail "pull on $name"
done
writes desktop by-the-original
push desktop >/dev/null || fail "push of the original"
writes copy by-the-copy
expect 5 'clone detected' ctl copy sync push
hinted
grep -q -- '--keep-device' "$LAB/said" || fail "the way out is not named: $(cat "$LAB/said")"
[ "$(state copy state)" = halted ] || fail "status of a copy: $(state copy state)"
expect 0 'left the workspace' ctl copy logout --keep-device --yes
comes_back copy copy
carry copy laptop desktop
for name in laptop desktop copy; do for row in by-the-original by-the-copy; do has "$name" "$row"; done; done
[ "$(sql "$(notes_of laptop)" "SELECT count(*) FROM note")" = 5 ] || fail "notes doubled: $(notes laptop)"

# ---- the last one, and a hub that is gone ----------------------------------------------------

hub_stop
writes copy never-sent
expect 6 'nobody can be told' ctl copy logout --yes
expect 0 'still count it' ctl copy logout --yes --force
grep -Eq '[1-9][0-9]* changes? not sent' "$LAB/said" || fail "unsent changes are not told: $(cat "$LAB/said")"
has copy never-sent
hub_start
for name in copy desktop3; do expect 0 'revoked' ctl laptop device revoke "$name" --yes; done
expect 7 'no device would be left' ctl laptop logout --yes
hinted
intact "$(store_of laptop)" "$(store_of desktop)" || fail "damaged"
say "disconnected, logged out, revoked, copied and back: nothing lost, nothing twice"
