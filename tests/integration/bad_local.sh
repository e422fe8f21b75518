#!/usr/bin/env bash
# What goes wrong on one machine: settings, a second daemon, garbage on the control socket, commands
# that do not exist. Each gets its exit status, its words and a next step.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
device laptop home/a
config=$LAB/home/a/.config/satchel/config.toml

# Settings.
expect 0 "$config" ctl laptop init-config
expect 1 'left as it is' ctl laptop init-config
expect 0 ok within laptop satcheld --check-config
echo 'intervall_seconds = 60' >"$config"
expect 4 "did you mean 'interval_seconds'" within laptop satcheld --check-config
grep -q 'config.toml:1' "$LAB/said" || fail "the line is not named: $(cat "$LAB/said")"
expect 4 "did you mean 'interval_seconds'" within laptop satcheld run
hinted
for wrong in 'interval_seconds = 1' 'interval_seconds = "60"' 'log_level = "loud"' 'watch_files = 1' '= 3' 'x = [[['; do
    printf '%s\n' "$wrong" >"$config"
    expect 4 'config.toml' within laptop satcheld --check-config
done
printf 'log_level = "info"\0' >"$config"
expect 4 'UTF-8' within laptop satcheld --check-config
rm "$config"

# The command line.
expect 4 'did you mean' within laptop satcheld hub --prot 1
expect 4 'port' within laptop satcheld hub --port 70000
expect 4 'together' within laptop satcheld hub --tls-cert x
expect 4 'statsu|did you mean' ctl laptop statsu
expect 4 . ctl laptop sync psuh
expect 4 . ctl laptop source add
expect 4 HOME env -i PATH="$PATH" "$SATCHEL_BIN/satchelctl" status

# satchelctl starts the daemon by itself, and says so little about it that scripts can read on.
expect 6 'does not run' ctl laptop daemon status
expect 4 'does not run; at .* could not start: .*unknown key' ctl laptop
expect 4 'no workspace' ctl laptop sync push
expect 4 'not enrolled' ctl laptop
expect 0 '"pid"' ctl laptop daemon status --json

# A second daemon leaves the first alone.
expect '6|1' 'another satcheld' within laptop satcheld run
hinted
expect 4 'not_enrolled' ctl laptop status --json

# Garbage on the control socket: an error or a closed connection, and the daemon answers the next.
socket=$LAB/run/laptop/satchel/control.sock
[ "$(stat -c %a "$socket")" = 600 ] && [ "$(stat -c %a "${socket%/*}")" = 700 ] || fail "the socket is open to others"
send() { timeout 20 "$SATCHEL_BIN/satchel-tap" send "$socket" >"$LAB/answer" || fail "the socket does not answer"; }
head -c 100000 /dev/urandom | send
printf '{"jsonrpc":"2.0","id":1,"method":"status"}\n' | send
grep -q '"error"' "$LAB/answer" || fail "a call without hello was served: $(cat "$LAB/answer")"
printf 'null\n[]\n{}\n{"jsonrpc":"2.0"}\n\n' | send
yes '{"a":' | head -n 60000 | tr -d '\n' | send
head -c 40000000 /dev/zero | tr '\0' 'x' | send
printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' | send
printf '\377\376{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":99}}\n' | send
expect 4 'not_enrolled' ctl laptop status --json
pid=$(ctl laptop daemon status --json | field pid)
[ "$(awk '/VmRSS/ {print $2}' "/proc/$pid/status")" -lt 60000 ] || fail "the daemon grew: $(grep VmRSS "/proc/$pid/status")"

# A socket file that nobody serves does not stop the next daemon.
ctl laptop daemon stop -q || fail "daemon stop"
expect 0 'Not running' ctl laptop daemon stop
mkdir -p "${socket%/*}" && touch "$socket"
expect '1|4|6' 'no socket' within laptop satcheld run
hinted
rm "$socket"
device_start laptop
device_kill laptop
[ -S "$socket" ] || fail "a killed daemon leaves no socket; this test tests nothing"
device_start laptop
expect 4 'not_enrolled' ctl laptop status --json

# Sources need a workspace, and paths that are there.
hub_start
found laptop
expect 1 'nothing at' ctl laptop source add "$LAB/nowhere"
hinted
mkdir "$LAB/home/a/.claude"
expect 4 'profile' ctl laptop source add "$LAB/home/a/.claude" --profile cluade
expect 4 'class' ctl laptop source add "$LAB/home/a/.claude" --rule '*.md=loud'
expect 0 Added ctl laptop source add "$LAB/home/a/.claude"
expect 1 'already|claude' ctl laptop source add "$LAB/home/a/.claude"
expect 1 'no source' ctl laptop source show nothing
expect 1 'no conflict' ctl laptop conflict show k3f9
expect 1 . ctl laptop why no-such-item
expect 4 'nothing was removed' ctl laptop source remove claude
