#!/usr/bin/env bash
# The receiving device's disk fills up: the pull says so, what is there stays whole, and it goes on by
# itself when there is room. Needs root for a small file system of its own; skipped elsewhere.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
mkdir -p "$LAB/Users/b"
mount -t tmpfs -o size=12m,mode=700 tmpfs "$LAB/Users/b" 2>/dev/null || { say "skipped: cannot mount"; exit 77; }
unmount_end() {
    local status=$?
    device_stop desktop
    umount -l "$LAB/Users/b"
    (exit "$status")
    lab_end
}
trap unmount_end EXIT
two_devices
within hub satchel-generate tree "$LAB/home/a" --files 60 --bytes 25000000 || fail "satchel-generate"
add_trees
push laptop >"$LAB/pushed" || fail "push: $(cat "$LAB/pushed")"
ctl desktop sync pull >"$LAB/said" 2>&1
status=$?
[ "$status" -ne 0 ] || ctl desktop status >>"$LAB/said" 2>&1
grep -Eqi 'space|full|quota' "$LAB/said" || {
    for source in claude codex; do ctl desktop source show "$source" >>"$LAB/said"; done
    grep -Eqi 'space|full|quota' "$LAB/said" || fail "nobody says that the disk is full (status $status): $(cat "$LAB/said")"
}
expect '0|1|3|6' . ctl desktop status
# What came is whole: nothing is half written under its own name.
while IFS= read -r path; do
    cmp -s "$LAB/home/a/$path" "$LAB/Users/b/$path" || fail "$path is half written"
done < <(cd "$LAB/Users/b" && find .claude .codex -type f ! -name '.satchel-*' -size +0 ! -name '*.jsonl' -printf '%p\n')
expect 0 . ctl laptop sync push
mount -o remount,size=200m "$LAB/Users/b" || fail "remount"
settle
same_trees || fail "the trees differ after there was room again"
intact "$(store_of desktop)" "$(catalog_of desktop)" || fail "damaged"
