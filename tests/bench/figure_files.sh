# Transcripts: a first push and pull against restic with a local repository; and a small append to a
# few files of many.

# restic_ms DIR…: milliseconds of backup and restore in $backup_ms and $restore_ms; null without it.
restic_ms() {
    backup_ms=null restore_ms=null
    command -v restic >/dev/null || { note "restic is not installed: no comparison"; return; }
    export RESTIC_PASSWORD=bench RESTIC_REPOSITORY=$LAB/restic RESTIC_CACHE_DIR=$LAB/restic-cache
    rm -rf "$LAB/restic" "$LAB/restored"
    restic init -q >/dev/null 2>&1 || fail "restic init"
    timed restic backup -q "$@"
    backup_ms=$took
    timed restic restore -q latest --target "$LAB/restored"
    restore_ms=$took
    rm -rf "$LAB/restic" "$LAB/restored" "$LAB/restic-cache"
}

figure_files() {
    local files bytes run push_ms=() pull_ms=() backups=() restores=() came
    files=$(sized 1000 60)
    bytes=$(sized 200000000 4000000)
    for ((run = 1; run <= runs; ++run)); do
        (
            lab_begin
            two_devices
            within hub satchel-generate tree "$LAB/home/a" --files "$files" --bytes "$bytes" --seed "$run" || fail "satchel-generate"
            own_trees laptop desktop
            timed push laptop
            pushed=$took
            timed pull desktop
            pulled=$took
            came=$(find "$LAB/Users/b/.claude" "$LAB/Users/b/.codex" -type f | wc -l)
            [ "$came" -ge $((files - 10)) ] || fail "only $came of $files files arrived: $(cat "$LAB/timed")"
            restic_ms "$LAB/home/a/.claude" "$LAB/home/a/.codex"
            printf '%s %s %s %s\n' "$pushed" "$pulled" "$backup_ms" "$restore_ms"
        ) >"/tmp/satchel-bench.$$" || { rm -f "/tmp/satchel-bench.$$"; return 1; }
        read -r pushed pulled backup_ms restore_ms < <(tail -n 1 "/tmp/satchel-bench.$$")
        rm -f "/tmp/satchel-bench.$$"
        push_ms+=("$pushed") pull_ms+=("$pulled") backups+=("$backup_ms") restores+=("$restore_ms")
        note "files run $run: push $pushed ms, pull $pulled ms, restic $backup_ms and $restore_ms ms"
    done
    record transcripts "\"files\":$files,\"bytes\":$bytes,\"runs\":$runs,\"push_ms\":$(median "${push_ms[@]}"),\
\"pull_ms\":$(median "${pull_ms[@]}"),\"restic_backup_ms\":$(median "${backups[@]}"),\"restic_restore_ms\":$(median "${restores[@]}"),\
\"push_ratio\":$(ratio "$(median "${push_ms[@]}")" "$(median "${backups[@]}")"),\
\"pull_ratio\":$(ratio "$(median "${pull_ms[@]}")" "$(median "${restores[@]}")"),\"goal_ratio\":1"
}

figure_append() {
    local files appended=10 path
    files=$(sized 5000 200)
    lab_begin
    two_devices
    within hub satchel-generate tree "$LAB/home/a" --files "$files" --bytes "$((files * 4000))" || fail "satchel-generate"
    own_trees laptop desktop
    settle
    while IFS= read -r path; do
        append_2k "$path"
    done < <(find "$LAB/home/a/.claude/projects" -name '*.jsonl' | LC_ALL=C sort | head -n "$appended")
    carried laptop push
    local sent pushed took_ms
    sent=$(field wire_bytes <<<"$answer") pushed=$(field pushed_items <<<"$answer")
    took_ms=$(field duration_ms <<<"$answer")
    [ "$pushed" -ge "$appended" ] || fail "only $pushed items were pushed: $answer"
    carried desktop pull
    record append "\"files\":$files,\"appended_files\":$appended,\"appended_bytes_each\":2048,\"push_wire_bytes\":$sent,\
\"push_ms\":$took_ms,\"pull_wire_bytes\":$(field wire_bytes <<<"$answer"),\"goal_wire_bytes\":40960"
}

# append_2k FILE: a line of 2 KB of words, different for each file.
append_2k() {
    local words
    words=$(LC_ALL=C tr -dc 'a-z ' </dev/urandom | head -c 1950)
    printf '{"type":"user","message":{"role":"user","content":"%s"}}\n' "$words" >>"$1"
}
