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
echo agent >"$a/.claude-profiles/private/agents/p.md"
echo agent >"$a/elsewhere/agents/m.md"
echo '{"messages":[]}' >"$a/.gemini/tmp/app/chats/session-1.json"
echo 'be brief' >"$a/.gemini/GEMINI.md"

# Every name that credentials have, where files travel otherwise; none may leave.
canary=canary-0c2f91
printf '{"numStartups": 3, "theme": "dark",\n "oauthAccount": {"token": "%s"}, "projects": {"/x": {"%s": true}},\n "mcpServers": {"docs": {"command": "docs-server", "env": {"DOCS_TOKEN": "%s"}}}}\n' "$canary" "$canary" "$canary" >"$a/.claude.json"
secrets='.credentials.json .claude.json .claude.json.backup auth.json mcp-auth.json oauth_creds.json google_accounts.json
    mcp-oauth-tokens.json mcp-oauth-tokens-v2.json state.vscdb state_5.sqlite state_5.sqlite-wal cc.db .env .env.local server.pem
    server.key server.p12 id_rsa id_ed25519 id_ecdsa .netrc .npmrc AUTH.JSON Server.PEM'
travelling='.claude .claude/agents .claude/skills/s .claude/projects/-work-app/memory .codex .codex/prompts .codex/skills/s .gemini
    .gemini/commands .copilot .copilot/agents .config/opencode .config/opencode/agents .cursor/rules repository'
planted=0
for folder in $travelling; do
    mkdir -p "$a/$folder"
    for name in $secrets; do
        [ -e "$a/$folder/$name" ] || echo "{\"token\": \"$canary\"}" >"$a/$folder/$name"
        planted=$((planted + 1))
    done
done
for path in .claude/backups/x .claude/session-env/s/env.sh .claude/shell-snapshots/s.sh .claude/debug/d.txt .codex/shell_snapshots/s.sh \
    .copilot/config.json .copilot/permissions-config.json .claude/plugins/data/p/options.json repository/.aider.conf.yml; do
    mkdir -p "$a/${path%/*}" && echo "$canary" >"$a/$path"
    planted=$((planted + 1))
done
echo "$planted files that hold credentials"

# Two projects that are repositories, below another home on the other device.
session() { printf '{"type":"user","uuid":"%s","cwd":"%s"}\n' "$2" "$1"; }
slug() { printf '%s\n' "${1//[^A-Za-z0-9]/-}"; }
for project in "$a/dev/atlas" "$b/dev/atlas" "$a/dev/borea" "$b/dev/borea"; do
    mkdir -p "$project/.git"
    printf '[remote "origin"]\n\turl = git@github.com:acme/%s.git\n' "${project##*/}" >"$project/.git/config"
done
at_a=$a/.claude/projects at_b=$b/.claude/projects
mkdir -p "$at_a/$(slug "$a/dev/atlas")" "$at_a/$(slug "$a/dev/borea")"
session "$a/dev/atlas" a1 >"$at_a/$(slug "$a/dev/atlas")/a.jsonl"
session "$a/dev/borea" b1 >"$at_a/$(slug "$a/dev/borea")/b.jsonl"

device_start laptop
device_start desktop
found laptop
join desktop laptop
sources() { ctl "$1" source list | awk '$2 == "files" {print $1}' | LC_ALL=C sort | tr '\n' ' '; }

# Explained first; nothing is added by a dry run or a misspelt name.
expect 0 "Would add 'claude': .*/.claude, profile claude" ctl laptop source add claude -n
for words in 'transcripts' 'credentials' "source 'claude-home'" 'caches in .claude.json stays' "source 'claude-private'" "source 'claude-moved'"; do
    grep -qF -- "$words" "$LAB/said" || fail "not explained: $words: $(cat "$LAB/said")"
