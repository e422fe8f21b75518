#!/usr/bin/env bash
# What the environment may hold: homes that are none, runtime directories open to others, proxies,
# languages, time zones, terminals, keys in variables. Nothing of it changes what is kept or said.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
device laptop home/a
home=$LAB/home/a
runtime=$LAB/run/laptop
bare() { env -i PATH="$SATCHEL_BIN:/usr/bin:/bin" "$@"; }

# HOME.
for program in 'satchelctl status' 'satcheld run' 'satcheld hub --port 0' 'satcheld init-config'; do
    expect 4 'HOME is not set' bare $program
    hinted
    expect 4 'HOME is not set' bare HOME= $program
    expect 4 'not an absolute path' bare HOME=home $program
    expect 4 'cannot be read' bare HOME="$LAB/nowhere" $program
    [ ! -e "$LAB/nowhere" ] || fail "$program made a home"
    if [ "$(id -u)" = 0 ]; then
        mkdir -p "$LAB/theirs" && chown 65534 "$LAB/theirs"
        expect 7 'belongs to another user' bare HOME="$LAB/theirs" $program
        hinted
        [ -z "$(ls -A "$LAB/theirs")" ] || fail "$program wrote into another user's home"
    fi
done

# A runtime directory that is missing or open to others is not used.
chmod 777 "$runtime"
device_start laptop
[ -S "$home/.local/state/satchel/control.sock" ] || fail "the socket is not in the state directory"
[ ! -e "$runtime/satchel" ] || fail "a directory open to others was used"
device_stop laptop
chmod 700 "$runtime"

# The configuration is a directory.
mkdir -p "$home/.config/satchel/config.toml"
expect 4 'config.toml' within laptop satcheld --check-config
expect 4 'config.toml' within laptop satcheld run
rmdir "$home/.config/satchel/config.toml"

# A hub and a device among proxies that do not exist, a key that is none, a folder for scratch that is open to
# all, and a language and a time zone nobody has.
hub_start
mkdir -m 1777 "$LAB/scratch"
strange=(http_proxy=http://127.0.0.1:1 HTTP_PROXY=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1
    all_proxy=socks5://127.0.0.1:1 SATCHEL_API_KEY=garbage SATCHEL_KEY=garbage TMPDIR="$LAB/scratch"
    TZ=Nowhere/At_All LANG=xx_YY.nonsense LC_ALL=tr_TR.UTF-8)
exec_within laptop env "${strange[@]}" satcheld run >>"$LAB/laptop.out" 2>>"$LAB/laptop.err" &
DEVICE_PID[laptop]=$!
wait_until 20 ctl laptop daemon status -q || fail "the daemon does not start in a strange environment"
found laptop
mkdir -p "$home/.claude/TITLE-Iı" && echo text >"$home/.claude/TITLE-Iı/note.md"
expect 0 Added ctl laptop source add "$home/.claude"
expect 0 push ctl laptop sync push
[ -z "$(ls -A "$LAB/scratch")" ] || fail "something was written to TMPDIR: $(ls -A "$LAB/scratch")"
tr '\0' '\n' <"/proc/${DEVICE_PID[laptop]}/environ" 2>/dev/null | grep -q 'satchel_dk1_' && fail "the key is in the environment"
tr '\0' ' ' <"/proc/${DEVICE_PID[laptop]}/cmdline" | grep -q 'satchel_dk1_' && fail "the key is in the arguments"

expect '0|5' 'http_proxy is set and not used' within laptop env http_proxy=http://127.0.0.1:1 satchelctl doctor

# The same bytes whatever the language, the time zone, the terminal; no colours where none are wanted.
timeless() { sed -E 's/,?"(uptime_ms|next_run|last_[a-z]*|requests|bytes_[a-z]*)":[^,}]*//g; s/[0-9]+ (ms|s|min)( ago)?//g'; }
ctl laptop sync disable -q || fail "sync disable"
for command in 'status --json' 'source list' 'device list' '--help' 'source add --help' 'statsu'; do
    ctl laptop $command >"$LAB/plain" 2>&1
    for variable in LC_ALL=C LC_ALL=tr_TR.UTF-8 LC_ALL=nonsense LANG=de_DE.UTF-8 TZ=Nowhere/At_All TZ=:/etc/passwd \
        NO_COLOR=1 TERM=dumb TERM= COLUMNS=0 COLUMNS=-5 TMPDIR=/nowhere http_proxy=http://127.0.0.1:1; do
        within laptop env "$variable" timeout 60 satchelctl $command >"$LAB/strange" 2>&1
        timeless <"$LAB/plain" >"$LAB/one"
        timeless <"$LAB/strange" >"$LAB/other"
        cmp -s "$LAB/one" "$LAB/other" || fail "$variable changes '$command': $(diff "$LAB/one" "$LAB/other" | head -n 5)"
        grep -q $'\033' "$LAB/strange" && fail "'$command' colours a file"
    done
done

# On a terminal: bold where it is wanted, not a single escape where it is not, and no fall over what a
# terminal says of itself. `script` gives a terminal.
on_terminal() { # VARIABLES COMMAND
    within laptop env TERM=xterm $1 timeout 60 script -qec "satchelctl $2" /dev/null </dev/null >"$LAB/shown" 2>&1
}
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    on_terminal '' status
    grep -q $'\033\[1m' "$LAB/shown" || fail "no headings in bold on a terminal: $(cat -v "$LAB/shown")"
    for variable in NO_COLOR=1 CLICOLOR=0 TERM=dumb TERM= 'LC_ALL=C NO_COLOR=yes'; do
        on_terminal "$variable" status
        grep -q $'\033' "$LAB/shown" && fail "$variable is not heeded: $(cat -v "$LAB/shown")"
        grep -q 'hub' "$LAB/shown" || fail "$variable: nothing is said: $(cat -v "$LAB/shown")"
    done
    for variable in COLUMNS=40 COLUMNS=1 LC_ALL=C LC_ALL=nonsense 'TERM=no-such-terminal'; do
        on_terminal "$variable" 'source list'
        grep -q 'catalog' "$LAB/shown" || fail "$variable: no list: $(cat -v "$LAB/shown")"
    done
else
    say "no terminal to try: script(1) does not work here"
fi

# The log tells the time of where its reader is.
within laptop env TZ=XXX-5:30 satchelctl logs -n 1 | grep -q '+05:30 ' || fail "the time zone is not heeded"

# Services start without what a session may have put before every program.
for unit in satcheld.service satcheld-hub.service; do
    grep -q '^UnsetEnvironment=.*LD_PRELOAD.*LD_AUDIT' "$root/systemd/$unit.in" || fail "$unit keeps LD_PRELOAD"
done
