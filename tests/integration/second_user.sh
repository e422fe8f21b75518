#!/usr/bin/env bash
# Another user of the same machine, who tries every door: the socket, the files, the processes, what was
# there before, links, and a daemon of their own in the place of ours. Each is denied and nothing is told.
# Needs root, to be two other people.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
if [ "$(id -u)" != 0 ]; then
    say "skipped: only root can be two other users"
    exit 77
fi
owner=$(id -u nobody 2>/dev/null) stranger=$(id -u daemon 2>/dev/null)
if [ -z "$owner" ] || [ -z "$stranger" ] || ! command -v setpriv >/dev/null; then
    say "skipped: this machine has no users nobody and daemon, or no setpriv"
    exit 77
fi
lab_begin
umask 022
programs=$LAB/programs
mkdir "$programs" && cp "$SATCHEL_BIN"/{satcheld,satchelctl,satchel-tap} "$programs" || fail "copy the programs"
chmod 711 "$LAB"

# exec_as UID HOME RUNTIME COMMAND…: in place of this shell, so that $! of a background job is the program.
exec_as() {
    local uid=$1 home=$2 runtime=$3
    shift 3
    exec setpriv --reuid "$uid" --regid "$uid" --clear-groups env -i PATH="$programs:/usr/bin:/bin" HOME="$home" XDG_RUNTIME_DIR="$runtime" "$@"
}
# as UID COMMAND…: with the owner's home and runtime directory.
as() {
    local uid=$1
    shift
    (exec_as "$uid" "$LAB/home" "$LAB/run" "$@")
}
hub() { (exec_as "$owner" "$LAB/hub-home" '' satchelctl "$@"); }
# denied WHAT COMMAND…: fails for the stranger, who is told nothing of what there is.
tried=0
denied() {
    local what=$1
    shift
    as "$stranger" "$@" >"$LAB/got" 2>"$LAB/refused" && fail "another user can $what"
    grep -Eq 'satchel_dk1_|"result"|SQLite' "$LAB/got" && fail "another user who tries to $what is told: $(head -c 300 "$LAB/got")"
    tried=$((tried + 1))
}

mkdir -m 755 "$LAB/home" "$LAB/hub-home" && mkdir -m 700 "$LAB/run"
chown "$owner" "$LAB/home" "$LAB/run" "$LAB/hub-home"
exec_as "$owner" "$LAB/home" "$LAB/run" satcheld run >"$LAB/laptop.out" 2>"$LAB/laptop.err" &
pid=$!
wait_until 20 as "$owner" satchelctl daemon status -q || fail "the owner's daemon does not answer"
exec_as "$owner" "$LAB/hub-home" '' satcheld hub --port 0 >"$LAB/hub.out" 2>"$LAB/hub.err" &
hub_pid=$!
wait_until 20 hub hub status -q || fail "the owner's hub does not answer"
hub sync register --name laptop >"$LAB/join" 2>/dev/null || fail "sync register"
as "$owner" satchelctl sync setup --name laptop --join-file - <"$LAB/join" >/dev/null 2>&1 || fail "sync setup"
as "$owner" mkdir -p "$LAB/home/.claude/agents"
as "$owner" sh -c 'echo one >"$HOME/.claude/agents/one.md"'
as "$owner" satchelctl source add "$LAB/home/.claude" -q || fail "source add"
as "$owner" satchelctl sync push -q || fail "sync push"
as "$owner" satchelctl backup create -q || fail "backup create"

# ---- the processes -------------------------------------------------------------------------------

for process in "$pid" "$hub_pid"; do
    for file in environ mem maps auxv; do denied "read $file of the process" head -c 1 "/proc/$process/$file"; done
    denied "list the descriptors of the process" ls "/proc/$process/fd"
    denied "end the process" kill -0 "$process"
    # Not even another process of the owner may look into it.
    as "$owner" head -c 1 "/proc/$process/environ" >/dev/null 2>&1 && fail "the owner's other programs can look into the process"
    tr '\0' ' ' <"/proc/$process/cmdline" | grep -q 'satchel_dk1_\|satchel_iv1_' && fail "a secret is in the arguments"
    tr '\0' '\n' <"/proc/$process/environ" | grep -q 'satchel_dk1_\|satchel_iv1_' && fail "a secret is in the environment"
    grep -Eq '^Max core file size +0 +0 ' "/proc/$process/limits" || fail "the process writes cores: $(grep core "/proc/$process/limits")"
    grep -Eq '^Umask:\s+0077' "/proc/$process/status" || fail "the process makes files for others: $(grep Umask "/proc/$process/status")"
done
[ "$(awk '/^VmLck/ {print $2}' "/proc/$pid/status")" -gt 0 ] || fail "no page of the daemon is locked"
"$SATCHEL_BIN/satchel-memory-scan" "$pid" "$LAB/home/.local/share/satchel/device.key" >"$LAB/scan" || fail "the memory cannot be looked through"
grep -qx 'text 0' "$LAB/scan" && grep -qx 'elsewhere 0' "$LAB/scan" && grep -Eqx 'locked [1-9][0-9]*' "$LAB/scan" ||
    fail "keys are where they should not be: $(tr '\n' ' ' <"$LAB/scan")"

# ---- the socket ----------------------------------------------------------------------------------

