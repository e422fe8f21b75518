#!/usr/bin/env bash
# The log: read back in every format, by level and length, followed across files that are put aside,
# packed and bounded, and left to the journal where a service manager takes the lines.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
device laptop home/a
home=${DEVICE_HOME[laptop]}
config=$home/.config/satchel
folder=$home/.local/state/satchel
mkdir -p -m 700 "$config" "$folder"
settings() { (umask 077 && printf "$1" >"$config/config.toml"); }

# Without a file, and with one of yesterday that is put aside at the start.
expect 1 'no log file' ctl laptop logs
hinted
printf '2026-03-01T09:30:00.250Z warn    app: of an earlier day count=3\nwhat it said\n' >"$folder/satcheld.log"
chmod 600 "$folder/satcheld.log"
touch -d '2 days ago' "$folder/satcheld.log"
settings 'log_level = "debug"\nlog_archive = "text"\n'
device_start laptop
aside=$(echo "$folder"/satcheld-*-"$(date -d '2 days ago' +%F)".log)
[ -f "$aside" ] || fail "the old file was not put aside: $(ls "$folder")"
[ "$(stat -c %a "$folder/satcheld.log" "$aside" | sort -u)" = 600 ] || fail "a log is open to others: $(ls -l "$folder")"

# Lines, levels, formats; the file put aside is read where the newest has too few lines.
expect 0 'app: started' ctl laptop logs
[ "$(ctl laptop logs -n 1 | wc -l)" = 1 ] || fail "-n 1 is not one line"
ctl laptop logs -n 1000 -l warn >"$LAB/warnings"
grep -q 'of an earlier day count=3' "$LAB/warnings" && grep -q 'what it said' "$LAB/warnings" || fail "the older file is not read: $(cat "$LAB/warnings")"
grep -q 'app: started' "$LAB/warnings" && fail "-l warn shows more: $(cat "$LAB/warnings")"
[ "$(ctl laptop logs -n 1000 -l warn --json | grep -c '"level":"warn","logger":"app","message":"of an earlier day","count":3}')" = 1 ] || fail "no JSON"
ctl laptop logs -n 1000 --format logfmt | grep -q '^time=.* level=info logger=app message="started"' || fail "no logfmt"
expect 4 level ctl laptop logs -l loud
expect 4 format ctl laptop logs --format xml
expect 4 lines ctl laptop logs -n many
cmp -s <(ctl laptop logs -n 1000) <(ctl laptop daemon logs --lines 1000) || fail "daemon logs is another"
within laptop env TZ=XXX-5:30 satchelctl logs -n 1 | grep -q '+05:30 ' || fail "the time zone is not told"

# Followed across a file that is put aside, with lines that are none in it.
exec_within laptop satchelctl logs -f -n 50 >"$LAB/followed" 2>&1 &
sleep 1
printf 'torn \033[31m\xff\n' >>"$folder/satcheld.log"
mv "$folder/satcheld.log" "$folder/satcheld-old-$(date +%F).90.log"
kill -HUP "${DEVICE_PID[laptop]}"
followed() { grep -q -- "$1" "$LAB/followed"; }
wait_until 20 followed 'torn' || fail "the last line of the old file is lost: $(cat "$LAB/followed")"
wait_until 20 followed 'read again' || fail "the new file is not followed: $(cat "$LAB/followed")"
grep -q $'\033' "$LAB/followed" && fail "the log drives the terminal"

# Bounded: many full files at the smallest size; then packed.
settings 'log_max_bytes = 65536\nlog_archive = "text"\nlog_format = "json"\n'
expect 0 'log_max_bytes: in force' ctl laptop daemon reload
for _ in $(seq 1 12); do
    head -c 64000 /dev/zero | tr '\0' 'x' >>"$folder/satcheld.log" && echo >>"$folder/satcheld.log"
    for _ in 1 2 3 4 5 6; do ctl laptop daemon reload -q || fail "reload"; done
done
count=$(find "$folder" -name 'satcheld*.log' | wc -l)
[ "$count" -ge 5 ] && [ "$count" -le 11 ] || fail "$count files: $(ls -l "$folder")"
[ "$(cat "$folder"/*.log | wc -c)" -le 720000 ] || fail "the folder grows: $(ls -l "$folder")"
settings 'log_archive = "zip"\nlog_format = "json"\n'
ctl laptop daemon restart -q || fail "restart"
DEVICE_PID[laptop]=$(ctl laptop daemon status --json | field pid)
packed() { [ -z "$(find "$folder" -name 'satcheld-*.log')" ]; }
wait_until 30 packed || fail "files that were put aside are not packed: $(ls "$folder")"
[ -n "$(find "$folder" -name 'satcheld-*.log.zip')" ] || fail "nothing is packed: $(ls "$folder")"
[ -z "$(find "$folder" -name '*.log*' -perm /077)" ] || fail "an archive is open to others"
expect 0 '"message":"started"' ctl laptop logs --json

# Under a service manager nothing is written but its journal, and logs reads that.
ctl laptop daemon stop -q || fail "stop"
rm -f "$folder"/*.log*
rm "$config/config.toml"
mkdir "$LAB/fake"
printf '#!/bin/sh\necho "journalctl $*"\n' >"$LAB/fake/journalctl" && chmod +x "$LAB/fake/journalctl"
: >"$LAB/journal"
exec_within laptop env "JOURNAL_STREAM=$(stat -c %d:%i "$LAB/journal")" satcheld run 2>>"$LAB/journal" >/dev/null &
DEVICE_PID[laptop]=$!
wait_until 20 ctl laptop daemon status -q || fail "the daemon does not start under a journal"
grep -q '^<6>app: started version=' "$LAB/journal" || fail "no priority: $(cat "$LAB/journal")"
[ ! -e "$folder/satcheld.log" ] || fail "a file is written too"
expect 0 'journalctl --user --unit=satcheld --lines=7 --priority=warning --output=json --follow' \
    within laptop env "PATH=$LAB/fake:$SATCHEL_BIN:$PATH" satchelctl logs -n 7 -l warn --json -f
settings 'log_to_file = true\n'
expect 0 'log_to_file: in force' ctl laptop daemon reload
expect 0 'read again' ctl laptop logs

# The variable alone, inherited from a session, is no journal.
device_stop laptop
rm -f "$folder"/*.log* "$config/config.toml"
exec_within laptop env JOURNAL_STREAM=8:1 satcheld run >/dev/null 2>&1 &
DEVICE_PID[laptop]=$!
wait_until 20 ctl laptop daemon status -q || fail "the daemon does not start"
expect 0 'app: started' ctl laptop logs
