# A machine that is empty joins a workspace with 100 MB of live files: from the join string to the last byte.

figure_join() {
    local bytes folder begin
    bytes=$(sized 100000000 5000000)
    lab_begin
    two_devices
    device late late
    device_start late
    within hub satchel-generate tree "$LAB/home/a" --files $((bytes / 50000)) --bytes "$bytes" || fail "satchel-generate"
    own_trees laptop
    carried laptop push
    ctl laptop sync enable -q || fail "sync enable"
    begin=$(now_ms)
    join late laptop
    ctl late sync disable -q || fail "sync disable"
    own_trees late
    carried late pull
    begin=$(($(now_ms) - begin))
    for folder in .claude .codex; do
        [ "$(cd "$LAB/late/$folder" && find . -type f | wc -l)" -gt 0 ] || fail "nothing of $folder came"
        diff -rq "$LAB/home/a/$folder" "$LAB/late/$folder" >&2 || note "files that stay at home differ"
    done
    record join "\"bytes\":$(du -sb --apparent-size "$LAB/late" | cut -f1),\"ms\":$begin,\"goal_ms\":10000"
}
