#!/usr/bin/env bash
# Keys that a person pasted into sessions, in many spellings, reach neither the hub nor another device nor a
# log; the device that has them keeps every byte, also when its files are written anew.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
LAB=$(cd "$LAB" && pwd -P)
two_devices
a=${DEVICE_HOME[laptop]} b=${DEVICE_HOME[desktop]}

# ---- made up, and no two alike -----------------------------------------------------------------

random() { LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c "$1"; }
bytes_of() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }
each() { bytes_of "$1" | sed -E "s/(..)/$2/g"; }  # TEXT REPLACEMENT of each byte's digits

count=0
: >"$LAB/canaries"
# canary FORM: makes one in CANARY, and notes what may be found of it nowhere else.
canary() {
    case "$1" in
        anthropic) CANARY=sk-ant-api03-7$(random 40) ;;
        github) CANARY=ghp_7$(random 35) ;;
        aws) CANARY=AKIA7$(random 15 | tr a-z A-Z) ;;
        password) CANARY=7Kq$(random 7)4x9$(random 5) ;;
    esac
    count=$((count + 1))
    printf '%s\n' "${CANARY:6}" >>"$LAB/canaries"
}
trace() { printf '%s\n' "$1" >>"$LAB/canaries"; }

# line TEXT: a record of the session, whose text is written as given.
line() { printf '{"type":"user","cwd":"%s","uuid":"%s","message":{"content":"%s"}}\n' "$project" "$(random 12)" "$1"; }

every_spelling() {
    local form shift text
    for form in anthropic github aws; do
        canary $form; line "export KEY=$CANARY # mine"
        canary $form; line "line\\n$CANARY"
        canary $form; line "{\\\"apiKey\\\":\\\"$CANARY\\\"}"
        canary $form; line "GET /x?access=$CANARY&y=1"
        canary $form; line "$(each "$CANARY" '%\1')"; trace "$(each "${CANARY:6:12}" '%\1')"
        canary $form; line "$(each "$CANARY" '\\u00\1')"; trace "$(each "${CANARY:6:12}" '\\u00\1')"
        canary $form; text=$(bytes_of "$CANARY"); line "hex $text"; trace "${text:12:24}"
        canary $form; text=$(bytes_of "$CANARY" | tr a-f A-F); line "hex $text"; trace "${text:12:24}"
        for shift in '' x xx; do
            canary $form; text=$(printf %s "$shift$CANARY" | base64 -w 0); line "data $text"; trace "${text:12:12}"
        done
        canary $form; text=$(printf '%s' "$CANARY" | sed 's/./&\\u0000/g'); line "$text"; trace "${text:42:84}"
        for wide in UTF-16LE UTF-16BE; do
            canary $form; printf '{"text":" '; printf ' %s ' "$CANARY" | iconv -t $wide; printf ' "}\n'
        done
    done
    canary password; line "mysql --password=$CANARY"
    canary password; line "{\\\"client_secret\\\": \\\"$CANARY\\\"}"
    canary password; line "postgresql://me:$CANARY@db.example/x"
    canary password; line "Authorization: Bearer $CANARY"
    text=$(random 64); trace "$text"; count=$((count + 1))
    line "-----BEGIN RSA PRIVATE KEY-----\\nMIIE$text\\n$(random 64)\\n-----END RSA PRIVATE KEY-----"
}

# nowhere PLACE…: no canary is in the files there, with or without the zeros of wide characters.
nowhere() {
    local found
    found=$(find "$@" -type f -print0 | xargs -0 cat | tr -d '\0' | grep -aoFf "$LAB/canaries" | sort -u | head -n 3)
    [ -z "$found" ] || fail "secrets are in $*: $found"
}

# ---- sessions that hold them -------------------------------------------------------------------

