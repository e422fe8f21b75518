#!/usr/bin/env bash
# A workspace moves to another hub: everything that can be wrong with that one is found before anything changes, what
# the devices wrote goes along, a revoked one's too, and in the end the old hub is not needed any more.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
. "$(dirname "${BASH_SOURCE[0]}")/setting_rows.sh"
command -v openssl >/dev/null || { say "skipped: there is no openssl program"; exit 77; }
lab_begin
two_devices
device tablet home/c
device_start tablet
ctl laptop sync enable -q
join tablet laptop
for name in laptop tablet; do ctl "$name" sync disable -q; done
all=(laptop desktop tablet)

# What was written before, by one that is gone too.
for name in "${all[@]}"; do writes "$name" "by-$name"; done
carry "${all[@]}"
expect 0 "revoked 'tablet'" ctl desktop device revoke tablet --yes
device_stop tablet
mkdir -p -m 700 "$LAB/home/a/.claude/agents"
for i in 1 2 3; do noise 40000 >"$LAB/home/a/.claude/agents/$i.md"; done
expect 0 . ctl laptop source add "$LAB/home/a/.claude" --yes
carry laptop desktop
writes desktop unsent
old_url=$(ctl laptop status --json | field hub_url)

# other_hub NAME OPTION…: a further hub with a home of its own; HUB2_URL says where.
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=hub.example" \
        -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout "$LAB/$1.key" -out "$LAB/$1.pem" 2>/dev/null || fail "openssl"
}
other_hub() {
    local name=$1 listen
    shift
    [ -n "${DEVICE_HOME[$name]:-}" ] || device "$name" "$name"
    exec_within "$name" satcheld hub "$@" >>"$LAB/$name.out" 2>>"$LAB/$name.err" &
    OTHER_PID=$!
    answers() { ctl "$name" hub status --json >"$LAB/$name.status" 2>/dev/null; }
    wait_until 20 answers || fail "the hub $name does not answer"
    listen=$(field listen <"$LAB/$name.status")
    OTHER_PORT=${listen##*:}
}
certificate one
certificate two
other_hub new --port 0 --tls-cert "$LAB/one.pem" --tls-key "$LAB/one.key"
new_pid=$OTHER_PID new_port=$OTHER_PORT
ctl new sync register --name laptop >"$LAB/to-new" 2>/dev/null || fail "the new hub admits nobody"

still_there() {
    [ "$(ctl laptop status --json | field hub_url)" = "$old_url" ] || fail "$1: the address changed"
    writes laptop "$1"
    carry laptop desktop
    has desktop "$1"
}
moves() { ctl "$1" sync setup --join-file "$LAB/to-new" "${@:2}"; }

# What is wrong with a hub is found before anything changes.
expect 6 'cannot reach' ctl laptop sync setup --url http://127.0.0.1:1 --yes
grep -q 'nothing was saved' "$LAB/said" || fail "it is not said that nothing was saved"
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>' >"$LAB/html"
tap_start answer "$LAB/html"
expect '1|6|7' 'something else answers' ctl laptop sync setup --url "http://127.0.0.1:$TAP_PORT" --yes
other_hub theirs --port 0
ctl theirs sync register --name else >"$LAB/join-else" 2>/dev/null
device else home/e
device_start else
ctl else sync setup --join-file "$LAB/join-else" --name else -q || fail "another workspace is not founded"
ctl theirs sync register --name laptop >"$LAB/to-theirs" 2>/dev/null
expect 7 'another workspace' ctl laptop sync setup --join-file "$LAB/to-theirs" --yes
expect 7 'another hub answers|certificate|TLS' moves laptop --url "http://127.0.0.1:$OTHER_PORT" --yes
expect 7 'does not have this workspace' ctl laptop sync setup --url "http://127.0.0.1:$OTHER_PORT" --yes
hinted
end_process "$new_pid" TERM
other_hub new --port "$new_port" --tls-cert "$LAB/two.pem" --tls-key "$LAB/two.key"
expect '6|7' 'certificate|TLS|pin' moves laptop --yes
end_process "$OTHER_PID" TERM
other_hub new --port "$new_port" --tls-cert "$LAB/one.pem" --tls-key "$LAB/one.key"
expect '1|4' 'already' ctl laptop sync setup --url "$old_url" --yes
still_there after-failures

# A rehearsal, a question nobody answers, and the move.
expect 0 "would move from $old_url" moves laptop -n
grep -q 'does not have this workspace' "$LAB/said" || fail "a dry run does not say what it found: $(cat "$LAB/said")"
expect 4 'nothing was changed' moves laptop
still_there after-a-rehearsal
hub_stop
expect 0 "moved to https://127.0.0.1:$new_port" moves laptop --yes
grep -q 'given what other devices had sent' "$LAB/said" || fail "nothing was given to it: $(cat "$LAB/said")"
writes laptop on-the-new-hub
push laptop >"$LAB/last" || fail "push to the new hub: $(cat "$LAB/last")"
workspace=$(ctl laptop status --json | field workspace)

# The other one follows with what it had not sent.
ctl laptop sync register --name desktop >"$LAB/to-new" 2>/dev/null || fail "register on the new hub"
expect 0 'moved to' moves desktop --yes
carry desktop laptop
for name in laptop desktop; do
    for row in by-laptop by-desktop by-tablet unsent after-failures on-the-new-hub; do has "$name" "$row"; done
    [ "$(ctl "$name" status --json | field workspace)" = "$workspace" ] || fail "$name is in another workspace"
    [ "$(ctl "$name" status --json | field pending_out)" = 0 ] || fail "$name has something to send"
    ctl "$name" status --json | grep -q '"alarms":\[\]' || fail "alarms on $name: $(ctl "$name" status --json)"
done
expect '1|4' 'already' moves desktop --yes

# A device that comes now gets everything from the new hub, of the revoked one too.
device phone home/d
device_start phone
ctl laptop sync enable -q
join phone laptop
ctl laptop sync disable -q
ctl phone sync disable -q
mkdir -p -m 700 "$LAB/home/d/.claude"
expect 0 . ctl phone source add "$LAB/home/d/.claude" --yes
carry phone laptop desktop
for row in by-laptop by-desktop by-tablet unsent on-the-new-hub; do has phone "$row"; done
for i in 1 2 3; do cmp -s "$LAB/home/a/.claude/agents/$i.md" "$LAB/home/d/.claude/agents/$i.md" || fail "file $i did not come"; done
same_catalog "$(catalog_of laptop)" "$(catalog_of phone)" || fail "the rows differ"

# The hub gets another address.
expect 0 'same hub' ctl desktop sync setup --join-file "$LAB/to-new" --url "https://localhost:$new_port" --yes
writes desktop at-another-address
carry desktop laptop
has laptop at-another-address
intact "$(store_of laptop)" "$(store_of desktop)" || fail "damaged"
say "moved with everything, of a revoked device too; failures changed nothing"
