// The declaration's options are a JSON object; the policies are two of its members, so that the
// request that declared the source needs not know of them.
#include "daemon/app/policies.h"

#include "daemon/app/handlers.h"
#include "daemon/engine/replica.h"
#include "daemon/engine/store_memory.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/marks.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::app {

namespace {

constexpr std::size_t kPatternMax = 400;

/// Puts the words among the declaration's options, whatever else there is.
Status keep_words(store::Declaration& declaration, const control::SourcePolicies& words) {
    SATCHEL_TRY(document, json::parse(declaration.options));
    if (!document.is_object())
        return Error{ErrorCode::corrupt, "the options of a source are no object"};
    const json::Value changed = json::to_json(words);
    for (const auto& member : changed.as_object())
        document.as_object()[member.key()] = member.value();
    declaration.options = json::to_text(document);
    return ok();
}

bool changes_files(const control::SourceSetRequest& request) {
    return !request.exclude.empty() || !request.include.empty() ||
           !request.exclude_projects.empty() || !request.include_projects.empty();
}

bool changes_marks(const control::SourceSetRequest& request) {
    return !request.keep_local.empty() || !request.share.empty();
}

Status check_pattern(const std::string& pattern) {
    const bool is_good = !pattern.empty() && pattern.size() <= kPatternMax &&
                         !pattern.starts_with('/') && is_utf8(pattern) &&
                         escape_for_terminal(pattern) == pattern;
    if (is_good) return ok();
    return Error{ErrorCode::invalid_argument,
                 "exclude files: '" + escape_for_terminal(pattern) + "' is no pattern",
                 "give a path below the source's folder, such as 'projects/-home-me-app/**'"};
}

/// Puts patterns of the workspace in place of what a person calls projects and their folders here.
Status name_projects(engine::Replica& replica,
                     engine::SourceSlot& slot,
                     control::SourceSetRequest& request) {
    auto* tree = dynamic_cast<sources::FileTree*>(slot.source.get());
    const bool has_projects = tree != nullptr && tree->has_projects();
    if (!has_projects && request.exclude_projects.empty() && request.include_projects.empty())
        return ok();
    if (!has_projects)
        return Error{ErrorCode::invalid_argument,
                     "exclude a project: '" + slot.declaration.name + "' has no projects",
                     "give a pattern with --exclude"};
    return replica.in_step([&](engine::Step& step) -> Status {
        engine::StoreMemory memory(step, slot.declaration.id);
        for (auto* patterns :
             {&request.exclude, &request.include, &request.keep_local, &request.share})
            for (std::string& pattern : *patterns) {
                SATCHEL_TRY(named, tree->workspace_pattern(pattern, memory));
                pattern = std::move(named);
            }
        for (const std::string& name : request.exclude_projects) {
            SATCHEL_TRY(pattern, tree->project_pattern(name, memory));
            request.exclude.push_back(std::move(pattern));
        }
        for (const std::string& name : request.include_projects) {
            SATCHEL_TRY(pattern, tree->project_pattern(name, memory));
            request.include.push_back(std::move(pattern));
        }
        return ok();
    });
}

/// Marks files to stay on every device, or takes that back; the next capture tells the others.
Status change_marks(engine::Replica& replica,
                    engine::SourceSlot& slot,
                    const control::SourceSetRequest& request) {
    auto* tree = dynamic_cast<sources::FileTree*>(slot.source.get());
    if (tree == nullptr)
        return Error{ErrorCode::invalid_argument,
                     "keep files local: '" + slot.declaration.name + "' is a database",
                     "source remove and source add --tables choose its tables"};
    for (const std::string& pattern : request.keep_local)
        if (auto checked = check_pattern(pattern); !checked) return checked;
    return replica.in_step([&](engine::Step& step) -> Status {
        engine::StoreMemory memory(step, slot.declaration.id);
        for (const std::string& pattern : request.keep_local) {
            SATCHEL_TRY(is_new, tree->keep_local(pattern, memory));
            (void)is_new;
        }
        for (const std::string& pattern : request.share) {
            SATCHEL_TRY(was_there, tree->share(pattern, memory));
            if (!was_there)
                return Error{
                    ErrorCode::not_found,
                    "share files: the pattern '" + escape_for_terminal(pattern) + "' is not marked",
                    "satchelctl source set " + slot.declaration.name + " shows what is"};
        }
        return ok();
    });
}

/// What is set, with the marks of the workspace.
Result<control::SourcePolicies> words_of(engine::Replica& replica, engine::SourceSlot& slot) {
    control::SourcePolicies words = policy_words_of(slot.declaration);
    if (slot.declaration.kind != kFilesKind) return words;
    const Status read = replica.in_step([&](engine::Step& step) -> Status {
        engine::StoreMemory memory(step, slot.declaration.id);
        SATCHEL_TRY(marks, sources::list_marks(memory));
        words.kept_local = std::move(marks);
        return ok();
    });
    if (!read) return read.error();
    return words;
}

asio::awaitable<Result<control::SourcePolicies>> set(DeviceApp& app,
                                                     control::SourceSetRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(words, co_await app.worker().run([&]() -> Result<control::SourcePolicies> {
        engine::SourceSlot* slot = membership->replica.find_slot(request.name);
        if (slot == nullptr)
            return Error{ErrorCode::not_found,
                         "no source is called '" + escape_for_terminal(request.name) + "'",
                         "satchelctl source list shows them"};
        if (changes_files(request) || changes_marks(request))
            if (auto named = name_projects(membership->replica, *slot, request); !named)
                return named.error();
        if (changes_marks(request))
            if (auto done = change_marks(membership->replica, *slot, request); !done)
                return done.error();
        if (changes_files(request)) {
            store::Declaration changed = slot->declaration;
            if (auto done = set_excludes(changed, request); !done) return done.error();
            if (auto done = app.change_source(std::move(changed)); !done) return done.error();
        }
        if (request.policy.empty()) return words_of(membership->replica, *slot);
        store::Declaration changed = slot->declaration;
        if (auto done = set_policy(changed, request); !done) return done.error();
        const Status kept = membership->replica.in_step([&](engine::Step& step) {
            return store::set_options(step.transaction, changed.id, changed.options);
        });
        if (!kept) return kept.error();
        slot->declaration = std::move(changed);
        slot->policies = policies_of(slot->declaration);
        // What waits or is listed is looked at again.
        slot->has_unsettled = true;
        slot->wake();
        return words_of(membership->replica, *slot);
    }));
    const bool has_changed = changes_files(request) || changes_marks(request);
    if (request.policy.empty() && !has_changed) co_return words;
    co_await app.watch_sources();
    membership->engine.wake("source");
    co_return words;
}

}  // namespace

