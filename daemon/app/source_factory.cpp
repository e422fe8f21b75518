#include "daemon/app/source_factory.h"

#include "daemon/app/policies.h"
#include "daemon/app/presets.h"
#include "daemon/crypto/hash.h"
#include "daemon/engine/policy.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/sqlite_tables/sqlite_tables.h"
#include "shared/base/utf8.h"
#include "shared/json/fields.h"
#include "shared/platform/processes.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace satchel::app {

namespace {

constexpr std::string_view kCatalogName = "catalog";
constexpr std::size_t kNameCharactersMax = 64;

std::string name_from(const std::filesystem::path& path) {
    std::string name = path.filename().string();
    if (name.empty()) name = path.parent_path().filename().string();
    if (name.starts_with('.')) name.erase(0, 1);
    if (const auto dot = name.rfind('.'); dot != std::string::npos && dot > 0) name.resize(dot);
    return name;
}

/// The shipped profile whose main folder has this name, as it is or as it is kept in a repository
/// of dot files.
std::string profile_from(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    for (const profiles::ShippedText& shipped : profiles::shipped_texts()) {
        const auto profile = profiles::find_shipped(shipped.name);
        if (!profile) continue;
        for (const profiles::Root& root : profile->roots) {
            const std::string folder = std::filesystem::path(root.folder).filename().string();
            const bool is_dot = folder.starts_with('.') && name == "dot-" + folder.substr(1);
            if (!folder.empty() && folder != "*" && (name == folder || is_dot))
                return profile->name;
        }
    }
    return "tree";
}

sources::RandomBytes random_bytes(crypto::RandomSource& random) {
    return [&random](std::span<Byte> out) {
        // The kernel's source fails only where nothing else works either.
        const Status filled = random.fill(out);
        if (!filled) throw std::runtime_error(filled.error().message);
    };
}

/// Small databases are copied before they are written to, once in five minutes (see Backups); a
/// large one once a day, because a copy costs as much as the whole file while the values a cycle
/// displaces stay in the store anyway as long as they are somebody's concurrent value.
Status back_up_database(backup::Backups& backups,
                        const Clock& clock,
                        const std::string& name,
                        const std::filesystem::path& path) {
    constexpr std::uintmax_t kSmallBytes = 16u << 20;
    constexpr UnixMs kDayMs = 86'400'000;
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(path, failed);
    if (!failed && size > kSmallBytes) {
        const std::optional<UnixMs> newest = backups.newest_database(path);
        const UnixMs now_ms = clock.now_ms();
        if (newest && *newest <= now_ms && now_ms - *newest < kDayMs) return ok();
    }
    return backups.take_database(name, path);
}

/// Words that a database's source would not understand.
Status check_policies(const control::SourceAddRequest& request) {
    std::vector<std::string> words = {request.policy};
    for (const control::SourcePolicy& one : request.policies) words.push_back(one.policy);
    for (const std::string& word : words)
        if (!engine::find_policy(word))
            return Error{ErrorCode::invalid_argument,
                         "declare a source: there is no policy '" + escape_for_terminal(word) + "'",
                         "policies are prefer_newer, manual_abort, prefer_local and prefer_remote"};
    return ok();
}

Status check_words(const control::SourceAddRequest& request) {
    constexpr std::array<std::string_view, 4> kCaptures = {"auto", "scan", "marks", "trigger"};
    if (std::ranges::find(kCaptures, request.capture) == kCaptures.end())
        return Error{ErrorCode::invalid_argument,
                     "declare a source: unknown way of capture '" +
                         escape_for_terminal(request.capture) + "'",
                     "ways are auto, scan and marks"};
    if (request.writes != "closed" && request.writes != "live")
        return Error{ErrorCode::invalid_argument,
                     "declare a source: unknown word for writes '" +
                         escape_for_terminal(request.writes) + "'",
                     "closed waits until no program has the database open, live does not"};
    if (!request.preset.empty() && request.preset != kCatalogPreset)
        return Error{
            ErrorCode::invalid_argument,
            "declare a source: there is no preset '" + escape_for_terminal(request.preset) + "'",
            "the preset is " + std::string(kCatalogPreset)};
    if (auto checked = check_policies(request); !checked) return checked;
    const bool has_table_words = !request.tables.empty() || !request.identities.empty() ||
                                 !request.preset.empty() || request.capture != "auto" ||
                                 request.writes != "closed";
    if (!request.secrets.empty() && !sources::find_secret_policy(request.secrets))
        return Error{ErrorCode::invalid_argument,
                     "declare a source: unknown word for secrets '" +
                         escape_for_terminal(request.secrets) + "'",
                     "mask sends asterisks for them, hold keeps their files here, send sends them"};
    if (request.kind != kFilesKind && !request.secrets.empty())
        return Error{ErrorCode::invalid_argument,
                     "declare a source: only files are looked through for secrets",
                     "leave out --secrets"};
    if (request.kind == kFilesKind && has_table_words)
        return Error{ErrorCode::invalid_argument,
                     "declare a source: a directory has no tables to choose or capture",
                     "leave out --table, --capture, --writes, --identity and --preset"};
    return ok();
}

}  // namespace

