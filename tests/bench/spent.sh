# Sourced by run.sh: what a step takes of time, processors, memory and wire, in all processes that
# work for it.

# Processes that serve a step and outlive it.
watched=()

# members PID…: these processes and all below them.
members() {
    local below
    while [ $# -gt 0 ]; do
        printf '%s\n' "$@"
        below=$(pgrep -P "$(IFS=,; echo "$*")")
        # shellcheck disable=SC2086  # one word each
        set -- $below
    done
}

# Microseconds that those watched, and children of theirs that ended, were on a processor.
watched_us() {
    local pid
    [ ${#watched[@]} -gt 0 ] || { echo 0; return; }
    {
        for pid in $(members "${watched[@]}"); do cpu_us "$pid"; done
        for pid in "${watched[@]}"; do awk '{print ($16 + $17) * 10000}' "/proc/$pid/stat"; done
    } 2>/dev/null | awk '{n += $1} END {printf "%d\n", n}'
}

# Bytes that crossed the loopback interface: all of it is ours in a network of our own.
wire_bytes() { awk '$1 == "lo:" {print $2}' /proc/net/dev; }

# Asks the kernel to note anew how large those watched become.
forget_peaks() {
    local pid
    rm -f "$LAB/peaks"
    [ ${#watched[@]} -gt 0 ] || return 0
    for pid in $(members "${watched[@]}"); do echo 5 >"/proc/$pid/clear_refs"; done 2>/dev/null
}

# charged COMMAND…: its processors count as the step's.
charged() {
    local TIMEFORMAT='%U %S'
    { time "$@" 2>>"$LAB/said"; } 2>>"$LAB/own"
}

# measured COMMAND…: and so does its size. A program, no function; $peer_limit seconds at most.
measured() {
    local time=(/usr/bin/time -q -a -o "$LAB/peaks" -f '%M')
    [ -x /usr/bin/time ] || time=()
    charged "${time[@]}" timeout "$peer_limit" "$@"
}

# Kilobytes of the largest process.
peak_kb() {
    local pid
    {
        cat "$LAB/peaks"
        [ ${#watched[@]} -eq 0 ] || for pid in $(members "${watched[@]}"); do awk '/^VmHWM/ {print $2}' "/proc/$pid/status"; done
    } 2>/dev/null | sort -n | tail -n 1
}

# spent STEP NAME COMMAND…: one line in $LAB/spent: step, name, microseconds, of processors, kilobytes
# of the largest process, bytes on the wire. Its output goes to $LAB/timed.
spent() {
    local step=$1 name=$2 begin end cpu wire status own has_wire=${2}_wire
    shift 2
    forget_peaks
    : >"$LAB/own" >"$LAB/said"
    cpu=$(watched_us) wire=$(wire_bytes) begin=${EPOCHREALTIME//[.,]/}
    "$@" >"$LAB/timed" 2>>"$LAB/said"
    status=$?
    end=${EPOCHREALTIME//[.,]/}
    [ $status -eq 0 ] || { note "$name: $step: $(cat "$LAB/timed" "$LAB/said" | tail -n 3)"; return 1; }
    own=$(awk '{n += $1 + $2} END {printf "%d", n * 1e6}' "$LAB/own")
    wire=$(($(wire_bytes) - wire))
    [ "${!has_wire:-yes}" = yes ] || wire=null
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$step" "$name" $((end - begin)) $(($(watched_us) - cpu + own)) "$(peak_kb)" "$wire" >>"$LAB/spent"
}

# column STEP NAME NUMBER: the median of a column; nothing where there is none.
column() {
    local values
    values=$(awk -F'\t' -v step="$1" -v name="$2" -v n="$3" '$1 == step && $2 == name {print $n}' "$LAB/spent")
    # shellcheck disable=SC2086  # one number each
    [ -z "$values" ] || median $values
}
