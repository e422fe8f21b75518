#!/usr/bin/env bash
# The folders of assistants: found by the assistant's name, explained, added, each real one once; what stays
# stays; one device leaves a project out; a transcript tidied away on one machine stays on the other.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
hub_start
device laptop home/a
device desktop Users/b
a=$LAB/home/a
b=$LAB/Users/b

within hub satchel-generate tree "$a" --files 30 --bytes 300000 --seed 11 || fail "satchel-generate"
samples=$root/../shared/data/assistants/home-testuser
for place in "$samples"/dot-*; do
    [ -d "$place" ] || continue
    name=.${place##*/dot-}
    mkdir -p "$a/$name" && cp -R "$place/." "$a/$name/"
done
chmod -R u+rwX "$a"
mkdir -p "$a/.claude/projects/-work-app" "$a/.claude/projects/-work-secret" "$a/.claude/plugins/x" \
    "$a/.claude/debug" "$a/.claude-profiles/private/agents" "$a/.ccs/instances" "$a/elsewhere/agents" \
    "$a/.gemini/tmp/app/chats" "$a/.copilot"
ln -s "$a/.claude" "$a/.ccs/instances/same"
ln -s "$a/elsewhere" "$a/.ccs/instances/moved"
echo '{"type":"user","uuid":"1"}' >"$a/.claude/projects/-work-app/s1.jsonl"
echo '{"type":"user","uuid":"2"}' >"$a/.claude/projects/-work-secret/s2.jsonl"
echo '{"token":"not to be sent"}' >"$a/.claude/.credentials.json"
echo 'log' >"$a/.claude/debug/x.txt"
echo '{"oauthAccount":1}' >"$a/.claude.json"
echo agent >"$a/.claude-profiles/private/agents/p.md"
echo agent >"$a/elsewhere/agents/m.md"
echo '{"messages":[]}' >"$a/.gemini/tmp/app/chats/session-1.json"
echo 'be brief' >"$a/.gemini/GEMINI.md"

device_start laptop
device_start desktop
found laptop
join desktop laptop
sources() { ctl "$1" source list | awk '$2 == "files" {print $1}' | LC_ALL=C sort | tr '\n' ' '; }

# Explained first; nothing is added by a dry run or a misspelt name.
expect 0 "Would add 'claude': .*/.claude, profile claude" ctl laptop source add claude -n
for words in 'transcripts' 'credentials' '.claude.json stays' "source 'claude-private'" "source 'claude-moved'"; do
    grep -qF -- "$words" "$LAB/said" || fail "not explained: $words: $(cat "$LAB/said")"
done
grep -q "claude-same" "$LAB/said" && fail "one folder under two names: $(cat "$LAB/said")"
[ -z "$(sources laptop)" ] || fail "a dry run added $(sources laptop)"
expect 1 "did you mean 'claude'" ctl laptop source add cluade
expect 1 'no folder of Cursor' ctl laptop source add cursor
hinted
expect 4 'one folder' ctl laptop source add claude --name mine
expect 0 '"dry_run":true' ctl laptop source add claude -n --json

# Several folders, each once; again adds nothing.
expect 0 "Added 'claude-private'" ctl laptop source add claude --yes
[ "$(sources laptop)" = 'claude claude-moved claude-private ' ] || fail "added $(sources laptop)"
expect 0 'Nothing to add' ctl laptop source add claude
expect 0 '"added":\[\]' ctl laptop source add claude --json
# A variable says where a folder is; the daemon has none of the person's.
mkdir -p "$a/work-codex/prompts" && echo prompt >"$a/work-codex/prompts/p.md"
expect 0 "'codex-work-codex'" within laptop env CODEX_HOME="$a/work-codex" satchelctl source add codex -n
for name in codex gemini; do expect 0 "Added '$name'" ctl laptop source add "$name"; done

# The other device: the same names; what travels comes, what stays does not.
mkdir -p "$b/.claude" "$b/.codex" "$b/.gemini" "$b/.claude-profiles/private"
for name in claude codex gemini; do expect 0 "Added '$name'" ctl desktop source add "$name"; done
expect 0 'stays on this device' ctl desktop source set claude --exclude 'projects/-work-secret/**'
push laptop >/dev/null
pull desktop >/dev/null
cmp -s "$a/.claude/projects/-work-app/s1.jsonl" "$b/.claude/projects/-work-app/s1.jsonl" || fail "the transcript did not come"
cmp -s "$a/.claude-profiles/private/agents/p.md" "$b/.claude-profiles/private/agents/p.md" || fail "the second folder did not come"
cmp -s "$a/.gemini/GEMINI.md" "$b/.gemini/GEMINI.md" || fail "GEMINI.md did not come"
for path in .claude/.credentials.json .claude/debug .claude.json .claude/plugins .gemini/tmp .claude/projects/-work-secret; do
    [ ! -e "$b/$path" ] || fail "$path came"
done
expect 0 'stays on this device' ctl desktop source set claude
[ -e "$a/.claude/projects/-work-secret/s2.jsonl" ] || fail "an excluded file is gone where it was"
expect 4 'no pattern' ctl desktop source set claude --exclude /etc
expect 1 'not excluded' ctl desktop source set claude --include 'x/**'
push desktop >/dev/null
pull laptop >/dev/null
[ -e "$a/.claude/projects/-work-secret/s2.jsonl" ] || fail "an excluded file was deleted elsewhere"
expect 0 prefer_newer ctl desktop source set claude --include 'projects/-work-secret/**'
pull desktop >/dev/null
cmp -s "$a/.claude/projects/-work-secret/s2.jsonl" "$b/.claude/projects/-work-secret/s2.jsonl" || fail "a file taken back did not come"

# Archived: kept there, written into no folder, and nothing waits for it.
ctl desktop source show gemini >"$LAB/shown" || fail "source show gemini"
grep -q '^state: ok' "$LAB/shown" || fail "an archived file makes its source wait: $(cat "$LAB/shown")"

# Tidied away on one machine.
rm "$a/.claude/projects/-work-app/s1.jsonl"
for _ in 1 2 3 4; do
    push laptop >/dev/null
    sleep 0.8
done
pull desktop >/dev/null
[ -e "$b/.claude/projects/-work-app/s1.jsonl" ] || fail "tidying up on one machine deleted a transcript on another"
pull laptop >/dev/null
[ ! -e "$a/.claude/projects/-work-app/s1.jsonl" ] || fail "a transcript that was deleted here came back by itself"

# A profile of a person's own, with a mistake and without.
mkdir -p -m 700 "$b/.config/satchel/profiles"
own=$b/.config/satchel/profiles/notes.json
mkdir "$b/notes"
echo '{"profile":"notes","title":"Notes","rules":[{"pattern":"**.md","class":"opaqe"}]}' >"$own"
chmod 600 "$own"
expect 4 "did you mean 'opaque'" ctl desktop source add "$b/notes" --profile notes
hinted
echo '{"profile":"notes","title":"Notes","rules":[{"pattern":"**.md","class":"opaque"},{"pattern":"**","class":"never","why":"no notes"}]}' >"$own"
echo text >"$b/notes/a.md"
echo text >"$b/notes/a.bin"
expect 0 'no notes' ctl desktop source add "$b/notes" --profile notes -n
expect 0 "Added 'notes'" ctl desktop source add "$b/notes" --profile notes
intact "$(store_of laptop)" "$(store_of desktop)" || fail "damaged"
