# Sourced by quickstart, integration tests and benchmarks: a scratch folder with a hub and devices,
# each a real process with a home of its own. Everything started here has ended, and the folder is
# gone, when the script ends. Needs SATCHEL_BIN: the folder with satcheld, satchelctl and
# satchel-generate.
#
#   lab_begin                    make the scratch folder $LAB
#   hub_start [OPTION…]          start a hub; HUB_PORT and HUB_URL say where; again: on the same port
#   device NAME PATH             a device with the home $LAB/PATH
#   device_start NAME            start its daemon
#   found NAME, join NAME VIA    make it the first device; admit it through the device VIA
#   ctl NAME ARGUMENT…           satchelctl on that device
#   field NAME <<<"$json"        one field of a JSON object
#   wait_until SECONDS COMMAND…  poll until the command succeeds; fails after SECONDS
#   noise BYTES [WIDTH]          lines that do not pack well and hold nothing like a secret

set -uo pipefail
shopt -s inherit_errexit 2>/dev/null || true

declare -A DEVICE_HOME=() DEVICE_PID=()
HUB_PID=''
HUB_PORT=0
HUB_URL=''
HUB_SCHEME=http
KEEP_LAB=no

say() { printf '%s\n' "$*"; }

# Prints what is wrong with the last words of every log, and ends the script.
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    local log
    if [ -n "${LAB:-}" ]; then
        while IFS= read -r log; do
            [ -s "$log" ] || continue
            printf -- '--- last lines of %s\n' "${log#"$LAB"/}" >&2
            tail -n 8 "$log" >&2
        done < <(find "$LAB" \( -name '*.log' -o -name '*.err' \) -type f 2>/dev/null)
    fi
    exit 1
}

lab_begin() {
    local program
    [ -n "${SATCHEL_BIN:-}" ] || fail "SATCHEL_BIN does not name the folder of the programs"
    for program in satcheld satchelctl satchel-generate; do
        [ -x "$SATCHEL_BIN/$program" ] || fail "there is no program $SATCHEL_BIN/$program"
    done
    # A short path, since the name of a socket may have 107 bytes only.
    LAB=$(mktemp -d "${LAB_PARENT:-/tmp}/satchel.XXXXXX") || exit 1
    chmod 700 "$LAB"
    trap lab_end EXIT
    trap 'exit 130' INT TERM
}

# Stops what runs and removes the folder; the script's exit status stays as it is.
lab_end() {
    local status=$? name
    trap - EXIT
    for name in "${!DEVICE_HOME[@]}"; do
        # A daemon that satchelctl started by itself is nobody's child here.
        if [ -S "$LAB/run/$name/satchel/control.sock" ]; then
            timeout 15 "${SATCHEL_BIN}/satchelctl" --version >/dev/null 2>&1 &&
                within "$name" timeout 15 satchelctl daemon stop -q >/dev/null 2>&1
        fi
        device_stop "$name"
    done
    hub_stop
    local job
    for job in $(jobs -p); do kill -KILL "$job" 2>/dev/null; done
    wait 2>/dev/null
    if [ "$KEEP_LAB" = yes ]; then
        say "kept: $LAB"
    else
        chmod -R u+rwX "$LAB" 2>/dev/null
        rm -rf "$LAB"
    fi
    exit "$status"
}

# wait_until SECONDS COMMAND…
wait_until() {
    local limit=$(($(now_ms) + $1 * 1000))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(now_ms)" -lt "$limit" ] || return 1
        sleep 0.03
    done
}

