// Every kind of path that an assistant's folder is known to hold, and what becomes of it.
#include "daemon/profiles/profile.h"
#include "daemon/sources/file_tree/deny_list.h"
#include "daemon/sources/file_tree/file_class.h"

#include <doctest/doctest.h>

namespace satchel::profiles {

namespace {

struct Row {
    std::string_view profile;
    std::string_view path;
    std::string_view word;  // the class in the profile; "never" for what is on the deny list
    bool keeps_deleted = false;
    bool waits_for_closed = false;
};

constexpr std::string_view kSession = "0d1e2f30-1111-4222-8333-444455556666";

// clang-format off
constexpr Row kRows[] = {
    {"claude", "projects/-home-u-app/0d1e2f30.jsonl", "lines", true},
    {"claude", "projects/-home-u-app/agent-7f.jsonl", "lines", true},
    {"claude", "projects/-home-u-app/0d1e2f30/subagents/agent-7f.jsonl", "lines", true},
    {"claude", "projects/-home-u-app/0d1e2f30/subagents/agent-7f.meta.json", "immutable", true},
    {"claude", "projects/-home-u-app/0d1e2f30/subagents/workflows/r1/agent-1.jsonl", "lines", true},
    {"claude", "projects/-home-u-app/0d1e2f30/subagents/workflows/r1/journal.jsonl", "lines", true},
    {"claude", "projects/-home-u-app/0d1e2f30/subagents/agent-acompact-1.jsonl", "lines", true},
    {"claude", "projects/-home-u-app/0d1e2f30/tool-results/t1.txt", "immutable", true},
    {"claude", "projects/-home-u-app/0d1e2f30/workflows/wf_1.json", "opaque", true},
    {"claude", "projects/-home-u-app/memory/MEMORY.md", "opaque"},
    {"claude", "projects/-home-u-app/memory/topic/x.md", "opaque"},
    {"claude", "projects/-home-u-app/sessions-index.json", "never"},
    {"claude", "projects/-home-u-app/.session-aliases", "never"},
    {"claude", "history.jsonl", "lines"},
    {"claude", "plans/brave-fox.md", "opaque", true},
    {"claude", "todos/0d1e-agent-7f.json", "opaque", true},
    {"claude", "tasks/0d1e/1.json", "opaque", true},
    {"claude", "settings.json", "json", false, true},
    {"claude", "settings.local.json", "never"},
    {"claude", "CLAUDE.md", "opaque"},
    {"claude", "rules/style.md", "opaque"},
    {"claude", "agents/reviewer.md", "opaque"},
    {"claude", "commands/git/commit.md", "opaque"},
    {"claude", "skills/pdf/SKILL.md", "opaque"},
    {"claude", "skills/pdf/scripts/run.py", "opaque"},
    {"claude", "output-styles/terse.md", "opaque"},
    {"claude", "workflows/w.js", "opaque"},
    {"claude", "themes/dark.json", "opaque"},
    {"claude", "keybindings.json", "opaque"},
    {"claude", "agent-memory/reviewer/notes.md", "opaque"},
    {"claude", "scheduled-tasks/daily/SKILL.md", "opaque"},
    {"claude", "plugins/installed_plugins.json", "never"},
    {"claude", "plugins/known_marketplaces.json", "never"},
    {"claude", "plugins/cache/m/p/index.js", "never"},
    {"claude", "plugins/marketplaces/m/README.md", "never"},
    {"claude", "plugins/data/p/options.json", "never"},
    {"claude", "file-history/0d1e/abc@v1", "optional"},
    {"claude", "paste-cache/1.txt", "optional"},
    {"claude", "image-cache/0d1e/1.png", "optional"},
    {"claude", "uploads/0d1e/a.pdf", "optional"},
    {"claude", "session-env/0d1e/env.sh", "never"},
    {"claude", "shell-snapshots/snapshot-bash-1.sh", "never"},
    {"claude", "sessions/4711.json", "never"},
    {"claude", "ide/4711.lock", "never"},
    {"claude", "jobs/1.json", "never"},
    {"claude", "daemon/state.json", "never"},
    {"claude", "daemon.log", "never"},
    {"claude", "daemon.lock", "never"},
    {"claude", "teams/t/inboxes/a.json", "never"},
    {"claude", "debug/0d1e.txt", "never"},
    {"claude", "logs/a.log", "never"},
    {"claude", "statsig/x", "never"},
    {"claude", "cache/changelog.md", "never"},
    {"claude", "stats-cache.json", "never"},
    {"claude", "usage-data/report.html", "never"},
    {"claude", "feedback-bundles/1.zip", "never"},
    {"claude", "backups/.claude.json.backup.1", "never"},
    {"claude", ".last-update-result.json", "never"},
    {"claude", "mcp-needs-auth-cache.json", "never"},
    {"claude", "remote-settings.json", "never"},
    {"claude", "policy-limits.json", "never"},
    {"claude", "security/log.txt", "never"},
    {"claude", ".credentials.json", "never"},
    {"claude", ".claude.json", "never"},
    {"claude", "skills/pdf/.env", "never"},
    {"claude", "skills/pdf/server.pem", "never"},

    {"codex", "sessions/2026/08/02/rollout-2026-08-02T10-11-12-0d1e.jsonl", "lines", true},
    {"codex", "sessions/2026/08/02/rollout-2026-08-02T10-11-12-0d1e.jsonl.zst", "opaque", true},
    {"codex", "sessions/2026/08/02/rollout-2026-08-02T10-11-12-0d1e_77aa.jsonl", "lines", true},
    {"codex", "archived_sessions/rollout-2026-08-02T10-11-12-0d1e.jsonl", "lines", true},
    {"codex", "history.jsonl", "lines"},
    {"codex", "session_index.jsonl", "lines"},
    {"codex", "config.toml", "toml", false, true},
    {"codex", "work.config.toml", "toml", false, true},
    {"codex", "AGENTS.md", "opaque"},
    {"codex", "prompts/review.md", "opaque"},
    {"codex", "skills/pdf/SKILL.md", "opaque"},
    {"codex", "skills/.system/x/SKILL.md", "never"},
    {"codex", "rules/default.rules", "opaque"},
    {"codex", "agents/a.toml", "opaque"},
    {"codex", "hooks/stop.sh", "opaque"},
    {"codex", "themes/t.tmTheme", "opaque"},
    {"codex", "memories/m.md", "opaque"},
    {"codex", "state_5.sqlite", "never"},
    {"codex", "state_5.sqlite-wal", "never"},
    {"codex", "thread_history_1.sqlite", "never"},
    {"codex", "logs_2.sqlite", "never"},
    {"codex", "goals_1.sqlite", "never"},
    {"codex", "memories_1.sqlite", "never"},
    {"codex", "queue_1.sqlite", "never"},
    {"codex", "sqlite/x.db", "never"},
    {"codex", "auth.json", "never"},
    {"codex", ".credentials.json", "never"},
    {"codex", "shell_snapshots/1.sh", "never"},
    {"codex", "log/codex-tui.log", "never"},
    {"codex", "attachments/1.png", "optional"},
    {"codex", "thread-writer-locks/0d1e", "never"},
    {"codex", "installation_id", "never"},
    {"codex", "version.json", "never"},
    {"codex", "internal_storage.json", "never"},
    {"codex", "models_cache.json", "never"},
    {"codex", ".codex-global-state.json", "never"},
    {"codex", ".codex-global-state.json.bak", "never"},
    {"codex", "app-server-daemon/x", "never"},
    {"codex", "tmp/x", "never"},
    {"codex", "plugins/cache/p/x", "never"},
    {"codex", "vendor_imports/skills/x", "never"},

    {"gemini", "settings.json", "json", false, true},
    {"gemini", "GEMINI.md", "opaque"},
    {"gemini", "commands/a/b.toml", "opaque"},
    {"gemini", "projects.json", "never"},
    {"gemini", "extensions/x/gemini-extension.json", "never"},
    {"gemini", "history/app/.git/config", "never"},
    {"gemini", "tmp/app/chats/session-2026-08-02T10-11-0d1e2f30.json", "archive", true},
    {"gemini", "tmp/app/chats/session-2026-08-02T10-11-0d1e2f30.jsonl", "archive", true},
    {"gemini", "tmp/app/checkpoints/c.json", "never"},
    {"gemini", "tmp/app/logs.json", "never"},
    {"gemini", "tmp/app/.project_root", "never"},
    {"gemini", "oauth_creds.json", "never"},
    {"gemini", "google_accounts.json", "never"},
    {"gemini", ".env", "never"},
    {"gemini", "mcp-oauth-tokens.json", "never"},
    {"gemini", "mcp-oauth-tokens-v2.json", "never"},
    {"gemini", "installation_id", "never"},

    {"copilot", "settings.json", "json", false, true},
    {"copilot", "mcp-config.json", "json", false, true},
    {"copilot", "lsp-config.json", "json", false, true},
    {"copilot", "copilot-instructions.md", "opaque"},
    {"copilot", "instructions/a.instructions.md", "opaque"},
    {"copilot", "agents/a.agent.md", "opaque"},
    {"copilot", "skills/s/SKILL.md", "opaque"},
    {"copilot", "hooks/h.json", "opaque"},
    {"copilot", "config.json", "never"},
    {"copilot", "permissions-config.json", "never"},
    {"copilot", "session-store.db", "never"},
    {"copilot", "logs/process-1.log", "never"},
    {"copilot", "ide/1.lock", "never"},
    {"copilot", "installed-plugins/p/x.js", "never"},
    {"copilot", "session-state/0d1e/events.jsonl", "lines", true},
    {"copilot", "session-state/0d1e.jsonl", "lines", true},
    {"copilot", "session-state/0d1e/plan.md", "opaque", true},
    {"copilot", "session-state/0d1e/checkpoints/1.json", "opaque", true},
    {"copilot", "session-state/0d1e/workspace.yaml", "never"},

    {"opencode", "opencode.json", "json", false, true},
    {"opencode", "opencode.jsonc", "json", false, true},
    {"opencode", "tui.json", "json", false, true},
    {"opencode", "AGENTS.md", "opaque"},
    {"opencode", "agents/a.md", "opaque"},
    {"opencode", "commands/c.md", "opaque"},
    {"opencode", "plugins/p.ts", "opaque"},
    {"opencode", "node_modules/x/index.js", "never"},
    {"opencode", "auth.json", "never"},
    {"opencode", "mcp-auth.json", "never"},
    {"opencode", "package.json", "never"},

    {"cursor", "projects/home-u-app/agent-transcripts/0d1e/0d1e.jsonl", "archive", true},
    {"cursor", "projects/home-u-app/repo.json", "never"},
    {"cursor", "chats/0123/0d1e/store.db", "never"},
    {"cursor", "chats/0123/0d1e/meta.json", "never"},
    {"cursor", "plans/a.plan.md", "opaque"},
    {"cursor", "rules/r.mdc", "opaque"},
    {"cursor", "commands/c.md", "opaque"},
    {"cursor", "mcp.json", "json", false, true},
    {"cursor", "extensions/x/package.json", "never"},
    {"cursor", "cli-config.json", "never"},

    {"aider", ".aider.chat.history.md", "archive", true},
    {"aider", ".aider.input.history", "archive", true},
    {"aider", ".aider.conf.yml", "never"},
    {"aider", ".env", "never"},
    {"aider", "src/main.cpp", "never"},
    {"aider", "README.md", "never"},

    {"claude-home", ".claude.json", "json", true, true},
    {"claude-home", ".claude.json.backup", "never"},
    {"claude-home", ".bashrc", "never"},
    {"claude-home", "work/.claude.json", "never"},

    {"tree", ".claude.json", "never"},
    {"tree", "a/b.jsonl", "lines"},
    {"tree", "a/b.md", "opaque"},
    {"tree", "a/auth.json", "never"},
};
// clang-format on

}  // namespace

TEST_SUITE("profiles/paths") {
    TEST_CASE("every known path has its class") {
        for (const Row& row : kRows) {
            CAPTURE(row.profile);
            CAPTURE(row.path);
            const auto profile = find_shipped(row.profile);
            REQUIRE(profile);
            const auto rules = sources::rules_of(*profile);
            REQUIRE(rules.size() == profile->rules.size());
            const bool is_denied = sources::is_denied(row.path);
            if (is_denied) {
                const bool is_never =
                    sources::classify(row.path, rules) == sources::FileClass::never;
                CHECK(is_never == (row.word == "never"));
            }
            if (is_denied && row.word == "never") continue;
            const sources::FileRule* rule = sources::find_rule(row.path, rules);
            REQUIRE(rule != nullptr);
            const Rule& said = profile->rules.at(static_cast<std::size_t>(rule - rules.data()));
            CHECK(said.file_class == row.word);
            CHECK(said.keeps_deleted == row.keeps_deleted);
            CHECK(said.waits_for_closed == row.waits_for_closed);
            CHECK(rule->keeps_deleted == row.keeps_deleted);
            CHECK(rule->waits_for_closed == row.waits_for_closed);
            const bool travels = sources::classify(row.path, rules) != sources::FileClass::never;
            const bool is_held = row.word == "never" || row.word == "optional";
            if (is_held) CHECK_FALSE(travels);
        }
    }

    TEST_CASE("a person's own rule turns on what is optional and not what is never") {
        const auto profile = find_shipped("claude");
        REQUIRE(profile);
        auto rules = sources::rules_of(*profile);
        const std::string snapshot = "file-history/" + std::string(kSession) + "/a@v1";
        CHECK(sources::classify(snapshot, rules) == sources::FileClass::never);
        rules.insert(rules.begin(), {"file-history/**", sources::FileClass::immutable});
        rules.insert(rules.begin(), {"plugins/**", sources::FileClass::opaque});
        CHECK(sources::classify(snapshot, rules) == sources::FileClass::immutable);
        CHECK_FALSE(sources::is_hidden_folder("file-history", rules));
        CHECK(sources::classify("plugins/data/x.json", rules) == sources::FileClass::never);
    }
}

}  // namespace satchel::profiles
