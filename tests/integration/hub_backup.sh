#!/usr/bin/env bash
# A hub is backed up while devices push, and put back later: what is damaged, unfinished or newer is
# refused and changes nothing, a hub that runs is left alone, and after a restore the devices give
# back what came since, the devices that joined since included.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
mkdir -p "$LAB/home/a/.claude/projects/p" "$LAB/home/a/.codex"
add_trees
fill_catalog "$(catalog_of laptop)" laptop
settle

# new_work N: a transcript that does not pack well, and a row.
new_work() {
    local i
    for i in 1 2; do
        noise 600000 200 | sed 's/.*/{"line":"&"}/' >"$LAB/home/a/.claude/projects/p/$1-$i.jsonl"
    done
    sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('backup.$1', '$1')"
}
hub_ctl() { ctl hub hub "$@"; }

# While a device pushes.
expect 0 'Would write about .* to .*/backups' hub_ctl backup -n
[ ! -e "$(hub_data)/backups" ] || fail "a dry run wrote something"
new_work 1
push laptop >"$LAB/pushed" &
pushing=$!
expect 0 'Wrote .*/kept/satchel-hub-[0-9TZ]+(-2)?: 2 devices' hub_ctl backup "$LAB/kept"
expect 0 . hub_ctl backup "$LAB/kept" --keep 1
wait "$pushing" || fail "push: $(cat "$LAB/pushed")"
hub_ctl backup "$LAB/kept" --keep 1 --json >"$LAB/json" || fail "backup --json: $(cat "$LAB/json")"
backup=$(field path <"$LAB/json")
[ "$(find "$LAB/kept" -mindepth 1 -maxdepth 1 | wc -l)" = 1 ] || fail "more than one was kept: $(ls -A "$LAB/kept")"
[ "$(stat -c '%a' "$backup")-$(stat -c '%a' "$backup/hub.db")" = 700-600 ] || fail "a backup is open to others"
[ "$(sha256sum <"$backup/hub.db" | cut -d ' ' -f 1)" = "$(field sha256 <"$backup/manifest.json")" ] || fail "the hash is another"
intact "$backup/hub.db" || fail "the backup is damaged"
[ -n "$(hub_ctl status --json | field last_backup)" ] || fail "hub status does not tell of the backup"
expect 0 ' backup ' hub_ctl audit
expect 4 'keep must be' hub_ctl backup "$LAB/kept" --keep none
expect '1|7' 'dev/null' hub_ctl backup /dev/null/folder

# Life goes on: more changes, and a third device.
new_work 2
settle
device third Users/c
device_start third
ctl laptop sync enable -q
join third laptop
for name in laptop third; do ctl "$name" sync disable -q; done
sql "$(catalog_of third)" "INSERT INTO setting (name, value) VALUES ('backup.third', '3')"
push third >/dev/null || fail "push on third"
settle

# What is refused, and changes nothing.
expect 6 'a hub uses' hub_ctl restore "$backup" --yes
hinted
hub_stop
before=$(sha256sum "$(hub_database)")
copy() { rm -rf "$LAB/bad"; cp -r "$backup" "$LAB/bad"; }
refused() { expect "$1" "$2" hub_ctl restore "$LAB/bad" --yes; }
expect 4 'nobody said yes' hub_ctl restore "$backup"
expect 4 '"code":"invalid_argument"' hub_ctl restore "$backup" --json
copy; rm "$LAB/bad/manifest.json"; refused 1 'has no manifest'; hinted
copy; truncate -s 5000 "$LAB/bad/hub.db"; refused 1 'not what was backed up'; hinted
copy; printf x | dd of="$LAB/bad/hub.db" bs=1 seek=5000 conv=notrunc 2>/dev/null; refused 1 'not what was backed up'
copy; rm "$LAB/bad/hub.db"; refused 1 'hub.db'
copy; ln -sf /etc/passwd "$LAB/bad/hub.db"; refused '1|7' 'hub.db'
copy; sed -i 's/"sha256": *"./"sha256": "z/' "$LAB/bad/manifest.json"; refused 1 'manifest'; hinted
copy; head -c 60 "$backup/manifest.json" >"$LAB/bad/manifest.json"; refused 1 'manifest'
copy; sed -i 's/"schema": *[0-9]*/"schema": 99/' "$LAB/bad/manifest.json"; refused 8 'newer Satchel'; hinted
copy; sed -i 's/"format": *1/"format": 2/' "$LAB/bad/manifest.json"; refused 8 'newer Satchel'
refused_whole() { # a copy that is sound by its hash but no hub's database
    printf '%s\n' "$(sed -E "s/\"bytes\": *[0-9]+/\"bytes\": $(stat -c %s "$LAB/bad/hub.db")/; s/\"sha256\": *\"[0-9a-f]+/\"sha256\": \"$(sha256sum <"$LAB/bad/hub.db" | cut -d ' ' -f 1)/" "$backup/manifest.json")" >"$LAB/bad/manifest.json"
    refused 1 "$1"
}
copy; noise 9000 >"$LAB/bad/hub.db"; refused_whole 'hub.db|backed up'
expect 1 'has no manifest' hub_ctl restore "$LAB/nowhere" --yes
[ "$(sha256sum "$(hub_database)")" = "$before" ] || fail "a refused restore changed the hub"
ls "$(hub_data)" | grep -E 'staged|restored|replaced' && fail "a refused restore left something"

