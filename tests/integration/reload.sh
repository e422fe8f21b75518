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

(umask 077 && printf 'interval_seconds = 60\nlog_level = "debug"\nwatch_hub = false\n' >"$config/config.toml")
reload
wait_until 10 told 'in force: interval_seconds, log_level; from the next start: watch_hub' || fail "no event: $(cat "$LAB/events")"
wait_until 10 planned_within 67 50 || fail "the interval is not in force: $(ctl laptop status --json)"
grep -q 'read again' "$log" || fail "the log does not say it"

printf 'interval_seconds = 7\n' >"$config/config.toml"
reload
wait_until 10 told 'the old ones stay' || fail "a bad file is not told of: $(cat "$LAB/events")"
ctl laptop daemon status -q || fail "the daemon is gone"
ctl laptop sync push -q || fail "push"
planned_within 67 50 || fail "the old interval is gone: $(ctl laptop status --json)"
[ "$(ctl laptop daemon status --json | field pid)" = "${DEVICE_PID[laptop]}" ] || fail "another process"

kill -HUP "$HUB_PID"
sleep 0.2
hub_answers || fail "the hub ended by a hang-up"
