#!/usr/bin/env bash
# The hub is killed with SIGKILL while a device pushes, KILLS times (10; 100 before a release). It
# comes back each time, no push that was acknowledged is lost, every copy converges, and no database
# is damaged.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
kills=${KILLS:-10}
lab_begin
two_devices
mkdir -p "$LAB/home/a/.claude/projects/p" "$LAB/home/a/.codex"
add_trees
fill_catalog "$(catalog_of laptop)" laptop
settle
RANDOM=${SEED:-7}

# new_work N: a transcript that does not compress well, a row, a longer history.
new_work() {
    local i
    for i in 1 2 3; do
        noise 700000 200 | sed 's/.*/{"line":"&"}/' >"$LAB/home/a/.claude/projects/p/$1-$i.jsonl"
    done
    echo "{\"display\":\"prompt $1\"}" >>"$LAB/home/a/.claude/history.jsonl"
    sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('kill.$1', '$1'); UPDATE project SET main_branch = 'kill-$1'"
}

new_work 0
started=$(now_ms)
push laptop >/dev/null || fail "push"
usual=$(($(now_ms) - started))
hits=0
for ((n = 1; n <= kills; ++n)); do
    new_work "$n"
    push laptop >"$LAB/pushed" 2>&1 &
    pushing=$!
    sleep "$(printf '0.%03d' $((RANDOM % (usual < 900 ? usual + usual / 10 + 1 : 990))))"
    hub_kill
    if ! wait "$pushing"; then
        hits=$((hits + 1))
        grep -Eq '"code":"(offline|busy)"' "$LAB/pushed" || fail "kill $n: push says $(cat "$LAB/pushed")"
    fi
    hub_start
done
[ "$hits" -gt 0 ] || fail "no kill hit a push (a push takes $usual ms)"
settle
same_trees || fail "the trees differ after $kills kills"
same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ after $kills kills"
[ "$(sql "$(catalog_of desktop)" "SELECT count(*) FROM setting WHERE name LIKE 'kill.%'")" = $((kills + 1)) ] || fail "rows are lost"
hub_stop
for device in laptop desktop; do device_stop "$device"; done
intact "$(hub_database)" "$(store_of laptop)" "$(store_of desktop)" "$(catalog_of laptop)" "$(catalog_of desktop)" ||
    fail "a database is damaged"
say "the hub was killed $kills times, $hits times during a push of about $usual ms; all copies are equal and intact"
