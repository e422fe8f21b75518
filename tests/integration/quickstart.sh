#!/usr/bin/env bash
# The newcomer's command does its job with the programs of this build: files byte for byte, rows with
# remapped ids, a conflict with both values, a no-op.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
SATCHEL_BIN=$SATCHEL_BIN "$root/daemon/quickstart.sh" >"$LAB/output" 2>&1 || fail "quickstart: $(tail -n 30 "$LAB/output")"
cat "$LAB/output"
[ "$(wc -l <"$LAB/output")" -le 70 ] || fail "quickstart talks too much"
for words in 'all is well' 'high contrast' solarized 'sync setup'; do
    grep -qF -- "$words" "$LAB/output" || fail "quickstart does not say '$words'"
done
grep -Eq 'files +[1-9][0-9]* are the same' "$LAB/output" || fail "no file was compared"
expect 4 usage "$root/daemon/quickstart.sh" --what
expect 4 'no folder' "$root/daemon/quickstart.sh" --from "$LAB/nowhere"
