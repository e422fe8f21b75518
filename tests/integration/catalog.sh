#!/usr/bin/env bash
# The catalog and a cc.db: secrets stay in both directions, what two devices call alike is one row, a
# database is explained before it is added, and projects are found where they are on each machine.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
a=$(catalog_of laptop) b=$(catalog_of desktop)
names_file=$(dirname "${BASH_SOURCE[0]}")/../unit/sources/setting_names.h
names() { sed -n "/ $1 = {/,/};/p" "$names_file" | grep -o '"[^"]*"' | tr -d '"'; }
secret=$(names kSecretNames) plain=$(names kPlainNames)
[ "$(printf '%s\n' $secret $plain | wc -l)" -ge 200 ] || fail "not 200 names"

# Out: of two hundred settings the plain ones arrive, and no other row of one machine.
{
    echo 'BEGIN;'
    for name in $secret $plain; do echo "INSERT INTO setting (name, value) VALUES ('$name', 'value of mine');"; done
    echo "INSERT INTO device (name, api_key) VALUES ('old', 'hunter2'); INSERT INTO app_state VALUES ('hunter2', 'x');"
    echo "INSERT INTO setting (name, value) VALUES ('greeting', 'ghp_0123456789abcdefghijABCDEFGHIJ012345');"
    echo 'COMMIT;'
} | sql "$a"
settle
printf '%s\n' $plain | LC_ALL=C sort >"$LAB/expected"
sql "$b" "SELECT name FROM setting" | LC_ALL=C sort >"$LAB/arrived"
diff "$LAB/expected" "$LAB/arrived" >"$LAB/difference" || fail "other settings arrived: $(head -n 5 "$LAB/difference")"
[ "$(sql "$b" "SELECT count(*) FROM device") $(sql "$b" "SELECT count(*) FROM app_state")" = '0 0' ] || fail "rows of one machine arrived"
cat "$(store_of desktop)"* "$b"* >"$LAB/all-bytes"
for word in 'api.password' 'GITHUB_TOKEN' hunter2 ghp_; do
    ! grep -aqF "$word" "$LAB/all-bytes" || fail "'$word' left the laptop"
done
expect 0 'settings look like secrets and stay' ctl laptop source show catalog

# In: a laptop that is told to send them all is not believed by the desktop.
mkdir -p "$LAB/home/a/.config/satchel"
printf 'send_settings = "%s"\n' "$(printf '%s,' $secret)" >"$LAB/home/a/.config/satchel/config.toml"
chmod 600 "$LAB/home/a/.config/satchel/config.toml"
device_stop laptop
device_start laptop
settle
sql "$b" "SELECT name FROM setting" | LC_ALL=C sort >"$LAB/arrived"
diff "$LAB/expected" "$LAB/arrived" >"$LAB/difference" || fail "secrets were taken: $(head -n 5 "$LAB/difference")"
expect 0 'not taken from another device' ctl desktop source show catalog

# One name on two devices is one row, and both list the conflict.
sql "$a" "INSERT INTO setting (name, value) VALUES ('colour', 'dark')"
sql "$b" "INSERT INTO setting (name, value) VALUES ('colour', 'light')"
settle
[ "$(sql "$a" "SELECT value FROM setting WHERE name = 'colour'")" = "$(sql "$b" "SELECT value FROM setting WHERE name = 'colour'")" ] ||
    fail "the devices show different colours"
for device in laptop desktop; do expect 0 'colour' ctl "$device" conflict list; done

# What is no database, or is one already, is refused; a database is explained.
notes=$LAB/home/a/notes.db
sql "$notes" "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT, author_id INTEGER REFERENCES author(id) ON DELETE CASCADE);
    CREATE TABLE heap (x); INSERT INTO author (name) VALUES ('ann');"
before=$(sha256sum <"$notes")
expect 0 'CASCADE' ctl laptop source add "$notes" -n
expect 0 'unique: name' ctl laptop source add "$notes" -n
expect 0 '"fingerprint":"[0-9a-f]{16}"' ctl laptop source add "$notes" -n --json
[ "$(sha256sum <"$notes")" = "$before" ] || fail "a look changed the file"
: >"$LAB/home/a/empty.db"
expect 1 'empty' ctl laptop source add "$LAB/home/a/empty.db"
expect 4 'regular file' ctl laptop source add /dev/null
mkfifo "$LAB/home/a/pipe"
expect 4 'regular file' ctl laptop source add "$LAB/home/a/pipe"
expect 4 'way of capture' ctl laptop source add "$notes" --capture bogus
expect 4 'preset' ctl laptop source add "$notes" --preset bogus
expect 4 'none of the tables' ctl laptop source add "$notes" --preset cc
expect 1 "did you mean 'author'" ctl laptop source add "$notes" --tables book,autor
ln "$notes" "$LAB/home/a/again.db"
expect 4 'hard link' ctl laptop source add "$notes"
rm "$LAB/home/a/again.db"
expect 0 Added ctl laptop source add "$notes" --tables author,book
ln -s "$notes" "$LAB/home/a/alias.db"
expect 1 "source 'notes' already" ctl laptop source add "$LAB/home/a/alias.db"
expect 1 "source 'catalog' already" ctl laptop source add "$a" --name mine

