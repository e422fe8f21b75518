#!/usr/bin/env bash
# What happened on a device can be asked for later: calls that changed something with their figures and
# how they ended, cycles that moved something, also after a restart; and it stays within bounds.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
hub_start
device laptop home/a
device_start laptop
found laptop
home=${DEVICE_HOME[laptop]}
folder=$home/.local/state/satchel
mkdir -p "$home/notes" && echo one >"$home/notes/one.md"
expect 0 Added ctl laptop source add "$home/notes" --name notes
ctl laptop sync push -q || fail "push"
expect 0 . ctl laptop backup create
expect 0 . ctl laptop device rename laptop travel
expect '1|4' . ctl laptop device revoke nobody -y
expect '0|1|4' . ctl laptop undo -n
device_stop laptop
device_start laptop

told() { grep -Eq -- "$1" "$LAB/past" || fail "not told: $1: $(cat "$LAB/past")"; }
ctl laptop events -n 100 >"$LAB/past" || fail "events -n"
told 'Z  state  the daemon started'
told 'Z  source  notes: source added'
told 'Z  cycle  sent [0-9]+'
told 'Z  operation  Copy what the sources hold now'
told 'Z  operation  Give a device another name'
told 'Z  operation  End a device.s membership: .*nobody'
grep -q 'Put displaced values back' "$LAB/past" && fail "a dry run is told: $(cat "$LAB/past")"
[ "$(ctl laptop events -n 2 | wc -l)" = 2 ] || fail "-n 2 is not two"
ctl laptop events --since 2099-01-01 >"$LAB/past" && [ ! -s "$LAB/past" ] || fail "the future has events"
expect 4 'is no time' ctl laptop events --since yesterday
ctl laptop events --since 2000-01-01 --kind operation --json >"$LAB/past"
told '"method":"backup.create","result":"done"'
told '"method":"device.revoke","result":"(not_found|invalid_argument|refused)"'
grep -v '"kind":"operation"' "$LAB/past" && fail "other kinds are told"

# Followed from the past on.
exec_within laptop satchelctl events -n 1 -f >"$LAB/followed" 2>/dev/null &
wait_until 20 test -s "$LAB/followed" || fail "the past is not printed"
ctl laptop backup create -q || fail "backup create"
followed() { grep -q 'Copy what the sources hold now' "$LAB/followed"; }
wait_until 20 followed || fail "what happens now is not printed: $(cat "$LAB/followed")"

# Bounds and damage.
[ "$(stat -c %a "$folder/events.jsonl")" = 600 ] || fail "the events are open to others"
{ printf '{"kind":\n\377\n[]\n'; head -c 1100000 /dev/zero | tr '\0' 'x'; echo; } >>"$folder/events.jsonl"
ctl laptop backup create -q || fail "backup create"
[ -e "$folder/events.1.jsonl" ] && [ "$(stat -c %s "$folder/events.jsonl")" -lt 1048576 ] || fail "the file grows: $(ls -l "$folder")"
ctl laptop events -n 100 >"$LAB/past" || fail "damage breaks the list"
told 'source added'
