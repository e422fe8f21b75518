#!/usr/bin/env bash
# Ways in which joining goes wrong, each with its own exit status, words and next step; nothing is
# saved by a failure, and a hub that goes away later is a state, not a catastrophe.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
hub_start
device laptop home/a
device desktop Users/b
device_start laptop
device_start desktop

nothing_saved() {
    [ ! -e "$(data_of laptop)/device.key" ] || fail "$1: a key was saved"
    [ "$(ctl laptop status --json | field state)" = not_enrolled ] || fail "$1: something was saved"
}
setup() { ctl laptop sync setup --name laptop --join-file "$@"; }
join_file=$LAB/join-laptop

# Before any hub knows us.
expect 4 'no workspace' ctl laptop sync push
hinted
ctl hub sync register --name laptop >"$join_file" || fail "sync register"

# What a person mistypes.
good=$(cat "$join_file")
middle=$((${#good} / 2))
letter=${good:middle:1}
other=$([ "$letter" = a ] && echo b || echo a)
printf '%s\n' "${good:0:middle}$other${good:middle+1}" >"$LAB/mistyped"
expect 7 'checksum|mistyped' setup "$LAB/mistyped"
hinted
nothing_saved mistyped
printf '%s\n' "${good:0:middle}" >"$LAB/cut"
expect 7 'checksum|join string' setup "$LAB/cut"
head -c 3000 /dev/urandom | base64 -w0 >"$LAB/noise"
expect 7 'join string' setup "$LAB/noise"
: >"$LAB/empty"
expect 4 'join string is required' setup "$LAB/empty"
expect 1 'nowhere' setup "$LAB/nowhere"
expect 4 'no terminal' ctl laptop sync setup
expect 4 'name' ctl hub sync register
nothing_saved 'bad text'

# A dry run looks and leaves all as it is.
expect 0 'accepted|would' ctl laptop sync setup --name laptop --join-file "$join_file" --dry-run
nothing_saved 'dry run'

# Hub down, not a hub, another hub, plain HTTP over a network.
hub_stop
expect 6 'cannot reach' setup "$join_file"
hinted
grep -q 'nothing was saved' "$LAB/said" || fail "it is not said that nothing was saved"
nothing_saved 'hub down'
hub_start
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>' >"$LAB/html"
tap_start answer "$LAB/html"
expect '1|6|7' 'something else answers' setup "$join_file" --url "http://127.0.0.1:$TAP_PORT"
hinted
head -c 2000 /dev/urandom >"$LAB/garbage"
tap_start answer "$LAB/garbage"
expect '1|6|7' 'hub|http' setup "$join_file" --url "http://127.0.0.1:$TAP_PORT"
nothing_saved 'not a hub'
device elsewhere hub2
exec_within elsewhere satcheld hub --port 0 >/dev/null 2>&1 &
elsewhere_answers() { ctl elsewhere hub status --json >"$LAB/elsewhere"; }
wait_until 20 elsewhere_answers || fail "the second hub does not answer"
listen=$(field listen <"$LAB/elsewhere")
expect 7 'another hub answers' setup "$join_file" --url "http://127.0.0.1:${listen##*:}"
hinted
expect '4|7' 'plain|TLS|https' setup "$join_file" --url "http://192.0.2.1:9100"
hinted
expect '4|7|1' 'address|url' setup "$join_file" --url "nonsense"
nothing_saved 'another hub'

# After all that the join string still works, once.
expect 0 'accepted' setup "$join_file"
expect '1|4' 'already' setup "$join_file"
expect 7 'refused' ctl desktop sync setup --name desktop --join-file "$join_file"
grep -Eq 'used|once|unknown|known' "$LAB/said" || fail "it is not said why: $(cat "$LAB/said")"
hinted

# A hub that goes away later.
ctl laptop sync disable -q
hub_stop
sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('while.away', 'kept')" || fail "the catalog is blocked"
expect 6 'reach|refused|connect' ctl laptop sync push
hinted
[ "$(ctl laptop status --json | field hub_state)" = offline ] || fail "status does not say offline"
expect 6 'unreachable' ctl laptop
hub_start
expect 0 'push' ctl laptop sync push
[ "$(ctl laptop status --json | field pending_out)" = 0 ] || fail "something still waits to be sent"
[ "$(ctl laptop status --json | field hub_state)" = ok ] || fail "status does not say ok again"

# What was written meanwhile is not lost: the next device gets it.
ctl laptop sync enable -q
join desktop laptop
arrived() { [ "$(sql "$(catalog_of desktop)" "SELECT value FROM setting WHERE name = 'while.away'")" = kept ]; }
wait_until 20 arrived || fail "what was written while the hub was away did not arrive"
