# Large tables: the first copy of a million rows, 100 changed rows of ten million beside 100 of one
# million, and what loadable libraries take for rows from one database to another where CRSQLITE or
# SQLITE_SYNC name one.

# peak_mb PID: most resident memory it ever had.
peak_mb() { awk '/^VmHWM/ {printf "%.1f\n", $2 / 1024}' "/proc/$1/status"; }

figure_million() {
    local rows push_ms pull_ms
    rows=$(sized 1000000 20000)
    lab_begin
    two_devices
    within hub satchel-generate table "$LAB/home/a/rows.db" --rows "$rows" || fail "satchel-generate"
    sqlite3 "$LAB/home/a/rows.db" .schema | sqlite3 "$LAB/Users/b/rows.db"
    ctl laptop source add "$LAB/home/a/rows.db" -q && ctl desktop source add "$LAB/Users/b/rows.db" -q || fail "source add"
    timed push laptop
    push_ms=$took
    timed pull desktop
    pull_ms=$took
    [ "$(sqlite3 "$LAB/Users/b/rows.db" 'SELECT count(*) FROM entry')" = "$rows" ] || fail "not all rows arrived: $(cat "$LAB/timed")"
    record first_sync "\"rows\":$rows,\"columns\":10,\"push_ms\":$push_ms,\"pull_ms\":$pull_ms,\"total_ms\":$((push_ms + pull_ms)),\
\"sender_peak_mb\":$(peak_mb "${DEVICE_PID[laptop]}"),\"receiver_peak_mb\":$(peak_mb "${DEVICE_PID[desktop]}")"
}

figure_changed() {
    local small large found_small found_large
    small=$(sized 1000000 10000)
    large=$(sized 10000000 100000)
    lab_begin
    hub_start
    device laptop home/a
    device_start laptop
    found laptop
    ctl laptop sync disable -q || fail "sync disable"
    found_small=$(changed_of "$small") || exit 1
    found_large=$(changed_of "$large") || exit 1
    record changed_of_many "\"changed\":100,\"runs\":$runs,\"rows\":$small,\"cpu_ms\":$found_small,\"more_rows\":$large,\"more_cpu_ms\":$found_large,\
\"ratio\":$(ratio "$found_large" "$found_small"),\"goal_ratio\":1.5"
}

# changed_of ROWS: CPU milliseconds of a push of 100 rows changed, with triggers.
changed_of() {
    local pid=${DEVICE_PID[laptop]} run before cpu=()
    within hub satchel-generate table "$LAB/home/a/rows$1.db" --rows "$1" || fail "satchel-generate"
    ctl laptop source add "$LAB/home/a/rows$1.db" --capture marks -q || fail "source add"
    note "first capture of $1 rows …"
    carried laptop push
    for ((run = 1; run <= runs + 2; ++run)); do
        sqlite3 "$LAB/home/a/rows$1.db" "UPDATE entry SET note = 'changed $run' WHERE id IN
            (WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 100) SELECT i * ($1 / 101) + $run FROM c)"
        before=$(cpu_us "$pid")
        carried laptop push
        [ $run -le 2 ] || cpu+=($(($(cpu_us "$pid") - before)))
        [ "$(field pushed_items <<<"$answer")" = 100 ] || fail "not 100 rows: $answer"
    done
    ratio "$(median "${cpu[@]}")" 1000
}

figure_peers() {
    local rows name library found
    rows=$(sized 100000 2000)
    lab_begin
    for name in CRSQLITE SQLITE_SYNC; do
        library=${!name:-}
        if [ -z "$library" ]; then
            record peer "\"library\":\"$name\",\"result\":null,\"why\":\"$name names no loadable library\""
        elif found=$("${PYTHON:-python3}" "$here/tables.py" peer "$library" "$rows" 2>"$LAB/peer.err"); then
            record peer "\"library\":\"$name\",\"rows\":$rows,\"columns\":10,\"result\":$found"
        else
            record peer "\"library\":\"$name\",\"result\":null,\"why\":\"it cannot be used: $(tail -n 1 "$LAB/peer.err" | tr -d '"\\')\""
        fi
    done
}
