// Methods about sources: what this device keeps in sync.
#pragma once

#include "shared/json/fields.h"
#include "shared/protocol/control/discover.h"
#include "shared/protocol/control/policy.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// Items of one table, or one kind of file, that were changed here and not sent yet.
struct TablePending {
    std::string table{};
    std::int64_t pending = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&TablePending::table>{"table", json::Need::required},
        json::Field<&TablePending::pending>{"pending"},
    };
};

/// One source in a line.
struct SourceSummary {
    std::string name{};
    std::string kind{};                          ///< "tables" or "files"
    std::string path{};                          ///< of the database file or the directory
    std::string state{};                         ///< "ok", "deferred", "halted" or "missing"
    std::string reason{};                        ///< why, when the state is not "ok"
    std::int64_t items = 0;                      ///< rows or files
    std::int64_t pending = 0;                    ///< items changed here and not sent yet
    std::int64_t parked = 0;                     ///< items held back, each with a reason
    std::vector<TablePending> pending_tables{};  ///< of `pending`, where there are any
    std::int64_t secrets_masked = 0;             ///< of files here, in what others get of them
    std::int64_t secrets_held = 0;               ///< files that stay here because they hold one
    std::string error{};                         ///< wire name of its trouble, if it has one
    std::string fix{};                           ///< what helps, if it is known
    std::int64_t deferred = 0;                   ///< of the parked: wait for a program to let go
    std::string waiting{};                       ///< what one of these waits for
    std::string watch{};  ///< why its changes are found by cycles only, if so
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceSummary::name>{"name", json::Need::required},
        json::Field<&SourceSummary::kind>{"kind"},
        json::Field<&SourceSummary::path>{"path"},
        json::Field<&SourceSummary::state>{"state"},
        json::Field<&SourceSummary::reason>{"reason"},
        json::Field<&SourceSummary::error>{"error"},
        json::Field<&SourceSummary::fix>{"fix"},
        json::Field<&SourceSummary::items>{"items"},
        json::Field<&SourceSummary::pending>{"pending"},
        json::Field<&SourceSummary::parked>{"parked"},
        json::Field<&SourceSummary::deferred>{"deferred"},
        json::Field<&SourceSummary::waiting>{"waiting"},
        json::Field<&SourceSummary::pending_tables>{"pending_tables"},
        json::Field<&SourceSummary::secrets_masked>{"secrets_masked"},
        json::Field<&SourceSummary::secrets_held>{"secrets_held"},
        json::Field<&SourceSummary::watch>{"watch"},
    };
};

/// One table of a "tables" source, or one kind of thing in a "files" source.
struct SourceTable {
    std::string name{};
    std::string identity{};          ///< "column", "key", "mapped" or "content"
    std::string capture{};           ///< "scan" or "marks"
    std::int64_t rows = 0;           ///< captured
    std::vector<std::string> key{};  ///< columns that tell rows apart
    std::int64_t pending = 0;        ///< rows changed here and not sent yet
    std::int64_t parked = 0;         ///< rows held back
    std::int64_t stored = 0;         ///< kept here and not written into the folder
    std::string policy{};            ///< what is done with its conflicts, see source.set
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceTable::name>{"name", json::Need::required},
        json::Field<&SourceTable::identity>{"identity"},
        json::Field<&SourceTable::capture>{"capture"},
        json::Field<&SourceTable::rows>{"rows"},
        json::Field<&SourceTable::key>{"key"},
        json::Field<&SourceTable::pending>{"pending"},
        json::Field<&SourceTable::parked>{"parked"},
        json::Field<&SourceTable::stored>{"stored"},
        json::Field<&SourceTable::policy>{"policy"},
    };
};

/// How files that match a pattern are treated; the first match counts.
struct SourceRule {
    std::string pattern{};     ///< relative to the root of the source; * and **
    std::string file_class{};  ///< such as "text", "settings", "lines" or "ignore"
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceRule::pattern>{"pattern", json::Need::required},
        json::Field<&SourceRule::file_class>{"file_class", json::Need::required},
    };
};

/// How rows of a table are told apart.
struct SourceIdentity {
    std::string table{};
    std::string identity{};  ///< "column", "key", "mapped" or "content"
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceIdentity::table>{"table", json::Need::required},
        json::Field<&SourceIdentity::identity>{"identity", json::Need::required},
    };
};

/// Something that is not synced at the moment, or never.
struct HeldItem {
    std::string item{};
    std::string reason{};
    static constexpr auto kFields = std::tuple{
        json::Field<&HeldItem::item>{"item", json::Need::required},
        json::Field<&HeldItem::reason>{"reason"},
    };
};

/// Answer of source.list.
struct SourceListResponse {
    std::vector<SourceSummary> sources{};
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceListResponse::sources>{"sources"},
    };
};

