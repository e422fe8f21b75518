#!/usr/bin/env bash
# Settings of assistants travel value by value into files that keep their look; secrets and what belongs to
# a machine stay; what can run code is written on another device when a person there approved exactly it.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
a=${DEVICE_HOME[laptop]} b=${DEVICE_HOME[desktop]}
mkdir -p "$a/.claude" "$a/.codex" "$b/.claude" "$b/.codex"

# ---- words -----------------------------------------------------------------------------------

# wrote FILE <TEXT: as an editor saves it.
wrote() { cat >"$1.new" && mv "$1.new" "$1"; }

has() { grep -qF -- "$2" "$1" || fail "$1 has no '$2': $(cat "$1")"; }
has_not() { ! grep -qF -- "$2" "$1" || fail "$1 has '$2': $(cat "$1")"; }

# told DEVICE WORDS PATTERN: what a command of a device says
told() { ctl "$1" $2 >"$LAB/said" 2>&1; grep -qE -- "$3" "$LAB/said" || fail "$1 $2 does not say '$3': $(cat "$LAB/said")"; }

# id DEVICE ITEM: of the change that waits; nothing when there are several
id() { waiting_ids "$1" "$2" | awk '{id = $0} END {if (NR == 1) print id}'; }

waiting() { ctl "$1" approve list --json | field total; }

# ---- first meeting ---------------------------------------------------------------------------

wrote "$a/.claude/settings.json" <<'JSON'
{
    // mine
    "theme": "dark",
    "model": "opus", /* the large one */
    "env": {"EDITOR": "vi", "MY_API_KEY": "canary-one"},
    "apiKeyHelper": "canary-two",
    "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "notify-done"}]}]},
    "permissions": {"allow": ["Read(//srv/canary-three/**)"]}
}
JSON
printf '{"verbose":true,\r\n\t"apiKeyHelper":"canary-four"}\r\n' | wrote "$b/.claude/settings.json"
wrote "$a/.codex/config.toml" <<'TOML'
# how I work
model = "large"  # for now
notify = ["canary-five"]

[tui]
theme = "light" # bright room

[mcp_servers.docs]
command = "docs-server"
env = { DOCS_TOKEN = "canary-six" }

[projects."/srv/canary-seven"]
trust_level = "trusted"
TOML
printf 'model_verbosity = "low"\n' | wrote "$b/.codex/config.toml"
cp -r "$a/.claude" "$LAB/claude-before"
chmod -R go= "$a/.claude" "$a/.codex" "$b/.claude" "$b/.codex"
add_trees
settle
# Settings are written while no assistant runs, and that is believed after two seconds.
sleep 2.1
settle

A=$a/.claude/settings.json B=$b/.claude/settings.json
has "$A" '    "model": "opus", /* the large one */'
has "$A" '    "verbose": true'
has "$A" '    // mine'
[ "$(diff "$LAB/claude-before/settings.json" "$A" | grep -c '^<')" = 1 ] ||
    fail "more than the line before the new value changed: $(diff "$LAB/claude-before/settings.json" "$A")"
has "$B" '"theme":"dark"'
has "$B" '"apiKeyHelper":"canary-four"'
for word in canary-one canary-two canary-three notify-done EDITOR; do has_not "$B" "$word"; done
[ "$(grep -c $'\r$' "$B")" = "$(wc -l <"$B")" ] || fail "line ends of the desktop changed: $(cat -A "$B")"
A2=$a/.codex/config.toml B2=$b/.codex/config.toml
has "$A2" 'model = "large"  # for now'
has "$A2" 'theme = "light" # bright room'
has "$A2" 'model_verbosity = "low"'
has "$B2" 'model = "large"'
has "$B2" 'theme = "light"'
for word in canary docs-server projects notify; do has_not "$B2" "$word"; done
# Nothing of it is anywhere in what the desktop keeps.
! grep -rqE 'canary-(one|two|three|five|six|seven)' "$b" || fail "a secret left the laptop: $(grep -rlE canary "$b")"

