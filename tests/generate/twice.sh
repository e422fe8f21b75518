#!/usr/bin/env bash
# Makes a home twice with one seed and compares; then checks that the figures asked for came out.
set -euo pipefail
generate=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for copy in one two; do
    mkdir "$work/$copy"
    (cd "$work/$copy" && "$generate" home . --files 120 --bytes 600000 --rows 300 --seed 7 --markers ./markers)
    (cd "$work/$copy" && "$generate" table t.db --rows 50 --key text)
done
diff -r "$work/one" "$work/two"
test "$(wc -l <"$work/one/markers")" = 50
while read -r marker; do
    grep -rqF -- "$marker" "$work/one/.claude" "$work/one/.codex" "$work/one/catalog.db" || {
        echo "marker not planted: $marker"
        exit 1
    }
done <"$work/one/markers"
# Credentials, which must stay at home, are made beside the files that were asked for.
sizes=$(find "$work/one/.claude" "$work/one/.codex" -type f \
    ! -name .credentials.json ! -name auth.json -printf '%s\n')
files=$(wc -l <<<"$sizes")
bytes=$(awk '{n += $1} END {print n}' <<<"$sizes")
test "$files" = 120 || { echo "$files files instead of 120"; exit 1; }
test "$bytes" -gt 500000 -a "$bytes" -lt 900000 || { echo "$bytes bytes instead of about 600000"; exit 1; }
