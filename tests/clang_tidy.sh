#!/usr/bin/env bash
# Runs clang-tidy with the list in .clang-tidy, about ten seconds a file. Needs no build.
#   tests/clang_tidy.sh            what differs from origin/main, or from HEAD without a remote
#   tests/clang_tidy.sh all        daemon, ctl, shared and tests
#   tests/clang_tidy.sh FILE…      these
# A header is judged through a .cpp of its own name, or else through one that includes it. The exit
# status is 0 only when nothing was found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

changed_files() {
    local base=HEAD
    if git rev-parse --quiet --verify origin/main >/dev/null; then
        base=$(git merge-base HEAD origin/main)
    fi
    git diff --name-only --diff-filter=d "$base" -- '*.cpp' '*.h'
    git ls-files --others --exclude-standard -- '*.cpp' '*.h'
}

# judged_through <file>: the .cpp that stands for it
judged_through() {
    case "$1" in
        tests/tidy/samples/*) ;; # wrong on purpose
        *.cpp) echo "$1" ;;
        *.h)
            if [ -e "${1%.h}.cpp" ]; then
                echo "${1%.h}.cpp"
            else
                git grep -l --untracked --fixed-strings "#include \"$1\"" -- '*.cpp' | head -n 1
            fi
            ;;
    esac
}

judge() {
    local found
    if found=$(clang-tidy -p build/clang --quiet "$1" 2>&1); then
        return 0
    fi
    printf '%s\n' "$found"
    return 1
}
export -f judge

case "${1:-}" in
    '') files=$(changed_files) ;;
    all) files=$(git ls-files --cached --others --exclude-standard -- '*.cpp') ;;
    *) files=$(printf '%s\n' "$@") ;;
esac

mkdir -p build
cmake --preset clang >build/clang.log 2>&1 || { cat build/clang.log; exit 1; }
sources=$(for file in $files; do judged_through "$file"; done | sort -u)
if [ -z "$sources" ]; then
    echo "clang-tidy: nothing to judge"
    exit 0
fi
count=$(wc -l <<<"$sources")
if xargs -P "${SATCHEL_JOBS:-$(nproc)}" -I{} bash -c 'judge "$1"' _ {} <<<"$sources"; then
    echo "clang-tidy: nothing found in $count files"
else
    echo "clang-tidy: FAILED"
    exit 1
fi