done
grep -q "claude-same" "$LAB/said" && fail "one folder under two names: $(cat "$LAB/said")"
[ -z "$(sources laptop)" ] || fail "a dry run added $(sources laptop)"
expect 1 "did you mean 'claude'" ctl laptop source add cluade
expect 1 'no folder of Cursor' ctl desktop source add cursor
hinted
expect 4 'one folder' ctl laptop source add claude --name mine
expect 0 '"dry_run":true' ctl laptop source add claude -n --json

# Several folders, each once; again adds nothing.
expect 0 "Added 'claude-private'" ctl laptop source add claude --yes
[ "$(sources laptop)" = 'claude claude-home claude-home-same claude-moved claude-private ' ] || fail "added $(sources laptop)"
expect 0 'Nothing to add' ctl laptop source add claude
expect 0 '"added":\[\]' ctl laptop source add claude --json
# A variable says where a folder is; the daemon has none of the person's.
mkdir -p "$a/work-codex/prompts" && echo prompt >"$a/work-codex/prompts/p.md"
expect 0 "'codex-work-codex'" within laptop env CODEX_HOME="$a/work-codex" satchelctl source add codex -n
# Where a variable moves Claude's folder, the file of the home folder lies in it: two sources in one place.
mkdir -p "$a/work-claude/agents" && echo agent >"$a/work-claude/agents/w.md" && echo '{"theme":"light"}' >"$a/work-claude/.claude.json"
at_work="env CLAUDE_CONFIG_DIR=$a/work-claude satchelctl source add claude --yes"
expect 0 "Added 'claude-work-claude'" within laptop $at_work
grep -q "Added 'claude-home-work-claude': $a/work-claude, profile claude-home" "$LAB/said" || fail "the settings in it are not found: $(cat "$LAB/said")"
expect 0 'Nothing to add' within laptop $at_work
for name in codex gemini copilot opencode cursor; do expect 0 "Added '$name'" ctl laptop source add "$name"; done
expect 0 "Added 'repository'" ctl laptop source add "$a/repository" --profile aider

# The other device: the same names; what travels comes, what stays does not.
mkdir -p "$b/.claude" "$b/.codex" "$b/.gemini" "$b/.copilot" "$b/.config/opencode" "$b/.cursor" "$b/.claude-profiles/private" "$b/repository"
expect 0 "Added 'repository'" ctl desktop source add "$b/repository" --profile aider
for name in claude codex gemini copilot opencode cursor; do expect 0 "Added '$name'" ctl desktop source add "$name"; done
expect 0 'stays on this device' ctl desktop source set claude --exclude 'projects/-work-secret/**'
push laptop >/dev/null
pull desktop >/dev/null
cmp -s "$a/.claude/projects/-work-app/s1.jsonl" "$b/.claude/projects/-work-app/s1.jsonl" || fail "the transcript did not come"
cmp -s "$a/.claude-profiles/private/agents/p.md" "$b/.claude-profiles/private/agents/p.md" || fail "the second folder did not come"
cmp -s "$a/.gemini/GEMINI.md" "$b/.gemini/GEMINI.md" || fail "GEMINI.md did not come"
for path in .claude/.credentials.json .claude/debug .claude/plugins .gemini/tmp .claude/projects/-work-secret; do
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

# Of the file in the home folder come listed values, when no assistant runs; servers wait for a person, the rest stays.
wait_until 20 eval 'pull desktop >/dev/null; grep -qF "\"theme\"" "$b/.claude.json" 2>/dev/null' || fail "no values of .claude.json came"
for word in numStartups oauthAccount projects docs-server; do ! grep -qF "$word" "$b/.claude.json" || fail "$word came: $(cat "$b/.claude.json")"; done
server=$(ctl desktop approve list --json | grep -oE '"id":"[^"]*"[^}]*mcpServers.docs.command' | grep -oE '^"id":"[^"]*' | cut -d'"' -f4)
[ -n "$server" ] || fail "a server does not wait: $(ctl desktop approve list)"
expect 0 'docs-server' ctl desktop approve show "$server"
expect 0 '' ctl desktop approve "$server"
grep -qF '"command"' "$b/.claude.json" || fail "an approved server was not written: $(cat "$b/.claude.json")"
cp "$a/.claude.json" "$LAB/own.json"