project=$a/dev/app
at=$a/.claude/projects/${project//[^A-Za-z0-9]/-}
mkdir -p "$at/memory" "$a/.codex/sessions/2026/03/01" "$b/.claude" "$b/.codex"
every_spelling >"$at/s1.jsonl"
{ line "before"; every_spelling; line "after"; } >"$at/s2.jsonl"
# A line that travels in parts.
{ line "$(head -c 1500000 /dev/zero | tr '\0' x) $(canary github; printf %s "$CANARY") $(head -c 700000 /dev/zero | tr '\0' y)"; } >"$at/s3.jsonl"
sed 's/"cwd"/"payload"/' "$at/s1.jsonl" >"$a/.codex/sessions/2026/03/01/rollout-2026-03-01T10-00-00-x.jsonl"
canary anthropic
printf '{"display":"use %s","project":"%s"}\n' "$CANARY" "$project" >"$a/.claude/history.jsonl"
canary github
printf 'the key is %s\n' "$CANARY" >"$at/memory/MEMORY.md"
printf 'nothing here\n' >"$at/memory/plain.md"
grep -aoFf "$LAB/canaries" -r "$a" | sort -u >"$LAB/before"
[ "$(wc -l <"$LAB/before")" -gt 40 ] || fail "few canaries: $(wc -l <"$LAB/before")"
(cd "$a" && find .claude .codex -type f -exec sha256sum {} + | sort) >"$LAB/sums"

add_trees
settle

(cd "$a" && find .claude .codex -type f -exec sha256sum {} + | sort) | cmp -s - "$LAB/sums" || fail "the laptop's files changed"
there=$b/.claude/projects/$(printf %s "$b/dev/app" | sed 's/[^A-Za-z0-9]/-/g')
for file in s1.jsonl s2.jsonl s3.jsonl memory/plain.md; do
    [ -f "$there/$file" ] || fail "the desktop has no $file"
done
[ ! -e "$there/memory/MEMORY.md" ] || fail "a whole file with a secret travelled"
for file in s1.jsonl s2.jsonl; do
    [ "$(wc -l <"$there/$file")" = "$(wc -l <"$at/$file")" ] || fail "$file has other lines"
done
grep -aq '"content":"after"' "$there/s2.jsonl" || fail "ordinary lines differ"
nowhere "$LAB/hub" "$b" "$a/.local/state/satchel"

# ---- told to a person --------------------------------------------------------------------------

ctl laptop status --json >"$LAB/status.json" || fail "status"
masked=$(grep -o '"secrets_masked": *[0-9]*' "$LAB/status.json" | grep -o '[0-9]*$' | sort -n | tail -n 1)
[ "${masked:-0}" -ge 90 ] || fail "status counts $masked masked secrets"
expect 0 'masked in what others get, 1 file kept here' ctl laptop status
expect 0 'MEMORY.md.*stays on this device' ctl laptop source show claude

# ---- both go on, and the desktop edits a line -----------------------------------------------

line "left $(canary anthropic; printf %s "$CANARY")" >>"$at/s1.jsonl"
sed -i '1s/before/as edited/' "$there/s2.jsonl"
printf '{"type":"user","cwd":"%s","uuid":"right"}\n' "$b/dev/app" >>"$there/s1.jsonl"
cp "$at/s1.jsonl" "$LAB/s1"
sed '1s/before/as edited/' "$at/s2.jsonl" >"$LAB/s2"
settle
grep -av '"uuid":"right"' "$at/s1.jsonl" | cmp -s - "$LAB/s1" || fail "the laptop lost what it wrote in s1"
grep -aq '"uuid":"right"' "$at/s1.jsonl" || fail "the desktop's line did not come"
cmp -s "$at/s2.jsonl" "$LAB/s2" || fail "the laptop lost its secrets when s2 was written anew"
nowhere "$LAB/hub" "$b" "$a/.local/state/satchel"
for name in laptop desktop; do
    [ "$(push "$name" | field pushed_items)" = 0 ] || fail "$name sends what nobody changed"
done

# ---- as a person wishes ------------------------------------------------------------------------

mkdir -p "$a/open" "$a/shut" "$b/open" "$b/shut"
line "$CANARY" >"$a/open/x.jsonl"
{ line plain; line "$CANARY"; } >"$a/shut/x.jsonl"
expect 4 'mask sends asterisks' ctl laptop source add "$a/open" --secrets maybe
for name in laptop desktop; do
    ctl "$name" source add "${DEVICE_HOME[$name]}/open" --secrets send -q || fail "source add open"
    ctl "$name" source add "${DEVICE_HOME[$name]}/shut" --secrets hold -q || fail "source add shut"
done
settle
cmp -s "$a/open/x.jsonl" "$b/open/x.jsonl" || fail "send does not send"
[ ! -e "$b/shut/x.jsonl" ] || fail "hold does not hold"
expect 0 "secrets: hold" ctl laptop source show shut
say "$count canaries stayed where they were; $masked masked"