/// Lists the sources of this device.
struct SourceListRequest {
    static constexpr std::string_view kMethod = "source.list";
    using Response = SourceListResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Answer of source.show.
struct SourceShowResponse {
    SourceSummary source{};
    std::string profile{};  ///< shipped rule set in use; empty: none
    std::vector<SourceTable> tables{};
    std::vector<SourceRule> rules{};      ///< in the order they are tried
    std::vector<HeldItem> held{};         ///< parked and deferred items
    std::vector<std::string> left_out{};  ///< what is not synced and why, a sentence each
    std::int64_t backlog = 0;             ///< changes found and not captured yet
    std::string fingerprint{};            ///< of a database's schema
    std::string program{};  ///< what some files wait for before they are written; empty: nothing
    std::string gate{};     ///< of that program: "running", "stopped" or "unknown"
    std::string secrets{};  ///< files: what becomes of secrets: "mask", "hold", "send"
    std::string policy{};   ///< what is done with conflicts where a table has no policy of its own
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceShowResponse::source>{"source"},
        json::Field<&SourceShowResponse::profile>{"profile"},
        json::Field<&SourceShowResponse::tables>{"tables"},
        json::Field<&SourceShowResponse::rules>{"rules"},
        json::Field<&SourceShowResponse::held>{"held"},
        json::Field<&SourceShowResponse::left_out>{"left_out"},
        json::Field<&SourceShowResponse::backlog>{"backlog"},
        json::Field<&SourceShowResponse::fingerprint>{"fingerprint"},
        json::Field<&SourceShowResponse::program>{"program"},
        json::Field<&SourceShowResponse::gate>{"gate"},
        json::Field<&SourceShowResponse::secrets>{"secrets"},
        json::Field<&SourceShowResponse::policy>{"policy"},
    };
};

/// Shows one source; fails with not_found.
struct SourceShowRequest {
    static constexpr std::string_view kMethod = "source.show";
    using Response = SourceShowResponse;
    std::string name{};
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceShowRequest::name>{"name", json::Need::required},
    };
};

/// A foreign key, and how it will be treated.
struct PlannedReference {
    std::vector<std::string> from{};
    std::string parent{};
    std::vector<std::string> to{};
    std::string on_delete{};  ///< as declared: "CASCADE", "SET NULL", "NO ACTION", ...
    bool renumbered = false;  ///< each device keeps its own numbers
    static constexpr auto kFields = std::tuple{
        json::Field<&PlannedReference::from>{"from"},
        json::Field<&PlannedReference::parent>{"parent"},
        json::Field<&PlannedReference::to>{"to"},
        json::Field<&PlannedReference::on_delete>{"on_delete"},
        json::Field<&PlannedReference::renumbered>{"renumbered"},
    };
};

/// A table that would be synced.
struct PlannedTable {
    std::string name{};
    std::int64_t rows = 0;
    std::int64_t rows_without_key = 0;  ///< NULL in the key: they stay here
    std::string identity{};             ///< "column", "key", "mapped" or "content"
    std::vector<std::string> key{};     ///< columns that tell rows apart
    std::vector<std::string> columns{};
    std::vector<std::string> left_out{};              ///< columns that stay, each with its reason
    std::vector<PlannedReference> references{};       ///< its foreign keys
    std::vector<std::vector<std::string>> uniques{};  ///< UNIQUE rules beyond the key
    std::vector<std::string> triggers{};              ///< the application's, run when rows arrive
    static constexpr auto kFields = std::tuple{
        json::Field<&PlannedTable::name>{"name", json::Need::required},
        json::Field<&PlannedTable::rows>{"rows"},
        json::Field<&PlannedTable::rows_without_key>{"rows_without_key"},
        json::Field<&PlannedTable::identity>{"identity"},
        json::Field<&PlannedTable::key>{"key"},
        json::Field<&PlannedTable::columns>{"columns"},
        json::Field<&PlannedTable::left_out>{"left_out"},
        json::Field<&PlannedTable::references>{"references"},
        json::Field<&PlannedTable::uniques>{"uniques"},
        json::Field<&PlannedTable::triggers>{"triggers"},
    };
};

/// What was found in a database and what will be done with it.
struct DatabasePlan {
    std::int64_t size_bytes = 0;
    std::string fingerprint{};  ///< of the schema
    std::string capture{};      ///< "scan" or "marks"
    std::vector<PlannedTable> tables{};
    std::vector<std::string> left_out{};  ///< what stays here, a sentence each
    std::vector<std::string> will{};      ///< what will be done to the file
    std::vector<std::string> will_not{};  ///< what will never be
    static constexpr auto kFields = std::tuple{
        json::Field<&DatabasePlan::size_bytes>{"size_bytes"},
        json::Field<&DatabasePlan::fingerprint>{"fingerprint"},
        json::Field<&DatabasePlan::capture>{"capture"},
        json::Field<&DatabasePlan::tables>{"tables"},
        json::Field<&DatabasePlan::left_out>{"left_out"},
        json::Field<&DatabasePlan::will>{"will"},
        json::Field<&DatabasePlan::will_not>{"will_not"},
    };
};

