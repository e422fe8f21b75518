#!/usr/bin/env bash
# A daemon is killed with SIGKILL while it pulls, KILLS times (10; 100 before a release). After each
# kill no file is half written, but that the system may cut off an append to a file of lines, which
# the next pull finishes; in the end every copy converges and no database is damaged.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
kills=${KILLS:-10}
lab_begin
two_devices
mkdir -p "$LAB/home/a/.claude/projects/p" "$LAB/home/a/.claude/plans" "$LAB/home/a/.codex"
add_trees
fill_catalog "$(catalog_of laptop)" laptop
settle
RANDOM=${SEED:-7}

new_work() {
    local i
    for i in 1 2 3; do
        noise 300000 200 | sed 's/.*/{"line":"&"}/' >>"$LAB/home/a/.claude/projects/p/$i.jsonl"
    done
    for i in {1..20}; do noise 2000 >"$LAB/home/a/.claude/plans/$1-$i.md"; done
    noise 400000 >"$LAB/home/a/.claude/plans/replaced.md"
    cp "$LAB/home/a/.claude/plans/replaced.md" "$LAB/replaced-$1"
    sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('kill.$1', '$1');
        UPDATE environment SET notes = 'kill $1';
        INSERT INTO switch_log (environment_id, switched_at, note) SELECT id, '2026-03-01T00:00:00Z', 'kill $1' FROM environment"
}

cut=0
# whole: each file on the desktop is a state that the laptop's file once had; counts appends cut off.
whole() {
    local path
    while IFS= read -r path; do
        case "$path" in
            *.jsonl)
                cmp -s -n "$(stat -c %s "$LAB/Users/b/.claude/$path")" "$LAB/home/a/.claude/$path" "$LAB/Users/b/.claude/$path" ||
                    fail "kill $1: $path is not what it was, nor what it shall be"
                [ "$(tail -c 1 "$LAB/Users/b/.claude/$path" | od -An -c | tr -d ' ')" = '\n' ] || cut=$((cut + 1)) ;;
            plans/replaced.md) cmp -s "$LAB/replaced-$1" "$LAB/Users/b/.claude/$path" || known "$path" || fail "kill $1: $path is half written" ;;
            *) cmp -s "$LAB/home/a/.claude/$path" "$LAB/Users/b/.claude/$path" || fail "kill $1: $path is half written" ;;
        esac
    done < <(cd "$LAB/Users/b/.claude" && find . -type f ! -name '.satchel-*' -printf '%P\n')
}
known() {
    local version
    for version in "$LAB"/replaced-*; do cmp -s "$version" "$LAB/Users/b/.claude/$1" && return 0; done
    return 1
}

new_work 0
push laptop >/dev/null || fail "push"
started=$(now_ms)
pull desktop >/dev/null || fail "pull"
usual=$(($(now_ms) - started))
hits=0
for ((n = 1; n <= kills; ++n)); do
    new_work "$n"
    push laptop >"$LAB/pushed" || fail "push: $(cat "$LAB/pushed")"
    ctl desktop sync pull --json >"$LAB/pulled" 2>&1 &
    pulling=$!
    sleep "$(printf '0.%03d' $((RANDOM % (usual < 900 ? usual + usual / 10 + 1 : 990))))"
    device_kill desktop
    wait "$pulling"
    [ $? -eq 0 ] || hits=$((hits + 1))
    before=$cut
    whole "$n"
    device_start desktop
    [ "$cut" -eq "$before" ] && continue
    pull desktop >/dev/null || fail "kill $n: pull after it"
    whole "$n"
    [ "$cut" -eq "$((before + 1))" ] || fail "kill $n: the next pull did not finish what was cut off"
done
[ "$hits" -gt 0 ] || fail "no kill hit a pull (a pull takes $usual ms)"
settle
AFTER_KILL=yes same_trees || fail "the trees differ after $kills kills"
same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ after $kills kills"
[ "$(sql "$(catalog_of desktop)" "SELECT count(*) FROM setting WHERE name LIKE 'kill.%'")" = $((kills + 1)) ] || fail "rows are lost"
hub_stop
for device in laptop desktop; do device_stop "$device"; done
intact "$(hub_database)" "$(store_of laptop)" "$(store_of desktop)" "$(catalog_of laptop)" "$(catalog_of desktop)" ||
    fail "a database is damaged"
say "a daemon was killed $kills times, $hits times during a pull of about $usual ms, $cut in an append; all copies are equal and intact"
