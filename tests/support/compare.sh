# Sourced after lab.sh: are two devices alike where they should be? An oracle of its own, which asks
# the files and the rows, never Satchel.

# travels claude|codex PATH: may a file at this path of the tree leave its machine? The shipped rules
# of docs/reference, said a second time.
travels() {
    case "/$2/" in
        */.credentials.json/* | */auth.json/* | */.claude.json*/* | */.env*/* | *.pem/* | *.key/*) return 1 ;;
        *.db/* | *.sqlite*/* | *-wal/* | *-shm/* | *.lock/* | *.tmp/* | *.pid/* | */.git/* | */cache/*) return 1 ;;
        */node_modules/* | */session-env/* | */shell-snapshots/* | */shell_snapshots/* | */.satchel-*/*) return 1 ;;
    esac
    local claude='^(projects/[^/]+/[^/]+\.jsonl|projects/[^/]+/[^/]+/(subagents|tool-results|workflows)/.+'
    claude+='|projects/[^/]+/memory/.+|history\.jsonl|CLAUDE\.md|keybindings\.json'
    claude+='|(plans|todos|tasks|rules|agents|commands|skills|output-styles|workflows|themes'
    claude+='|agent-memory|scheduled-tasks)/.+)$'
    local codex='^((archived_)?sessions/.+\.jsonl(\.zst)?|history\.jsonl|session_index\.jsonl|AGENTS\.md'
    codex+='|(prompts|skills|rules|agents|memories|themes)/.+)$'
    case "$1" in
        claude) [[ $2 =~ $claude ]] ;;
        codex) [[ $2 =~ $codex ]] && [[ $2 != skills/.system/* ]] ;;
        *) return 0 ;;
    esac
}

# Settings come value by value, each file as its owner writes it: integration/settings looks at them.
is_settings() { [[ $2 =~ ^(settings\.json|([^/]+\.)?config\.toml)$ ]] && [ "$1" != tree ]; }

EMPTY_SUM=$(sha256sum </dev/null | cut -c1-64)

# tree_list PROFILE DIR: "x|- modified checksum path" of every file that travels, sorted. Who may read
# a file is each machine's own matter; that it can be run travels.
tree_list() {
    local path
    (cd "$2" && find . -type f -printf '%P\n') | while IFS= read -r path; do
        travels "$1" "$path" && printf '%s\n' "$path"
    done | LC_ALL=C sort >"$LAB/tree_list"
    local sum modified
    while IFS= read -r path; do
        sum=$(complete_lines "$1" "$path" "$2" | sha256sum | cut -c1-64)
        # A file without one whole line has nothing yet that could have a time.
        modified=$([ "$sum" = "$EMPTY_SUM" ] && echo 0 || stat -c %Y "$2/$path")
        printf '%s %s %s %s\n' "$([ -x "$2/$path" ] && echo x || echo -)" "$modified" "$sum" "$path"
    done <"$LAB/tree_list"
}

# complete_lines PROFILE PATH DIR: what of the file travels. A transcript's last line waits until its
# end has been written.
complete_lines() {
    local lines='^(projects/[^/]+/[^/]+\.jsonl|projects/.+/subagents/.+\.jsonl|(archived_)?sessions/.+\.jsonl|[a-z_]+\.jsonl)$'
    if [ "$1" != tree ] && [[ $2 =~ $lines ]] && [ -n "$(tail -c 1 "$3/$2")" ]; then
        sed '$d' "$3/$2"
    else
        cat "$3/$2"
    fi
}

# only_masked DIR DIR: true when the files of the last difference are the same but for asterisks in
# the second one, where a secret stayed behind. With MAY_MASK set to a file its lines name them.
only_masked() {
    local path here there
    grep -q '^[<>]' "$LAB/tree-difference" || return 1
    while IFS= read -r path; do
        here=$1/$path there=$2/$path
        [ -f "$here" ] && [ -f "$there" ] && [ "$(stat -c '%s %Y' "$here")" = "$(stat -c '%s %Y' "$there")" ] || return 1
        ! cmp -l "$here" "$there" | awk '$3 != "52"' | grep -q . || return 1
        printf '%s\n' "$path" >>"$MAY_MASK"
    done < <(sed -n 's/^[<>] . [0-9]* [0-9a-f]* //p' "$LAB/tree-difference" | LC_ALL=C sort -u)
}

# same_tree PROFILE DIR DIR: prints what differs and fails, or succeeds.
same_tree() {
    tree_list "$1" "$2" >"$LAB/tree-1"
    tree_list "$1" "$3" >"$LAB/tree-2"
    diff "$LAB/tree-1" "$LAB/tree-2" >"$LAB/tree-difference" ||
        { [ -n "${MAY_MASK:-}" ] && only_masked "$2" "$3"; } ||
        { head -n 20 "$LAB/tree-difference"; return 1; }
    # Nothing else may have come to the second one, and no half-written file may lie in either,
    # unless AFTER_KILL says that one may be left until it is surely nobody's.
    local path left='.satchel-*'
    [ -z "${AFTER_KILL:-}" ] || left='.satchel-*[!p]'
    while IFS= read -r path; do
        [[ -n ${AFTER_KILL:-} && $path =~ \.satchel-[0-9]+-[0-9]+\.tmp$ ]] && continue
        travels "$1" "$path" || is_settings "$1" "$path" || [ -n "${OWN_FILES:-}" ] || { say "came along: $path"; return 1; }
    done < <(cd "$3" && find . -type f -printf '%P\n')
    if [ -n "$(find "$2" "$3" -name "$left" -print -quit)" ]; then
        say "left behind: $(find "$2" "$3" -name "$left" -print -quit)"
        return 1
    fi
}

# After same_tree: how many files were compared, and how many of them end in a line that waits.
count_files() { wc -l <"$LAB/tree-1"; }
count_unfinished() {
    local path count=0
    while IFS= read -r path; do cmp -s "$1/$path" "$2/$path" || count=$((count + 1)); done <"$LAB/tree_list"
    echo "$count"
}

# catalog_rows DATABASE: every row of the ten tables, told by sync ids instead of local ones, without the
# columns that are each machine's own (paths, versions of environments).
catalog_rows() {
    sql "$1" <<'SQL'
SELECT 'version', sync_id, name, port, pyenv_virtualenv, branch, last_fetched_at FROM version ORDER BY 2;
SELECT 'setting', sync_id, name, value FROM setting ORDER BY 2;
SELECT 'database', d.sync_id, d.name, d.last_update, c.sync_id, d.in_pg, d.size_bytes, d.last_login, d.is_odoo
  FROM database d LEFT JOIN database c ON c.id = d.clone_db_id ORDER BY 2;
SELECT 'project', sync_id, name, is_virtual, no_auto_archive, home_repo, main_branch FROM project ORDER BY 2;
SELECT 'environment', e.sync_id, e.name, e.github_url, e.branch_name, p.sync_id,
       d.sync_id, e.last_used_at, e.sh_url, e.notes, e.ticket_ids, e.pinned, e.status
  FROM environment e LEFT JOIN project p ON p.id = e.project_id
  LEFT JOIN database d ON d.id = e.database_id ORDER BY 2;
SELECT 'switch_log', s.sync_id, e.sync_id, s.switched_at, s.flagged, s.ended_at, s.note, s.source, s.edited
  FROM switch_log s LEFT JOIN environment e ON e.id = s.environment_id ORDER BY 2;
SELECT 'backup', b.sync_id, b.name, b.note, b.env_name, b.db_name, d.sync_id, b.file_path, b.size_bytes,
       b.created_at FROM backup b LEFT JOIN database d ON d.id = b.database_id ORDER BY 2;
SELECT 'repository', sync_id, name, path, origin_url, last_indexed_commit_sha, enabled FROM repository ORDER BY 2;
SELECT 'skill_tag', t.sync_id, r.sync_id, t.commit_sha, t.tag, t.weight, t.raw_loc, t.committed_at, t.top_files
  FROM skill_tag t LEFT JOIN repository r ON r.id = t.repository_id ORDER BY 2;
SELECT 'knowledge_index', k.sync_id, r.sync_id, k.symbol, k.symbol_kind, k.commit_count, k.loc_authored,
       k.last_touched FROM knowledge_index k LEFT JOIN repository r ON r.id = k.repository_id ORDER BY 2;
SQL
}

# same_catalog DATABASE DATABASE: prints what differs and fails, or succeeds.
same_catalog() {
    catalog_rows "$1" >"$LAB/rows-1" && catalog_rows "$2" >"$LAB/rows-2" || return 1
    [ -s "$LAB/rows-1" ] || { say "there are no rows"; return 1; }
    if grep -q '^[a-z_]*||' "$LAB/rows-1"; then
        say "a row without a sync id: $(grep -m1 '^[a-z_]*||' "$LAB/rows-1")"
        return 1
    fi
    diff "$LAB/rows-1" "$LAB/rows-2" >"$LAB/row-difference" ||
        { head -n 20 "$LAB/row-difference"; return 1; }
}

# remapped_rows DATABASE DATABASE: how many environments have one sync id and two local ids.
remapped_rows() {
    sql "$1" "ATTACH '$2' AS other;
        SELECT count(*) FROM environment a JOIN other.environment b USING (sync_id) WHERE a.id <> b.id"
}

# table_rows DATABASE TABLE: a third-party table, ordered.
table_rows() { sql "$1" "SELECT * FROM $2 ORDER BY 1"; }

# intact FILE…: SQLite finds nothing wrong with each of them.
intact() {
    local file answer
    for file in "$@"; do
        answer=$(sql "$file" 'PRAGMA integrity_check; PRAGMA foreign_key_check;') || return 1
        [ "$answer" = ok ] || { say "$file: $answer"; return 1; }
    done
}

# hub_database: the hub's file, whatever it is called.
hub_database() { printf '%s\n' "$(hub_data)/hub.db"; }