/// Answer of source.add.
struct SourceAddResponse {
    SourceSummary source{};
    std::vector<std::string> notes{};  ///< what a person should know: tables skipped, class guessed
    bool dry_run = false;              ///< nothing was changed
    std::optional<DatabasePlan> plan{};  ///< of a database
    std::optional<FolderPlan> folder{};  ///< of a directory
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceAddResponse::source>{"source"},
        json::Field<&SourceAddResponse::notes>{"notes"},
        json::Field<&SourceAddResponse::dry_run>{"dry_run"},
        json::Field<&SourceAddResponse::plan>{"plan"},
        json::Field<&SourceAddResponse::folder>{"folder"},
    };
};

/// Keeps a directory, or tables of a SQLite file, in sync.
struct SourceAddRequest {
    static constexpr std::string_view kMethod = "source.add";
    using Response = SourceAddResponse;
    std::string path{};                 ///< absolute
    std::string name{};                 ///< empty: made from the path
    std::string kind = "auto";          ///< "auto", "tables" or "files"
    std::string profile{};              ///< rule set for "files"; empty: found from the path
    std::string preset{};               ///< what is known of the database: "cc", or empty
    std::vector<std::string> tables{};  ///< empty: every table that can be synced
    std::string capture = "auto";       ///< "auto", "scan" or "marks"
    std::string writes = "closed";      ///< a database: "closed" (no program has it) or "live"
    std::string secrets{};              ///< files: "mask" (default), "hold" or "send"
    std::vector<SourceIdentity> identities{};  ///< overrides of how rows are told apart
    std::vector<SourceRule> rules{};           ///< tried before the rules of the profile
    std::string policy = "prefer_newer";       ///< what to do with conflicts, see source.set
    std::vector<SourcePolicy> policies{};      ///< the same by table
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceAddRequest::path>{"path", json::Need::required},
        json::Field<&SourceAddRequest::name>{"name"},
        json::Field<&SourceAddRequest::kind>{"kind"},
        json::Field<&SourceAddRequest::profile>{"profile"},
        json::Field<&SourceAddRequest::preset>{"preset"},
        json::Field<&SourceAddRequest::tables>{"tables"},
        json::Field<&SourceAddRequest::capture>{"capture"},
        json::Field<&SourceAddRequest::writes>{"writes"},
        json::Field<&SourceAddRequest::secrets>{"secrets"},
        json::Field<&SourceAddRequest::identities>{"identities"},
        json::Field<&SourceAddRequest::rules>{"rules"},
        json::Field<&SourceAddRequest::policy>{"policy"},
        json::Field<&SourceAddRequest::policies>{"policies"},
        json::Field<&SourceAddRequest::dry_run>{"dry_run"},
    };
};

/// Answer of source.remove.
struct SourceRemoveResponse {
    std::string name{};
    std::int64_t items_kept = 0;  ///< items that stay where they are
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceRemoveResponse::name>{"name", json::Need::required},
        json::Field<&SourceRemoveResponse::items_kept>{"items_kept"},
        json::Field<&SourceRemoveResponse::dry_run>{"dry_run"},
    };
};

/// Stops syncing a source; neither its data nor the other devices lose anything.
struct SourceRemoveRequest {
    static constexpr std::string_view kMethod = "source.remove";
    using Response = SourceRemoveResponse;
    std::string name{};
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceRemoveRequest::name>{"name", json::Need::required},
        json::Field<&SourceRemoveRequest::dry_run>{"dry_run"},
    };
};

/// Answer of source.resume.
struct SourceResumeResponse {
    std::string name{};
    bool was_halted = false;  ///< false: there was nothing to resume
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceResumeResponse::name>{"name", json::Need::required},
        json::Field<&SourceResumeResponse::was_halted>{"was_halted"},
    };
};

/// A person's word that a source may do what it halted before: lose or send many deletions, once;
/// or that what the workspace has is written back to it.
struct SourceResumeRequest {
    static constexpr std::string_view kMethod = "source.resume";
    using Response = SourceResumeResponse;
    std::string name{};
    std::string choice{};  ///< "publish" or "restore"; may be empty where there is no choice
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceResumeRequest::name>{"name", json::Need::required},
        json::Field<&SourceResumeRequest::choice>{"choice"},
    };
};

}  // namespace satchel::control
