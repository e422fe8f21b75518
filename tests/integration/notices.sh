#!/usr/bin/env bash
# Notices on the desktop: none unless wished; then one for a source that halts and one for a conflict, without
# a word of what is in them. A program that takes the place of notify-send notes what it is told.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
mkdir -p "$LAB/desk"
cat >"$LAB/desk/notify-send" <<'SHOW'
#!/bin/sh
printf '%s\n' "$*" >>"${0%/*}/shown"
SHOW
chmod +x "$LAB/desk/notify-send"
: >"$LAB/desk/shown"
two_devices
device_stop laptop
exec_within laptop PATH="$LAB/desk:$SATCHEL_BIN:/usr/bin:/bin" satcheld run >>"$LAB/laptop.out" 2>>"$LAB/laptop.err" &
DEVICE_PID[laptop]=$!
wait_until 20 ctl laptop daemon status -q || fail "no daemon"
home=${DEVICE_HOME[laptop]}
notes=$home/.claude/agents
mkdir -p -m 700 "$home/.claude" "$notes"
for i in {1..60}; do echo "private $i" >"$notes/$i.md"; done
ctl laptop source add "$home/.claude" -q || fail "source add"
push laptop >/dev/null

halts() {
    mkdir -p "$LAB/aside"
    mv "$notes"/*.md "$LAB/aside"
    stopped() { ctl laptop sync push >/dev/null 2>&1; ctl laptop source list --json | grep -q '"halted"'; }
    wait_until 30 stopped || fail "the source does not halt"
}
goes_on() {
    mv "$LAB"/aside/*.md "$notes"
    ctl laptop source resume claude --yes -q || fail "source resume"
    push laptop >/dev/null
}
halts
goes_on
[ ! -s "$LAB/desk/shown" ] || fail "shown without being asked: $(cat "$LAB/desk/shown")"

mkdir -p "$home/.config/satchel"
echo 'notify = true' >"$home/.config/satchel/config.toml"
ctl laptop daemon reload -q || fail "reload"
halts
wait_until 20 grep -q "'claude' stopped before doing harm" "$LAB/desk/shown" || fail "no notice of the halt: $(cat "$LAB/desk/shown")"
goes_on
for name in laptop desktop; do
    sql "$(catalog_of "$name")" "INSERT INTO setting (name, value) VALUES ('both', 'private of $name')"
done
settle
wait_until 20 grep -q 'satchelctl conflict list' "$LAB/desk/shown" || fail "no notice of the conflict: $(cat "$LAB/desk/shown")"
grep -qi private "$LAB/desk/shown" && fail "a notice says too much: $(cat "$LAB/desk/shown")"
[ "$(wc -l <"$LAB/desk/shown")" = 2 ] || fail "told again and again: $(cat "$LAB/desk/shown")"
say "two notices for two things that wait, none unasked"
