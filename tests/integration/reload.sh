#!/usr/bin/env bash
# SIGHUP: the settings are read again and count at once; a file with a mistake is refused, and the old
# settings stay. Who listens to events is told of both.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
hub_start
device laptop home/a
device_start laptop
found laptop
config=${DEVICE_HOME[laptop]}/.config/satchel
log=${DEVICE_HOME[laptop]}/.local/state/satchel/satcheld.log
mkdir -p -m 700 "$config"
exec_within laptop satchelctl events --json >"$LAB/events" 2>&1 &
wait_until 10 test -e "$LAB/events"
sleep 0.3

told() { grep -q -- "$1" "$LAB/events"; }
reload() { kill -HUP "${DEVICE_PID[laptop]}"; }
# The next cycle is planned up to a tenth later than the interval says.
planned_within() {
    local next
    next=$(date -d "$(ctl laptop status --json | field next_run)" +%s) || return 1
    [ $((next - $(date +%s))) -le "$1" ] && [ $((next - $(date +%s))) -ge "$2" ]
}
wait_until 10 planned_within 331 290 || fail "by default it is not five minutes: $(ctl laptop status --json)"

# Written in one step, as an editor does it; the daemon sees it by itself.
put() {
    (umask 077 && printf "$1" >"$config/new")
    mv "$config/new" "$config/config.toml"
}
alarmed() { ctl laptop status --json >"$LAB/status"; grep -q '"code":"config_bad"' "$LAB/status"; }

put 'interval_seconds = 60\nlog_level = "debug"\nallow_plaintext = true\n'
wait_until 20 told 'in force: interval_seconds, log_level; from the next start: allow_plaintext' ||
    fail "a changed file is not seen: $(cat "$LAB/events")"
wait_until 20 planned_within 67 50 || fail "the interval is not in force: $(ctl laptop status --json)"
grep -q 'read again' "$log" || fail "the log does not say it"

# A file that cannot be used: the old settings stay, and status and doctor say so until it can.
put 'interval_seconds = 7\n'
wait_until 20 told 'the old ones stay: config.toml:1:20' || fail "a bad file is not told of: $(cat "$LAB/events")"
wait_until 20 alarmed || fail "status does not say it: $(ctl laptop status --json)"
expect 5 'config.toml:1:20' ctl laptop doctor
expect 4 'config.toml:1:20: .interval_seconds. must be 30 to 86400' ctl laptop daemon reload
expect 4 '  interval_seconds = 7' within laptop satcheld --check-config
ctl laptop sync push -q || fail "push"
[ "$(ctl laptop status --json | field interval_s)" = 60 ] || fail "the old interval is gone: $(ctl laptop status --json)"
[ "$(ctl laptop daemon status --json | field pid)" = "${DEVICE_PID[laptop]}" ] || fail "another process"

# Every setting that counts at once does; then the other way round.
put 'interval_seconds = 90\nbackup_keep = 7\nbackup_format = "zip"\nkeep_settings = "COLOUR"\nwatch_files = false\nwatch_hub = false\nlog_format = "json"\n'
expect 0 'backup_format: in force' ctl laptop daemon reload
wait_until 20 planned_within 100 60 || fail "the interval is not in force: $(ctl laptop status --json)"
alarmed && fail "the alarm stays: $(ctl laptop status --json)"
expect 0 'nothing changed' ctl laptop daemon reload
tail -n 1 "$log" | grep -q '^{"time":"' || fail "the format is not in force: $(tail -n 1 "$log")"
mkdir -p "$LAB/home/a/watched" && echo one >"$LAB/home/a/watched/one.md"
expect 0 Added ctl laptop source add "$LAB/home/a/watched"
ctl laptop sync push -q || fail "push"
put 'interval_seconds = 3600\n'
reload
wait_until 20 told 'watch_files, watch_hub' || fail "a hang-up does nothing: $(cat "$LAB/events")"
[ "$(ctl laptop status --json | field interval_s)" = 3600 ] || fail "no reload by a hang-up"
cycles() { grep -c 'cycle done' "$log"; }
before=$(cycles)
echo two >"$LAB/home/a/watched/two.md"
more() { [ "$(cycles)" -gt "$before" ]; }
wait_until 30 more || fail "files are not watched after they were not"

# Removed: what was read from it stays until the next start.
rm "$config/config.toml"
wait_until 20 told 'config.toml is gone' || fail "a removed file is not told of: $(cat "$LAB/events")"
wait_until 20 alarmed || fail "status does not say that it is gone"
[ "$(ctl laptop status --json | field interval_s)" = 3600 ] || fail "a removed file changed the settings"
put '# nothing\n'
wait_until 20 told 'in force: interval_seconds"' || fail "a new file is not read: $(cat "$LAB/events")"
alarmed && fail "the alarm stays after the file came back"

# A file in somebody else's hands.
chmod 666 "$config/config.toml"
expect 7 'other users can write' ctl laptop daemon reload
hinted
chmod 600 "$config/config.toml"

# A link into a folder of such files is followed, and seen when what it names changes.
mkdir -p "$LAB/home/a/dots" && (umask 077 && echo 'interval_seconds = 120' >"$LAB/home/a/dots/satchel.toml")
ln -sf "$LAB/home/a/dots/satchel.toml" "$config/config.toml"
expect 0 'interval_seconds: in force' ctl laptop daemon reload

# The level of the log, until the settings are read again.
expect 4 'no level' ctl laptop daemon log-level loud
expect 0 'keeps debug' ctl laptop daemon log-level debug
expect 0 . ctl laptop daemon reload

kill -HUP "$HUB_PID"
sleep 0.2
hub_answers || fail "the hub ended by a hang-up"
