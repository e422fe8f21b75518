#!/usr/bin/env bash
# A source that is locked, damaged, emptied or gone: it waits with a reason, everything else goes on,
# and no other device loses anything.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
a=$LAB/home/a/notes.db b=$LAB/Users/b/notes.db
for device in laptop desktop; do
    sql "${DEVICE_HOME[$device]}/notes.db" "CREATE TABLE note (id TEXT PRIMARY KEY, body TEXT)"
    mkdir "${DEVICE_HOME[$device]}/.claude" && ctl "$device" source add "${DEVICE_HOME[$device]}/.claude" -q || fail "source add"
    ctl "$device" source add "${DEVICE_HOME[$device]}/notes.db" -q || fail "source add on $device"
done
sql "$a" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO note SELECT 'n' || i, 'body ' || i FROM n"
mkdir -p "$LAB/home/a/.claude/rules"
for i in {1..30}; do echo "plan $i" >"$LAB/home/a/.claude/rules/$i.md"; done
settle
notes() { sql "$b" 'SELECT count(*) FROM note'; }
plans() { find "$LAB/Users/b/.claude" -type f | wc -l; }
[ "$(notes) $(plans)" = '50 30' ] || fail "the first copy is not there: $(notes) rows, $(plans) files"

# others_go_on WORD: a row of the catalog still gets from the laptop to the desktop.
others_go_on() {
    sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('$1', 'arrives')"
    push laptop >"$LAB/pushed"
    pull desktop >"$LAB/pulled"
    [ "$(sql "$(catalog_of desktop)" "SELECT value FROM setting WHERE name = '$1'")" = arrives ] ||
        fail "$1 blocks other sources: $(cat "$LAB/pushed" "$LAB/pulled")"
    [ "$(notes) $(plans)" = '50 30' ] || fail "$1: the desktop has $(notes) rows and $(plans) files left"
}

# told_about SOURCE PATTERN: the laptop's status names what is wrong with the source.
told_about() {
    ctl laptop source show "$1" >"$LAB/shown" 2>&1
    grep -Eqi -- "$2" "$LAB/shown" || fail "source show $1 does not say '$2': $(cat "$LAB/shown")"
}

# goes_on SOURCE: one that stopped before doing harm goes on when a person says so, and what it held is
# there again.
goes_on() {
    local state
    state=$(ctl laptop source show "$1" | sed -n 's/^state: \([a-z]*\).*/\1/p')
    [ "$state" = ok ] || ctl laptop source resume "$1" --yes >"$LAB/said" 2>&1 || fail "source resume $1: $(cat "$LAB/said")"
}

# Locked by its owner.
mkfifo "$LAB/orders"
sqlite3 "$a" <"$LAB/orders" >"$LAB/locker" &
locker=$!
exec 7>"$LAB/orders"
echo "INSERT INTO note VALUES ('later', 'waits'); BEGIN EXCLUSIVE; UPDATE note SET body = 'locked' WHERE id = 'n1'; SELECT 'locked';" >&7
wait_until 10 grep -q locked "$LAB/locker" || fail "the lock was not taken"
others_go_on locked
echo "ROLLBACK; DELETE FROM note WHERE id = 'later';" >&7
exec 7>&-
wait "$locker"
settle
[ "$(notes)" = 50 ] || fail "after the lock: $(notes) rows"

# Locked on the receiving side: the change waits, then comes.
sqlite3 "$b" <"$LAB/orders" >"$LAB/locker" &
locker=$!
exec 7>"$LAB/orders"
echo "BEGIN EXCLUSIVE; SELECT 'locked';" >&7
wait_until 10 grep -q locked "$LAB/locker" || fail "the lock was not taken"
sql "$a" "UPDATE note SET body = 'came later' WHERE id = 'n2'"
sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('beside', 'a lock')"
push laptop >/dev/null
pull desktop >/dev/null
[ "$(sql "$(catalog_of desktop)" "SELECT value FROM setting WHERE name = 'beside'")" = 'a lock' ] || fail "a locked database blocks the catalog"
echo "ROLLBACK;" >&7
exec 7>&-
wait "$locker"
settle
[ "$(sql "$b" "SELECT body FROM note WHERE id = 'n2'")" = 'came later' ] || fail "the change did not come after the lock"

# Not a database, gone, emptied.
cp "$a" "$LAB/notes.saved"
head -c 20000 /dev/urandom >"$a"
others_go_on damaged
told_about notes 'not a database|damaged|malformed'
rm "$a"
others_go_on gone
told_about notes 'gone|missing|no such|not there|nothing at|removed'
: >"$a"
others_go_on emptied
told_about notes 'source resume notes'
cp "$LAB/notes.saved" "$a"
goes_on notes
sql "$a" "UPDATE note SET body = 'back again' WHERE id = 'n3'"
settle
[ "$(notes)" = 50 ] || fail "after it came back: $(notes) rows"
[ "$(sql "$b" "SELECT body FROM note WHERE id = 'n3'")" = 'back again' ] || fail "the database that came back is not followed: $(ctl laptop source show notes)"

# A tree whose root is gone is not a tree whose files were deleted.
mv "$LAB/home/a/.claude" "$LAB/away"
others_go_on tree.gone
told_about claude 'missing|gone|not there|root'
mkdir "$LAB/home/a/.claude"
others_go_on tree.emptied
rmdir "$LAB/home/a/.claude"
mv "$LAB/away" "$LAB/home/a/.claude"
goes_on claude
echo 'plan changed' >"$LAB/home/a/.claude/rules/1.md"
rm "$LAB/home/a/.claude/rules/2.md"
settle
[ "$(plans)" = 29 ] && [ "$(cat "$LAB/Users/b/.claude/rules/1.md")" = 'plan changed' ] || fail "the tree that came back is not followed: $(plans) files"

# A file that is no database is no source.
expect '1|4' 'not a database|not a sqlite' ctl laptop source add "$LAB/home/a/.claude/rules/1.md"
intact "$a" "$b" "$(catalog_of desktop)" "$(store_of laptop)" "$(store_of desktop)" || fail "damaged"