control::SourcePolicies policy_words_of(const store::Declaration& declaration) {
    const auto document = json::parse(declaration.options);
    if (!document) return {};
    auto words = json::from_json<control::SourcePolicies>(*document);
    return words ? std::move(*words) : control::SourcePolicies{};
}

engine::Policies policies_of(const store::Declaration& declaration) {
    const control::SourcePolicies words = policy_words_of(declaration);
    engine::Policies policies;
    policies.all = engine::find_policy(words.policy).value_or(engine::Policy::prefer_newer);
    for (const control::SourcePolicy& one : words.policies)
        if (const auto policy = engine::find_policy(one.policy))
            policies.tables[one.table] = *policy;
    return policies;
}

Status set_policy(store::Declaration& declaration, const control::SourceSetRequest& request) {
    if (!engine::find_policy(request.policy))
        return Error{ErrorCode::invalid_argument,
                     "there is no policy '" + escape_for_terminal(request.policy) + "'",
                     "policies are prefer_newer, manual_abort, prefer_local and prefer_remote"};
    control::SourcePolicies words = policy_words_of(declaration);
    if (request.table.empty()) {
        words.policy = request.policy;
    } else {
        std::erase_if(words.policies, [&](const auto& one) { return one.table == request.table; });
        if (request.policy != words.policy)
            words.policies.push_back({request.table, request.policy});
    }
    return keep_words(declaration, words);
}

Status set_excludes(store::Declaration& declaration, const control::SourceSetRequest& request) {
    if (declaration.kind != kFilesKind)
        return Error{ErrorCode::invalid_argument,
                     "exclude files: '" + declaration.name + "' is a database",
                     "source remove and source add --tables choose its tables"};
    control::SourcePolicies words = policy_words_of(declaration);
    for (const std::string& pattern : request.exclude) {
        if (auto checked = check_pattern(pattern); !checked) return checked;
        if (std::ranges::find(words.excludes, pattern) == words.excludes.end())
            words.excludes.push_back(pattern);
    }
    for (const std::string& pattern : request.include)
        if (std::erase(words.excludes, pattern) == 0)
            return Error{
                ErrorCode::not_found,
                "include files: the pattern '" + escape_for_terminal(pattern) + "' is not excluded",
                "satchelctl source set " + declaration.name + " shows what is"};
    return keep_words(declaration, words);
}

void add_policy_handlers(DeviceApp& app) {
    app.server().on<control::SourceSetRequest>(
        [&app](const control::SourceSetRequest& request) { return set(app, request); });
}

}  // namespace satchel::app