Result<sources::SqliteTablesSettings> tables_settings(const control::SourceAddRequest& request,
                                                      const SourceSurroundings& surroundings) {
    sources::SqliteTablesSettings settings;
    settings.name = request.name;
    settings.path = request.path;
    settings.tables = request.tables;
    settings.is_owned = request.name == kCatalogName;
    settings.machine_local_columns = {"synced_at"};
    settings.secret_exceptions = surroundings.secrets;
    if (settings.is_owned || request.preset == kCatalogPreset) apply_catalog_preset(settings);
    if (request.capture == "scan") settings.capture = sources::Capture::scan;
    // "trigger" is the old word; declarations may hold it.
    if (request.capture == "marks" || request.capture == "trigger")
        settings.capture = sources::Capture::trigger;
    if (request.writes == "live") settings.writes = sources::Writes::live;
    for (const control::SourceIdentity& wish : request.identities) {
        if (wish.identity == "column")
            settings.identity[wish.table] = sources::Identity::column;
        else if (wish.identity == "key")
            settings.identity[wish.table] = sources::Identity::key;
        else if (wish.identity == "mapped")
            settings.identity[wish.table] = sources::Identity::mapped;
        else if (wish.identity == "content")
            settings.identity[wish.table] = sources::Identity::content;
        else
            return Error{
                ErrorCode::invalid_argument,
                "declare a source: unknown identity '" + escape_for_terminal(wish.identity) + "'",
                "identities are column, key, mapped and content"};
    }
    return settings;
}

Result<std::vector<sources::FileRule>> tree_rules(const control::SourceAddRequest& request,
                                                  const std::vector<std::string>& excludes,
                                                  const profiles::Profile& profile) {
    std::vector<sources::FileRule> rules;
    for (const std::string& pattern : excludes)
        rules.push_back({pattern, sources::FileClass::never});
    for (const control::SourceRule& rule : request.rules) {
        const bool stays = rule.file_class == "ignore";
        const auto found =
            stays ? sources::FileClass::never : sources::find_file_class(rule.file_class);
        if (!found)
            return Error{ErrorCode::invalid_argument,
                         "declare a source: unknown file class '" +
                             escape_for_terminal(rule.file_class) + "'",
                         "classes are opaque, lines, json, toml, immutable, archive and never"};
        if (!profile.is_walked && *found != sources::FileClass::never)
            return Error{ErrorCode::invalid_argument,
                         "declare a source: of this folder only the files of the profile '" +
                             profile.name + "' can travel",
                         "make a profile of your own that names the file"};
        sources::FileRule made{rule.pattern, *found};
        // In an assistant's home a person's rule says what travels, not that it is harmless.
        if (profile.name != "tree") {
            made.approval = sources::Approval::if_scripted;
            made.keys.active = {"/**"};
        }
        rules.push_back(std::move(made));
    }
    std::ranges::move(sources::rules_of(profile), std::back_inserter(rules));
    return rules;
}

Result<control::SourceAddRequest> complete_request(control::SourceAddRequest request,
                                                   const profiles::Shelf& profiles) {
    const std::filesystem::path path = std::filesystem::path(request.path).lexically_normal();
    std::error_code failed;
    const auto status = std::filesystem::status(path, failed);
    if (!path.is_absolute() || !std::filesystem::exists(status))
        return Error{ErrorCode::not_found,
                     "declare a source: there is nothing at " + escape_for_terminal(request.path),
                     "give the path of a SQLite database or of a directory"};
    request.path = path.string();
    const bool is_directory = std::filesystem::is_directory(status);
    if (request.kind == "auto") request.kind = is_directory ? kFilesKind : kTablesKind;
    if ((request.kind == kFilesKind) != is_directory)
        return Error{ErrorCode::invalid_argument,
                     "declare a source: " + escape_for_terminal(request.path) +
                         (is_directory ? " is a directory" : " is not a directory"),
                     "leave --kind out to have it found"};
    if (request.name.empty()) request.name = name_from(path);
    const bool is_good_name = !request.name.empty() && request.name.size() <= kNameCharactersMax &&
                              is_utf8(request.name) &&
                              escape_for_terminal(request.name) == request.name;
    if (!is_good_name)
        return Error{ErrorCode::invalid_argument,
                     "declare a source: its name must be 1 to 64 printable characters",
                     "give one with --name"};
    if (auto checked = check_words(request); !checked) return std::move(checked).error();
    if (request.kind == kFilesKind && request.profile.empty()) request.profile = profile_from(path);
    if (request.kind != kFilesKind) return request;
    if (request.secrets.empty()) request.secrets = "mask";
    auto profile = profiles::load_profile(request.profile, profiles);
    if (!profile) {
        Error error = std::move(profile).error().at("declare a source");
        if (error.code == ErrorCode::not_found) error.code = ErrorCode::invalid_argument;
        return error;
    }
    if (auto rules = tree_rules(request, {}, *profile); !rules) return std::move(rules).error();
    return request;
}

