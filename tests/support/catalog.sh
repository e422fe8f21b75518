# Sourced after lab.sh: rows for catalog.db, written with plain SQLite as any tool would.

# fill_catalog DATABASE WORD: some rows of several tables, which refer to each other. Ids start at 1
# on every device, so those of two devices collide.
fill_catalog() {
    sql "$1" <<SQL
PRAGMA foreign_keys = ON;
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4)
  INSERT INTO project (name, home_repo, main_branch) SELECT '$2-project-' || i, '/code/$2-' || i, 'main' FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3)
  INSERT INTO database (name, size_bytes) SELECT '$2-database-' || i, i * 1000 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
  INSERT INTO environment (name, project_id, database_id, notes, pinned)
  SELECT '$2-environment-' || i, p.id, d.id, 'written on the $2', i % 2
  FROM n JOIN project p ON p.name = '$2-project-' || (1 + i % 4)
         LEFT JOIN database d ON d.name = '$2-database-' || (1 + i % 5);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
  INSERT INTO switch_log (environment_id, switched_at, note)
  SELECT e.id, printf('2026-02-%02dT09:00:00Z', i), '$2 ' || i
  FROM n JOIN environment e ON e.name = '$2-environment-' || (1 + i % 12);
INSERT INTO repository (name, path) VALUES ('$2-repository', '/code/$2');
INSERT INTO skill_tag (repository_id, commit_sha, tag, weight)
  SELECT id, '0123abcd', '$2-tag', 0.5 FROM repository WHERE name = '$2-repository';
INSERT INTO knowledge_index (repository_id, symbol, symbol_kind)
  SELECT id, '$2.symbol', 'model' FROM repository WHERE name = '$2-repository';
INSERT INTO setting (name, value) VALUES ('$2.theme', 'dark'), ('$2.zoom', '110');
COMMIT;
SQL
}
