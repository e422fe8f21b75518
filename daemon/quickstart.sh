#!/usr/bin/env bash
# Shows Satchel at work: builds it, then runs a hub and two devices ("laptop" and "desktop") as real
# processes with homes of their own in a scratch folder, and lets changes travel between them.
#   daemon/quickstart.sh              with generated assistants' homes
#   daemon/quickstart.sh --from DIR   with a copy of yours; DIR holds .claude and .codex (or dot-claude
#                                     and dot-codex), itself or in folders below it; it is only read
#   --keep                            leave the scratch folder and say where it is
# Debian 12, root or sudo if packages are missing. Nothing outside the scratch folder is touched.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

from='' keep=no
while [ $# -gt 0 ]; do
    case "$1" in
        --from) from=$(cd "${2:?--from needs a folder}" && pwd); shift 2 ;;
        --keep) keep=yes; shift ;;
        *) echo "usage: daemon/quickstart.sh [--from DIR] [--keep]" >&2; exit 4 ;;
    esac
done

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
if [ ! -t 1 ]; then step() { printf '\n== %s\n' "$*"; }; fi

# ---- 1. Build -----------------------------------------------------------------------------------

step "Build"
"$root/daemon/install-packages.sh"
cd "$root"
mkdir -p build
if ! { cmake --preset release >build/quickstart.log 2>&1 &&
    cmake --build --preset release --target satcheld satchelctl satchel-generate \
        -j "$(nproc)" >>build/quickstart.log 2>&1; }; then
    tail -40 build/quickstart.log >&2
    exit 1
fi
bin=$root/build/release/bin
echo "built $("$bin/satchelctl" --version) in build/release/bin"

# ---- 2. A scratch world -------------------------------------------------------------------------

scratch=$(mktemp -d /tmp/satchel-quickstart-XXXXXX)
declare -A home=([hub]=$scratch/hub/home [laptop]=$scratch/laptop/home/a [desktop]=$scratch/desktop/Users/b)
hub_process=''

# on <device> <command …>: runs as that device, with nothing of this session but the terminal
on() {
    local device=$1
    shift
    env -i PATH="$bin:/usr/bin:/bin" TERM="${TERM:-dumb}" LANG=C.UTF-8 NO_COLOR=1 \
        HOME="${home[$device]}" XDG_RUNTIME_DIR="$scratch/$device/run" "$@"
}
ctl() {
    local device=$1 status=0
    shift
    echo "$device\$ satchelctl $*"
    on "$device" satchelctl "$@" 2>&1 </dev/null | sed 's/^/    /' || status=$?
    # 2 says that a conflict waits for a person, which is what we are here to see.
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ]
}

clean_up() {
    local status=$?
    for device in laptop desktop; do
        on "$device" satchelctl -q daemon stop >/dev/null 2>&1 || true
    done
    if [ -n "$hub_process" ]; then
        kill "$hub_process" 2>/dev/null || true
        wait "$hub_process" 2>/dev/null || true
    fi
    if [ "$status" -ne 0 ]; then
        echo "quickstart: FAILED with status $status; everything is left in $scratch" >&2
    elif [ "$keep" = yes ]; then
        echo "everything is left in $scratch"
    else
        rm -rf "$scratch"
    fi
}
trap clean_up EXIT

for device in hub laptop desktop; do
    mkdir -p "${home[$device]}" "$scratch/$device/run"
    chmod 700 "$scratch/$device/run"
done
for device in laptop desktop; do
    mkdir -p "${home[$device]}/.claude" "${home[$device]}/.codex"
done

catalog() { echo "${home[$1]}/.local/share/satchel/catalog.db"; }
rows() { sqlite3 -cmd '.timeout 5000' "$(catalog "$1")" "$2"; }

