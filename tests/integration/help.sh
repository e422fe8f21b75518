#!/usr/bin/env bash
# Every command answers --help with status 0, its own name and an example, and starts nothing for it.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
device laptop home/a
count=0
while IFS= read -r command; do
    read -ra words <<<"$command"
    expect 0 "satchelctl $command" ctl laptop "${words[@]}" --help
    [ "$(wc -l <"$LAB/said")" -ge 3 ] || fail "$command --help says next to nothing"
    count=$((count + 1))
done < <(sed -n 's/^ *CommandRow{"\([^"]*\)".*/\1/p' "$root/ctl/args/table.cpp")
[ "$count" -ge 29 ] || fail "only $count commands were tried"
for group in sync daemon source device conflict hub; do expect 0 "$group" ctl laptop "$group" --help; done
expect 0 '[0-9]\.[0-9]' ctl laptop --version
expect 0 'satcheld run' within laptop satcheld --help
expect 0 '[0-9]\.[0-9]' within laptop satcheld --version
expect 6 'does not run' ctl laptop daemon status
[ -z "$(ls -A "$LAB/run/laptop")" ] || fail "--help started something"
say "$count commands"
