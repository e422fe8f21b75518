#!/usr/bin/env bash
# Bad arguments: each is told in words, with a next step and the status for it, and nothing is changed.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
home=${DEVICE_HOME[laptop]} store=$(store_of laptop)
ctl laptop sync disable -q || fail "sync disable"
state() { sql "$store" "SELECT * FROM source ORDER BY 1" 2>/dev/null; find "$home" -type f -not -path '*/satchel/*' -exec sha256sum {} + | sort; }
before=$(state)

# Words and options.
expect '0|2|5' . ctl laptop
expect 4 "unknown command 'pul'" ctl laptop pul; hinted
grep -q "did you mean 'sync pull'" "$LAB/said" || fail "pul: $(cat "$LAB/said")"
expect 4 "did you mean 'pull'" ctl laptop sync pul
expect 4 "unknown option '--dry-runn'" ctl laptop sync push --dry-runn; hinted
expect 4 '--name needs exactly one value' ctl laptop sync register --name a --name b; hinted
expect 4 '--name needs exactly one value' ctl laptop sync register --name; hinted
expect 4 '--name is required' ctl laptop sync register; hinted
expect 4 'unknown command .extra' ctl laptop status extra; hinted
expect 4 'unknown command' ctl laptop "$(printf 'x%.0s' {1..100000})"
[ "$(wc -c <"$LAB/said")" -lt 1000 ] || fail "a long word is said back whole"

# A secret as an argument: refused, not said back, with the way that works.
for word in "satchel_iv1_$(noise 30 0)" --key=abcdefgh1 '--api-key abcdefgh1' '--join abcdefgh1' '--token=abcdefgh1'; do
    read -ra words <<<"$word"
    expect 4 'process list' ctl laptop sync setup "${words[@]}"; hinted
    grep -q 'standard input' "$LAB/said" || fail "$word: the way that works is not named"
    grep -q 'abcdefgh1' "$LAB/said" && fail "$word: a secret is said back"
done

# Numbers and times.
for number in 0 -1 65536 99999999999 5x ''; do
    [ "$number" = 0 ] || expect 4 '--port' within laptop satcheld hub --port "$number"
    [ "$number" = 0 ] || [ "$number" = 65536 ] || expect 4 'number from 0 to' ctl laptop daemon logs --lines "$number"
done
for seconds in 0 -1 29 86401 99999999999; do
    mkdir -p "$LAB/other/.config/satchel"
    echo "interval_seconds = $seconds" >"$LAB/other/.config/satchel/config.toml"
    device other other
    expect 4 'interval_seconds.*30 to 86400' within other satcheld run
done
for time in yesterday 2026-13-01 2026-02-30 '' 99999999999; do
    expect 4 'that is no time|needs a time' ctl laptop sync pull --since "$time"; hinted
done

# Names that would drive the terminal, or that are none.
expect '1|4' '\\x0a.*\\x1b' ctl laptop source add $'/tmp/a\nb\e[31m'
grep -q $'\e' "$LAB/said" && fail "an escape byte is printed"
expect '1|4' '\\xff\\xfe' ctl laptop source add $'/tmp/\xff\xfe'
expect '1|4' '\\x1b' ctl laptop source show $'n\e[31m'
expect '1|4' . ctl laptop source add "/tmp/$(printf 'x%.0s' {1..5000})"; hinted
[ "$(wc -c <"$LAB/said")" -lt 1500 ] || fail "a long path is said back whole"

# Paths: relative ones and links are followed, what is not there is told as it was understood.
mkdir -p "$home/notes-of" "$home/deep"
ln -s "$home/notes-of" "$home/linked"
for path in ../notes-of "$home/deep/../notes-of"; do
    (cd "$home/deep" && expect 0 "^$home/notes-of:" ctl laptop source add "$path" -n) || exit 1
done
expect 0 "^$home/linked:" ctl laptop source add "$home/linked" -n
for path in ./missing '~/missing' ../missing; do
    (cd "$home/deep" && expect 1 "there is nothing at $home" ctl laptop source add "$path" && hinted) || exit 1
done
expect 4 'must not be empty' ctl laptop source add ''

# A failing command under --json: one object, the same status.
for words in 'pul' 'source show nope' 'sync pull --since yesterday' 'sync setup --key=abc'; do
    read -ra list <<<"$words"
    ctl laptop "${list[@]}" >/dev/null 2>&1; plain=$?
    json=$(ctl laptop "${list[@]}" --json 2>/dev/null); status=$?
    [ "$status" = "$plain" ] || fail "$words ends with $plain, with --json with $status"
    [ -n "$(field error.code <<<"$json")" ] && [ -n "$(field error.message <<<"$json")" ] || fail "$words --json: $json"
done

# Half an id of a copy is none, whether one copy or twenty begin so.
mkdir -p "$home/plans"
for i in {1..20}; do echo "$i" >"$home/plans/$i.md"; done
ctl laptop source add "$home/plans" -q && ctl laptop backup create -q || fail "backup create"
id=$(ctl laptop backup list --json | field 'copies[0].id')
for half in "${id:0:1}" "${id:0:7}" "${id}0"; do expect 1 'there is no copy' ctl laptop backup restore "$half" --yes; hinted; done
before=$(state)

# Standard output that is closed, full, or has seen enough.
within laptop bash -c 'satchelctl status >/dev/full' 2>"$LAB/said"; [ $? = 1 ] || fail "a full standard output is a success"
grep -q 'not all of it could be written' "$LAB/said" || fail "full standard output: $(cat "$LAB/said")"
within laptop bash -c 'satchelctl status --json >&-' 2>"$LAB/said"; [ $? = 1 ] || fail "a closed standard output is a success"
within laptop bash -c 'satchelctl source show --help | head -c 1 >/dev/null; exit "${PIPESTATUS[0]}"' 2>"$LAB/said" || fail "a reader that has seen enough: $(cat "$LAB/said")"
[ ! -s "$LAB/said" ] || fail "a reader that has seen enough: $(cat "$LAB/said")"

# Root with somebody's home.
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$LAB/theirs"
    chown 65534 "$LAB/theirs"
    device theirs theirs
    expect '4|7' 'another user|not yours|belongs to' ctl theirs status; hinted
    [ -z "$(ls -A "$LAB/theirs")" ] || fail "something was made in another user's home"
fi

[ "$(state)" = "$before" ] || fail "a refused command changed something"

# Ctrl-C while the daemon works: 130, the work goes on, and that is said.
mkdir -p "$home/notes"
for i in {1..40}; do noise 60000 >"$home/notes/$i.md"; done
ctl laptop source add "$home/notes" -q || fail "source add"
kill -STOP "${DEVICE_PID[laptop]}"
exec_within laptop satchelctl sync push >"$LAB/said" 2>&1 &
asked=$!
catches() { grep -q '^Name:.satchelctl' "/proc/$asked/status" && grep -q '^SigCgt:.*[2367abef]$' "/proc/$asked/status"; }
wait_until 20 catches || fail "satchelctl does not watch for Ctrl-C"
kill -INT "$asked"
wait "$asked"; status=$?
kill -CONT "${DEVICE_PID[laptop]}"
[ "$status" = 130 ] || fail "interrupted: status $status: $(cat "$LAB/said")"
grep -q 'the daemon goes on' "$LAB/said" || fail "interrupted: $(cat "$LAB/said")"

# Nobody answers.
device_stop laptop
expect 6 'does not run' ctl laptop daemon status; hinted
say "every argument of the catalogue is told as it should be"