# ---- approval --------------------------------------------------------------------------------

[ "$(waiting desktop)" = 3 ] || fail "$(ctl desktop approve list)"
[ "$(waiting laptop)" = 0 ] || fail "$(ctl laptop approve list)"
told desktop "sync" "3 changes can run code and wait for you: satchelctl approve list"
told desktop "approve list" "settings.json: hooks.Stop"
told desktop "approve list" "config.toml: mcp_servers.docs.command"
hook=$(id desktop hooks.Stop)
told desktop "approve show $hook" '^\+ .*notify-done'
ctl desktop approve "$hook" -n -q || fail "approve --dry-run"
has_not "$B" notify-done
ctl desktop approve "${hook:0:8}" -q || fail "approve"
has "$B" notify-done
told desktop "approve $hook" "no change that waits for approval"
server=$(id desktop mcp_servers)
# Another command by the time the person decides is another change.
sed -i 's/docs-server/other-server/' "$A2"
settle
told desktop "approve $server" "no change that waits for approval"
has_not "$B2" server
ctl desktop approve "$(id desktop mcp_servers)" -q || fail "approve the new command"
has "$B2" 'command = "other-server"'
ctl desktop approve "$(id desktop EDITOR)" -q || fail "approve EDITOR"
has "$B" '"EDITOR":"vi"'
settle
[ "$(waiting desktop)$(waiting laptop)" = 00 ] || fail "something waits: $(ctl desktop approve list)"
# A script of a skill waits, its text does not.
mkdir -p "$a/.claude/skills/x"
printf '# How\n' >"$a/.claude/skills/x/SKILL.md"
printf '#!/bin/sh\necho hello\n' >"$a/.claude/skills/x/run.sh"
chmod 700 "$a/.claude/skills/x/run.sh"
settle
has "$b/.claude/skills/x/SKILL.md" '# How'
[ ! -e "$b/.claude/skills/x/run.sh" ] || fail "a script came without approval"
told desktop "approve show $(id desktop run.sh)" '^\+ echo hello'
ctl desktop approve "$(id desktop run.sh)" -q || fail "approve a script"
[ "$("$b/.claude/skills/x/run.sh")" = hello ] || fail "the script is not whole"

# ---- edits on both ---------------------------------------------------------------------------

sed -i 's/"theme": "dark"/"theme": "light"/' "$A"
sed -i 's/"model":"opus"/"model":"sonnet"/' "$B"
settle
has "$A" '"theme": "light"'
has "$A" '"model": "sonnet", /* the large one */'
has "$B" '"theme":"light"'
has "$B" '"model":"sonnet"'
[ "$(ctl laptop conflict list --json | field total)" = 0 ] || fail "$(ctl laptop conflict list)"
sed -i 's/"theme": "light"/"theme": "of the laptop"/' "$A"
sed -i 's/"theme":"light"/"theme":"of the desktop"/' "$B"
settle
for name in laptop desktop; do
    told "$name" "conflict list" "settings.json: theme"
    [ "$(ctl "$name" conflict list --json | field total)" = 1 ] || fail "not one conflict on $name"
done
ctl laptop conflict resolve "$(ctl laptop conflict list --json | field 'conflicts[0].id')" --value '"decided"' -q ||
    fail "resolve"
settle
has "$A" '"theme": "decided"'
has "$B" '"theme":"decided"'

# ---- while a person edits --------------------------------------------------------------------

cp "$A" "$LAB/whole"
sed -i '$d' "$A"
sed -i 's/"verbose":true/"verbose":false/' "$B"
cp "$A" "$LAB/broken"
settle
cmp -s "$A" "$LAB/broken" || fail "a file that somebody edits was written"
told laptop "source show claude" "settings.json.* line [0-9]+"
has "$B" '"model":"sonnet"'
echo '}' >>"$A"
settle
has "$A" '"verbose": false'
[ "$(waiting desktop)$(waiting laptop)" = 00 ] || fail "something waits at the end"
say "settings: ok"