step "Two homes"
mkdir -p "$(dirname "$(catalog laptop)")" "$(dirname "$(catalog desktop)")"
if [ -n "$from" ]; then
    for name in claude codex; do
        while IFS= read -r -d '' folder; do
            cp -r --no-preserve=ownership "$folder/." "${home[laptop]}/.$name/"
        done < <(find "$from" -maxdepth 2 -type d \( -name ".$name" -o -name "dot-$name" \) -print0 | sort -z)
    done
    chmod -R u+w "${home[laptop]}"
    echo "copied from $from"
else
    "$bin/satchel-generate" tree "${home[laptop]}" --owner /home/a --files 120 --bytes 6000000
fi
"$bin/satchel-generate" catalog "$(catalog laptop)" --owner /home/a --rows 400
# The desktop has projects of its own, so the same row gets another id there.
sqlite3 "$(catalog laptop)" .schema | sqlite3 "$(catalog desktop)"
rows desktop "INSERT INTO project(name) VALUES ('only-here-1'), ('only-here-2'), ('only-here-3')"
for device in laptop desktop; do
    printf '%-8s %s: %s files, %s projects\n' "$device" "${home[$device]}" \
        "$(find "${home[$device]}/.claude" "${home[$device]}/.codex" -type f | wc -l)" \
        "$(rows "$device" 'SELECT count(*) FROM project')"
done

# ---- 3. Hub and devices -------------------------------------------------------------------------

step "A hub"
port=9100
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
on hub satchelctl sync server --port "$port" >"$scratch/hub.log" 2>&1 </dev/null &
hub_process=$!
for _ in $(seq 100); do
    if on hub satchelctl -q hub status >/dev/null 2>&1; then break; fi
    if ! kill -0 "$hub_process" 2>/dev/null; then cat "$scratch/hub.log" >&2; exit 1; fi
    sleep 0.1
done
ctl hub hub status

step "The laptop founds the workspace"
echo 'hub$ satchelctl sync register --name laptop > join-laptop'
on hub satchelctl sync register --name laptop >"$scratch/join-laptop"
ctl laptop sync setup --join-file "$scratch/join-laptop"
ctl laptop sync disable
ctl laptop source add "${home[laptop]}/.claude"
ctl laptop source add "${home[laptop]}/.codex"
ctl laptop sync push -v

step "The desktop joins"
echo 'laptop$ satchelctl sync register --name desktop > join-desktop'
on laptop satchelctl sync register --name desktop >"$scratch/join-desktop"
ctl desktop sync setup --join-file "$scratch/join-desktop"
ctl desktop sync disable
ctl desktop source add "${home[desktop]}/.claude"
ctl desktop source add "${home[desktop]}/.codex"
ctl desktop sync pull -v
ctl desktop sync push -v
ctl laptop sync pull -v

# ---- 4. Are both the same? ----------------------------------------------------------------------

# Everything but what belongs to one machine: row ids, the time of sending, credentials.
same_homes() {
    local query='SELECT p.sync_id, p.name, p.main_branch FROM project p ORDER BY 1;
        SELECT e.sync_id, e.name, e.notes, p.sync_id, v.sync_id, d.sync_id FROM environment e
          JOIN project p ON p.id = e.project_id LEFT JOIN version v ON v.id = e.version_id
          LEFT JOIN database d ON d.id = e.database_id ORDER BY 1;
        SELECT s.sync_id, s.note, e.sync_id FROM switch_log s
          LEFT JOIN environment e ON e.id = s.environment_id ORDER BY 1;
        SELECT t.sync_id, t.tag, t.weight, r.sync_id FROM skill_tag t
          JOIN repository r ON r.id = t.repository_id ORDER BY 1;
        SELECT sync_id, name, value FROM setting ORDER BY 1'
    for folder in .claude .codex; do
        diff -rq --exclude=.credentials.json --exclude=auth.json \
            "${home[laptop]}/$folder" "${home[desktop]}/$folder" || return 1
    done
    diff <(rows laptop "$query") <(rows desktop "$query") >"$scratch/rows.diff" || {
        head -5 "$scratch/rows.diff"
        return 1
    }
}