socket=$LAB/run/satchel/control.sock
hello='{"jsonrpc":"2.0","id":0,"method":"hello","params":{"client":"x","version":"1","protocol":1}}
{"jsonrpc":"2.0","id":1,"method":"status"}'
calls() { printf '%s\n' "$hello" | as "$stranger" timeout 20 satchel-tap send "$socket" >"$LAB/got" 2>&1; }
[ -S "$socket" ] || fail "the socket is not where it should be"
calls && [ -s "$LAB/got" ] && grep -q '"result"' "$LAB/got" && fail "another user is served"
denied "use satchelctl" satchelctl status
denied "list the runtime directory" ls "$LAB/run/satchel"
# With every mode thrown open who is at the other end still counts, and it is written down.
chmod 755 "$LAB/run" "$LAB/run/satchel" && chmod 666 "$socket"
calls
[ ! -s "$LAB/got" ] || ! grep -q 'result\|satcheld' "$LAB/got" || fail "another user is answered: $(cat "$LAB/got")"
turned_away() { grep -q "another user was turned away.*user=$stranger" "$LAB/home/.local/state/satchel/satcheld.log"; }
wait_until 5 turned_away || fail "nothing is written down of who was turned away"
chmod 700 "$LAB/run" "$LAB/run/satchel" && chmod 600 "$socket"
as "$owner" satchelctl status -q || [ $? -eq 2 ] || fail "the owner is not served any more"

# ---- the files -----------------------------------------------------------------------------------

ours=("$LAB/home/.local/share/satchel" "$LAB/home/.local/state/satchel" "$LAB/hub-home/.local/share/satchel" "$LAB/hub-home/.local/state/satchel")
for place in "${ours[@]}"; do
    [ -d "$place" ] || fail "there is no $place"
    denied "list $place" ls "$place"
    denied "write into $place" touch "$place/theirs"
done
# Again with the directories open: every file is closed by itself.
find "${ours[@]}" -type d -exec chmod 755 {} +
chmod 755 "$LAB"/{home,hub-home}/{.local,.local/share,.local/state}
files=0
while IFS= read -r file; do
    denied "read $file" head -c 1 "$file"
    denied "write $file" sh -c ': >>"$0"' "$file"
    files=$((files + 1))
done < <(find "${ours[@]}" -type f)
for needed in device.key store.db catalog.db hub.db satcheld.log; do
    find "${ours[@]}" -name "$needed" | grep -q . || fail "there is no $needed: this test tests less than it says"
done
find "$LAB/home/.local/share/satchel" -path '*backup*' -type f | grep -q . || fail "there is no backup to try"
find "${ours[@]}" -type d -exec chmod 700 {} +
kill "$pid" "$hub_pid"; wait "$pid" "$hub_pid" 2>/dev/null

# ---- what was there before -------------------------------------------------------------------------

fresh() { rm -rf "$LAB/home" "$LAB/run"; mkdir -m 755 "$LAB/home"; mkdir -m 700 "$LAB/run"; chown "$owner" "$LAB/home" "$LAB/run"; as "$owner" mkdir -p "$LAB/home/.local/state" "$LAB/home/.local/share"; }
started() { as "$owner" timeout 20 satcheld run; }
for place in home/.local/state/satchel home/.local/share/satchel run/satchel; do
    fresh
    mkdir -m 777 "$LAB/$place" && chown "$stranger" "$LAB/$place"
    expect 7 'another user' started
    [ -z "$(ls -A "$LAB/$place")" ] || fail "something was written into another user's $place"
    fresh
    mkdir -m 777 "$LAB/theirs" && chown "$stranger" "$LAB/theirs"
    ln -s "$LAB/theirs" "$LAB/$place"
    expect 7 'a link' started
    [ -z "$(ls -A "$LAB/theirs")" ] || fail "something was written through a link at $place"
    rm -rf "$LAB/theirs"
done
fresh
mkdir -m 1777 "$LAB/shared" && chown "$stranger" "$LAB/shared"
exec_as "$owner" "$LAB/home" "$LAB/shared" satcheld run >"$LAB/laptop.out" 2>"$LAB/laptop.err" &
pid=$!
wait_until 20 test -S "$LAB/home/.local/state/satchel/control.sock" || fail "a runtime directory of another user is used"
[ -z "$(ls -A "$LAB/shared")" ] || fail "something was made in another user's runtime directory"
kill "$pid"; wait "$pid" 2>/dev/null

# ---- another daemon in the place of ours ----------------------------------------------------------

fresh
mkdir -m 755 "$LAB/theirs" "$LAB/theirs/run" && chmod 700 "$LAB/theirs/run" && chown -R "$stranger" "$LAB/theirs"
exec_as "$stranger" "$LAB/theirs" "$LAB/theirs/run" satcheld run >"$LAB/theirs.out" 2>&1 &
pid=$!
wait_until 20 test -S "$LAB/theirs/run/satchel/control.sock" || fail "the stranger's daemon does not start"
as "$owner" mkdir -m 700 "$LAB/run/satchel"
mv "$LAB/theirs/run/satchel/control.sock" "$LAB/run/satchel/control.sock"
chmod 666 "$LAB/run/satchel/control.sock"
expect 7 'served by another user' as "$owner" satchelctl status
hinted
kill "$pid"; wait "$pid" 2>/dev/null
say "$tried attempts of another user were denied, $files files among them"
