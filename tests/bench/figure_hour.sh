# An hour in which nobody does anything: what a daemon with three sources and 10,000 files costs meanwhile.

figure_hour() {
    local files seconds pid cpu wakes written chars
    files=$(sized 10000 300) seconds=$(sized 3600 30)
    lab_begin
    two_devices
    within hub satchel-generate tree "$LAB/home/a" --files "$files" --bytes "$((files * 2500))" || fail "satchel-generate"
    own_trees laptop desktop
    settle
    # Anew, with cycles of its own: the third source is the catalog.
    device_stop laptop
    device_start laptop
    pid=${DEVICE_PID[laptop]}
    [ -n "$(ctl laptop status --json | field 'sources[2].name')" ] || fail "not three sources"
    ctl laptop sync enable -q || fail "sync enable"
    carried laptop pull
    sleep "$(sized 60 2)"
    cpu=$(cpu_us "$pid") wakes=$(wakeups "$pid") written=$(io_of "$pid" write_bytes) chars=$(io_of "$pid" wchar)
    sleep "$seconds"
    cpu=$(($(cpu_us "$pid") - cpu))
    record hour "\"seconds\":$seconds,\"files\":$files,\"sources\":3,\
\"rss_mb\":$(ratio "$(rss_kb "$pid")" 1024),\"cpu_s\":$(awk -v us="$cpu" 'BEGIN {printf "%.3f", us / 1e6}'),\
\"cpu_percent\":$(awk -v us="$cpu" -v s="$seconds" 'BEGIN {printf "%.4f", us / s / 1e4}'),\"wakeups\":$(($(wakeups "$pid") - wakes)),\
\"disk_bytes\":$(($(io_of "$pid" write_bytes) - written)),\"written_bytes\":$(($(io_of "$pid" wchar) - chars)),\
\"goal_rss_mb\":30,\"goal_cpu_percent\":0.05,\"goal_disk_bytes\":0"
}