# Marked on one device, a project's sessions stay where they are on both, until the mark is taken back.
expect 0 'stays on every device: projects/-work-secret/' ctl laptop source set claude --keep-local 'projects/-work-secret/**'
echo '{"type":"user","uuid":"kept"}' >>"$a/.claude/projects/-work-secret/s2.jsonl"
push laptop >/dev/null
pull desktop >/dev/null
expect 0 'stays on every device: projects/-work-secret/' ctl desktop source set claude
expect 0 'stay where they are' ctl desktop source show claude
! grep -q kept "$b/.claude/projects/-work-secret/s2.jsonl" || fail "a marked file left"
echo '{"type":"user","uuid":"own"}' >>"$b/.claude/projects/-work-secret/s2.jsonl"
push desktop >/dev/null
pull laptop >/dev/null
! grep -q own "$a/.claude/projects/-work-secret/s2.jsonl" || fail "a mark does not hold on the other device"
expect 1 'not marked' ctl desktop source set claude --share 'x/**'
expect 0 prefer_newer ctl desktop source set claude --share 'projects/-work-secret/**'
wait_until 20 eval 'push desktop >/dev/null; push laptop >/dev/null; pull desktop >/dev/null; pull laptop >/dev/null; [ "$(wc -l <"$a/.claude/projects/-work-secret/s2.jsonl")" = 3 ] &&
    cmp -s "$a/.claude/projects/-work-secret/s2.jsonl" "$b/.claude/projects/-work-secret/s2.jsonl"' ||
    fail "what was marked does not travel again: $(cat "$a/.claude/projects/-work-secret/s2.jsonl")"

# Archived: kept there, written into no folder, and nothing waits for it.
ctl desktop source show gemini >"$LAB/shown" || fail "source show gemini"
grep -q '^state: ok' "$LAB/shown" || fail "an archived file makes its source wait: $(cat "$LAB/shown")"

# Tidied away on one machine.
rm "$a/.claude/projects/-work-app/s1.jsonl"
wait_until 20 eval 'push laptop >/dev/null; ctl laptop source restore claude "projects/-work-app/*" -n | grep -q "Would write 1 file"' ||
    fail "the laptop does not believe that the transcript is gone"
pull desktop >/dev/null
[ -e "$b/.claude/projects/-work-app/s1.jsonl" ] || fail "tidying up on one machine deleted a transcript on another"
pull laptop >/dev/null
[ ! -e "$a/.claude/projects/-work-app/s1.jsonl" ] || fail "a transcript that was deleted here came back by itself"

# Asked for, it comes back, with what was added to it meanwhile.
echo '{"type":"user","uuid":"3"}' >>"$b/.claude/projects/-work-app/s1.jsonl"
push desktop >/dev/null
pull laptop >/dev/null
[ ! -e "$a/.claude/projects/-work-app/s1.jsonl" ] || fail "a transcript that was deleted here came back with its next line"
expect 0 'Would write 1 file' ctl laptop source restore claude 'projects/-work-app/*' -n
expect 0 'Wrote 1 file' ctl laptop source restore claude 'projects/-work-app/*'
wait_until 10 eval 'pull laptop >/dev/null; cmp -s "$a/.claude/projects/-work-app/s1.jsonl" "$b/.claude/projects/-work-app/s1.jsonl"' ||
    fail "a deleted transcript does not come back: $(cat "$a/.claude/projects/-work-app/s1.jsonl" 2>&1)"
expect 0 'Would write 0 files' ctl laptop source restore claude -n

