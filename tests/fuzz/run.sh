#!/usr/bin/env bash
# Builds the fuzzers (clang, ASan, UBSan) and runs each from its corpus.
#   tests/fuzz/run.sh                    every fuzzer, 30 seconds each
#   tests/fuzz/run.sh 300 segment head   two of them, five minutes each
# What a run discovers is kept in build/fuzz/corpus/<x> for the next one; an input that fails is
# left in build/fuzz/found. The exit status is 0 only when none did.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-30}
shift || true
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    for source in tests/fuzz/fuzz_*.cpp; do
        name=${source#tests/fuzz/fuzz_}
        names+=("${name%.cpp}")
    done
fi

mkdir -p build/fuzz/found
cmake --preset fuzz >build/fuzz.log || { cat build/fuzz.log; exit 1; }
cmake --build --preset fuzz -j "${SATCHEL_JOBS:-$(nproc)}" --target "${names[@]/#/fuzz_}"

outcome=0
for name in "${names[@]}"; do
    corpus=build/fuzz/corpus/$name
    mkdir -p "$corpus"
    log=build/fuzz/$name.log
    if "build/fuzz/bin/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="build/fuzz/found/$name-" \
        "$corpus" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        echo "$name: $runs runs, nothing found"
    else
        outcome=1
        echo "$name: FAILED, see $log"
        tail -n 40 "$log"
    fi
done
exit "$outcome"
