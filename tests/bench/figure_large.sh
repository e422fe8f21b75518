# One transcript larger than the memory that a daemon may take: its way to another device, an append to
# it, and its new name. LARGE_BYTES says how large (5 GB). And one of few lines, of which one is larger
# than that: LINE_BYTES (200 MB).

# LARGE_MB: what a daemon may take at most.
large_goal_mb=64

figure_large() { (large_line) && large_file; }

large_line() {
    local bytes at there name=0aaaaaaa-2222-4333-8444-555555555555 push_ms push_mb sent
    bytes=${LINE_BYTES:-$(sized 200000000 20000000)}
    lab_begin
    LAB=$(cd "$LAB" && pwd -P)
    two_devices
    own_trees laptop desktop
    at=$LAB/home/a/.claude/projects/-large there=$LAB/Users/b/.claude/projects/-large
    mkdir -p "$at"
    append_2k "$at/$name.jsonl"
    {
        printf '{"type":"user","message":{"role":"user","content":"'
        head -c $((bytes * 3 / 4)) /dev/urandom | base64 -w 0 | tr '+/' 'ab'
        printf '"}}\n'
    } >>"$at/$name.jsonl"
    append_2k "$at/$name.jsonl"
    timed push laptop
    push_ms=$took push_mb=$(peak_mb "${DEVICE_PID[laptop]}") sent=$(field wire_bytes <"$LAB/timed")
    timed pull desktop
    same_large
    record large_line "\"bytes\":$bytes,\"push_ms\":$push_ms,\"pull_ms\":$took,\"wire_bytes\":$sent,\"sender_peak_mb\":$push_mb,\
\"receiver_peak_mb\":$(peak_mb "${DEVICE_PID[desktop]}"),\"goal_peak_mb\":$large_goal_mb"
    append_2k "$at/$name.jsonl"
    large_step line_append
}

large_file() {
    local bytes name=0aaaaaaa-2222-4333-8444-555555555555 at there
    bytes=${LARGE_BYTES:-$(sized 5000000000 64000000)}
    # In memory it would be there several times.
    [ "$quick" = 1 ] || LAB_PARENT=${LARGE_PARENT:-/var/tmp}
    CTL_LIMIT=7200
    lab_begin
    LAB=$(cd "$LAB" && pwd -P)
    two_devices
    own_trees laptop desktop
    at=$LAB/home/a/.claude/projects/-large there=$LAB/Users/b/.claude/projects/-large
    mkdir -p "$at"
    within hub satchel-generate transcript "$at/$name.jsonl" --bytes "$bytes" --owner /srv || fail "satchel-generate"
    note "first copy of $bytes bytes …"
    timed push laptop
    local push_ms=$took push_mb=$(peak_mb "${DEVICE_PID[laptop]}") sent=$(field wire_bytes <"$LAB/timed")
    timed pull desktop
    local pull_ms=$took pull_mb=$(peak_mb "${DEVICE_PID[desktop]}")
    same_large
    record large_first "\"bytes\":$bytes,\"push_ms\":$push_ms,\"pull_ms\":$pull_ms,\"wire_bytes\":$sent,\"sender_peak_mb\":$push_mb,\
\"receiver_peak_mb\":$pull_mb,\"hub_peak_mb\":$(peak_mb "$HUB_PID"),\"goal_peak_mb\":$large_goal_mb"
    append_2k "$at/$name.jsonl"
    large_step append
    mv "$at/$name.jsonl" "$at/1$name.jsonl"
    name=1$name
    large_step rename
    printf '{"type":"user","message":"of the desktop"}\n' >>"$there/$name.jsonl"
    append_2k "$at/$name.jsonl"
    carried desktop push
    large_step fork
}

same_large() { cmp "$at/$name.jsonl" "$there/$name.jsonl" || fail "the copy differs: $(cat "$LAB/timed")"; }

# large_step NAME: what was changed on the laptop goes to the desktop.
large_step() {
    local push_ms sent=0 round
    timed push laptop
    push_ms=$took sent=$(field wire_bytes <"$LAB/timed")
    timed pull desktop
    carried laptop pull
    for round in 1 2; do carried laptop push; carried desktop pull; done
    same_large
    record "large_$1" "\"bytes\":$bytes,\"push_ms\":$push_ms,\"pull_ms\":$took,\"wire_bytes\":$sent,\
\"sender_peak_mb\":$(peak_mb "${DEVICE_PID[laptop]}"),\"receiver_peak_mb\":$(peak_mb "${DEVICE_PID[desktop]}"),\"goal_peak_mb\":$large_goal_mb"
}
