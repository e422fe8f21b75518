# Sourced by run.sh: clocks and counters of a process, medians, and lines of JSON.

# sized FULL QUICK: the size to use.
sized() { if [ "$quick" = 1 ]; then echo "$2"; else echo "$1"; fi; }

note() { printf 'bench: %s\n' "$*" >&2; }

# median NUMBER…
median() { printf '%s\n' "$@" | sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

# ratio A B, to two places; null when B is 0.
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {if (b > 0) printf "%.2f\n", a / b; else print "null"}'; }

# timed COMMAND…: its milliseconds in $took. Its output goes to $LAB/timed.
timed() {
    local begin status
    begin=$(now_ms)
    "$@" >"$LAB/timed" 2>&1
    status=$?
    took=$(($(now_ms) - begin))
    [ $status -eq 0 ] || [ $status -eq 2 ] || fail "$* :: $(tail -n 5 "$LAB/timed")"
}

# cpu_us PID: microseconds on a processor, all threads that live.
cpu_us() { cat /proc/"$1"/task/*/schedstat | awk '{n += $1} END {printf "%d\n", n / 1000}'; }

# wakeups PID: voluntary context switches of all threads.
wakeups() { cat /proc/"$1"/task/*/status | awk '/^voluntary_ctxt_switches/ {n += $2} END {print n}'; }

# io_of PID NAME: a counter of /proc/PID/io; null where it cannot be read.
io_of() { awk -v name="$2:" '$1 == name {print $2}' "/proc/$1/io" 2>/dev/null | grep . || echo null; }

rss_kb() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }

# record FIGURE "name":value,…
record() { printf '{"figure":"%s",%s}\n' "$1" "$2"; }

# carried DEVICE push|pull: one half of a cycle, its answer in $answer.
carried() {
    answer=$("$2" "$1") || fail "$2 on $1: $answer"
}

# own_trees DEVICE…: ~/.claude and ~/.codex of each as sources.
own_trees() {
    local name
    for name in "$@"; do
        mkdir -p "${DEVICE_HOME[$name]}/.claude" "${DEVICE_HOME[$name]}/.codex"
        ctl "$name" source add "${DEVICE_HOME[$name]}/.claude" -q || fail "source add .claude on $name"
        ctl "$name" source add "${DEVICE_HOME[$name]}/.codex" -q || fail "source add .codex on $name"
    done
}