# A cc.db.
for device in laptop desktop; do
    sqlite3 "$a" .schema | sqlite3 "${DEVICE_HOME[$device]}/cc.db"
    expect 0 Added ctl "$device" source add "${DEVICE_HOME[$device]}/cc.db" --preset cc
done
sql "$LAB/home/a/cc.db" "INSERT INTO setting (id, name, value) VALUES (1, 'api.password', 'hunter2'), (150, 'editor', 'vi');
    INSERT INTO device (name, api_key) VALUES ('old', 'hunter2');"
settle
[ "$(sql "$LAB/Users/b/cc.db" "SELECT group_concat(name) FROM setting")" = editor ] || fail "the cc.db has other settings"

# What waits is counted per table and sent; a pull may name what is newer than a time.
sql "$a" "INSERT INTO project (name) VALUES ('p1'), ('p2'); INSERT INTO setting (name, value) VALUES ('count', '1')"
ctl laptop sync stamp -q
hub_stop
push laptop >"$LAB/last" 2>&1
expect 6 'project: 2 pending' ctl laptop sync
expect 6 'setting: 1 pending' ctl laptop sync
expect 6 '"table":"project","pending":2' ctl laptop status --json
hub_start
settle
ctl laptop sync >"$LAB/said"
! grep -q '^  ' "$LAB/said" || fail "something is left to send: $(cat "$LAB/said")"
expect 0 '[0-9a-f]{16}' ctl laptop source show catalog
expect 4 'no time' ctl desktop sync pull --since yesterday
expect 0 '0 items of other devices newer' ctl desktop sync pull --since 2999-01-01
expect 0 'catalog: project id=' ctl desktop sync pull --since 2020-01-01T00:00:00Z
expect 0 'p1' ctl desktop why project:p1
expect 4 'name one with --source' ctl desktop why 'setting id=150'

# Projects: first where the laptop has them, then linked, then cloned.
sql "$b" "DELETE FROM setting WHERE name = 'sync.clone_dir'"
mkdir -p "$LAB/home/a/v/17" "$LAB/Users/b/v/17" "$LAB/Users/b/code/known" "$LAB/Users/b/elsewhere"
sql "$b" "INSERT INTO version (name, path) VALUES ('17.0', '$LAB/Users/b/v/17')"
sql "$a" "INSERT INTO version (name, path) VALUES ('odoo-17.0', '$LAB/home/a/v/17');
    INSERT INTO project (name, home_repo) VALUES ('atlas', '$LAB/Users/b/code/known');
    INSERT INTO environment (name, project_id, version_id, project_path, github_url)
        SELECT n, p.id, v.id, '$LAB/home/a/' || n, 'https://git.example/' || n || '.git'
        FROM project p, version v, (SELECT 'one' AS n UNION SELECT 'two') WHERE v.name = 'odoo-17.0' AND p.name = 'atlas'"
settle
rm -r "$LAB/home/a/v/17"
places() { sql "$b" "SELECT e.name, v.name, replace(e.project_path, '$LAB', '') FROM environment e JOIN version v ON v.id = e.version_id ORDER BY 1" | tr '\n' ' '; }
[ "$(places)" = 'one|odoo-17.0|/home/a/one two|odoo-17.0|/home/a/two ' ] || fail "the first places: $(places)"
expect 0 'would be remapped' ctl desktop sync resolve -n
[ "$(places)" = 'one|odoo-17.0|/home/a/one two|odoo-17.0|/home/a/two ' ] || fail "a dry run wrote: $(places)"
expect 0 '2 versions remapped' ctl desktop sync resolve
expect 0 'unresolved: atlas/one' ctl desktop sync resolve
[ "$(places)" = 'one|17.0|/home/a/one two|17.0|/home/a/two ' ] || fail "after resolve: $(places)"
cat >"$LAB/Users/b/git" <<'GIT'
#!/bin/sh
for last; do :; done
case $last in */two) exit 128 ;; esac
mkdir -p "$last/.git" && printf '[remote "origin"]\n\turl = https://git.example/one\n' >"$last/.git/config"
GIT
chmod +x "$LAB/Users/b/git"
expect 0 'could not clone' within desktop env "PATH=$LAB/Users/b:$SATCHEL_BIN:/usr/bin:/bin" satchelctl sync resolve --clone
[ "$(places)" = 'one|17.0|/Users/b/code/one two|17.0|/home/a/two ' ] || fail "after cloning: $(places)"
expect 1 "none is called 'nothing'" ctl desktop link nothing /
expect 1 'no device is called' ctl desktop link atlas / --device nobody
expect 0 'Linked atlas' ctl desktop link atlas "$LAB/Users/b/elsewhere"
expect 0 'Was linked' ctl desktop link atlas "$LAB/Users/b/elsewhere"
expect 0 '1 path set from links' ctl desktop sync resolve
[ "$(places)" = 'one|17.0|/Users/b/code/one two|17.0|/Users/b/elsewhere ' ] || fail "after linking: $(places)"
expect 0 '2 paths kept' ctl desktop sync resolve
settle
[ "$(sql "$a" "SELECT group_concat(replace(project_path, '$LAB', '')) FROM environment")" = '/home/a/one,/home/a/two' ] ||
    fail "the desktop's places came to the laptop"
intact "$a" "$b" || fail "damaged"
