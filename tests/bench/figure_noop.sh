# A device with much declared and nothing to do: what a no-op cycle costs, what 100 changed rows of a
# million cost on each side, how the daemon idles, and how fast satchelctl status answers.

figure_noop() {
    local rows files
    rows=$(sized 1000000 20000)
    files=$(sized 10000 300)
    lab_begin
    two_devices
    within hub satchel-generate table "$LAB/home/a/rows.db" --rows "$rows" || fail "satchel-generate"
    sqlite3 "$LAB/home/a/rows.db" .schema | sqlite3 "$LAB/Users/b/rows.db"
    within hub satchel-generate tree "$LAB/home/a" --files "$files" --bytes "$((files * 2500))" || fail "satchel-generate"
    own_trees laptop desktop
    ctl laptop source add "$LAB/home/a/rows.db" --capture marks -q || fail "source add"
    ctl desktop source add "$LAB/Users/b/rows.db" --capture marks -q || fail "source add"
    note "first copy of $rows rows and $files files …"
    timed settle
    note "took $took ms"
    [ "$(sqlite3 "$LAB/Users/b/rows.db" 'SELECT count(*) FROM entry')" = "$rows" ] || fail "not all rows arrived: $(cat "$LAB/timed")"
    noop_cycle "$rows" "$files"
    changed_rows "$rows"
    status_round_trip
    idle_daemon "$rows" "$files"
}

noop_cycle() {
    local pid=${DEVICE_PID[laptop]} count=20 i cpu written chars read_chars
    carried laptop pull
    cpu=$(cpu_us "$pid") written=$(io_of "$pid" write_bytes) chars=$(io_of "$pid" wchar) read_chars=$(io_of "$pid" rchar)
    for ((i = 0; i < count; ++i)); do carried laptop pull; done
    [ "$(field noop <<<"$answer")" = 1 ] || fail "not a no-op: $answer"
    cpu=$((($(cpu_us "$pid") - cpu) / count))
    record noop_cycle "\"rows\":$1,\"files\":$2,\"requests\":$(field requests <<<"$answer"),\"wire_bytes\":$(field wire_bytes <<<"$answer"),\
\"cpu_ms\":$(ratio "$cpu" 1000),\"disk_bytes\":$((($(io_of "$pid" write_bytes) - written) / count)),\
\"written_bytes\":$((($(io_of "$pid" wchar) - chars) / count)),\"read_bytes\":$((($(io_of "$pid" rchar) - read_chars) / count)),\
\"goal_requests\":1,\"goal_wire_bytes\":1024,\"goal_cpu_ms\":5,\"goal_disk_bytes\":0"
}

changed_rows() {
    local a=${DEVICE_PID[laptop]} b=${DEVICE_PID[desktop]} run push_cpu=() pull_cpu=() before
    for ((run = 1; run <= runs; ++run)); do
        sqlite3 "$LAB/home/a/rows.db" "UPDATE entry SET note = 'changed $run' WHERE id % ($1 / 100) = $run"
        before=$(cpu_us "$a")
        carried laptop push
        push_cpu+=($(($(cpu_us "$a") - before)))
        [ "$(field pushed_items <<<"$answer")" -ge 100 ] || fail "not 100 rows: $answer"
        before=$(cpu_us "$b")
        carried desktop pull
        pull_cpu+=($(($(cpu_us "$b") - before)))
        [ "$(sqlite3 "$LAB/Users/b/rows.db" "SELECT count(*) FROM entry WHERE note = 'changed $run'")" = 100 ] || fail "not 100 rows arrived: $answer"
    done
    record changed_rows "\"rows\":$1,\"changed\":100,\"runs\":$runs,\"push_cpu_ms\":$(ratio "$(median "${push_cpu[@]}")" 1000),\
\"pull_cpu_ms\":$(ratio "$(median "${pull_cpu[@]}")" 1000),\"goal_cpu_ms\":50"
    settle
}

status_round_trip() {
    local i begin times=()
    for ((i = 0; i < 41; ++i)); do
        begin=${EPOCHREALTIME//[.,]/}
        HOME=${DEVICE_HOME[laptop]} XDG_RUNTIME_DIR=$LAB/run/laptop "$SATCHEL_BIN/satchelctl" status >"$LAB/status" || fail "status"
        times+=($((${EPOCHREALTIME//[.,]/} - begin)))
    done
    record status_round_trip "\"runs\":41,\"median_ms\":$(ratio "$(median "${times[@]}")" 1000),\"goal_ms\":15"
}

# The daemon anew, with automatic cycles, watching everything it knows.
idle_daemon() {
    local pid before seconds
    seconds=$(sized 60 5)
    device_stop laptop
    device_start laptop
    ctl laptop sync enable -q || fail "sync enable"
    pid=${DEVICE_PID[laptop]}
    at_rest() { [ "$(ctl laptop status --json | field state)" = idle ] && ctl laptop status --json | field last_success | grep -q 20; }
    wait_until 60 at_rest || fail "the daemon does not come to rest: $(ctl laptop status --json)"
    sleep 3
    before=$(wakeups "$pid")
    sleep "$seconds"
    record idle "\"rows\":$1,\"files\":$2,\"rss_mb\":$(ratio "$(rss_kb "$pid")" 1024),\"wakeups_per_minute\":$((($(wakeups "$pid") - before) * 60 / seconds)),\
\"goal_rss_mb\":30,\"goal_wakeups\":10"
}
