# Assistants' files beside other programs that carry files: a first copy, a small append to ten of
# many files, and a look at files that nobody changed. A program that is not installed is left out.

contenders=(satchel rsync unison rclone restic syncthing)
peer_limit=300  # seconds for one step

# In a network of its own, where every byte on the wire is ours.
figure_files() {
    local own=(unshare -n)
    [ "$(id -u)" = 0 ] || own=(unshare -rn)
    if [ -n "${BENCH_NETWORK:-}" ]; then
        ip link set lo up
        compare_files
    elif "${own[@]}" ip link set lo up 2>/dev/null; then
        BENCH_NETWORK=own "${own[@]}" "$here/run.sh" files
    else
        note "no network of its own here: bytes of other programs count, too"
        compare_files
    fi
}

compare_files() {
    local files bytes run name of
    lab_begin
    files=$(sized 1000 60) bytes=$(sized 200000000 4000000)
    for ((run = 1; run <= runs; ++run)); do
        make_tree "$files" "$bytes" "$run"
        for name in "${contenders[@]}"; do contend "$name" first_copy; done
    done
    files=$(sized 5000 200)
    make_tree "$files" $((files * 20000)) 1
    for name in "${contenders[@]}"; do contend "$name" append_to_ten; done
    for of in 10000 100000; do
        of=$(sized $of $((of / 100)))
        make_tree "$of" $((of * 2500)) 1
        for name in "${contenders[@]}"; do contend "$name" look "nothing new in $of files"; done
    done
    report_files
}

make_tree() {
    rm -rf "$LAB/made"
    within hub satchel-generate tree "$LAB/made" --files "$1" --bytes "$2" --seed "$3" --owner /srv || fail "satchel-generate"
}

# contend NAME WORK…: starts its programs with an empty hub and an empty other side, has it do the
# work, ends them.
contend() {
    local name=$1 program needs=${1}_needs pid
    shift
    for program in ${!needs}; do
        command -v "$program" >/dev/null || { note "$program is not installed: no $name"; return 0; }
    done
    peer=$LAB/peer from=$LAB/made hub=$LAB/peer/hub to=$LAB/peer/b watched=()
    mkdir -p "$hub" "$to"
    if "${name}_start" >"$peer/start.out" 2>&1; then
        "$@" "$name" || note "$name: $* failed"
    else
        note "$name did not start: $(tail -qn 2 "$peer"/*.out "$peer"/*.log 2>/dev/null)"
    fi
    for pid in "${watched[@]}"; do end_process "$pid" TERM; done
    HUB_PID='' DEVICE_PID=() DEVICE_HOME=()
    rm -rf "${LAB:?}"/{peer,made/.stfolder,home,Users,hub,run}
}

first_copy() {
    spent "first copy, out" "$1" "${1}_push" && spent "first copy, in" "$1" "${1}_pull" && arrived "$1"
}

append_to_ten() {
    local run path
    "${1}_push" >/dev/null 2>&1 && "${1}_pull" >/dev/null 2>&1 || return 1
    for ((run = 1; run <= runs; ++run)); do
        while IFS= read -r path; do
            append_2k "$path"
        done < <(find "$from/.claude/projects" -name '*.jsonl' | LC_ALL=C sort | head -n 10)
        spent "2 KB behind 10 files, out" "$1" "${1}_push" && spent "2 KB behind 10 files, in" "$1" "${1}_pull" || return 1
    done
    arrived "$1"
}

# look STEP NAME: at this side, once all is there.
look() {
    local run look=${2}_push
    ! declare -F "${2}_look" >/dev/null || look=${2}_look
    "${2}_push" >/dev/null 2>&1 && "$look" >/dev/null 2>&1 || return 1
    ! declare -F "${2}_rest" >/dev/null || "${2}_rest"
    for ((run = 1; run <= runs; ++run)); do spent "$1" "$2" "$look" || return 1; done
}

# What came is what was sent.
arrived() {
    diff -rq "$from/.claude/projects" "$to/.claude/projects" >"$LAB/differs" && diff -rq "$from/.codex/sessions" "$to/.codex/sessions" >"$LAB/differs" && return
    fail "$1: $(wc -l <"$LAB/differs") transcripts differ, as $(head -n 1 "$LAB/differs")"
}

# One JSON object for each step of each program on stdout, a table for people on stderr.
report_files() {
    local step name us own
    while IFS= read -r step; do
        printf '\n%-30s %9s %9s %7s %10s %8s\n' "$step" ms "CPU ms" MB "wire KB" "Satchel" >&2
        own=$(column "$step" satchel 3)
        for name in "${contenders[@]}"; do
            us=$(column "$step" "$name" 3)
            [ -n "$us" ] || continue
            set -- "$(ratio "$us" 1000)" "$(ratio "$(column "$step" "$name" 4)" 1000)" "$(ratio "$(column "$step" "$name" 5)" 1024)" \
                "$(column "$step" "$name" 6)" "$(ratio "${own:-0}" "$us")"
            record files "\"step\":\"$step\",\"program\":\"$name\",\"runs\":$runs,\"ms\":$1,\"cpu_ms\":$2,\"peak_mb\":$3,\"wire_bytes\":$4,\"satchel_ratio\":$5"
            [ "$4" = null ] || set -- "$1" "$2" "$3" "$(printf '%.1f' "$(ratio "$4" 1000)")" "$5"
            printf '  %-28s %9.1f %9.1f %7.0f %10s %7sx\n' "$name" "$1" "$2" "$3" "${4/null/-}" "$5" >&2
        done
    done < <(awk -F'\t' '!seen[$1]++ {print $1}' "$LAB/spent")
}