# A hub that does not run is backed up as well; a full disk leaves nothing.
expect 0 'Wrote ' hub_ctl backup "$LAB/cold"
expect 0 'Whole; would put back' hub_ctl restore "$backup" -n
if mkdir "$LAB/small" && mount -t tmpfs -o size=1m,mode=700 tmpfs "$LAB/small" 2>/dev/null; then
    expect 1 'room for' hub_ctl backup "$LAB/small/b"
    hinted
    left=$(find "$LAB/small" -type f | wc -l)
    umount "$LAB/small"
    [ "$left" = 0 ] || fail "a full disk left $left files"
fi

expect 0 'kept in .*/replaced-' hub_ctl restore "$backup" --yes
intact "$(hub_database)" || fail "the restored database is damaged"
intact "$(find "$(hub_data)"/replaced-* -name hub.db)" || fail "what was replaced is damaged"
hub_start
expect 0 'operator +restore' hub_ctl audit
expect 0 'whole' hub_ctl audit --verify
new_work 3
# The first cycles may stop to say that the hub went back.
for round in 1 2 3; do
    for name in laptop desktop third; do
        ctl "$name" sync push >/dev/null 2>&1
        ctl "$name" sync pull >/dev/null 2>&1
    done
done
settle
same_trees || fail "the trees differ after the restore"
for name in desktop third; do
    same_catalog "$(catalog_of laptop)" "$(catalog_of "$name")" || fail "the rows on $name differ after the restore"
done
[ "$(sql "$(catalog_of desktop)" "SELECT count(*) FROM setting WHERE name LIKE 'backup.%'")" = 4 ] || fail "rows are lost"
expect 0 'devices +3' hub_ctl status
# A newcomer gets all of it from the hub.
device fourth Users/d
device_start fourth
ctl laptop sync enable -q
join fourth laptop
for round in 1 2 3; do pull fourth >/dev/null; done
same_catalog "$(catalog_of laptop)" "$(catalog_of fourth)" || fail "a newcomer does not get everything"
hub_stop

# A machine that stopped in the middle of a restore: the next start finishes it.
cp "$backup/hub.db" "$(hub_data)/hub.db.restored"
hub_start
[ ! -e "$(hub_data)/hub.db.restored" ] || fail "a restore was left unfinished"
hub_ctl status -q || fail "the hub does not serve"
hub_stop

# Of an older schema a copy is made before the upgrade, and one of a newer schema is left alone.
sql "$(hub_database)" "DROP TABLE audit; DELETE FROM hub WHERE key LIKE 'audit%'; PRAGMA user_version = 3"
hub_start
[ "$(field schema <"$(find "$(hub_data)/before-upgrade" -name manifest.json)")" = 3 ] || fail "no backup before the upgrade"
hub_stop
sql "$(hub_database)" "PRAGMA user_version = 99"
expect 8 'newer Satchel' within hub satcheld hub --port 0
hinted
say "backed up under load, 13 bad backups refused, restored; 4 devices agree and nothing is lost"
