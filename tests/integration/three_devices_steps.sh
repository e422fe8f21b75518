# The schema and the steps of three_devices.sh, in their order.

schema="
CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, body, rating REAL);
CREATE TABLE tag (name TEXT PRIMARY KEY COLLATE NOCASE, colour TEXT) WITHOUT ROWID;
CREATE TABLE note_tag (note_id INTEGER NOT NULL REFERENCES note ON DELETE CASCADE,
    tag TEXT NOT NULL REFERENCES tag ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (note_id, tag));
CREATE TABLE folder (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES folder,
    slug TEXT NOT NULL UNIQUE CHECK (length(slug) < 40));
CREATE TABLE value (k BLOB PRIMARY KEY, v ANY, size INTEGER AS (length(v)) VIRTUAL) STRICT, WITHOUT ROWID;
CREATE TABLE journal (at INTEGER PRIMARY KEY, what TEXT);
CREATE TRIGGER note_made AFTER INSERT ON note BEGIN
    INSERT INTO journal (what) VALUES ('made ' || new.title);
END;
"

steps=(first_rows every_kind_of_value statements_of_all_kinds edits_that_meet edits_that_clash
    one_name_claimed_twice swapped_names a_parent_goes_a_child_comes a_row_that_may_not_stand
    a_column_appears a_table_appears a_rebuild_and_a_vacuum a_daemon_killed an_old_copy_put_back)

first_rows() {
    on laptop "INSERT INTO tag VALUES ('red', '#f00'), ('Green', '#0f0');
        INSERT INTO note (title, body, rating) VALUES ('one', 'first', 1), ('two', 'second', 2), ('three', NULL, 3);
        INSERT INTO note_tag VALUES (1, 'red'), (2, 'green'), (3, 'red');
        INSERT INTO folder VALUES (1, NULL, 'root'), (2, 1, 'work'), (3, 2, 'deep');"
    on desktop "INSERT INTO note (title, body) VALUES ('from the desktop', x'00ff');
        INSERT INTO folder VALUES (1, NULL, 'desk'), (2, 1, 'desk/inner');"
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
    everywhere "SELECT group_concat(typeof(v)) FROM (SELECT v FROM value ORDER BY k)" \
        text,text,real,real,real,blob,text,null,integer,blob,real,integer,text
    everywhere "SELECT size FROM value WHERE k = x'0a'" 1000000
}

statements_of_all_kinds() {
    on laptop "INSERT OR REPLACE INTO tag VALUES ('RED', '#e00'); UPDATE tag SET name = 'blue' WHERE name = 'green';
        DELETE FROM note WHERE title = 'three'; UPDATE folder SET id = id + 100 WHERE slug IN ('work', 'deep') AND id > 2;
        INSERT INTO value (k, v) VALUES (x'0c', 'again') ON CONFLICT DO UPDATE SET v = excluded.v;"
    on desktop "UPDATE note SET rating = 4.5 WHERE title = 'two'; UPDATE value SET k = CAST(k || x'ff' AS BLOB) WHERE k IN (x'06', x'07');"
    meet
    everywhere "SELECT count(*) FROM note_tag" 2
    everywhere "SELECT colour FROM tag WHERE name = 'red'" '#e00'
    everywhere "SELECT tag FROM note_tag JOIN note ON id = note_id WHERE title = 'two'" blue
    everywhere "SELECT p.slug FROM folder f JOIN folder p ON p.id = f.parent_id WHERE f.slug = 'deep'" work
    everywhere "SELECT v FROM value WHERE k = x'0c'" again
}

edits_that_meet() {
    on laptop "UPDATE note SET title = 'one, renamed' WHERE title = 'one'"
    on desktop "UPDATE note SET body = 'edited beside it' WHERE title = 'one'"
    on server "UPDATE note SET rating = 9 WHERE title = 'one'"
    meet
    everywhere "SELECT title || '|' || body || '|' || rating FROM note WHERE rating = 9" 'one, renamed|edited beside it|9.0'
    [ "$(conflicts_of laptop)" = 0 ] || fail "$step: a conflict where columns differ"
}

edits_that_clash() {
    on laptop "UPDATE note SET body = 'said the laptop' WHERE title = 'two'"
    on desktop "UPDATE note SET body = 'said the desktop' WHERE title = 'two'"
    on server "UPDATE note SET body = 'said the server' WHERE title = 'two'"
    meet
    [ "$(conflicts_of server)" = 1 ] || fail "$step: no conflict is listed"
}

one_name_claimed_twice() {
    on laptop "INSERT INTO folder (parent_id, slug) VALUES (1, 'inbox')"
    on desktop "INSERT INTO folder (parent_id, slug) VALUES (NULL, 'inbox')"
    meet
    everywhere "SELECT count(*) FROM folder WHERE slug = 'inbox'" 1
    [ "$(conflicts_of laptop)" -ge 2 ] || fail "$step: the folder that is hidden is not listed"
}

