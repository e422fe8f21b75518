#!/usr/bin/env bash
# A hub gets a new certificate while it serves: SIGHUP brings it, a bad one leaves the old one in use and
# is told, and `hub status` says how long it lasts.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
command -v openssl >/dev/null || { say "skipped: there is no openssl program"; exit 77; }
lab_begin
# certificate NAME DAYS [KEY]: with a new key, or the one of another certificate
certificate() {
    local key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$LAB/$1.key")
    [ $# -lt 3 ] || { key=(-key "$LAB/$3.key"); cp "$LAB/$3.key" "$LAB/$1.key"; }
    openssl req -x509 "${key[@]}" -days "$2" -subj "/CN=$1" -addext "subjectAltName=IP:127.0.0.1" \
        -out "$LAB/$1.pem" 2>/dev/null || fail "openssl"
}
use() { cp "$LAB/$1.pem" "$LAB/used.pem"; cp "$LAB/$2.key" "$LAB/used.key"; }
served() { openssl s_client -connect "127.0.0.1:$HUB_PORT" </dev/null 2>/dev/null | openssl x509 -noout -subject 2>/dev/null; }
is_served() { [[ "$(served)" == *"$1"* ]]; }
status() { ctl hub hub status --json | field "$1"; }
certificate one 300
certificate two 5 one
certificate other 300
use one one
HUB_SCHEME=https
hub_start --tls-cert "$LAB/used.pem" --tls-key "$LAB/used.key"
device laptop home/a
device_start laptop
found laptop
ctl laptop sync disable -q
is_served one || fail "the hub does not show its certificate: $(served)"
expect 0 'tls until +20' ctl hub hub status
grep -q warning "$LAB/said" && fail "a warning for nothing: $(cat "$LAB/said")"
[ -n "$(status tls_expires)" ] || fail "no end of the certificate in hub status"

# Renewed, with the key that devices have pinned.
use two one
is_served one || fail "a changed file is used before anybody said so"
kill -HUP "$HUB_PID"
wait_until 20 is_served two || fail "the new certificate is not used"
expect 0 'warning: the certificate expires soon' ctl hub hub status
expect 0 . ctl laptop sync push

# Bad ones: no PEM, another's key, gone, expired.
problem() { [ -n "$(status tls_problem)" ]; }
bad() {
    kill -HUP "$HUB_PID"
    wait_until 20 problem || fail "$1: hub status tells of no problem"
    is_served two || fail "$1: the certificate in use is gone: $(served)"
    expect 0 'warning: the changed certificate is not used' ctl hub hub status
    expect 0 . ctl laptop sync push
    grep -q 'changed certificate is not used' "$LAB"/hub/.local/state/satchel/*.log "$LAB"/hub.err || fail "$1: the log says nothing"
    use one one
    kill -HUP "$HUB_PID"
    wait_until 20 is_served one || fail "$1: a good one is not taken afterwards"
    problem && fail "$1: the problem is still told"
    use two one
    kill -HUP "$HUB_PID"
    wait_until 20 is_served two || fail "$1: the next one is not taken"
}
noise 400 >"$LAB/used.pem"; bad 'no PEM'
use other two; bad 'the key of another'
rm "$LAB/used.pem"; bad 'gone'
# Not every openssl makes one that ended yesterday.
certificate past 1 one
openssl x509 -in "$LAB/past.pem" -signkey "$LAB/one.key" -days -1 -out "$LAB/ended.pem" 2>/dev/null
if openssl x509 -in "$LAB/ended.pem" -noout 2>/dev/null && ! openssl x509 -in "$LAB/ended.pem" -noout -checkend 0 >/dev/null; then
    use ended one; bad 'expired'
else
    say "an expired certificate was left out: openssl makes none"
fi

# Another key: taken, and the log says what it means for devices.
use other other
kill -HUP "$HUB_PID"
wait_until 20 is_served other || fail "a certificate with another key is not used"
grep -q 'another key' "$LAB"/hub/.local/state/satchel/*.log "$LAB"/hub.err || fail "nobody says that the key is another"
[ "$(status requests)" -gt 0 ] || fail "the hub was started anew"
