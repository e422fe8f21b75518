#!/usr/bin/env bash
# A session begun on the laptop is carried on at the desktop, whose home and projects lie elsewhere. What
# the assistants look for before they resume a session is checked file by file, without Satchel.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
LAB=$(cd "$LAB" && pwd -P)
two_devices
a=${DEVICE_HOME[laptop]} b=${DEVICE_HOME[desktop]}

# ---- words -----------------------------------------------------------------------------------

# slug PATH: the assistant's name of a project's folder; paths here are plain ASCII.
slug() { printf '%s\n' "${1//[^A-Za-z0-9]/-}"; }

# first_cwd FILE: of the first record that has one.
first_cwd() { sed -n 's/.*"cwd":"\([^"]*\)".*/\1/p' "$1" | head -n 1; }

# moved FROM TO <FILE: the file as it should be where the project lies at TO.
moved() { sed -E "s#\"cwd\":\"$1(/[^\"]*)?\"#\"cwd\":\"$2\1\"#"; }

# same_session DEVICE FILE CWD EXPECTED: everything that resuming asks of a transcript.
same_session() {
    local at=${DEVICE_HOME[$1]}/.claude/projects name=$2 cwd=$3 expected=$4 found
    found=$(find "$at" -name "${name##*/}" | wc -l)
    [ "$found" = 1 ] || fail "$1 has $found copies of ${name##*/}"
    local file=$at/$(slug "$cwd")/$name
    [ -f "$file" ] || fail "$1 has no $file"
    cmp -s "$file" "$expected" || fail "$file differs: $(cmp "$file" "$expected" 2>&1)"
    case "$(first_cwd "$file")" in
        "$cwd" | "$cwd"/*) ;;
        *) fail "$file is of $(first_cwd "$file"), not of $cwd" ;;
    esac
    [ "$(stat -c %Y "$file")" = "$(stat -c %Y "$expected")" ] || fail "$file has another time"
    [ "$(stat -c %a "$file")" = 600 ] || fail "$file can be read by others"
}

clone() {  # FOLDER
    mkdir -p "$1/.git"
    printf '[core]\n\tbare = false\n[remote "origin"]\n\turl = %s\n' "$2" >"$1/.git/config"
}

# ---- two homes -------------------------------------------------------------------------------

within laptop satchel-generate tree "$a" --files 120 --bytes 3000000 --owner "$a" --seed 4 || fail "satchel-generate"
find "$a/.claude/projects" -type f -exec chmod 600 {} +
mapfile -t projects < <(cd "$a/.claude/projects" && grep -hro --include='*.jsonl' -m 1 '"cwd":"[^"]*"' . | cut -d'"' -f4 | sort -u)
[ ${#projects[@]} -ge 4 ] || fail "the generated home has few projects: ${projects[*]}"

# The first is a clone here and, elsewhere, there; the second lies behind a link there; others are not there.
app=${projects[0]} behind=${projects[1]} absent=${projects[2]}
clone "$app" git@github.com:acme/app.git
clone "$b/work/acme-app" https://github.com/acme/app
mkdir -p "$LAB/volume/code/${behind##*/}" "$b/.claude" "$b/.codex"
ln -s "$LAB/volume/code" "$b/code"
declare -A there=()
for project in "${projects[@]}"; do there[$project]=$LAB/volume/code/${project##*/}; done
there[$app]=$b/work/acme-app

# A session with all that belongs to one, and one that the desktop has begun.
sid=11111111-2222-4333-8444-555555555555
at=$a/.claude/projects/$(slug "$app")
mkdir -p "$at/$sid/subagents" "$at/$sid/tool-results" "$at/memory" "$b/.claude/projects/$(slug "${there[$app]}")"
printf '{"type":"user","cwd":"%s","sessionId":"%s","uuid":"u1"}\n{"type":"assistant","cwd":"%s/web","uuid":"u2","text":"\\"cwd\\":\\"%s\\""}\n' \
    "$app" "$sid" "$app" "$app" >"$at/$sid.jsonl"
printf '{"type":"user","isSidechain":true,"cwd":"%s","agentId":"x"}\n' "$app" >"$at/$sid/subagents/agent-x.jsonl"
printf 'output of %s\n' "$app" >"$at/$sid/tool-results/t1.txt"
printf '# %s\n' "$app" >"$at/memory/MEMORY.md"
own=22222222-2222-4333-8444-555555555555
printf '{"type":"user","cwd":"%s","sessionId":"%s"}\n' "${there[$app]}" "$own" >"$b/.claude/projects/$(slug "${there[$app]}")/$own.jsonl"
find "$a/.claude/projects" "$b/.claude/projects" -type f -exec chmod 600 {} +
touch -d '2026-03-01 10:00:00' "$at/$sid.jsonl" "$at/$sid/subagents/agent-x.jsonl" "$at/memory/MEMORY.md"

add_trees
settle

# ---- what the desktop has --------------------------------------------------------------------

mkdir "$LAB/expected"
checked=0
for project in "${projects[@]}"; do
    while IFS= read -r file; do
        moved "$project" "${there[$project]}" <"$a/.claude/projects/$(slug "$project")/$file" >"$LAB/expected/file"
        touch -r "$a/.claude/projects/$(slug "$project")/$file" "$LAB/expected/file"
        same_session desktop "$file" "${there[$project]}" "$LAB/expected/file"
        checked=$((checked + 1))
    done < <(cd "$a/.claude/projects/$(slug "$project")" && find . -name '*.jsonl' ! -name "$own.jsonl" -printf '%P\n')
done
[ "$checked" -gt 20 ] || fail "only $checked transcripts were looked at"
target=$b/.claude/projects/$(slug "${there[$app]}")
grep -qF "\\\"cwd\\\":\\\"$app\\\"" "$target/$sid.jsonl" || fail "text inside a message was changed"
for file in "$sid/tool-results/t1.txt" memory/MEMORY.md; do
    cmp -s "$at/$file" "$target/$file" || fail "$file did not come as it was"
done
[ ! -e "$b/.claude/projects/$(slug "$app")" ] || fail "the desktop has a folder for a place of the laptop"
same_tree codex "$a/.codex" "$b/.codex" || fail "rollouts differ"

# The prompts name the desktop's home, the settings of a project that is not there included.
sed -E "s#\"project\":\"$a(/[^\"]*)?\"#\"project\":\"$b\1\"#" "$a/.claude/history.jsonl" | cmp -s - "$b/.claude/history.jsonl" ||
    fail "history.jsonl differs in more than its projects"

# ---- and back --------------------------------------------------------------------------------

cp -p "$at/$sid.jsonl" "$LAB/expected/before"
printf '{"type":"user","cwd":"%s/api","sessionId":"%s","uuid":"u3"}\n' "${there[$app]}" "$sid" >>"$target/$sid.jsonl"
printf '{"type":"user","cwd":"%s","sessionId":"%s"}\n' "${there[$absent]}" "$own" >"$b/.claude/projects/$(slug "${there[$absent]}")/new.jsonl"
settle
{ cat "$LAB/expected/before"; printf '{"type":"user","cwd":"%s/api","sessionId":"%s","uuid":"u3"}\n' "$app" "$sid"; } |
    cmp -s - "$at/$sid.jsonl" || fail "the laptop's session did not come back as it was"
[ "$(first_cwd "$at/$own.jsonl")" = "$app" ] || fail "the desktop's session did not come to the laptop"
[ "$(first_cwd "$a/.claude/projects/$(slug "$absent")/new.jsonl")" = "$absent" ] || fail "a new session lies elsewhere"

# Both go on at once.
printf '{"type":"user","cwd":"%s","uuid":"left"}\n' "$app" >>"$at/$sid.jsonl"
printf '{"type":"user","cwd":"%s","uuid":"right"}\n' "${there[$app]}" >>"$target/$sid.jsonl"
settle
for uuid in u1 u2 u3 left right; do
    for file in "$at/$sid.jsonl" "$target/$sid.jsonl"; do
        [ "$(grep -c "\"uuid\":\"$uuid\"" "$file")" = 1 ] || fail "$uuid is not once in $file"
    done
done
moved "$app" "${there[$app]}" <"$at/$sid.jsonl" | cmp -s - "$target/$sid.jsonl" || fail "the branches differ"

# Nothing more to say.
for name in laptop desktop; do
    [ "$(push "$name" | field pushed_items)" = 0 ] || fail "$name sends what nobody changed"
    [ "$(pull "$name" | field applied_items)" = 0 ] || fail "$name receives what nobody changed"
done

# ---- a person's word -------------------------------------------------------------------------

expect 0 "acme/app  $b/work/acme-app" ctl desktop link
mkdir -p "$b/src"
expect 0 'Linked' ctl desktop link "${absent##*/}" "$b/src/${absent##*/}"
settle
count=$(find "$a/.claude/projects/$(slug "$absent")" -type f | wc -l)
[ "$(find "$b/.claude/projects/$(slug "$b/src/${absent##*/}")" -type f | wc -l)" = "$count" ] || fail "the link moved not all files"
[ ! -e "$b/.claude/projects/$(slug "${there[$absent]}")" ] || fail "the old folder is still there"
moved "$absent" "$b/src/${absent##*/}" <"$a/.claude/projects/$(slug "$absent")/new.jsonl" >"$LAB/expected/file"
touch -r "$a/.claude/projects/$(slug "$absent")/new.jsonl" "$LAB/expected/file"
same_session desktop new.jsonl "$b/src/${absent##*/}" "$LAB/expected/file"
for name in laptop desktop; do
    [ "$(push "$name" | field pushed_items)" = 0 ] || fail "$name tells others of the move"
done
expect 1 'no project' ctl desktop link nothing "$b/src" --source claude
say "$checked transcripts of ${#projects[@]} projects go on at the other home"
