#!/usr/bin/env bash
# Prints tests/tidy/edges.txt anew at the end of docs/architecture.md, after it was edited.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
page=docs/architecture.md
# shellcheck disable=SC2016  # the backquotes are the page's
head=$(sed -n '1,/^`tests\/tidy` fails on any other include/p' "$page")
{
    printf '%s\n\n```\n' "$head"
    cat tests/tidy/edges.txt
    printf '```\n'
} >"$page.new"
mv "$page.new" "$page"
