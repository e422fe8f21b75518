#!/usr/bin/env bash
# Sessions that get another name or are archived: the others follow, and no line travels again.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
LAB=$(cd "$LAB" && pwd -P)
two_devices
a=${DEVICE_HOME[laptop]} b=${DEVICE_HOME[desktop]}
live=sessions/2026/03/01/rollout-2026-03-01T10-00-00-x.jsonl archived=archived_sessions/rollout-2026-03-01T10-00-00-x.jsonl
mkdir -p "$a/.claude/projects/-srv-app" "$a/.codex/${live%/*}" "$a/.codex/archived_sessions"
# What does not become small when it is packed.
records() {
    noise $(($1 * 3 / 4)) 800 | sed 's/.*/{"cwd":"\/srv\/app","text":"&"}/'
}
records 4000000 >"$a/.codex/$live"
records 3000000 >"$a/.claude/projects/-srv-app/one.jsonl"
chmod -R go= "$a/.claude" "$a/.codex"
add_trees
settle
cmp "$a/.codex/$live" "$b/.codex/$live" || fail "the session did not come"
for i in 1 2 3; do
    records 3000 >>"$a/.codex/$live"
    records 3000 >>"$a/.claude/projects/-srv-app/one.jsonl"
    settle
done

# moved FROM TO: on the laptop; what was sent and received for it is in $sent and $came
moved() {
    mv "$a/$1" "$a/$2"
    local round answer
    sent=0 came=0
    for round in 1 2 3; do
        answer=$(push laptop) || fail "push: $answer"
        sent=$((sent + $(field wire_bytes <<<"$answer")))
        answer=$(pull desktop) || fail "pull: $answer"
        came=$((came + $(field wire_bytes <<<"$answer")))
        sleep 0.9
    done
    settle
    cmp "$a/$2" "$b/$2" || fail "$2 is not the same on the desktop"
    [ ! -e "$b/$1" ] || fail "$1 stays on the desktop"
    [ ! -e "$a/$1" ] || fail "$1 came back"
    [ "$sent" -lt 40000 ] && [ "$came" -lt 40000 ] || fail "$sent bytes sent and $came received for a new name"
    say "$2: $sent bytes sent, $came received, for a file of $(stat -c %s "$a/$2")"
}
moved ".codex/$live" ".codex/$archived"
moved .claude/projects/-srv-app/one.jsonl .claude/projects/-srv-app/two.jsonl
moved ".codex/$archived" ".codex/$live"

# It goes on under its name, from the other end.
records 2000 >>"$b/.codex/$live"
settle
cmp "$a/.codex/$live" "$b/.codex/$live" || fail "the session does not go on"

# A device that joins later has it once, under its last name.
device late late
device_start late
ctl laptop sync enable -q || fail "sync enable"
join late laptop
for name in laptop late; do ctl "$name" sync disable -q || fail "sync disable on $name"; done
mkdir -p "$LAB/late/.codex" "$LAB/late/.claude"
ctl late source add "$LAB/late/.codex" -q && ctl late source add "$LAB/late/.claude" -q || fail "source add"
settle
cmp "$a/.codex/$live" "$LAB/late/.codex/$live" || fail "the late device has another session"
[ "$(find "$LAB/late/.codex" "$LAB/late/.claude" -name '*.jsonl' | wc -l)" = 2 ] || fail "the late device has $(find "$LAB/late" -name '*.jsonl')"
cmp "$a/.claude/projects/-srv-app/two.jsonl" "$LAB/late/.claude/projects/-srv-app/two.jsonl" || fail "the late device lacks a session"
for name in laptop desktop late; do
    [ "$(push "$name" | field pushed_items)" = 0 ] || fail "$name sends what nobody changed"
done
intact "$(store_of laptop)" "$(store_of desktop)" "$(store_of late)" || fail "damaged"
