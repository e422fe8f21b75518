# Sourced by the tests of faults: each fault is made with real processes, one cycle is asked for, and then
# status has to end with the right number, say what is wrong and name what to do. Prints a table of them.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
LAB=$(cd "$LAB" && pwd -P)
faults=0

# fault NAME DEVICE STATUS PATTERN NEXT: what status of the device ends with, says and names.
fault() {
    local name=$1 device=$2 wanted=$3 pattern=$4 next=$5 status named
    ctl "$device" status >"$LAB/status" 2>&1
    status=$?
    [[ "|$wanted|" == *"|$status|"* ]] || fail "$name: status $status instead of $wanted: $(cat "$LAB/status")"
    grep -Eqi -- "$pattern" "$LAB/status" || fail "$name: status does not say '$pattern': $(cat "$LAB/status")"
    named=$(sed -n 's/^\(next\|hint\): //p' "$LAB/status" | head -n 1)
    grep -Eq -- "$next" <<<"$named" || fail "$name: the next step is '$named', not '$next': $(cat "$LAB/status")"
    if [ "${is_slow:-no}" = no ]; then
        ctl "$device" status -q >"$LAB/quiet" 2>/dev/null
        [ "$? $(wc -c <"$LAB/quiet")" = "$status 0" ] || fail "$name: status -q says more, or ends otherwise"
    fi
    faults=$((faults + 1))
    printf '%2d  %-34s %s  %.110s\n' "$faults" "$name" "$status" "$named"
}

# well DEVICE…: status finds nothing to tell.
well() {
    local device
    for device in "$@"; do ctl "$device" status >"$LAB/status" 2>&1 || fail "$device is not well again: $? $(cat "$LAB/status")"; done
}

# cycle DEVICE: asks for one; what it says and how it ends does not matter here.
cycle() {
    ctl "$1" sync push >"$LAB/cycle" 2>&1
    ctl "$1" sync pull >>"$LAB/cycle" 2>&1
    return 0
}

setting() { sql "$(catalog_of "$1")" "INSERT INTO setting (name, value) VALUES ('$2', '$(noise 12)')" || fail "write on $1"; }
