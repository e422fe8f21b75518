#!/usr/bin/env bash
# Whatever goes wrong between a device and its hub, and with its key: status says so within one cycle.
. "$(dirname "${BASH_SOURCE[0]}")/faults.sh"
hub_start
lie() { printf '%s\n' "$1" >"$LAB/lie"; }
lie truth
"$SATCHEL_BIN/satchel-liar" "$HUB_PORT" "$LAB/lie" >"$LAB/liar.port" 2>"$LAB/liar.err" &
wait_until 10 test -s "$LAB/liar.port" || fail "satchel-liar does not listen"
device laptop home/a
device desktop Users/b
device_start laptop
device_start desktop
fault 'belongs to no workspace' laptop 4 'not enrolled' 'sync setup'
found laptop
# Without watching it has no calls of its own open, so that every call meets the lie of the moment.
join desktop laptop --url "http://127.0.0.1:$(cat "$LAB/liar.port")"
for name in laptop desktop; do ctl "$name" sync disable -q || fail "sync disable on $name"; done
setting laptop first
settle
well laptop desktop

# ---- what the hub answers --------------------------------------------------------------------

number=0
# under LIE STATUS PATTERN NEXT: the laptop writes, the desktop hears the lie; then the truth.
under() {
    number=$((number + 1))
    setting laptop "lie.$number"
    cycle laptop
    setting desktop "own.$number"
    lie "$1"
    cycle desktop
    # A hub that stands still is seen to by what it had been given since.
    setting desktop "more.$number"
    cycle desktop
    fault "the hub: $1" desktop "$2" "$3" "$4"
    lie truth
    ctl desktop daemon restart -q || fail "restart after $1"
    settle
    well desktop
}
under flip 5 'came damaged' .
under withhold 5 'waits for change' .
under forget 5 'shows no head' .
under freeze 5 "less of this device's log|waits for change" .
under expel 5 'less of the list of devices|list of devices' .
under garbage '1|6|7' 'nothing was taken from it' .
under redirect '1|6|7' 'redirect' .
under defect '1|6' 'hub' .
under stopping 6 'cannot be reached' .
under full 1 'room' .

# ---- reaching it -----------------------------------------------------------------------------

hub_stop
setting laptop unsent
cycle laptop
fault 'the hub is down' laptop 6 'cannot be reached' .
hub_start
cycle laptop
well laptop
# A silent one: the process is there and answers nothing.
setting laptop unheard
kill -STOP "$HUB_PID"
ctl laptop sync push >"$LAB/cycle" 2>&1
fault 'the hub hangs' laptop 6 'cannot be reached' .
kill -CONT "$HUB_PID"
wait_until 20 ctl laptop sync push -q || fail "the hub does not go on"
cycle laptop
well laptop

# Long ago: what the store says of the last success counts, not the life of the daemon.
hub_stop
device_stop laptop
sql "$(store_of laptop)" "UPDATE meta SET value = x'0000019400000000' WHERE name = 'last_success'"
[ "$(sql "$(store_of laptop)" "SELECT count(*) FROM meta WHERE name = 'last_success'")" = 1 ] || fail "no success is noted"
device_start laptop
ctl laptop sync enable -q
fault 'no success for a day' laptop 6 'more than a day' .
expect 5 'last cycle that did all it wanted was at 2024' ctl laptop doctor
expect 6 'more than a day' ctl laptop
ctl laptop sync disable -q
hub_start
cycle laptop
well laptop

# ---- the key ---------------------------------------------------------------------------------

key=$(data_of laptop)/device.key
cp -p "$key" "$LAB/good.key"
# keyed NAME PATTERN NEXT: with the key file as it is.
keyed() {
    device_start laptop
    fault "$1" laptop 7 "$2" "$3"
    device_stop laptop
    rm -rf "$key"
    cp -p "$LAB/good.key" "$key"
}
device_stop laptop
chmod 644 "$key"
keyed 'key file open to others' 'other users' 'chmod 600'
rm "$key"
keyed 'key file missing' 'device key' .
cp -p "$(data_of desktop)/device.key" "$key"
keyed 'key of another device' 'key' .
device_start laptop
cycle laptop
well laptop

# ---- who is in -------------------------------------------------------------------------------

expect 0 revoked ctl laptop device revoke desktop --yes
cycle desktop
fault 'this device was revoked' desktop 7 'revoked' .
device_stop desktop

device waiting home/w
device_start waiting
ctl hub sync register --name waiting >"$LAB/join-waiting" 2>/dev/null || fail "register"
ctl waiting sync setup --join-file "$LAB/join-waiting" --name waiting >"$LAB/said" 2>&1
fault 'nobody let this device in' waiting 4 'waits to be let in' .
device_stop waiting

device_stop laptop
cp -a "$LAB/home/a" "$LAB/home/c"
device clone home/c
sql "$(store_of clone)" "UPDATE source SET path = replace(path, '$LAB/home/a', '$LAB/home/c'), options = replace(options, '$LAB/home/a', '$LAB/home/c')"
for name in laptop clone; do device_start "$name"; done
for name in laptop clone; do cycle "$name"; done
for name in laptop clone; do setting "$name" "by.$name" && cycle "$name"; done
fault 'this device was cloned' clone 5 'clone detected' 'keep-device'
device_stop clone

hub_stop
mv "$(hub_data)" "$LAB/hub-before"
hub_start
setting laptop elsewhere
cycle laptop
fault 'another hub at the address' laptop '5|7' 'another hub' .
hub_stop
rm -rf "$(hub_data)"
mv "$LAB/hub-before" "$(hub_data)"
sql "$(hub_data)/hub.db" "DELETE FROM member; DELETE FROM workspace"
hub_start
cycle laptop
fault 'the hub was wiped' laptop 7 'no such device|does not know' .
say "$faults faults, each told"
