#!/usr/bin/env bash
# The whole handoff: two homes, two places of one project, sessions and settings of two assistants, a session
# carried on at both ends, settings that differ, secrets, settings that can run code, and programs that are in
# the way. At the end every file of both homes is compared with one written here.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
LAB=$(cd "$LAB" && pwd -P)
two_devices
a=${DEVICE_HOME[laptop]} b=${DEVICE_HOME[desktop]}
app_a=$a/dev/app app_b=$b/work/acme
slug() { printf '%s\n' "${1//[^A-Za-z0-9]/-}"; }
at_a=.claude/projects/$(slug "$app_a") at_b=.claude/projects/$(slug "$app_b")
# What every file shall be at the end.
want_a=$LAB/want/a want_b=$LAB/want/b
session=11111111-2222-4333-8444-555555555555
rollout=sessions/2026/03/01/rollout-2026-03-01T10-00-00-$session.jsonl
key=ghp_7kTq7bW2xZr9LmP4vYc6NhD8sFj3Ga012345

# put PATH <TEXT: a file of its owner only.
put() { mkdir -p "${1%/*}" && cat >"$1.new" && chmod 600 "$1.new" && mv "$1.new" "$1"; }
# both PATH PATH: stays as it is at the laptop, and is the same at the desktop.
both() { put "$want_a/$1" <"$a/$1" && put "$want_b/$2" <"$a/$1"; }
# only FOLDER WANTED PATH: stays where it is.
only() { put "$2/$3" <"$1/$3"; }
line() { printf '{"type":"user","cwd":"%s","sessionId":"%s","uuid":"%s","text":"%s"}\n' "$1" "$session" "$2" "$3"; }

# ---- two homes -------------------------------------------------------------------------------

for clone in "$app_a git@github.com:acme/app.git" "$app_b https://github.com/acme/app"; do
    mkdir -p "${clone% *}/.git" && printf '[remote "origin"]\n\turl = %s\n' "${clone#* }" >"${clone% *}/.git/config"
done
{ line "$app_a" u1 hello; line "$app_a/web" u2 "said $app_a"; line "$app_a" u3 "the key is $key"; } | put "$a/$at_a/$session.jsonl"
line "$app_a" s1 side | put "$a/$at_a/$session/subagents/agent-x.jsonl"
echo "output of $app_a" | put "$a/$at_a/$session/tool-results/t1.txt"
echo '# the project' | put "$a/$at_a/memory/MEMORY.md"
echo "log in with $key" | put "$a/$at_a/memory/LOGIN.md"
printf '{"display":"go on","project":"%s","timestamp":1}\n' "$app_a" | put "$a/.claude/history.jsonl"
echo 'Be brief.' | put "$a/.claude/CLAUDE.md"
echo '{"token":"of the laptop"}' | put "$a/.claude/.credentials.json"
echo log | put "$a/.claude/debug/d.txt"
put "$a/.claude/settings.json" <<'JSON'
{
    // mine
    "theme": "dark",
    "model": "opus",
    "env": {"MY_API_KEY": "canary-of-settings"},
    "apiKeyHelper": "of-the-laptop",
    "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "notify-done"}]}]}
}
JSON
{ printf '{"type":"session_meta","payload":{"id":"%s","cwd":"%s"}}\n' "$session" "$app_a"; echo '{"type":"event_msg"}'; } |
    put "$a/.codex/$rollout"
echo '{"session_id":"x","ts":1,"text":"go on"}' | put "$a/.codex/history.jsonl"
echo 'Ask first.' | put "$a/.codex/AGENTS.md"
echo '{"token":"of the laptop"}' | put "$a/.codex/auth.json"
printf '# how I work\nmodel = "large" # for now\n\n[mcp_servers.docs]\ncommand = "docs-server"\n' | put "$a/.codex/config.toml"

line "$app_b" d1 'of the desktop' | put "$b/$at_b/22222222-2222-4333-8444-555555555555.jsonl"
printf '{\n  "verbose": true\n}\n' | put "$b/.claude/settings.json"
echo '{"token":"of the desktop"}' | put "$b/.claude/.credentials.json"
printf 'model_verbosity = "low"\n' | put "$b/.codex/config.toml"
find "$a" "$b" -path '*/.local' -prune -o -type f -exec touch -d '2026-03-01 10:00:00' {} +

