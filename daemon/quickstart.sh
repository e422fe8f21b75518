#!/usr/bin/env bash
# From a fresh Debian 12 machine to Satchel at work, in one command:
#   daemon/quickstart.sh [--from DIR] [--keep]
# Installs what the build needs (root or sudo), builds the release preset, and runs the main job with
# real processes in a scratch folder: a hub and two devices, a tree like ~/.claude and ~/.codex, and
# catalog.db. Your own files are not touched.
#   --from DIR   use copies of the homes in DIR (.claude and .codex, or home-*/dot-claude …)
#   --keep       keep the scratch folder
# SATCHEL_BIN=DIR takes the programs from DIR and builds nothing. The exit status is 0 only when every
# check at the end holds.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec </dev/null

from=''
keep=no
while [ $# -gt 0 ]; do
    case "$1" in
        --from) from=$(cd "${2:-/nowhere}" 2>/dev/null && pwd) || { echo "quickstart: no folder '${2:-}'" >&2; exit 4; }; shift ;;
        --keep) keep=yes ;;
        -h | --help) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "usage: daemon/quickstart.sh [--from DIR] [--keep]" >&2; exit 4 ;;
    esac
    shift
done

# ---- programs --------------------------------------------------------------------------------

build() {
    "$root/daemon/install-packages.sh" || exit 1
    cd "$root" && mkdir -p build || exit 1
    echo "Building the release preset (minutes the first time; log: build/quickstart.log) …"
    cmake --preset release >build/quickstart.log 2>&1 &&
        cmake --build --preset release --target satcheld satchelctl satchel-generate \
            -j "$(nproc)" >>build/quickstart.log 2>&1 || { tail -n 40 build/quickstart.log >&2; exit 1; }
}

if [ -z "${SATCHEL_BIN:-}" ]; then
    build
    SATCHEL_BIN=$root/build/release/bin
fi
. "$root/tests/support/lab.sh"
. "$root/tests/support/compare.sh"
. "$root/tests/support/catalog.sh"

# ---- words for what happened -----------------------------------------------------------------

size_words() { numfmt --to=si --suffix=B --format=%.1f "$1" | sed 's/\.0\([kKMG]\?B\)$/\1/'; }

# told NAME PUSH-JSON PULL-JSON: one line of what a device sent and received.
told() {
    local sent received bytes_out bytes_in ms requests
    sent=$(field pushed_items <<<"$2")
    bytes_out=$(field pushed_bytes <<<"$2")
    received=$(field applied_items <<<"$3")
    bytes_in=$(field pulled_bytes <<<"$3")
    ms=$(($(field duration_ms <<<"$2") + $(field duration_ms <<<"$3")))
    requests=$(($(field requests <<<"$2") + $(field requests <<<"$3")))
    printf '  %-8s sent %4d items (%s), received %4d (%s), %d requests, %d ms\n' "$1" "$sent" \
        "$(size_words "$bytes_out")" "$received" "$(size_words "$bytes_in")" "$requests" "$ms"
}

# carry: both send, then both receive; then they confirm, unseen.
carry() {
    local name
    local -A out=() in=()
    for name in laptop desktop; do out[$name]=$(push "$name") || fail "push on $name: ${out[$name]}"; done
    for name in laptop desktop; do in[$name]=$(pull "$name") || fail "pull on $name: ${in[$name]}"; done
    for name in laptop desktop; do told "$name" "${out[$name]}" "${in[$name]}"; done
    settle
}

laptop_sql() { sql "$(catalog_of laptop)" "$1" || fail "SQL on the laptop"; }
desktop_sql() { sql "$(catalog_of desktop)" "$1" || fail "SQL on the desktop"; }

# ---- what there is to sync -------------------------------------------------------------------

# Each is "folder of the home, profile, name of the source".
trees=()

take_tree() {  # FROM, folder in the home, profile, source
    [ -d "$1" ] || return 0
    mkdir -p "$LAB/home/a/$2" "$LAB/Users/b/$2"
    cp -a "$1/." "$LAB/home/a/$2/" && chmod -R u+rwX "$LAB/home/a/$2"
    trees+=("$2 $3 $4")
}

