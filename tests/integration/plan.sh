#!/usr/bin/env bash
# A plan names what the next cycle would do, item by item, and changes nothing: not a byte of the
# device's folders, its sources or the hub. The cycle does then what the plan said.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
a=$LAB/home/a b=$LAB/Users/b
for name in laptop desktop; do
    at=${DEVICE_HOME[$name]}
    mkdir -p -m 700 "$at/.claude/rules"
    sql "$at/notes.db" "CREATE TABLE note (id TEXT PRIMARY KEY, body TEXT)"
    ctl "$name" source add "$at/.claude" -q --yes || fail "source add on $name"
    ctl "$name" source add "$at/notes.db" -q --yes || fail "source add on $name"
done
for i in {1..30}; do echo "rule $i" >"$a/.claude/rules/$i.md"; done
sql "$a/notes.db" "INSERT INTO note VALUES ('n1', 'one'), ('n2', 'two'), ('n3', 'three'), ('n4', 'four')"
chmod -R go= "$a/.claude"
settle
[ "$(sql "$b/notes.db" 'SELECT count(*) FROM note')" = 4 ] || fail "the rows did not come"
expect 0 'Nothing would change' ctl laptop plan
expect 0 'Nothing would change' ctl laptop sync --dry-run

# What others did, and what is done here; one row by both.
echo 'from there' >"$b/.claude/rules/40.md"
echo 'edited there' >"$b/.claude/rules/2.md"
rm "$b/.claude/rules/3.md"
echo '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "notify-done"}]}]}}' >"$b/.claude/settings.json"
chmod 600 "$b/.claude/settings.json"
sql "$b/notes.db" "UPDATE note SET body = 'there' WHERE id = 'n1'; INSERT INTO note VALUES ('n9', 'nine')"
push desktop >"$LAB/last" || fail "push: $(cat "$LAB/last")"
echo 'from here' >"$a/.claude/rules/50.md"
echo 'edited here' >"$a/.claude/rules/5.md"
rm "$a/.claude/rules/6.md"
sql "$a/notes.db" "UPDATE note SET body = 'here' WHERE id = 'n2'; DELETE FROM note WHERE id = 'n3'; INSERT INTO note VALUES ('n8', 'eight')"

# Everything but SQLite's shared memory, which every reader writes, and what the daemons log.
everything() {
    (cd "$LAB" && find home Users hub/.local/share -type f ! -name '*-shm' ! -name '*.log' -printf '%p %s %T@ %m\n' -exec sha256sum {} + | LC_ALL=C sort)
}
everything >"$LAB/before"
ctl laptop plan >"$LAB/plan" || fail "plan: $(cat "$LAB/plan")"
ctl laptop plan --json >"$LAB/plan.json" || fail "plan --json"
ctl laptop sync push -n >"$LAB/push" || fail "push -n"
ctl laptop sync pull -n >"$LAB/pull" || fail "pull -n"
ctl laptop sync -n >"$LAB/both" || fail "sync -n"
everything >"$LAB/after"
cmp -s "$LAB/before" "$LAB/after" || fail "a plan changed something: $(diff "$LAB/before" "$LAB/after")"
cmp -s "$LAB/plan" "$LAB/both" || fail "sync -n says something else: $(diff "$LAB/plan" "$LAB/both")"

says() { grep -Eq -- "$1" "$LAB/plan" || fail "the plan does not say '$1': $(cat "$LAB/plan")"; }
says '^out  insert   claude: rules/50.md \(it is new here\)'
says '^out  update   claude: rules/5.md '
says '^out  delete   claude: rules/6.md '
says '^out  insert   notes: .*n8'
says '^out  update   notes: .*n2'
says '^out  delete   notes: .*n3'
says '^in   insert   claude: rules/40.md '
says '^in   update   claude: rules/2.md '
says '^in   delete   claude: rules/3.md \(another device deleted it\)'
says '^in   approve  claude: .*\(it can run code'
says '^in   update   notes: .*n1'
says '^in   insert   notes: '
grep -q '^in' "$LAB/push" && fail "push -n tells of others: $(cat "$LAB/push")"
grep -q '^out' "$LAB/pull" && fail "pull -n tells of here: $(cat "$LAB/pull")"
[ "$(field plan.complete <"$LAB/plan.json")" = 1 ] || fail "the plan is not complete: $(cat "$LAB/plan.json")"
out=$(sqlite3 :memory: "SELECT sum(value ->> 'items') FROM json_each('$(sed "s/'/''/g" "$LAB/plan.json")', '\$.plan.totals') WHERE value ->> 'direction' = 'out'")
[ "$(push laptop | field pushed_items)" -ge "$out" ] || fail "the cycle sends less than the $out planned"
pull laptop >"$LAB/last" || fail "pull: $(cat "$LAB/last")"
[ "$(cat "$a/.claude/rules/40.md") $(cat "$a/.claude/rules/2.md")" = 'from there edited there' ] || fail "the cycle did something else"
[ ! -e "$a/.claude/rules/3.md" ] || fail "the planned deletion was not done"
expect 2 '1 approval' ctl laptop status

# Rows that get their ids, and triggers that were removed: the plan leaves both to the next cycle, and says so.
sql "$a/stamped.db" "CREATE TABLE task (id INTEGER PRIMARY KEY, sync_id TEXT, name TEXT)"
sql "$a/watched.db" "CREATE TABLE mark (id TEXT PRIMARY KEY, name TEXT)"
ctl laptop source add "$a/stamped.db" -q --yes && ctl laptop source add "$a/watched.db" --capture marks -q --yes || fail "source add"
push laptop >"$LAB/last" || fail "push: $(cat "$LAB/last")"
triggers() { sql "$a/watched.db" "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"; }
[ "$(triggers)" -gt 0 ] || fail "no triggers were made"
sql "$a/stamped.db" "INSERT INTO task (name) VALUES ('without an id')"
drops=$(sql "$a/watched.db" "SELECT 'DROP TRIGGER \"' || name || '\";' FROM sqlite_schema WHERE type = 'trigger'")
sql "$a/watched.db" "$drops"
ctl laptop plan >"$LAB/plan" || fail "plan: $(cat "$LAB/plan")"
[ "$(sql "$a/stamped.db" 'SELECT count(sync_id) FROM task')" = 0 ] || fail "a plan gave rows their ids"
[ "$(triggers)" = 0 ] || fail "a plan made triggers"
says 'stamped: .*a look writes nothing'
says 'watched: .*a look writes nothing'
push laptop >"$LAB/last" || fail "push: $(cat "$LAB/last")"
[ "$(sql "$a/stamped.db" 'SELECT count(sync_id) FROM task')" = 1 ] && [ "$(triggers)" -gt 0 ] || fail "the cycle does not do what the plan left to it"

# What a cycle would stop before, and what has no hub.
find "$a/.claude/rules" -name '[1-5]?.md' -delete
everything >"$LAB/before"
expect 0 'claude: the next cycle stops here: .*lost 2[0-9] of' ctl laptop plan
hub_stop
expect 0 'the hub was not asked' ctl laptop plan
everything >"$LAB/after"
cmp -s <(grep -Ev '(^| )hub/' "$LAB/before") <(grep -Ev '(^| )hub/' "$LAB/after") || fail "a plan changed something: $(diff "$LAB/before" "$LAB/after")"
intact "$(store_of laptop)" "$a/notes.db" || fail "damaged"
