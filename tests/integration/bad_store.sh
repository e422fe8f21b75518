#!/usr/bin/env bash
# A store that was damaged while the power was away: after an unclean stop the daemon looks before it
# works, stops with exit status 5, and the way back that it names leads back. Nothing is deleted.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
fill_catalog "$(catalog_of laptop)" laptop
sql "$(catalog_of laptop)" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400)
    INSERT INTO setting (name, value) SELECT 'bulk.' || i, hex(randomblob(60)) FROM n"
settle
same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ"
rows=$(sql "$(catalog_of laptop)" "SELECT count(*) FROM setting")
store=$(store_of laptop)
log=${DEVICE_HOME[laptop]}/.local/state/satchel/satcheld.log

# A kill alone is looked into and is no damage.
device_kill laptop
device_start laptop
grep -q 'checking the store' "$log" || fail "the store was not checked after a kill"
device_stop laptop
: >"$log"
device_start laptop
grep -q 'checking the store' "$log" && fail "the store was checked after a clean stop"

# A page in the middle of the file, while nobody looks.
sql "$store" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
device_kill laptop
sqlite3 "$store" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
pages=$(($(stat -c %s "$store") / 4096))
[ "$pages" -gt 12 ] || fail "the store has $pages pages only"
for page in $((pages / 2)) $((pages / 2 + 1)) $((pages - 2)); do
    head -c 4096 /dev/zero | tr '\0' '\356' | dd of="$store" bs=4096 seek="$page" conv=notrunc status=none
done
expect 5 'store is damaged' within laptop timeout 30 satcheld run
hinted
grep -q 'device.key' "$LAB/said" || fail "the way back is not named: $(cat "$LAB/said")"
grep -q 'store is damaged' "$log" || fail "the log does not say why"
expect 5 'store is damaged' within laptop timeout 30 satcheld run
[ -s "$store" ] && [ -s "$(data_of laptop)/device.key" ] || fail "something was deleted"

# The way that was named.
mkdir "$LAB/aside"
for name in store.db store.db-wal store.db-shm device.key; do
    [ ! -e "$(data_of laptop)/$name" ] || mv "$(data_of laptop)/$name" "$LAB/aside" || fail "mv $name"
done
device_start laptop
[ "$(ctl laptop status --json | field state)" = not_enrolled ] || fail "it is still enrolled"
ctl desktop sync register --name laptop2 >"$LAB/join-again" 2>"$LAB/register.err" || fail "register"
ctl desktop sync enable -q  # its cycles let the newcomer in
expect 0 'accepted' ctl laptop sync setup --join-file "$LAB/join-again" --name laptop2
for name in laptop desktop; do ctl "$name" sync disable -q; done
sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('after', 'all')" || fail "the catalog is blocked"
settle
same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ after joining anew"
[ "$(sql "$(catalog_of desktop)" "SELECT count(*) FROM setting")" = $((rows + 1)) ] || fail "rows were doubled or lost"
say "joined anew after damage: $((rows + 1)) rows on both devices"
