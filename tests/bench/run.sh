#!/usr/bin/env bash
# The figures, one JSON object a line, measured with real processes of the release build:
#   tests/bench/run.sh [FIGURE…]       noop rows files append capture million changed peers large idle join hour
#   (when none is named all but `changed`, which takes long and 8 GB of memory, `large`, which takes long
#   and 20 GB of disk, and `hour`, which takes one; `files` runs Satchel beside those of rsync, unison, rclone, restic and syncthing that
#   are installed, prints a table as well and takes a quarter of an hour)
# Ratios compare with what another program needs for the same work in the same run. Scratch is in
# memory, so that the disk of the machine does not decide. BENCH_QUICK=1 makes everything small, to
# see that it runs; BENCH_RUNS=N takes medians of N (3). PYTHON names a Python whose SQLite can load
# libraries (python3); CRSQLITE and SQLITE_SYNC name the libraries of the figure `peers`.
set -uo pipefail
exec </dev/null
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${SATCHEL_BIN:=$root/build/release/bin}"
export LAB_PARENT=${LAB_PARENT:-/dev/shm}
export SATCHEL_BIN
. "$root/tests/support/lab.sh"
. "$here/measure.sh"
. "$here/figure_noop.sh"
. "$here/figure_rows.sh"
. "$here/figure_append.sh"
. "$here/spent.sh"
for peer in satchel rsync unison rclone restic syncthing; do . "$here/peer_$peer.sh"; done
. "$here/figure_files.sh"
. "$here/figure_capture.sh"
. "$here/figure_million.sh"
. "$here/figure_large.sh"
. "$here/figure_idle.sh"
. "$here/figure_join.sh"
. "$here/figure_hour.sh"

quick=${BENCH_QUICK:-0}
runs=${BENCH_RUNS:-3}
CTL_LIMIT=1800

figures=("$@")
[ ${#figures[@]} -gt 0 ] || figures=(rows files append noop capture million peers idle join)
outcome=0
for figure in "${figures[@]}"; do
    case "$figure" in
        noop | rows | files | append | capture | million | changed | peers | large | idle | join | hour) ;;
        *) echo "usage: tests/bench/run.sh [noop|rows|files|append|capture|million|changed|peers|large|idle|join|hour …]" >&2; exit 4 ;;
    esac
    # Each in a process of its own, with a lab of its own.
    ( "figure_$figure" ) || { outcome=1; echo "bench: $figure failed" >&2; }
done
exit "$outcome"