step "Same content, own row ids"
same_homes
name=$(rows laptop 'SELECT name FROM project ORDER BY id LIMIT 1')
for device in laptop desktop; do
    printf '%-8s project %s has id %s\n' "$device" "$name" \
        "$(rows "$device" "SELECT id FROM project WHERE name = '$name'")"
done
if find "${home[desktop]}" -name .credentials.json -o -name auth.json | grep -q .; then
    echo "credentials travelled" >&2
    exit 1
fi
echo "both homes are the same; credentials stayed at home"

step "Edits on both sides"
transcript=$(cd "${home[laptop]}" && find .claude/projects -name '*.jsonl' -size +2k | sort | head -1)
echo '{"type":"user","message":{"role":"user","content":"a line added on the laptop"}}' \
    >>"${home[laptop]}/$transcript"
rows laptop "UPDATE setting SET value = 'changed on the laptop' WHERE id = (SELECT min(id) FROM setting)"
rows laptop "DELETE FROM switch_log WHERE id = (SELECT max(id) FROM switch_log)"
rows desktop "INSERT INTO setting(name, value) VALUES ('ui.made-on-the-desktop', 'yes')"
rows desktop "DELETE FROM project WHERE name = 'only-here-3'"
echo "laptop:  a line appended, a setting changed, a log entry deleted"
echo "desktop: a setting made, a project deleted"
ctl laptop sync push -v
ctl desktop sync pull -v
ctl desktop sync push -v
ctl laptop sync pull -v
same_homes
echo "both homes are the same"

step "Nothing to do costs next to nothing"
ctl laptop sync push -v
ctl desktop sync pull -v

step "A conflict: one setting, two values, neither saw the other"
key=$(rows laptop 'SELECT name FROM setting ORDER BY id LIMIT 1')
rows laptop "UPDATE setting SET value = 'the laptop says this' WHERE name = '$key'"
rows desktop "UPDATE setting SET value = 'the desktop says that' WHERE name = '$key'"
ctl laptop sync push -v
ctl desktop sync push -v
ctl desktop sync pull -v
ctl laptop sync pull -v
ctl laptop conflict list
id=$(on laptop satchelctl conflict list --json | grep -oE '"id":"[^"]+"' | head -1 | cut -d'"' -f4)
ctl laptop conflict show "$id"
ctl laptop conflict resolve "$id" --take 1
ctl laptop sync push -v
ctl desktop sync pull -v
ctl desktop conflict list
same_homes
echo "both homes are the same; '$key' is '$(rows desktop "SELECT value FROM setting WHERE name = '$key'")'"

step "By themselves"
ctl laptop sync enable
ctl desktop sync enable
echo '{"type":"user","message":{"role":"user","content":"noticed and carried by the daemons"}}' \
    >>"${home[laptop]}/$transcript"
began=$(date +%s%3N)
for _ in $(seq 600); do
    if cmp -s "${home[laptop]}/$transcript" "${home[desktop]}/$transcript"; then break; fi
    sleep 0.05
done
cmp "${home[laptop]}/$transcript" "${home[desktop]}/$transcript"
echo "a line written on the laptop was on the desktop after $(($(date +%s%3N) - began)) ms"
ctl laptop

step "For real"
cat <<TEXT
Install on each machine:     sudo cmake --install build/release
On the machine in between:   satchelctl sync server --bind ADDRESS --tls-cert FILE --tls-key FILE
There, for the first one:    satchelctl sync register --name laptop
On the laptop:               satchelctl sync setup          (paste what register printed)
                             satchelctl source add ~/.claude
For the next machine:        satchelctl sync register --name desktop, on the laptop; then the same there
Keep it running:             systemctl --user enable --now satcheld.socket satcheld.service
TEXT