Result<control::SourceAddRequest> request_of(const store::Declaration& declaration) {
    SATCHEL_TRY(document, json::parse(declaration.options));
    SATCHEL_TRY(request, json::from_json<control::SourceAddRequest>(document));
    const bool is_files = declaration.kind == kFilesKind;
    if (!is_files) request.profile.clear();
    if (is_files && request.secrets.empty()) request.secrets = "mask";  // declared before
    return request;
}

bool is_walked_by(const store::Declaration& declaration, const profiles::Shelf& profiles) {
    const auto request = request_of(declaration);
    if (!request || declaration.kind != kFilesKind) return true;
    const auto profile = profiles::load_profile(request->profile, profiles);
    return !profile || profile->is_walked;
}

store::Declaration to_declaration(const control::SourceAddRequest& request, LaneId lane) {
    store::Declaration declaration;
    declaration.name = request.name;
    declaration.kind = request.kind;
    declaration.path = request.path;
    declaration.options = json::to_text(json::to_json(request));
    declaration.lane = lane;
    return declaration;
}

Result<std::unique_ptr<sources::Source>> make_source(const store::Declaration& declaration,
                                                     const SourceSurroundings& surroundings) {
    SATCHEL_TRY(request, request_of(declaration));
    backup::Backups& backups = surroundings.backups;
    const bool makes_backups = surroundings.makes_backups;
    const std::string name = declaration.name;
    const std::filesystem::path path = declaration.path;
    if (declaration.kind == kTablesKind) {
        SATCHEL_TRY(settings, tables_settings(request, surroundings));
        return std::unique_ptr<sources::Source>(std::make_unique<sources::SqliteTables>(
            std::move(settings),
            sources::SqliteTables::Surroundings{
                surroundings.ids,
                surroundings.clock,
                random_bytes(surroundings.random),
                [&backups, &clock = surroundings.clock, makes_backups, name, path] {
                    return makes_backups ? back_up_database(backups, clock, name, path) : ok();
                }}));
    }
    sources::FileTreeSettings settings;
    settings.name = name;
    settings.root = path;
    settings.secrets =
        sources::find_secret_policy(request.secrets).value_or(sources::SecretPolicy::hold);
    settings.projects = sources::profile_projects(request.profile, surroundings.home.string());
    settings.secret_exceptions = surroundings.secrets;
    const auto profile = profiles::load_profile(request.profile, surroundings.profiles);
    if (profile) {
        const std::vector<std::string> excludes = policy_words_of(declaration).excludes;
        SATCHEL_TRY(rules, tree_rules(request, excludes, *profile));
        settings.rules = std::move(rules);
        settings.is_walked = profile->is_walked;
        if (!profile->is_walked) settings.names = profiles::named_files(*profile);
        settings.program_title = profile->title;
        if (!profile->processes.empty())
            settings.find_program = [names = profile->processes] {
                return platform::find_programs(names);
            };
    } else {
        // Nobody knows what may travel: nothing does, and nothing is taken for deleted.
        settings.rules = {{"**", sources::FileClass::never}};
        settings.is_walked = false;
        settings.trouble = "nothing is sent or written: " + profile.error().message;
    }
    return std::unique_ptr<sources::Source>(std::make_unique<sources::FileTree>(
        std::move(settings),
        sources::FileTree::Surroundings{
            surroundings.ids,
            surroundings.clock,
            [](ByteView bytes) { return crypto::sha256(bytes); },
            [&backups, makes_backups, name, path](const std::filesystem::path& relative) {
                return makes_backups ? backups.take_file(name, path, relative) : ok();
            }}));
}

store::Declaration catalog_declaration(const std::filesystem::path& catalog, LaneId lane) {
    control::SourceAddRequest request;
    request.name = kCatalogName;
    request.kind = kTablesKind;
    request.path = catalog.string();
    return to_declaration(request, lane);
}

}  // namespace satchel::app