# ---- while an assistant runs, and a session is open --------------------------------------------

cp "$(command -v sleep)" "$LAB/claude"
"$LAB/claude" 600 &
assistant=$!
for name in laptop desktop; do
    for tree in claude codex; do ctl "$name" source add $tree --yes -q || fail "source add $tree on $name"; done
done
settle
expect 0 'Claude Code runs' ctl desktop source show claude
[ "$(cat "$b/.claude/settings.json")" = "$(printf '{\n  "verbose": true\n}')" ] || fail "settings were written while an assistant runs"
cmp -s "$a/.codex/$rollout" "$b/.codex/$rollout" || fail "a session waits for another assistant"

sleep 600 >>"$b/$at_b/$session.jsonl" &
writer=$!
line "$app_a" u4 'while it is open' >>"$a/$at_a/$session.jsonl"
push laptop >/dev/null
pull desktop >/dev/null
expect 0 'another program has it open' ctl desktop source show claude
! grep -q '"uuid":"u4"' "$b/$at_b/$session.jsonl" || fail "a file that is open was written"
kill "$writer" "$assistant"
wait "$writer" "$assistant" 2>/dev/null
settle
grep -q '"uuid":"u4"' "$b/$at_b/$session.jsonl" || fail "a session that was open stays behind"
# Settings are written while no assistant runs, and that is believed after two seconds.
written() { settle; grep -q opus "$b/.claude/settings.json"; }
wait_until 10 written || fail "settings were not written: $(ctl desktop source show claude)"

# ---- what can run code -------------------------------------------------------------------------

! grep -rqE 'notify-done|docs-server' "$b/.claude" "$b/.codex" || fail "what can run code came by itself"
expect 0 'settings.json: hooks.Stop' ctl desktop approve list
expect 0 'config.toml: mcp_servers.docs.command' ctl desktop approve list
# shellcheck disable=SC2046  # ids are words
approve() { ctl desktop approve $(waiting_ids desktop "$1") -q || fail "approve $1"; }
approve hooks.Stop
approve mcp_servers
settle
expect 0 'nothing waits|^$' ctl desktop approve list

# ---- both go on --------------------------------------------------------------------------------

line "$app_a" left 'on the laptop' >>"$a/$at_a/$session.jsonl"
push laptop >/dev/null
line "$app_b" right 'on the desktop' >>"$b/$at_b/$session.jsonl"
echo '{"type":"event_msg","of":"desktop"}' >>"$b/.codex/$rollout"
sed -i 's/"theme": "dark"/"theme": "light"/' "$a/.claude/settings.json"
sed -i 's/"theme": *"dark"/"theme": "solarized"/' "$b/.claude/settings.json"
settle
for name in laptop desktop; do
    expect 0 'settings.json: theme' ctl $name conflict list
    for value in light solarized; do expect 0 "$value" ctl $name conflict list; done
    [ "$(ctl $name conflict list --json | field total)" = 1 ] || fail "not one conflict on $name"
done
ctl desktop conflict resolve "$(ctl desktop conflict list --json | field 'conflicts[0].id')" --value '"agreed"' -q || fail "resolve"
settle
expect 0 'No conflicts' ctl laptop conflict list

# ---- every file of both homes ------------------------------------------------------------------