take_home() {  # FROM, prefix of folders, prefix of names
    local profile dot
    for profile in claude codex; do
        for dot in "dot-$profile" ".$profile"; do
            take_tree "$1/$dot" "$2.$profile" "$profile" "$3$profile"
        done
    done
}

make_trees() {
    local home name
    if [ -z "$from" ]; then
        within hub satchel-generate tree "$LAB/made" --files 120 --bytes 6000000 || fail "satchel-generate"
        take_home "$LAB/made" '' ''
        return
    fi
    take_home "$from" '' ''
    for home in "$from"/home-*; do
        [ -d "$home" ] || continue
        name=${home##*/home-}
        take_home "$home" "$name/" "$name-"
    done
    [ ${#trees[@]} -gt 0 ] || fail "$from holds neither .claude nor .codex nor home-*/dot-claude"
}

# The first transcript that travels.
find_transcript() {
    local tree folder profile path
    for tree in "${trees[@]}"; do
        read -r folder profile _ <<<"$tree"
        while IFS= read -r path; do
            travels "$profile" "$path" || continue
            transcript=$folder/$path
            return
        done < <(cd "$LAB/home/a/$folder" && find . -name '*.jsonl' -size +1k -printf '%P\n' | LC_ALL=C sort)
    done
    fail "there is no transcript to append to"
}

# ---- the job ---------------------------------------------------------------------------------

lab_begin
KEEP_LAB=$keep
say "Everything happens in $LAB; your own files are not touched."
say
say "1. A hub and two devices: 'laptop' founds a workspace and lets 'desktop' in."
two_devices
say "  the hub listens on $HUB_URL and holds nothing but sealed bytes"
make_trees
for tree in "${trees[@]}"; do
    read -r folder _ name <<<"$tree"
    for device in laptop desktop; do
        ctl "$device" source add "${DEVICE_HOME[$device]}/$folder" --name "$name" -q || fail "source add on $device"
    done
done
fill_catalog "$(catalog_of laptop)" laptop || fail "rows for the laptop"
fill_catalog "$(catalog_of desktop)" desktop || fail "rows for the desktop"
say "  sources of both: catalog.db$(printf ', ~/%s' "${trees[@]%% *}")"
say
say "2. First sync. The laptop has the files; both have rows, with the same local ids."
carry
say
find_transcript
say "3. An assistant appends 2 KB to a transcript on the laptop: only the new line travels."
printf '{"type":"user","message":{"role":"user","content":"%s"}}\n' "$(printf 'more words %.0s' {1..180})" \
    >>"$LAB/home/a/$transcript"
carry
say
say "4. Rows are edited and deleted on both sides, with plain SQLite."
laptop_sql "UPDATE environment SET notes = 'edited on the laptop' WHERE name = 'desktop-environment-1';
            DELETE FROM switch_log WHERE note = 'desktop 3';"
desktop_sql "UPDATE environment SET pinned = 7 WHERE name = 'laptop-environment-2';
             DELETE FROM switch_log WHERE note = 'laptop 5';"
carry
say
say "5. Both change the same cell before they hear of each other: a conflict. Neither value is lost."
laptop_sql "UPDATE setting SET value = 'solarized' WHERE name = 'laptop.theme';"
desktop_sql "UPDATE setting SET value = 'high contrast' WHERE name = 'laptop.theme';"
carry
conflicts=$(ctl desktop conflict list) || fail "conflict list"
sed 's/^/  /' <<<"$conflicts"
for value in solarized 'high contrast' laptop desktop; do
    grep -qF -- "$value" <<<"$conflicts" || fail "the conflict does not show '$value'"
done
id=$(ctl desktop conflict list --json | field 'conflicts[0].id')
ctl desktop conflict resolve "$id" --take laptop >"$LAB/resolved" || fail "conflict resolve"
settle
say "  decided on the desktop: $(tr -d '\n' <"$LAB/resolved")"
say
# Settings are written while no assistant runs, and that is believed after two seconds.
nothing_waits() { [ "$(pull "$1" | field deferred)" = 0 ]; }
for device in laptop desktop; do
    wait_until 10 nothing_waits "$device" || fail "something waits on $device: $(ctl "$device" sync status)"
done
say "6. Nothing has changed: a cycle is one small request to the hub."
for device in laptop desktop; do
    sent=$(push "$device") || fail "push on $device: $sent"
    heard=$(pull "$device") || fail "pull on $device: $heard"
    told "$device" "$sent" "$heard"
    [ "$(field noop <<<"$sent") $(field noop <<<"$heard")" = "1 1" ] || fail "not a no-op on $device: $sent $heard"
done
say
say "7. Automatic cycles: a line is written on the laptop, nobody runs a command."
for device in laptop desktop; do ctl "$device" sync enable -q || fail "sync enable"; done
started=$(now_ms)
printf '{"type":"user","message":{"role":"user","content":"by itself"}}\n' >>"$LAB/home/a/$transcript"
wait_until 60 cmp -s "$LAB/home/a/$transcript" "$LAB/Users/b/$transcript" || fail "the line did not arrive by itself"
say "  it was on the desktop after $(($(now_ms) - started)) ms"

# ---- checks ----------------------------------------------------------------------------------

say
say "Checks:"
for device in laptop desktop; do ctl "$device" sync disable -q; done
settle
approved=0
for change in $(ctl desktop approve list --json | grep -o '"id":"[^"]*"' | cut -d '"' -f 4); do
    ctl desktop approve "$change" -q || fail "approve $change"
    approved=$((approved + 1))
done
[ "$approved" = 0 ] || say "  changes that can run code waited on the desktop and were approved: $approved"
settle
files=0
unfinished=0
for tree in "${trees[@]}"; do
    read -r folder profile _ <<<"$tree"
    MAY_MASK=$LAB/masked same_tree "$profile" "$LAB/home/a/$folder" "$LAB/Users/b/$folder" || fail "~/$folder differs"
    files=$((files + $(count_files)))
    unfinished=$((unfinished + $(count_unfinished "$LAB/home/a/$folder" "$LAB/Users/b/$folder")))
done
[ "$files" -gt 0 ] || fail "no file travelled"
kept=$(find "$LAB/home/a" -path '*/.local' -prune -o -type f -print | wc -l)
say "  files    $files are the same on both, byte by byte; $((kept - files)) stayed home (settings, credentials)"
[ ! -s "$LAB/masked" ] || say "           $(wc -l <"$LAB/masked") of them but for secrets, which are asterisks on the desktop"
same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ"
remapped=$(remapped_rows "$(catalog_of laptop)" "$(catalog_of desktop)")
[ "$remapped" -gt 0 ] || fail "no row has another local id on the other device"
intact "$(catalog_of laptop)" "$(catalog_of desktop)" "$(store_of laptop)" "$(store_of desktop)" || fail "a database is damaged"
[ "$unfinished" = 0 ] || say "           $unfinished of them end in the middle of a line, which travels when it is complete"
say "  rows     $(wc -l <"$LAB/rows-1") are the same on both; $remapped environments have another local id on each"
[ "$(ctl laptop conflict list)" = "No conflicts" ] || fail "the decided conflict is still there"
say "  all is well"
say
say "For real: sudo cmake --install $(cd "$SATCHEL_BIN/.." && pwd), then on the machine in between"
say "  satchelctl sync server --bind ADDRESS --tls-cert FILE --tls-key FILE"
say "  satchelctl sync register --name laptop          prints a join string, good once"
say "on the laptop"
say "  satchelctl sync setup                           asks for the join string"
say "  satchelctl source add ~/.claude                 and whatever else shall travel"
say "  satchelctl sync register --name desktop         lets the next machine in"
say "  systemctl --user enable --now satcheld.socket satcheld.service"
