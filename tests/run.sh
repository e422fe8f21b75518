#!/usr/bin/env bash
# The test command: from a fresh clone on a machine without the packages to one line of summary.
#   tests/run.sh               release build with warnings as errors, and every test there is
#   tests/run.sh --sanitizers  before that, the tests that run in one process under ASan and UBSan
# Works from any folder, without a terminal. The exit status is 0 only when everything passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

sanitizers=no
case "${1:-}" in
    '') ;;
    --sanitizers) sanitizers=yes ;;
    *) echo "usage: tests/run.sh [--sanitizers]" >&2; exit 4 ;;
esac

# Whole machines need root and namespaces; without them their tests are skipped.
machines=()
if [ "$(id -u)" -eq 0 ] && unshare --mount --pid --fork true 2>/dev/null; then
    machines=(--machines)
fi
daemon/install-packages.sh --tests "${machines[@]}"

jobs=$(nproc)
started=$SECONDS
outcome=0
summary=()

# build_and_test <preset> <target> <what ctest gets beside it …>
build_and_test() {
    local preset=$1 target=$2 begin=$SECONDS
    shift 2
    echo "== $preset: configure and build"
    mkdir -p build
    cmake --preset "$preset" >"build/$preset.log" 2>&1 || { cat "build/$preset.log"; return 1; }
    cmake --build --preset "$preset" --target "$target" -j "$jobs" || return 1
    local built=$SECONDS
    echo "== $preset: test"
    local log="build/$preset-tests.log"
    local status=0
    ctest --preset "$preset" -j "$jobs" "$@" 2>&1 | tee "$log" || status=1
    summary+=("$preset: $(grep -E 'tests passed' "$log" | tail -1), built in $((built - begin)) s, tested in $((SECONDS - built)) s")
    return "$status"
}

if [ "$sanitizers" = yes ]; then
    # Only what guards memory; the release build below runs every test there is.
    export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
    build_and_test asan in_process_tests --timeout 300 || outcome=1
    unset ASAN_OPTIONS UBSAN_OPTIONS
fi
build_and_test ci all --label-exclude bench || outcome=1

for line in "${summary[@]}"; do
    echo "$line"
done
if [ "$outcome" -eq 0 ]; then
    echo "tests/run.sh: passed in $((SECONDS - started)) s"
    grep -E 'tests passed' build/ci-tests.log | tail -1
else
    echo "tests/run.sh: FAILED after $((SECONDS - started)) s"
fi
exit "$outcome"
