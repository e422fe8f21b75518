#!/usr/bin/env bash
# A hub with a certificate that nobody signed: the join string pins it. Another certificate at the same
# address is refused, and so is plain HTTP where TLS was.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
command -v openssl >/dev/null || { say "skipped: there is no openssl program"; exit 77; }
lab_begin
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=hub.example" \
        -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout "$LAB/$1.key" -out "$LAB/$1.pem" 2>/dev/null || fail "openssl"
}
certificate one
certificate two
HUB_SCHEME=https
hub_start --tls-cert "$LAB/one.pem" --tls-key "$LAB/one.key"
[ "$(ctl hub hub status --json | field tls)" = 1 ] || fail "the hub does not say that it speaks TLS"
tap_start record "$HUB_PORT" "$LAB/wire"
device laptop home/a
device desktop Users/b
device_start laptop
device_start desktop
found laptop --url "https://127.0.0.1:$TAP_PORT"
join desktop laptop
for name in laptop desktop; do ctl "$name" sync disable -q; done
fill_catalog "$(catalog_of laptop)" laptop
settle
same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ"
[ "$(stat -c %s "$LAB/wire")" -gt 1000 ] || fail "nothing was captured"
grep -qaE 'HTTP/1|GET /|POST /' "$LAB/wire" && fail "plain HTTP is on the wire"

# By words on paper the key is named, and a person says that it is the hub's.
ctl laptop recovery create --json >"$LAB/made" || fail "recovery create"
field words <"$LAB/made" >"$LAB/words"
device fresh home/f
device_start fresh
use() { ctl fresh recovery use "https://127.0.0.1:$TAP_PORT" --name fresh "$@" <"$LAB/words"; }
expect 7 "key shown there is $(field hub_key <"$LAB/made")" use
hinted
expect 7 'TLS key is not the one' use --hub-key aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
expect 4 'it is not one' use --hub-key abc
[ ! -e "$(data_of fresh)/device.key" ] || fail "a key was saved"
expect 0 'this device is in' use --hub-key "$(field hub_key <"$LAB/made")"
expect 0 . ctl fresh sync push

# Somebody else at the same address: refused by a member, and by a newcomer whose join string pins the
# first certificate.
device third home/c
device_start third
ctl laptop sync register --name third >"$LAB/join-third" 2>/dev/null || fail "register"
hub_stop
hub_start --tls-cert "$LAB/two.pem" --tls-key "$LAB/two.key"
expect '6|7' 'certificate|TLS|pin' ctl laptop sync pull
hinted
expect '6|7' 'certificate|TLS|pin' ctl third sync setup --name third --join-file "$LAB/join-third"
[ ! -e "$(data_of third)/device.key" ] || fail "a key was saved"
hub_stop
hub_start --tls-cert "$LAB/one.pem" --tls-key "$LAB/one.key"
expect 0 . ctl laptop sync pull
hub_stop
HUB_SCHEME=http
hub_start
began=$SECONDS
expect 7 'without TLS' ctl laptop sync pull
hinted
[ $((SECONDS - began)) -lt 5 ] || fail "it took $((SECONDS - began)) s to see that the hub speaks without TLS"
hub_stop
expect '4|1|7' 'key|certificate' within hub satcheld hub --port 0 --tls-cert "$LAB/one.pem" --tls-key "$LAB/two.key"
expect '4|1' 'nowhere' within hub satcheld hub --port 0 --tls-cert "$LAB/nowhere" --tls-key "$LAB/one.key"
