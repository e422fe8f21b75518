# A hub that holds thousands of connections which do nothing: its memory, and how long others wait for it
# meanwhile, a program that asks and a device that pushes.

figure_idle() {
    local count hard empty full alone beside held left
    count=$(sized 10000 500)
    hard=$(ulimit -Hn)
    if [ "$hard" != unlimited ] && [ "$hard" -lt $((count + 500)) ]; then
        note "this system lets a process open $hard files only (ulimit -Hn): $((hard - 500)) connections instead of $count"
        count=$((hard - 500))
        [ "$count" -gt 0 ] || fail "too few open files are allowed"
    fi
    ulimit -Sn $((count + 500)) || fail "ulimit -n"
    lab_begin
    hub_start
    device laptop home/a
    device_start laptop
    found laptop
    ctl laptop sync disable -q || fail "sync disable"
    empty=$(rss_kb "$HUB_PID")
    alone=$(asked) || fail "the hub does not answer"
    device_pushes alone
    coproc HOLD { satchel-idle-of hold "$HUB_PORT" "$count"; }
    read -r -t 120 held <&"${HOLD[0]}" || fail "the connections do not open"
    [ "$held" = "$count" ] || fail "only $held of $count connections are held"
    full=$(rss_kb "$HUB_PID")
    beside=$(asked) || fail "the hub does not answer beside them"
    device_pushes beside
    eval "exec ${HOLD[1]}>&-"
    read -r -t 60 left <&"${HOLD[0]}" || fail "the connections are not counted"
    [ "$left" = "$count" ] || fail "$((count - left)) connections were dropped"
    [ "$(field failed <<<"$beside")" = 0 ] || fail "requests failed: $beside"
    record idle_connections "\"connections\":$count,\"rss_mb_empty\":$(ratio "$empty" 1024),\"rss_mb\":$(ratio "$full" 1024),\
\"kb_per_connection\":$(ratio $((full - empty)) "$count"),\"p50_ms\":$(field p50_ms <<<"$beside"),\"p99_ms\":$(field p99_ms <<<"$beside"),\
\"max_ms\":$(field max_ms <<<"$beside"),\"p99_ms_alone\":$(field p99_ms <<<"$alone"),\"push_p99_ms\":${pushed[beside]},\
\"push_p99_ms_alone\":${pushed[alone]},\"goal_rss_mb\":1024,\"goal_p99_ms\":250"
}

satchel-idle-of() { "$SATCHEL_BIN/satchel-idle" "$@"; }

asked() { satchel-idle-of ask "$HUB_PORT" "$(sized 2000 200)" 200; }

# device_pushes WHEN: pushes of one row each, the 99th part of the slowest ones in pushed[WHEN].
declare -A pushed=()
device_pushes() {
    local i begin times=() runs
    runs=$(sized 100 10)
    for ((i = 0; i < runs; ++i)); do
        sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('$1.$i', 'x')" || fail "write"
        begin=${EPOCHREALTIME//[.,]/}
        push laptop >"$LAB/pushed" || fail "push: $(cat "$LAB/pushed")"
        times+=($((${EPOCHREALTIME//[.,]/} - begin)))
    done
    pushed[$1]=$(printf '%s\n' "${times[@]}" | sort -n | awk '{v[NR] = $1} END {printf "%.2f", v[int((NR * 99 + 99) / 100)] / 1000}')
}
