#!/usr/bin/env bash
# The first run on a terminal: a person answers questions and has a workspace, then a second machine in it.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
command -v script >/dev/null || { say "skipped: there is no script"; exit 77; }
lab_begin
device laptop home/a
device desktop Users/b
for name in laptop desktop; do
    mkdir -p "${DEVICE_HOME[$name]}/.claude/agents" "${DEVICE_HOME[$name]}/.codex/prompts"
    device_start "$name"
done
echo 'be kind' >"${DEVICE_HOME[laptop]}/.claude/agents/kind.md"
# The hub is one of the laptop's programs.
exec_within laptop satcheld hub --port 0 >"$LAB/hub.out" 2>"$LAB/hub.err" &
HUB_PID=$!
wait_until 20 ctl laptop hub status || fail "no hub"

# terminal NAME COMMAND: on a terminal of its own; answer TEXT types, seen TEXT waits for the screen
terminal() {
    local name=$1
    shift
    rm -f "$LAB/keys"
    mkfifo "$LAB/keys"
    : >"$LAB/screen"
    exec_within "$name" TERM=xterm script -qefc "$*" /dev/null <"$LAB/keys" >"$LAB/screen" 2>&1 &
    TERMINAL=$!
    exec 7>"$LAB/keys"
}
seen() { wait_until 30 grep -qF -- "$1" "$LAB/screen" || fail "not on the screen: '$1': $(cat "$LAB/screen")"; }
answer() { printf '%s\n' "$1" >&7; }
ended() {
    exec 7>&-
    wait "$TERMINAL"
    local status=$?
    [ "$status" = "$1" ] || fail "status $status instead of $1: $(cat "$LAB/screen")"
}

terminal laptop satchelctl sync setup
seen 'Which? [1]'
answer 2
seen 'lets this device in'
seen '(new)'
seen 'in sync? [y/N]'
answer y
seen "Added 'claude'"
seen "codex'"
answer n
seen 'nothing was added'
seen 'next: satchelctl status'
ended 0
[ "$(ctl laptop source list --json | field 'sources[0].name')" != codex ] || fail "a no was taken for a yes"

ctl laptop sync register --name desktop >"$LAB/join" 2>/dev/null || fail "register"
terminal desktop satchelctl sync setup
seen 'Which? [1]'
answer ''
seen 'satchelctl sync register --name'
seen 'not shown'
answer "$(cat "$LAB/join")"
seen 'this device accepted'
grep -qF "$(cat "$LAB/join")" "$LAB/screen" && fail "the join string is on the screen"
seen 'in sync? [y/N]'
answer y
seen "codex'"
answer y
seen 'next: satchelctl status'
ended 0
wait_until 30 cmp -s "${DEVICE_HOME[laptop]}/.claude/agents/kind.md" "${DEVICE_HOME[desktop]}/.claude/agents/kind.md" || fail "the file did not come"

# Other ways, and none.
device spare spare
device_start spare
terminal spare satchelctl sync setup
seen 'Which? [1]'
answer 3
seen 'satchelctl recovery use'
ended 0
terminal spare satchelctl sync setup
seen 'Which? [1]'
answer 7
seen 'nothing was changed'
ended 4
terminal spare satchelctl sync setup
seen 'Which? [1]'
answer 2
seen 'a workspace needs a hub'
seen 'not shown'
answer ''
seen 'a join string is required'
ended 4
expect 4 'no terminal to ask' ctl spare sync setup; hinted
say "two machines in sync by answering questions"
