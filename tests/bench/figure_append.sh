# A small append to a few files of many: what goes over the wire.

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
