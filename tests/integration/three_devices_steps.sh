# The schema and the steps of three_devices.sh, in their order.

schema="
CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, body, rating REAL);
CREATE TABLE tag (name TEXT PRIMARY KEY COLLATE NOCASE, colour TEXT) WITHOUT ROWID;
CREATE TABLE note_tag (note_id INTEGER NOT NULL REFERENCES note ON DELETE CASCADE,
    tag TEXT NOT NULL REFERENCES tag ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (note_id, tag));
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT,
    crew_id INTEGER REFERENCES crew DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE crew (id INTEGER PRIMARY KEY, name TEXT,
    lead_id INTEGER NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE folder (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES folder,
    slug TEXT NOT NULL UNIQUE CHECK (length(slug) < 40),
    owner_id INTEGER REFERENCES person ON DELETE SET NULL);
CREATE TABLE pair (a TEXT, b INTEGER, v, PRIMARY KEY (a, b));
CREATE TABLE value (k BLOB PRIMARY KEY, v ANY, size INTEGER AS (length(v)) VIRTUAL) STRICT, WITHOUT ROWID;
CREATE TABLE journal (at INTEGER PRIMARY KEY, what TEXT);
"
triggers="
CREATE TRIGGER note_made AFTER INSERT ON note BEGIN
    INSERT INTO journal (what) VALUES ('made ' || new.title);
END;
CREATE TRIGGER note_gone BEFORE DELETE ON note BEGIN
    INSERT INTO journal (what) VALUES ('gone ' || old.title);
END;
"
schema+=$triggers

steps=(first_rows every_kind_of_value statements_of_all_kinds keys_with_null rows_that_need_each_other
    edits_that_meet edits_that_clash a_delete_meets_an_edit one_name_claimed_twice swapped_names
    a_parent_goes_a_child_comes a_parent_that_must_stay a_parent_that_is_let_go a_row_that_may_not_stand
    a_stricter_schema a_column_appears a_column_goes a_table_appears a_table_goes a_rebuild_and_a_vacuum
    a_database_in_use a_daemon_killed something_undone an_old_copy_put_back an_old_copy_that_counts)

first_rows() {
    on laptop "INSERT INTO tag VALUES ('red', '#f00'), ('Green', '#0f0');
        INSERT INTO note (title, body, rating) VALUES ('one', 'first', 1), ('two', 'second', 2), ('three', NULL, 3);
        INSERT INTO note_tag VALUES (1, 'red'), (2, 'green'), (3, 'red');
        INSERT INTO folder (id, parent_id, slug) VALUES (1, NULL, 'root'), (2, 1, 'work'), (3, 2, 'deep');"
    on desktop "INSERT INTO note (title, body) VALUES ('from the desktop', x'00ff');
        INSERT INTO folder (id, parent_id, slug) VALUES (1, NULL, 'desk'), (2, 1, 'desk/inner');
        INSERT INTO pair VALUES ('a', 1, 'one'), ('a', 2, 'two'), ('b', 1, 'three');"
    meet
    everywhere "SELECT count(*) FROM note" 4
    everywhere "SELECT group_concat(slug) FROM (SELECT slug FROM folder ORDER BY slug)" deep,desk,desk/inner,root,work
}

every_kind_of_value() {
    on server "INSERT INTO value (k, v) VALUES (x'01', CAST(x'610062' AS TEXT)), (x'02', CAST(x'ff80' AS TEXT)), (x'03', -0.0),
        (x'04', 9e999), (x'05', -9e999), (x'06', x''), (x'07', ''), (x'08', NULL), (x'09', 9223372036854775807),
        (x'0a', zeroblob(1000000)), (x'0b', 1.0), (x'0c', 1), (x'0d', '1');
        INSERT INTO note (title, body) VALUES (7, 7), ('7.0', 7.0);"
    meet
    everywhere "SELECT hex(CAST(v AS BLOB)) || length(v) FROM value WHERE k = x'01'" 6100621
    everywhere "SELECT hex(CAST(v AS BLOB)) FROM value WHERE k = x'02'" FF80
    everywhere "SELECT group_concat(v) FROM (SELECT v FROM value WHERE k IN (x'04', x'05') ORDER BY k)" Inf,-Inf
    everywhere "SELECT group_concat(typeof(v)) FROM (SELECT v FROM value ORDER BY k)" \
        text,text,real,real,real,blob,text,null,integer,blob,real,integer,text
    everywhere "SELECT size FROM value WHERE k = x'0a'" 1000000
    everywhere "SELECT group_concat(typeof(body)) FROM (SELECT body FROM note WHERE title LIKE '7%' ORDER BY title)" integer,real
}

statements_of_all_kinds() {
    on laptop "INSERT OR REPLACE INTO tag VALUES ('RED', '#e00'); UPDATE tag SET name = 'blue' WHERE name = 'green';
        DELETE FROM note WHERE title = 'three'; UPDATE folder SET id = id + 100 WHERE slug IN ('work', 'deep') AND id > 2;
        INSERT INTO value (k, v) VALUES (x'0c', 'again') ON CONFLICT DO UPDATE SET v = excluded.v;"
    on desktop "UPDATE note SET rating = 4.5 WHERE title = 'two'; UPDATE value SET k = CAST(k || x'ff' AS BLOB) WHERE k IN (x'06', x'07');
        UPDATE pair SET b = -b; REPLACE INTO pair VALUES ('b', -1, 'replaced'); DELETE FROM pair WHERE b = -2;"
    meet
    everywhere "SELECT count(*) FROM note_tag" 2
    everywhere "SELECT colour FROM tag WHERE name = 'red'" '#e00'
    everywhere "SELECT tag FROM note_tag JOIN note ON id = note_id WHERE title = 'two'" blue
    everywhere "SELECT p.slug FROM folder f JOIN folder p ON p.id = f.parent_id WHERE f.slug = 'deep'" work
    everywhere "SELECT v FROM value WHERE k = x'0c'" again
    everywhere "SELECT group_concat(a || b || v) FROM (SELECT * FROM pair ORDER BY a)" a-1one,b-1replaced
}

keys_with_null() {
    on laptop "INSERT INTO pair VALUES (NULL, 1, 'no key'), ('c', NULL, 'nor here'), ('c', 3, 'a key')"
    carry
    finds desktop "SELECT count(*) FROM pair WHERE v = 'a key'" 1
    finds desktop "SELECT count(*) FROM pair WHERE a IS NULL OR b IS NULL" 0
    tells laptop '2 rows without a complete key are skipped: pair rowid='
    on laptop "DELETE FROM pair WHERE a IS NULL OR b IS NULL"
    meet
}

rows_that_need_each_other() {
    on server "BEGIN; INSERT INTO person VALUES (1, 'ann', 1), (2, 'ben', 1); INSERT INTO crew VALUES (1, 'night', 2); COMMIT;
        INSERT INTO folder (id, slug) VALUES (50, 'ring a'); INSERT INTO folder (id, slug, parent_id) VALUES (51, 'ring b', 50);
        UPDATE folder SET parent_id = 51, owner_id = 1 WHERE id = 50;"
    on desktop "BEGIN; INSERT INTO crew VALUES (1, 'day', 1); INSERT INTO person VALUES (1, 'cat', 1); COMMIT;"
    meet
    everywhere "SELECT group_concat(c.name || p.name) FROM (SELECT * FROM crew ORDER BY name) c JOIN person p ON p.id = c.lead_id" daycat,nightben
    everywhere "SELECT group_concat(p.name || c.name) FROM (SELECT * FROM person ORDER BY name) p JOIN crew c ON c.id = p.crew_id" \
        annnight,bennight,catday
    everywhere "SELECT p.slug || q.slug FROM folder f JOIN folder p ON p.id = f.parent_id JOIN folder q ON q.id = p.parent_id
        WHERE f.slug = 'ring a'" 'ring bring a'
}

edits_that_meet() {
    on laptop "UPDATE note SET title = 'one, renamed' WHERE title = 'one'"
    on desktop "UPDATE note SET body = 'edited beside it' WHERE title = 'one'"
    on server "UPDATE note SET rating = 9 WHERE title = 'one'"
    meet
    everywhere "SELECT title || '|' || body || '|' || rating FROM note WHERE rating = 9" 'one, renamed|edited beside it|9.0'
    conflicts 0
}

edits_that_clash() {
    local id
    on laptop "UPDATE note SET body = 'said the laptop' WHERE title = 'two'"
    on desktop "UPDATE note SET body = 'said the desktop' WHERE title = 'two'"
    on server "UPDATE note SET body = 'said the server' WHERE title = 'two'"
    meet
    conflicts 1
    id=$(ctl server conflict list --json | grep -o '"id":"[^"]*"' | cut -d'"' -f4)
    ctl server conflict resolve "$id" --take desktop -q || fail "$step: conflict resolve"
    meet
    everywhere "SELECT body FROM note WHERE title = 'two'" 'said the desktop'
    conflicts 0
    on laptop "UPDATE note SET rating = 5 WHERE title = 'two'"
    on desktop "UPDATE note SET rating = 6 WHERE title = 'two'"
    meet
    conflicts 1
}

a_delete_meets_an_edit() {
    on desktop "INSERT INTO note (title) VALUES ('torn')"
    meet
    on laptop "DELETE FROM note WHERE title = 'torn'"
    on server "UPDATE note SET body = 'still needed' WHERE title = 'torn'"
    meet
    everywhere "SELECT body FROM note WHERE title = 'torn'" 'still needed'
    # The row lives on: its application's word that it is gone is taken back with it.
    on laptop "DELETE FROM journal WHERE what = 'gone torn'"
    conflicts 2
}

one_name_claimed_twice() {
    on laptop "INSERT INTO folder (parent_id, slug) VALUES (1, 'inbox')"
    on desktop "INSERT INTO folder (parent_id, slug) VALUES (NULL, 'inbox'), (NULL, 'outbox')"
    on server "INSERT INTO folder (parent_id, slug) VALUES (50, 'outbox')"
    meet
    everywhere "SELECT count(*) FROM folder WHERE slug IN ('inbox', 'outbox')" 2
    conflicts 4
    # One of the names is given up: who had to stand back comes.
    on server "UPDATE folder SET slug = 'sent' WHERE slug = 'outbox'"
    meet
    everywhere "SELECT group_concat(slug) FROM (SELECT slug FROM folder WHERE slug IN ('outbox', 'sent') ORDER BY slug)" outbox,sent
    conflicts 3
}

swapped_names() {
    on laptop "UPDATE folder SET slug = 'tmp' WHERE slug = 'root'; UPDATE folder SET slug = 'root' WHERE slug = 'work';
        UPDATE folder SET slug = 'work' WHERE slug = 'tmp';"
    on desktop "UPDATE folder SET slug = 'tmp' WHERE slug = 'ring a'; UPDATE folder SET slug = 'ring a' WHERE slug = 'desk';
        UPDATE folder SET slug = 'desk' WHERE slug = 'ring b'; UPDATE folder SET slug = 'ring b' WHERE slug = 'tmp';"
    meet
    everywhere "SELECT p.slug FROM folder f JOIN folder p ON p.id = f.parent_id WHERE f.slug = 'deep'" root
    everywhere "SELECT p.slug FROM folder f JOIN folder p ON p.id = f.parent_id WHERE f.slug = 'ring b'" desk
}

a_parent_goes_a_child_comes() {
    on laptop "DELETE FROM note WHERE title = 'from the desktop'"
    on desktop "INSERT INTO note_tag SELECT id, 'red' FROM note WHERE title = 'from the desktop'"
    meet
    everywhere "SELECT count(*) FROM note WHERE title = 'from the desktop'" 0
    conflicts 4
}

a_parent_that_must_stay() {
    on laptop "INSERT INTO folder (slug) VALUES ('kept')"
    meet
    on laptop "DELETE FROM folder WHERE slug = 'kept'"
    on server "INSERT INTO folder (slug, parent_id) SELECT 'kept/child', id FROM folder WHERE slug = 'kept'"
    meet
    everywhere "SELECT p.slug FROM folder f JOIN folder p ON p.id = f.parent_id WHERE f.slug = 'kept/child'" kept
    conflicts 5
}

a_parent_that_is_let_go() {
    on desktop "INSERT INTO person VALUES (77, 'eve', NULL)"
    meet
    on desktop "DELETE FROM person WHERE name = 'eve'"
    on laptop "INSERT INTO folder (slug, owner_id) SELECT 'hers', id FROM person WHERE name = 'eve'"
    meet
    everywhere "SELECT count(*) FROM person WHERE name = 'eve'" 0
    everywhere "SELECT owner_id IS NULL FROM folder WHERE slug = 'hers'" 1
}

a_row_that_may_not_stand() {
    on desktop "CREATE TRIGGER refuse BEFORE INSERT ON note WHEN new.title = 'forbidden' BEGIN
            SELECT RAISE(ABORT, 'not on this device'); END;"
    on laptop "INSERT INTO note (title) VALUES ('forbidden'), ('allowed')"
    carry
    finds desktop "SELECT count(*) FROM note WHERE title = 'allowed'" 1
    finds desktop "SELECT count(*) FROM note WHERE title = 'forbidden'" 0
    tells desktop 'not on this device'
    on desktop "DROP TRIGGER refuse"
    meet
    finds desktop "SELECT count(*) FROM note WHERE title = 'forbidden'" 1
}

# The same table, in another version of the program.
a_stricter_schema() {
    local strict="CREATE TABLE task (id INTEGER PRIMARY KEY, what TEXT NOT NULL, points INTEGER CHECK (points < 100))"
    local loose="CREATE TABLE task (id INTEGER PRIMARY KEY, what TEXT, points INTEGER)"
    on laptop "$loose"
    on desktop "$strict"
    on server "$loose"
    on laptop "INSERT INTO task VALUES (1, 'good', 1), (2, NULL, 2), (3, 'many', 500), (4, 'also good', 4)"
    carry
    finds desktop "SELECT group_concat(what) FROM (SELECT * FROM task ORDER BY id)" 'good,also good'
    tells desktop 'NOT NULL constraint failed: task.what'
    tells desktop 'CHECK constraint failed'
    on server "UPDATE task SET points = 50 WHERE what = 'many'"
    on desktop "ALTER TABLE task RENAME TO old_task; $loose; INSERT INTO task SELECT * FROM old_task; DROP TABLE old_task"
    also_shown+="SELECT 'task', what, points FROM task;"
    meet
    everywhere "SELECT group_concat(points) FROM (SELECT points FROM task ORDER BY points)" 1,2,4,50
}

a_column_appears() {
    on laptop "ALTER TABLE note ADD COLUMN mood TEXT; UPDATE note SET mood = 'calm' WHERE title = 'two'"
    carry
    on desktop "ALTER TABLE note ADD COLUMN mood TEXT DEFAULT 'unknown'"
    on server "ALTER TABLE note ADD COLUMN mood TEXT; UPDATE note SET mood = 'wild' WHERE title = 'allowed'"
    meet
    everywhere "SELECT mood FROM note WHERE title = 'two'" calm
    everywhere "SELECT mood FROM note WHERE title = 'allowed'" wild
}

a_column_goes() {
    on server "ALTER TABLE note DROP COLUMN mood; UPDATE note SET body = 'no mood here' WHERE title = 'two'"
    meet
    finds laptop "SELECT mood || body FROM note WHERE title = 'two'" 'calmno mood here'
    finds desktop "SELECT mood FROM note WHERE title = 'allowed'" wild
    # What went here is read from the logs again.
    on server "ALTER TABLE note ADD COLUMN mood TEXT"
    meet
    everywhere "SELECT mood FROM note WHERE title = 'two'" calm
    everywhere "SELECT mood FROM note WHERE title = 'allowed'" wild
    on laptop "ALTER TABLE tag RENAME COLUMN colour TO color"
    carry
    on laptop "ALTER TABLE tag RENAME COLUMN color TO colour"
    meet
    everywhere "SELECT colour FROM tag WHERE name = 'red'" '#e00'
}

a_table_appears() {
    on laptop "CREATE TABLE later (k TEXT PRIMARY KEY, v); INSERT INTO later VALUES ('a', 1)"
    carry
    on desktop "CREATE TABLE later (k TEXT PRIMARY KEY, v); INSERT INTO later VALUES ('b', 2)"
    on server "CREATE TABLE later (k TEXT PRIMARY KEY, v)"
    also_shown+="SELECT 'later', k, v FROM later;"
    meet
    everywhere "SELECT sum(v) FROM later" 3
}

a_table_goes() {
    on server "DROP TABLE later"
    carry
    finds laptop "SELECT sum(v) FROM later" 3
    on laptop "INSERT INTO later VALUES ('c', 4)"
    on server "CREATE TABLE later (k TEXT PRIMARY KEY, v)"
    meet
    everywhere "SELECT sum(v) FROM later" 7
}

a_rebuild_and_a_vacuum() {
    sql "$(database_of desktop)" "PRAGMA foreign_keys = OFF; BEGIN;
        CREATE TABLE made (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, body, rating REAL, mood TEXT);
        INSERT INTO made SELECT id, title, body, rating, mood FROM note; DROP TABLE note; ALTER TABLE made RENAME TO note;
        $triggers COMMIT; UPDATE note SET mood = 'rebuilt' WHERE title = '7';" || fail "$step: rebuild"
    sql "$(database_of server)" "VACUUM; UPDATE note SET rating = 0.5 WHERE title = '7';"
    meet
    everywhere "SELECT mood || rating FROM note WHERE title = '7'" rebuilt0.5
}

a_database_in_use() {
    mkfifo "$LAB/orders"
    sqlite3 "$(database_of desktop)" <"$LAB/orders" >"$LAB/owner" &
    local owner=$!
    exec 7>"$LAB/orders"
    echo "SELECT count(*) FROM note;" >&7
    wait_until 10 test -s "$LAB/owner" || fail "$step: the program does not run"
    on laptop "UPDATE note SET body = 'waits' WHERE title = '7'"
    carry
    finds server "SELECT body FROM note WHERE title = '7'" waits
    finds desktop "SELECT body FROM note WHERE title = '7'" 7
    tells desktop 'has it open'
    exec 7>&-
    wait "$owner"
    meet
    everywhere "SELECT body FROM note WHERE title = '7'" waits
}

a_daemon_killed() {
    on laptop "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO note (title, body) SELECT 'many ' || i, hex(randomblob(40)) FROM n"
    push laptop >"$LAB/last" || fail "$step: push"
    pull server >"$LAB/last" 2>&1 &
    local pulling=$!
    sleep 0.1
    device_kill server
    wait "$pulling"
    device_start server
    meet
    everywhere "SELECT count(*) FROM note WHERE title LIKE 'many %'" 3000
}

something_undone() {
    on laptop "UPDATE note SET body = 'a mistake' WHERE title LIKE 'many 1%'"
    meet
    everywhere "SELECT count(*) FROM note WHERE body = 'a mistake'" 1111
    ctl desktop undo --source notes --yes -q >"$LAB/last" 2>&1 || fail "$step: undo: $(cat "$LAB/last")"
    meet
    everywhere "SELECT count(*) FROM note WHERE body = 'a mistake'" 0
    everywhere "SELECT count(*) FROM note WHERE title LIKE 'many %' AND length(body) = 80" 3000
}

an_old_copy_put_back() {
    cp "$(database_of laptop)" "$LAB/old.db"
    on laptop "UPDATE note SET rating = 100 WHERE title LIKE 'many %'; INSERT INTO note (title) VALUES ('after the copy')"
    on desktop "UPDATE note SET body = 'after it as well' WHERE title = 'two'"
    meet
    cp "$LAB/old.db" "$(database_of laptop)"
    push laptop >"$LAB/last" 2>&1
    pull desktop >"$LAB/last" 2>&1
    finds desktop "SELECT count(*) FROM note WHERE rating = 100" 3000
    tells laptop 'older copy'
    expect 4 'which one counts' ctl laptop source resume notes --yes
    ctl laptop source resume notes --restore --yes -q || fail "$step: source resume --restore"
    meet
    everywhere "SELECT count(*) FROM note WHERE rating = 100" 3000
    everywhere "SELECT count(*) FROM note WHERE title = 'after the copy'" 1
    everywhere "SELECT body FROM note WHERE title = 'two'" 'after it as well'
}

# In write-ahead mode, and this time the older one is right.
an_old_copy_that_counts() {
    local file
    file=$(database_of server)
    sql "$file" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
    cp "$file" "$LAB/old.db"
    on server "UPDATE note SET rating = 200 WHERE title LIKE 'many 1%'"
    meet
    cp "$LAB/old.db" "$file"
    rm -f "$file-wal" "$file-shm"
    push server >"$LAB/last" 2>&1
    pull desktop >"$LAB/last" 2>&1
    finds desktop "SELECT count(*) FROM note WHERE rating = 200" 1111
    tells server 'older copy'
    ctl server source resume notes --publish --yes -q || fail "$step: source resume --publish"
    meet
    everywhere "SELECT count(*) FROM note WHERE rating = 100" 3000
}
