// The shape of catalog.db, the first source of every device: ten tables that travel, and five that
// stay on the machine they were made on. Other programs read and write this file with plain SQLite,
// so the tables are ordinary (not STRICT), their names are a promise, and creating them twice is
// harmless.
#pragma once

#include <array>
#include <string_view>

namespace satchel::sources {

/// Creates whatever is missing of catalog.db. `sync_id` is filled by stamping; a row written by
/// another program may leave it and `synced_at` NULL.
inline constexpr std::string_view kCatalogSchema = R"sql(
CREATE TABLE IF NOT EXISTS workspace (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS version (
    id INTEGER PRIMARY KEY,
    sync_id TEXT,
    synced_at TEXT,
    name TEXT NOT NULL UNIQUE,
    path TEXT,
    port INTEGER DEFAULT 8069,
    pyenv_virtualenv TEXT,
    branch TEXT,
    last_fetched_at TEXT
);
CREATE TABLE IF NOT EXISTS setting (
    id INTEGER PRIMARY KEY,
    sync_id TEXT,
    synced_at TEXT,
    name TEXT NOT NULL UNIQUE,
    value TEXT
);
CREATE TABLE IF NOT EXISTS database (
    id INTEGER PRIMARY KEY,
    sync_id TEXT,
    synced_at TEXT,
    name TEXT NOT NULL UNIQUE,
    last_update TEXT,
    clone_db_id INTEGER REFERENCES database(id) ON DELETE SET NULL,
    in_pg INTEGER DEFAULT 0,
    size_bytes INTEGER,
    last_login TEXT,
    is_odoo INTEGER DEFAULT 0,
    last_synced_at TEXT
);
CREATE TABLE IF NOT EXISTS project (
    id INTEGER PRIMARY KEY,
    sync_id TEXT,
    synced_at TEXT,
    name TEXT NOT NULL UNIQUE,
    is_virtual INTEGER DEFAULT 0,
    no_auto_archive INTEGER DEFAULT 0,
    home_repo TEXT,
    main_branch TEXT,
    workspace_id INTEGER REFERENCES workspace(id) ON DELETE SET NULL
);
CREATE TABLE IF NOT EXISTS environment (
    id INTEGER PRIMARY KEY,
    sync_id TEXT,
    synced_at TEXT,
    name TEXT NOT NULL,
    project_path TEXT,
    github_url TEXT,
    branch_name TEXT,
    project_id INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
    version_id INTEGER REFERENCES version(id) ON DELETE SET NULL,
    database_id INTEGER REFERENCES database(id) ON DELETE SET NULL,
    last_used_at TEXT,
    sh_url TEXT,
    notes TEXT,
    ticket_ids TEXT,
    ssh_host TEXT,
    ssh_user TEXT,
    pinned INTEGER DEFAULT 0,
    status TEXT DEFAULT 'active',
    UNIQUE (project_id, name)
);
CREATE TABLE IF NOT EXISTS switch_log (
    id INTEGER PRIMARY KEY,
    sync_id TEXT,
    synced_at TEXT,
    environment_id INTEGER REFERENCES environment(id) ON DELETE SET NULL,
    switched_at TEXT NOT NULL,
    flagged INTEGER DEFAULT 0,
    ended_at TEXT,
    note TEXT,
    source TEXT DEFAULT 'auto' CHECK (source IN ('auto', 'manual')),
    edited INTEGER DEFAULT 0
);
CREATE TABLE IF NOT EXISTS backup (
    id INTEGER PRIMARY KEY,
    sync_id TEXT,
    synced_at TEXT,
    name TEXT NOT NULL,
    note TEXT,
    env_name TEXT,
    db_name TEXT,
    database_id INTEGER REFERENCES database(id) ON DELETE SET NULL,
    file_path TEXT,
    size_bytes INTEGER,
    created_at TEXT,
    odoo_version TEXT
);
CREATE TABLE IF NOT EXISTS repository (
    id INTEGER PRIMARY KEY,
    sync_id TEXT,
    synced_at TEXT,
    name TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    origin_url TEXT,
    last_indexed_commit_sha TEXT,
    last_indexed_at TEXT,
    enabled INTEGER DEFAULT 1
);
CREATE TABLE IF NOT EXISTS skill_tag (
    id INTEGER PRIMARY KEY,
    sync_id TEXT,
    synced_at TEXT,
    repository_id INTEGER NOT NULL REFERENCES repository(id) ON DELETE CASCADE,
    commit_sha TEXT NOT NULL,
    tag TEXT NOT NULL,
    weight REAL DEFAULT 1.0,
    raw_loc INTEGER DEFAULT 0,
    committed_at TEXT,
    top_files TEXT,
    UNIQUE (repository_id, commit_sha, tag)
);
CREATE TABLE IF NOT EXISTS knowledge_index (
    id INTEGER PRIMARY KEY,
    sync_id TEXT,
    synced_at TEXT,
    repository_id INTEGER NOT NULL REFERENCES repository(id) ON DELETE CASCADE,
    symbol TEXT NOT NULL,
    symbol_kind TEXT NOT NULL CHECK (symbol_kind IN ('model', 'method', 'field', 'file')),
    commit_count INTEGER DEFAULT 0,
    loc_authored INTEGER DEFAULT 0,
    last_touched TEXT,
    top_files TEXT,
    UNIQUE (repository_id, symbol, symbol_kind)
);
CREATE TABLE IF NOT EXISTS device (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    api_key TEXT UNIQUE,
    last_seen_at TEXT,
    created_at TEXT
);
CREATE TABLE IF NOT EXISTS device_path (
    id INTEGER PRIMARY KEY,
    device_id INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,
    project_id INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
    local_path TEXT,
    UNIQUE (device_id, project_id)
);
CREATE TABLE IF NOT EXISTS module (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    version_id INTEGER REFERENCES version(id) ON DELETE SET NULL
);
CREATE TABLE IF NOT EXISTS app_state (
    key TEXT PRIMARY KEY,
    value TEXT
);
CREATE INDEX IF NOT EXISTS version_sync_id ON version(sync_id);
CREATE INDEX IF NOT EXISTS setting_sync_id ON setting(sync_id);
CREATE INDEX IF NOT EXISTS database_sync_id ON database(sync_id);
CREATE INDEX IF NOT EXISTS project_sync_id ON project(sync_id);
CREATE INDEX IF NOT EXISTS environment_sync_id ON environment(sync_id);
CREATE INDEX IF NOT EXISTS switch_log_sync_id ON switch_log(sync_id);
CREATE INDEX IF NOT EXISTS backup_sync_id ON backup(sync_id);
CREATE INDEX IF NOT EXISTS repository_sync_id ON repository(sync_id);
CREATE INDEX IF NOT EXISTS skill_tag_sync_id ON skill_tag(sync_id);
CREATE INDEX IF NOT EXISTS knowledge_index_sync_id ON knowledge_index(sync_id);
)sql";

/// The tables that travel, parents before children: rows written in this order find the rows they
/// refer to.
inline constexpr std::array<std::string_view, 10> kCatalogTables = {
    "version",
    "setting",
    "database",
    "project",
    "environment",
    "switch_log",
    "backup",
    "repository",
    "skill_tag",
    "knowledge_index",
};

/// The column of every table that belongs to one machine: when this machine sent the row.
inline constexpr std::string_view kCatalogLocalColumn = "synced_at";

}  // namespace satchel::sources