here() { line "$app_a" u1 hello; line "$app_a/web" u2 "said $app_a"; line "$app_a" u3 "the key is $1"; }
{ here "$key"; line "$app_a" u4 'while it is open'; line "$app_a" left 'on the laptop'; line "$app_a" right 'on the desktop'; } |
    put "$want_a/$at_a/$session.jsonl"
{
    here "${key//?/*}" | sed "s#\"cwd\":\"$app_a#\"cwd\":\"$app_b#"
    line "$app_b" u4 'while it is open'; line "$app_b" left 'on the laptop'; line "$app_b" right 'on the desktop'
} | put "$want_b/$at_b/$session.jsonl"
line "$app_a" s1 side | put "$want_a/$at_a/$session/subagents/agent-x.jsonl"
line "$app_b" s1 side | put "$want_b/$at_b/$session/subagents/agent-x.jsonl"
line "$app_a" d1 'of the desktop' | put "$want_a/$at_a/22222222-2222-4333-8444-555555555555.jsonl"
line "$app_b" d1 'of the desktop' | put "$want_b/$at_b/22222222-2222-4333-8444-555555555555.jsonl"
both "$at_a/$session/tool-results/t1.txt" "$at_b/$session/tool-results/t1.txt"
both "$at_a/memory/MEMORY.md" "$at_b/memory/MEMORY.md"
only "$a" "$want_a" "$at_a/memory/LOGIN.md"
printf '{"display":"go on","project":"%s","timestamp":1}\n' "$app_a" | put "$want_a/.claude/history.jsonl"
printf '{"display":"go on","project":"%s","timestamp":1}\n' "$b/dev/app" | put "$want_b/.claude/history.jsonl"
both .claude/CLAUDE.md .claude/CLAUDE.md
both .codex/history.jsonl .codex/history.jsonl
both .codex/AGENTS.md .codex/AGENTS.md
{ printf '{"type":"session_meta","payload":{"id":"%s","cwd":"%s"}}\n' "$session" "$app_a"; echo '{"type":"event_msg"}'; echo '{"type":"event_msg","of":"desktop"}'; } |
    tee >(put "$want_a/.codex/$rollout") | put "$want_b/.codex/$rollout"
echo '{"token":"of the laptop"}' | tee >(put "$want_a/.claude/.credentials.json") | put "$want_a/.codex/auth.json"
echo '{"token":"of the desktop"}' | put "$want_b/.claude/.credentials.json"
only "$a" "$want_a" .claude/debug/d.txt
put "$want_a/.claude/settings.json" <<'JSON'
{
    // mine
    "theme": "agreed",
    "model": "opus",
    "env": {"MY_API_KEY": "canary-of-settings"},
    "apiKeyHelper": "of-the-laptop",
    "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "notify-done"}]}]},
    "verbose": true
}
JSON
put "$want_b/.claude/settings.json" <<'JSON'
{
  "verbose": true,
  "model": "opus",
  "theme": "agreed",
  "hooks": {
    "Stop": [
      {
        "hooks": [
          {
            "command": "notify-done",
            "type": "command"
          }
        ]
      }
    ]
  }
}
JSON
printf '# how I work\nmodel = "large" # for now\nmodel_verbosity = "low"\n\n[mcp_servers.docs]\ncommand = "docs-server"\n' | put "$want_a/.codex/config.toml"
printf 'model_verbosity = "low"\nmodel = "large"\n\n[mcp_servers.docs]\ncommand = "docs-server"\n' | put "$want_b/.codex/config.toml"

for home in a b; do
    [ $home = a ] && have=$a want=$want_a || have=$b want=$want_b
    for folder in .claude .codex; do
        diff -r "$want/$folder" "$have/$folder" >"$LAB/difference" || fail "$folder of $home is not as it should be: $(cat "$LAB/difference")"
    done
    compared=$((${compared:-0} + $(find "$want" -type f | wc -l)))
    open=$(find "$have/.claude" "$have/.codex" -type f ! -perm 600)
    [ -z "$open" ] || fail "others can read $open"
done
# No secret went anywhere, neither as a file nor in what the stores hold.
! grep -rqE "$key|canary-of-settings|of the laptop\"|of-the-laptop" "$b" "$LAB/hub" || fail "a secret left the laptop"
for name in laptop desktop; do
    [ "$(push "$name" | field pushed_items)" = 0 ] || fail "$name sends what nobody changed"
    [ "$(pull "$name" | field applied_items)" = 0 ] || fail "$name receives what nobody changed"
done
intact "$(store_of laptop)" "$(store_of desktop)" || fail "damaged"
say "$compared files of two homes are as they should be"
