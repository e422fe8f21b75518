# Sourced first by every integration test: the lab and the words of a test.
set -uo pipefail
exec </dev/null
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${SATCHEL_BIN:=$root/build/release/bin}"
. "$root/tests/support/lab.sh"
. "$root/tests/support/compare.sh"
. "$root/tests/support/catalog.sh"

# expect STATUS PATTERN COMMAND…: the command ends with the status (numbers, separated by |) and says
# something that matches the pattern, an extended regular expression. What it said is in $LAB/said.
expect() {
    local wanted=$1 pattern=$2 status
    shift 2
    "$@" >"$LAB/said" 2>&1
    status=$?
    [[ "|$wanted|" == *"|$status|"* ]] || fail "status $status instead of $wanted: $* :: $(cat "$LAB/said")"
    grep -Eqi -- "$pattern" "$LAB/said" || fail "not said: '$pattern': $* :: $(cat "$LAB/said")"
}

# hinted: what was said last names a next step.
hinted() { grep -q '^hint: ' "$LAB/said" || fail "no next step: $(cat "$LAB/said")"; }

# tap_start WHAT…: starts satchel-tap; TAP_PORT says where it listens.
tap_start() {
    : >"$LAB/tap.port"
    "$SATCHEL_BIN/satchel-tap" "$@" >"$LAB/tap.port" 2>"$LAB/tap.err" &
    wait_until 10 test -s "$LAB/tap.port" || fail "satchel-tap does not listen"
    TAP_PORT=$(cat "$LAB/tap.port")
}

# add_trees: the generated trees as sources of both devices.
add_trees() {
    local name
    mkdir -p "${DEVICE_HOME[desktop]}/.claude" "${DEVICE_HOME[desktop]}/.codex"
    for name in laptop desktop; do
        ctl "$name" source add "${DEVICE_HOME[$name]}/.claude" -q || fail "source add .claude on $name"
        ctl "$name" source add "${DEVICE_HOME[$name]}/.codex" -q || fail "source add .codex on $name"
    done
}

same_trees() {
    same_tree claude "${DEVICE_HOME[laptop]}/.claude" "${DEVICE_HOME[desktop]}/.claude" &&
        same_tree codex "${DEVICE_HOME[laptop]}/.codex" "${DEVICE_HOME[desktop]}/.codex"
}
