#!/usr/bin/env bash
# The newcomer's command with somebody's own homes: several at once, read only.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
seed=7
for who in one two; do
    within hub satchel-generate tree "$LAB/homes/home-$who" --files 30 --bytes 300000 --seed "$((seed += 1))" ||
        fail "satchel-generate"
    mv "$LAB/homes/home-$who/.claude" "$LAB/homes/home-$who/dot-claude"
    mv "$LAB/homes/home-$who/.codex" "$LAB/homes/home-$who/dot-codex"
done
tree_sum() { (cd "$LAB/homes" && find . -type f -printf '%p %T@ %m\n' -exec sha256sum {} + | LC_ALL=C sort | sha256sum); }
before=$(tree_sum)
"$root/daemon/quickstart.sh" --from "$LAB/homes" >"$LAB/output" 2>&1 || fail "quickstart --from: $(tail -n 30 "$LAB/output")"
[ "$before" = "$(tree_sum)" ] || fail "the homes given with --from were changed"
grep -qF 'one/.claude' "$LAB/output" && grep -qF 'two/.codex' "$LAB/output" || fail "not every home was taken: $(cat "$LAB/output")"
grep -qF 'all is well' "$LAB/output" || fail "quickstart did not get to its end"