now_ms() {
    local micros=${EPOCHREALTIME//[.,]/}
    printf '%s\n' "${micros%???}"
}

# noise BYTES [WIDTH]: base64 alone now and then begins a word as a token does, which is then masked.
noise() { head -c "$1" /dev/urandom | base64 -w "${2:-76}" | tr 'A-Z+/=' 'a-zbcd'; }

# field PATH <<<"$json": the value at $.PATH, empty for null; sqlite3 is there on every machine.
field() {
    local json
    json=$(cat)
    sqlite3 :memory: <<<"SELECT json_extract('${json//\'/\'\'}', '\$.$1');" 2>/dev/null
}

# waiting_ids DEVICE ITEM: of the changes that wait for approval and whose item has ITEM in its name
waiting_ids() {
    local list
    list=$(ctl "$1" approve list --json)
    sqlite3 :memory: <<<"SELECT value ->> 'id' FROM json_each('${list//\'/\'\'}', '\$.changes')
        WHERE instr(value ->> 'item', '${2//\'/\'\'}')"
}

# sql DATABASE STATEMENTS: plain SQLite, as any program would write.
sql() {
    sqlite3 -bail -cmd '.timeout 10000' "$@"
}

# within NAME COMMAND…: in the environment of a device (or of the hub), and in no other.
within() { (exec_within "$@"); }

# The same in place of this shell, so that $! of a background job is the program itself.
exec_within() {
    local name=$1
    shift
    exec env -i HOME="${DEVICE_HOME[$name]:-$LAB/hub}" XDG_RUNTIME_DIR="$LAB/run/$name" \
        PATH="$SATCHEL_BIN:/usr/local/bin:/usr/bin:/bin:/sbin:/usr/sbin" LC_ALL=C.UTF-8 "$@"
}

ctl() {
    local name=$1
    shift
    within "$name" timeout "${CTL_LIMIT:-120}" satchelctl "$@"
}

# ---- hub -------------------------------------------------------------------------------------

hub_answers() {
    local listen
    listen=$(ctl hub hub status --json 2>/dev/null | field listen) || return 1
    [ -n "$listen" ] || return 1
    HUB_PORT=${listen##*:}
    [ "$HUB_PORT" -gt 0 ]
}

hub_start() {
    mkdir -p -m 700 "$LAB/hub" "$LAB/run" "$LAB/run/hub"
    exec_within hub satcheld hub --port "$HUB_PORT" "$@" >>"$LAB/hub.out" 2>>"$LAB/hub.err" &
    HUB_PID=$!
    wait_until "${START_LIMIT:-20}" hub_answers || fail "the hub does not answer"
    hub_answers
    HUB_URL="$HUB_SCHEME://127.0.0.1:$HUB_PORT"
}

hub_stop() { end_process "$HUB_PID" TERM; HUB_PID=''; }
hub_kill() { end_process "$HUB_PID" KILL; HUB_PID=''; }

hub_data() { printf '%s\n' "$LAB/hub/.local/share/satchel/hub"; }

# end_process PID SIGNAL: and waits until it has ended, ten seconds at most.
end_process() {
    [ -n "$1" ] || return 0
    local limit=$((SECONDS + 10))
    # The shell's own word on a killed job is not wanted.
    {
        kill "-$2" "$1"
        while kill -0 "$1" && [ "$SECONDS" -lt "$limit" ]; do
            grep -qs '^State:.Z' "/proc/$1/status" && break
            sleep 0.02
        done
        kill -KILL "$1"
        wait "$1"
    } 2>/dev/null
    return 0
}

# ---- devices ---------------------------------------------------------------------------------

# device NAME PATH
device() {
    DEVICE_HOME[$1]="$LAB/$2"
    mkdir -p "$LAB/$2"
    mkdir -p -m 700 "$LAB/run" "$LAB/run/$1"
}

device_start() {
    exec_within "$1" satcheld run >>"$LAB/$1.out" 2>>"$LAB/$1.err" &
    DEVICE_PID[$1]=$!
    wait_until "${START_LIMIT:-20}" ctl "$1" daemon status -q || fail "the daemon of $1 does not answer"
}

device_stop() { end_process "${DEVICE_PID[$1]:-}" TERM; unset "DEVICE_PID[$1]"; }
device_kill() { end_process "${DEVICE_PID[$1]:-}" KILL; unset "DEVICE_PID[$1]"; }

data_of() { printf '%s\n' "${DEVICE_HOME[$1]}/.local/share/satchel"; }
catalog_of() { printf '%s\n' "$(data_of "$1")/catalog.db"; }
store_of() { printf '%s\n' "$(data_of "$1")/store.db"; }

# found NAME [SETUP OPTION…]: the first device of a new workspace.
found() {
    local name=$1
    shift
    ctl hub sync register --name "$name" >"$LAB/join-$name" 2>"$LAB/register.err" || fail "the hub admits no device"
    ctl "$name" sync setup --join-file "$LAB/join-$name" --name "$name" "$@" >"$LAB/setup-$name.out" \
        2>&1 || fail "sync setup on $name: $(cat "$LAB/setup-$name.out")"
}

# join NAME VIA [SETUP OPTION…]: a further device, admitted by one that is in the workspace.
join() {
    local name=$1 via=$2
    shift 2
    ctl "$via" sync register --name "$name" >"$LAB/join-$name" 2>"$LAB/register.err" ||
        fail "$via invites no device"
    ctl "$name" sync setup --join-file "$LAB/join-$name" --name "$name" "$@" >"$LAB/setup-$name.out" \
        2>&1 || fail "sync setup on $name: $(cat "$LAB/setup-$name.out")"
}

# A hub, a laptop and a desktop that know each other; cycles run only when asked, so that a test
# decides what happens when.
two_devices() {
    hub_start
    device laptop home/a
    device desktop Users/b
    device_start laptop
    device_start desktop
    found laptop "$@"
    join desktop laptop
    ctl laptop sync disable -q || fail "sync disable on laptop"
    ctl desktop sync disable -q || fail "sync disable on desktop"
}

# ---- cycles ----------------------------------------------------------------------------------

# push NAME, pull NAME: print the answer as JSON. A conflict (exit status 2) is an answer, too, and so is an
# assistant that holds what is to be written (3).
push() { ctl "$1" sync push --json || [ $? -eq 2 ]; }
pull() { ctl "$1" sync pull --json || [[ $? == [23] ]]; }

# Carries everything everywhere, and lets the devices tell each other how far they are.
settle() {
    local round name
    for round in 1 2 3; do
        for name in "${!DEVICE_HOME[@]}"; do push "$name" >"$LAB/last" || fail "push on $name: $(cat "$LAB/last")"; done
        for name in "${!DEVICE_HOME[@]}"; do pull "$name" >"$LAB/last" || fail "pull on $name: $(cat "$LAB/last")"; done
    done
}