swapped_names() {
    on laptop "UPDATE folder SET slug = 'tmp' WHERE slug = 'root'; UPDATE folder SET slug = 'root' WHERE slug = 'work';
        UPDATE folder SET slug = 'work' WHERE slug = 'tmp';"
    meet
    everywhere "SELECT p.slug FROM folder f JOIN folder p ON p.id = f.parent_id WHERE f.slug = 'deep'" root
}

a_parent_goes_a_child_comes() {
    on laptop "DELETE FROM note WHERE title = 'from the desktop'"
    on desktop "INSERT INTO note_tag SELECT id, 'red' FROM note WHERE title = 'from the desktop'"
    meet
    everywhere "SELECT count(*) FROM note WHERE title = 'from the desktop'" 0
    [ "$(conflicts_of laptop)" -ge 3 ] || fail "$step: the child without a parent is not listed"
}

a_row_that_may_not_stand() {
    on desktop "CREATE TRIGGER refuse BEFORE INSERT ON note WHEN new.title = 'forbidden' BEGIN
            SELECT RAISE(ABORT, 'not on this device'); END;"
    on laptop "INSERT INTO note (title) VALUES ('forbidden'), ('allowed')"
    settle
    finds desktop "SELECT count(*) FROM note WHERE title = 'allowed'" 1
    finds desktop "SELECT count(*) FROM note WHERE title = 'forbidden'" 0
    ctl desktop source show notes | grep -q 'not on this device' || fail "$step: no reason is shown"
    on desktop "DROP TRIGGER refuse"
    meet
    finds desktop "SELECT count(*) FROM note WHERE title = 'forbidden'" 1
}

a_column_appears() {
    on laptop "ALTER TABLE note ADD COLUMN mood TEXT; UPDATE note SET mood = 'calm' WHERE title = 'two'"
    settle
    on desktop "ALTER TABLE note ADD COLUMN mood TEXT DEFAULT 'unknown'"
    on server "ALTER TABLE note ADD COLUMN mood TEXT; UPDATE note SET mood = 'wild' WHERE title = 'allowed'"
    meet
    everywhere "SELECT mood FROM note WHERE title = 'two'" calm
    everywhere "SELECT mood FROM note WHERE title = 'allowed'" wild
}

a_table_appears() {
    on laptop "CREATE TABLE later (k TEXT PRIMARY KEY, v); INSERT INTO later VALUES ('a', 1)"
    settle
    on desktop "CREATE TABLE later (k TEXT PRIMARY KEY, v); INSERT INTO later VALUES ('b', 2)"
    on server "CREATE TABLE later (k TEXT PRIMARY KEY, v)"
    also_shown="SELECT 'later', k, v FROM later;"
    meet
    everywhere "SELECT sum(v) FROM later" 3
}

a_rebuild_and_a_vacuum() {
    sql "$(database_of desktop)" "PRAGMA foreign_keys = OFF; BEGIN;
        CREATE TABLE made (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, body, rating REAL, mood TEXT);
        INSERT INTO made SELECT id, title, body, rating, mood FROM note; DROP TABLE note; ALTER TABLE made RENAME TO note;
        COMMIT; UPDATE note SET mood = 'rebuilt' WHERE title = '7';" || fail "$step: rebuild"
    sql "$(database_of server)" "VACUUM; UPDATE note SET rating = 0.5 WHERE title = '7';"
    meet
    everywhere "SELECT mood || rating FROM note WHERE title = '7'" rebuilt0.5
}

a_daemon_killed() {
    on laptop "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO note (title, body) SELECT 'many ' || i, hex(randomblob(40)) FROM n"
    push laptop >"$LAB/last" || fail "$step: push"
    pull server >"$LAB/last" 2>&1 &
    local pulling=$!
    device_kill server
    wait "$pulling"
    device_start server
    meet
    everywhere "SELECT count(*) FROM note WHERE title LIKE 'many %'" 3000
}

an_old_copy_put_back() {
    cp "$(database_of laptop)" "$LAB/old.db"
    on laptop "UPDATE note SET rating = 100 WHERE title LIKE 'many %'; INSERT INTO note (title) VALUES ('after the copy')"
    meet
    cp "$LAB/old.db" "$(database_of laptop)"
    push laptop >"$LAB/last" 2>&1
    pull desktop >"$LAB/last" 2>&1
    finds desktop "SELECT count(*) FROM note WHERE rating = 100" 3000
    ctl laptop source show notes | grep -q 'older copy' || fail "$step: it does not say what it sees"
    ctl laptop source resume notes --restore -q || fail "$step: source resume --restore"
    meet
    everywhere "SELECT count(*) FROM note WHERE rating = 100" 3000
}