# Whole files come back too, one device's own and another's, though only their places had them.
mkdir -p "$a/.claude/plans" "$b/.claude/plans"
echo 'plan of the laptop' >"$a/.claude/plans/a.md"
echo 'plan of the desktop' >"$b/.claude/plans/b.md"
push laptop >/dev/null
push desktop >/dev/null
pull laptop >/dev/null
pull desktop >/dev/null
[ "$(cat "$a/.claude/plans/b.md" "$b/.claude/plans/a.md")" = $'plan of the desktop\nplan of the laptop' ] || fail "the plans did not travel"
rm "$a/.claude/plans/a.md" "$a/.claude/plans/b.md"
wait_until 20 eval 'push laptop >/dev/null; ctl laptop source restore claude "plans/*" -n | grep -q "Would write 2 files"' || fail "the plans are not believed gone"
pull laptop >/dev/null
expect 0 'Wrote 2 files' ctl laptop source restore claude 'plans/*'
wait_until 20 eval 'pull laptop >/dev/null; cmp -s "$a/.claude/plans/a.md" "$b/.claude/plans/a.md" && cmp -s "$a/.claude/plans/b.md" "$b/.claude/plans/b.md"' ||
    fail "whole files do not come back: $(ctl laptop source show claude)"

# A project, called by its name, stays out on one device; a run is limited to another.
atlas_b=$at_b/$(slug "$b/dev/atlas")/a.jsonl borea_b=$at_b/$(slug "$b/dev/borea")/b.jsonl
expect 0 'stays on this device: projects/@git:' ctl laptop source set claude --exclude-project borea
expect 1 'no project' ctl laptop source set claude --exclude-project nowhere
session "$a/dev/borea" b2 >>"$at_a/$(slug "$a/dev/borea")/b.jsonl"
push laptop >/dev/null
pull desktop >/dev/null
[ "$(wc -l <"$borea_b")" = 1 ] || fail "lines of an excluded project were sent"
for device in laptop desktop; do expect 0 'off' ctl "$device" sync disable; done
expect 0 prefer_newer ctl laptop source set claude --include-project borea
session "$a/dev/atlas" a2 >>"$at_a/$(slug "$a/dev/atlas")/a.jsonl"
echo more >>"$a/.claude/projects/-work-app/memory/m.md"
expect 1 'no source here has a project' ctl laptop sync push --project nowhere
expect 0 'Pushed' ctl laptop sync push --project atlas
pull desktop >/dev/null
[ "$(wc -l <"$atlas_b")" = 2 ] || fail "the project was not sent"
[ "$(wc -l <"$borea_b")" = 1 ] || fail "another project was sent"
[ ! -e "$b/.claude/projects/-work-app/memory/m.md" ] || fail "a file of another project was sent"
session "$a/dev/atlas" a3 >>"$at_a/$(slug "$a/dev/atlas")/a.jsonl"
push laptop >/dev/null
expect 0 'applied' ctl desktop sync pull --project acme/atlas
[ "$(wc -l <"$atlas_b")" = 3 ] || fail "the project was not written"
[ "$(wc -l <"$borea_b")" = 1 ] || fail "another project was written"
pull desktop >/dev/null
[ "$(wc -l <"$borea_b")" = 2 ] || fail "what a limited run left was not written by the next"
[ -e "$b/.claude/projects/-work-app/memory/m.md" ] || fail "a file that a limited run left did not come"

cmp -s "$a/.claude.json" "$LAB/own.json" || fail "the file in the home folder changed without a reason: $(cat "$a/.claude.json")"

# Claude Code made it anew here: the other device keeps its values, and they come back when asked for.
echo '{"numStartups": 1}' >"$a/.claude.json"
wait_until 20 eval 'push laptop >/dev/null; ctl laptop source restore claude-home -n | grep -q "Would write 1 file"' || fail "a file made anew is not noticed"
pull desktop >/dev/null
grep -qF docs-server "$b/.claude.json" || fail "a file made anew on one machine took from another: $(cat "$b/.claude.json")"
expect 0 'Wrote 1 file' ctl laptop source restore claude-home
wait_until 20 eval 'pull laptop >/dev/null; grep -qF "\"theme\"" "$a/.claude.json" && grep -qF docs-server "$a/.claude.json"' || fail "its values do not come back: $(cat "$a/.claude.json"; ctl laptop approve list)"

