# 100,000 rows of ten columns from A through the hub to B, against sqlite3 A .dump | sqlite3 B.

figure_rows() {
    local rows run sync_ms=() dump_ms=() push_ms=() pull_ms=() a b
    rows=$(sized 100000 5000)
    lab_begin
    two_devices
    for ((run = 1; run <= runs; ++run)); do
        a=$LAB/home/a/rows$run.db b=$LAB/Users/b/rows$run.db
        within hub satchel-generate table "$LAB/made.db" --rows "$rows" --seed "$run" || fail "satchel-generate"
        sqlite3 "$LAB/made.db" .schema | sqlite3 "$a"
        sqlite3 "$LAB/made.db" .schema | sqlite3 "$b"
        ctl laptop source add "$a" -q && ctl desktop source add "$b" -q || fail "source add"
        settle
        sqlite3 "$a" "ATTACH '$LAB/made.db' AS made; INSERT INTO entry SELECT * FROM made.entry"
        timed push laptop
        push_ms+=("$took")
        timed pull desktop
        pull_ms+=("$took")
        sync_ms+=($((push_ms[-1] + pull_ms[-1])))
        [ "$(sqlite3 "$b" 'SELECT count(*) FROM entry')" = "$rows" ] || fail "not all rows arrived: $(cat "$LAB/timed")"
        timed bash -c "sqlite3 '$a' .dump | sqlite3 '$LAB/copy.db'"
        dump_ms+=("$took")
        rm "$LAB/copy.db" "$LAB/made.db"
        settle
    done
    record rows_a_hub_b "\"rows\":$rows,\"columns\":10,\"runs\":$runs,\"push_ms\":$(median "${push_ms[@]}"),\
\"pull_ms\":$(median "${pull_ms[@]}"),\"total_ms\":$(median "${sync_ms[@]}"),\"sqlite_dump_ms\":$(median "${dump_ms[@]}"),\
\"ratio_to_dump\":$(ratio "$(median "${sync_ms[@]}")" "$(median "${dump_ms[@]}")"),\"goal_ratio\":3"
}
