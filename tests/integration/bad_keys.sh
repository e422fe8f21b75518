#!/usr/bin/env bash
# What happens to a device's key: a file that others may read, that is a link or no key, another
# device's, on two machines at once, not known to the hub, revoked, the last one. Each is refused with
# words of its own and what mends it, and nothing is sent or changed. What people paste is in
# unit/crypto/bad_keys, join strings are in join_errors.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
key=$(data_of laptop)/device.key
cp -p "$key" "$LAB/good.key"
sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('while.bad', 'waits')"

# refuses PATTERN: with the key file as it is now, the daemon does nothing and says why.
refuses() {
    device_start laptop
    expect 7 "$1" ctl laptop sync push
    hinted
    grep -q 'satchel_dk1_[0-9A-Za-z]' "$LAB/said" && fail "the key is shown: $(cat "$LAB/said")"
    expect 7 "$1" ctl laptop sync push --json
    device_stop laptop
}
# put_back: the good key file, whatever lies there.
put_back() { rm -rf "$key"; cp -p "$LAB/good.key" "$key"; }

device_stop laptop
for mode in 644 640 604 660; do
    chmod "$mode" "$key"
    refuses 'other users'
    grep -q "chmod 600" "$LAB/said" || fail "the command that mends it is not named: $(cat "$LAB/said")"
done
put_back
rm "$key"; ln -s "$LAB/good.key" "$key"
refuses 'a link'
rm "$key"; mkdir -m 700 "$key"
refuses 'no regular file'
put_back; : >"$key"
refuses 'empty'
put_back; head -c 1000000 /dev/zero | tr '\0' x >"$key"
refuses 'larger'
put_back; head -c 61 /dev/urandom >"$key"
refuses 'read the device'
put_back; rm "$key"
refuses 'read the device key'
put_back; sed -i 's/.$//' "$key"
refuses 'checksum'
put_back; tr A-Za-z a-zA-Z <"$LAB/good.key" >"$key"
refuses 'not one of Satchel'
cp "$LAB/join-desktop" "$key"
refuses 'a join string'
cp -p "$(data_of desktop)/device.key" "$key"
refuses 'key'
put_back
if [ "$(id -u)" = 0 ]; then
    chown 65534 "$key"
    refuses 'another user'
    put_back
fi

# With white space around it, as an editor leaves it, the key is the key.
printf '\n%s\n\n' "$(cat "$LAB/good.key")" >"$key"
device_start laptop
expect 0 'push' ctl laptop sync push
pull desktop >/dev/null || fail "pull"
[ "$(sql "$(catalog_of desktop)" "SELECT value FROM setting WHERE name = 'while.bad'")" = waits ] || fail "what waited did not arrive"

# The last device that may write does not revoke itself or become a reader.
expect 0 'revoked' ctl laptop device revoke desktop --yes
expect 4 'the one you are on' ctl laptop device revoke laptop --yes
expect '1|4|5|7' 'no device|left|write|yourself|the one you are on' ctl laptop device role laptop read-only
hinted

# Revoked, and unknown to a hub that was made anew: words of their own.
expect 7 "revoked by 'laptop'" ctl desktop sync push
hub_stop
mv "$(hub_data)" "$LAB/hub-before"
hub_start
writes() { sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('$1', 'waits')" || fail "write $1"; }
writes elsewhere
expect '5|7' 'another hub' ctl laptop sync push
hinted
hub_stop
rm -rf "$(hub_data)"
mv "$LAB/hub-before" "$(hub_data)"
hub_start
expect 0 'push' ctl laptop sync push
hub_stop
sql "$(hub_data)/hub.db" "DELETE FROM member WHERE number > 0; DELETE FROM member; DELETE FROM workspace"
hub_start
writes nowhere
expect 7 'no such device' ctl laptop sync push
hinted