# No credential left: not in the other device's files nor in any store, which holds what was sent in clear text.
! grep -rlF "$canary" "$b" >"$LAB/found" || fail "credentials arrived: $(head -n 5 "$LAB/found")"
! grep -aqF "$canary" "$(store_of laptop)"* || fail "credentials are in the store"

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

# One that says only what is other than in a shipped profile, and travels when a person on the other device approves it.
echo '{"profile":"aider","extends":"aider","rules":[{"pattern":"CONVENTIONS.md","class":"opaque","why":"how we write"}]}' >"${own%/*}/aider.json"
chmod 600 "${own%/*}/aider.json"
mkdir "$b/second" && echo text >"$b/second/CONVENTIONS.md" && echo text >"$b/second/main.c"
expect 0 'how we write' ctl desktop source add "$b/second" --profile aider -n
mkdir -p -m 700 "$a/.config/satchel/profiles"
for device in laptop desktop; do expect 0 "Added 'profiles'" ctl "$device" source add profiles; done
push desktop >/dev/null
pull laptop >/dev/null
[ ! -e "$a/.config/satchel/profiles/aider.json" ] || fail "a profile came without approval"
profile=$(ctl laptop approve list --json | grep -oE '"id":"[^"]*"[^}]*aider.json' | cut -d'"' -f4)
expect 0 '' ctl laptop approve "$profile"
cmp -s "$a/.config/satchel/profiles/aider.json" "$b/.config/satchel/profiles/aider.json" || fail "an approved profile did not come"

# One file for all devices, in which one of them has an exception: what it leaves out stays everywhere, and nothing is deleted.
# shelf PATTERN: the profile, in which the laptop leaves out what matches too.
shelf() {
    printf '{"profile":"shelf","title":"Shelf","rules":[{"pattern":"**.md","class":"opaque"}],"devices":{"laptop":{"rules":[%s%s]}}}\n' \
        '{"pattern":"clients/**","class":"never","why":"not on this machine"}' "$1" >"${own%/*}/shelf.json"
    chmod 600 "${own%/*}/shelf.json"
    settle
    expect 0 '' ctl laptop approve "$(waiting_ids laptop shelf.json | head -n 1)"
    cmp -s "$a/.config/satchel/profiles/shelf.json" "${own%/*}/shelf.json" || fail "the profile did not come"
}
shelf ''
mkdir -p "$a/shelf/clients" "$b/shelf/clients" "$b/shelf/letters"
echo 'of the laptop' >"$a/shelf/clients/own.md"
for name in a clients/a letters/a; do echo first >"$b/shelf/$name.md"; done
expect 0 'not on this machine' ctl laptop source add "$a/shelf" --profile shelf -n
expect 0 '' ctl desktop source add "$b/shelf" --profile shelf -n
! grep -q 'not on this machine' "$LAB/said" || fail "an exception holds on a device it does not name"
for device in laptop desktop; do expect 0 "Added 'shelf'" ctl "$device" source add "${DEVICE_HOME[$device]}/shelf" --profile shelf; done
settle
[ "$(cat "$a/shelf/a.md" "$a/shelf/letters/a.md")" = $'first\nfirst' ] || fail "what has no exception did not come"
[ ! -e "$a/shelf/clients/a.md" ] && [ ! -e "$b/shelf/clients/own.md" ] || fail "an exception does not hold"
shelf ',{"pattern":"letters/**","class":"never"}'
device_stop laptop
device_start laptop
rm "$a/shelf/letters/a.md"
echo second >"$b/shelf/clients/a.md"
settle
[ "$(cat "$b/shelf/letters/a.md" "$b/shelf/clients/a.md")" = $'first\nsecond' ] || fail "an exception of one device took files from another"
echo second >"$b/shelf/letters/a.md"
settle
[ ! -e "$a/shelf/letters/a.md" ] && [ -e "$a/shelf/clients/own.md" ] && [ "$(cat "$a/shelf/a.md")" = first ] || fail "an exception made later does not hold"
intact "$(store_of laptop)" "$(store_of desktop)" || fail "damaged"
