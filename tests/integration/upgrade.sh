#!/usr/bin/env bash
# From one version to the next: a store of the version before is upgraded with all it holds and a copy
# beside it, one of a later version is left alone, and control programs of other versions are served or
# told what is the matter.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
fill_catalog "$(catalog_of laptop)" laptop
settle
same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ"
store=$(store_of laptop)

# The schema before the newest: what its last step made is undone.
device_stop laptop
newest=$(sql "$store" "PRAGMA user_version")
[ "$newest" = 7 ] || fail "the newest version is $newest: undo its last step here"
sql "$store" "DROP INDEX inbox_waiting; DROP INDEX inbox_quarantined; PRAGMA user_version = 6; PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
device_start laptop
[ "$(sql "$store.v6" "PRAGMA user_version")" = 6 ] || fail "no copy was made: $(ls "$(data_of laptop)")"
[ "$(stat -c %a "$store.v6")" = 600 ] || fail "the copy is open to others"
[ "$(sql "$store" "PRAGMA user_version")" = "$newest" ] || fail "the store is not upgraded"
for name in laptop desktop; do ctl "$name" sync disable -q; done
sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('after', 'all')"
settle
same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ after the upgrade"
[ "$(sql "$(catalog_of desktop)" "SELECT value FROM setting WHERE name = 'after'")" = all ] || fail "nothing came after the upgrade"
expect 0 . ctl laptop verify

# A store of a later version: refused, with the way out, and left as it is.
device_stop laptop
sql "$store" "PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
expect 8 'the store has version 99, this program knows versions up to 7' within laptop timeout 30 satcheld run
grep -q 'hint: update Satchel' "$LAB/said" || fail "no way out: $(cat "$LAB/said")"
[ "$(sql "$store" "PRAGMA user_version")" = 99 ] && [ ! -e "$store.v99" ] || fail "a later store was touched"
sql "$store" "PRAGMA user_version = $newest; PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
device_start laptop

# Control programs of other versions.
socket=$LAB/run/laptop/satchel/control.sock
send() { timeout 20 "$SATCHEL_BIN/satchel-tap" send "$socket" >"$LAB/answer" || fail "the socket does not answer"; }
hello() { printf '{"jsonrpc":"2.0","id":1,"method":"hello","params":{"client":"satchelctl","version":"%s","protocol":%s%s}}\n' "$1" "$2" "${3:-}"; }
{ hello 9.9.9 1 ',"colour":"blue"'; printf '{"jsonrpc":"2.0","id":2,"method":"status"}\n'; } | send
grep -q '"id":2.*"state":"idle"' "$LAB/answer" || fail "a newer control program of the same protocol is not served: $(cat "$LAB/answer")"
{ hello 0.0.1 1; printf '{"jsonrpc":"2.0","id":2,"method":"status.summary"}\n{"jsonrpc":"2.0","id":3,"method":"daemon.info"}\n'; } | send
grep -q '"id":2.*is not known' "$LAB/answer" && grep -q '"id":3.*"role":"device"' "$LAB/answer" ||
    fail "a method of another version ends the talk: $(cat "$LAB/answer")"
for protocol in 0 2; do
    { hello 0.0.1 $protocol; printf '{"jsonrpc":"2.0","id":2,"method":"status"}\n'; } | send
    grep -q 'version_mismatch' "$LAB/answer" && grep -q 'daemon restart' "$LAB/answer" || fail "protocol $protocol: $(cat "$LAB/answer")"
    grep -q '"state"' "$LAB/answer" && fail "protocol $protocol was served: $(cat "$LAB/answer")"
done
ctl laptop status -q || fail "the daemon is gone"
