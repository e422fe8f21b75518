# What capture costs: triggers in the application's own writes, a scan in rows a second beside the
# least that reading the same values takes, and a look at a database that nobody changed.

figure_capture() {
    lab_begin
    hub_start
    device laptop home/a
    device_start laptop
    found laptop
    ctl laptop sync disable -q || fail "sync disable"
    trigger_overhead
    scan_rate
}

trigger_overhead() {
    local rows found_bulk found_single
    rows=$(sized 200000 5000)
    within hub satchel-generate table "$LAB/home/a/plain.db" --rows "$rows" || fail "satchel-generate"
    cp "$LAB/home/a/plain.db" "$LAB/home/a/marked.db"
    ctl laptop source add "$LAB/home/a/marked.db" --capture marks -q || fail "source add"
    carried laptop push
    [ "$(sqlite3 "$LAB/home/a/marked.db" "SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'trigger'")" = 1 ] || fail "no triggers"
    "${PYTHON:-python3}" "$here/tables.py" overhead "$LAB/home/a/plain.db" "$LAB/home/a/marked.db" "$rows" "$((runs * 3))" >"$LAB/overhead" || fail "tables.py"
    found_bulk=$(awk '$1 == "bulk" {print $2}' "$LAB/overhead")
    found_single=$(awk '$1 == "single" {print $2}' "$LAB/overhead")
    record trigger_overhead "\"rows\":$rows,\"pairs\":$((runs * 3)),\"bulk_insert_ratio\":$found_bulk,\"goal_bulk_insert_ratio\":1.5,\
\"single_update_ratio\":$found_single,\"goal_single_update_ratio\":2"
    ctl laptop source remove marked -q --yes || fail "source remove"
}

# One row changed: all of them are read and compared.
scan_rate() {
    local rows pid run before cpu=() read_before read_cpu least
    rows=$(sized 1000000 20000)
    pid=${DEVICE_PID[laptop]}
    within hub satchel-generate table "$LAB/home/a/scanned.db" --rows "$rows" || fail "satchel-generate"
    ctl laptop source add "$LAB/home/a/scanned.db" --capture scan -q || fail "source add"
    note "first capture of $rows rows …"
    carried laptop push
    for ((run = 1; run <= runs; ++run)); do
        sqlite3 "$LAB/home/a/scanned.db" "UPDATE entry SET flags = flags + 1 WHERE id = $run"
        before=$(cpu_us "$pid")
        carried laptop push
        cpu+=($(($(cpu_us "$pid") - before)))
        [ "$(field pushed_items <<<"$answer")" = 1 ] || fail "not one row: $answer"
    done
    least=$("${PYTHON:-python3}" "$here/tables.py" floor "$LAB/home/a/scanned.db") || fail "tables.py"
    record scan "\"rows\":$rows,\"runs\":$runs,\"cpu_ms\":$(ratio "$(median "${cpu[@]}")" 1000),\
\"rows_per_second\":$(awk -v r="$rows" -v t="$(median "${cpu[@]}")" 'BEGIN {printf "%d", r * 1e6 / t}'),\"goal_rows_per_second\":1500000,\
\"select_ms\":$least,\"select_rows_per_second\":$(awk -v r="$rows" -v t="$least" 'BEGIN {printf "%d", r * 1e3 / t}')"
    # Nobody writes: the file is looked at, not read.
    carried laptop push
    read_before=$(io_of "$pid" rchar) read_cpu=$(cpu_us "$pid")
    for ((run = 0; run < 10; ++run)); do carried laptop push; done
    record unchanged "\"rows\":$rows,\"file_bytes\":$(stat -c %s "$LAB/home/a/scanned.db"),\
\"read_bytes\":$((($(io_of "$pid" rchar) - read_before) / 10)),\"cpu_ms\":$(ratio $((($(cpu_us "$pid") - read_cpu) / 10)) 1000),\"goal\":\"no scan\""
}
