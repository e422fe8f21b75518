// source.add, source.list, source.show, source.remove and source.resume.
#include "daemon/app/discover.h"
#include "daemon/app/handlers.h"
#include "daemon/app/source_plan.h"
#include "daemon/app/source_summary.h"
#include "daemon/engine/explain.h"

namespace satchel::app {

namespace {

constexpr std::size_t kHeldShown = 50;
/// Rows that are stored for good stand among those that wait.
constexpr std::size_t kParkedRead = 10'000;

/// What there is to know before anything is added; reads only.
Result<control::SourceAddResponse> preview(DeviceApp& app,
                                           const control::SourceAddRequest& request) {
    engine::Replica& replica = app.membership()->replica;
    if (auto checked = check_place(request, replica, app.surroundings().profiles); !checked)
        return std::move(checked).error();
    control::SourceAddResponse response;
    response.dry_run = request.dry_run;
    response.source.name = request.name;
    response.source.kind = request.kind;
    response.source.path = request.path;
    response.source.state = "ok";
    if (request.kind == kFilesKind) {
        SATCHEL_TRY(profile, profiles::load_profile(request.profile, app.surroundings().profiles));
        SATCHEL_TRY(rules, tree_rules(request, {}, profile));
        response.folder = survey_folder(request.path, {rules, profile});
        response.notes.push_back("files follow the rules of the profile '" + request.profile + "'");
        for (const control::PlannedFiles& files : response.folder->travels)
            response.source.items += files.files;
        return response;
    }
    SATCHEL_TRY(plan, plan_database(request, app.surroundings(), replica));
    for (const control::PlannedTable& table : plan.tables) response.source.items += table.rows;
    response.plan = std::move(plan);
    return response;
}

asio::awaitable<Result<control::SourceAddResponse>> add(DeviceApp& app,
                                                        control::SourceAddRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(complete, co_await app.worker().run([&] {
        return complete_request(std::move(request), app.surroundings().profiles);
    }));
    SATCHEL_CO_TRY(response, co_await app.worker().run([&] { return preview(app, complete); }));
    if (complete.dry_run) co_return response;
    response.notes.clear();
    const LaneId lane = membership->replica.ids().lane(complete.name);
    store::Declaration declaration = to_declaration(complete, lane);
    SATCHEL_CO_TRY(name, co_await app.add_source(std::move(declaration)));
    SATCHEL_CO_TRY(summary, co_await app.worker().run([&]() -> Result<control::SourceSummary> {
        engine::SourceSlot* slot = membership->replica.find_slot(name);
        if (slot == nullptr) return Error{ErrorCode::internal, "source is gone"};
        const std::string detail = slot->source->health().detail;
        if (!detail.empty()) response.notes.push_back(detail);
        return summarize_source(membership->replica, *slot);
    }));
    response.source = std::move(summary);
    app.tell("source", "source added", name);
    co_return response;
}

/// The source that is this folder already; empty when none is.
std::string source_at(DeviceApp& app, const std::filesystem::path& real, bool is_walked) {
    for (const engine::SourceSlot& slot : app.membership()->replica.slots()) {
        std::error_code error;
        const bool is_there = std::filesystem::equivalent(slot.declaration.path, real, error);
        if (is_there && !error &&
            is_walked_by(slot.declaration, app.surroundings().profiles) == is_walked)
            return slot.declaration.name;
    }
    return {};
}

/// Adds the folders of `profile` to the answer.
void add_folders(DeviceApp& app,
                 const control::SourceFindRequest& request,
                 const profiles::Profile& profile,
                 control::SourceFindResponse& response) {
    for (const profiles::Outside& one : profile.outside)
        response.outside.push_back({one.path, one.why});
    const auto roots =
        find_roots(profile, app.options().dirs.home, request.variables, response.looked);
    const auto rules = sources::rules_of(profile);
    for (const FoundRoot& root : roots) {
        control::FoundFolder folder;
        folder.path = root.real.string();
        if (root.given != root.real) folder.given = root.given.string();
        folder.name = root.name;
        folder.profile = profile.name;
        folder.source = source_at(app, root.real, profile.is_walked);
        folder.plan = survey_folder(root.real, {rules, profile});
        response.folders.push_back(std::move(folder));
    }
}

Result<control::SourceFindResponse> find(DeviceApp& app,
                                         const control::SourceFindRequest& request) {
    SATCHEL_TRY(profile, profiles::load_profile(request.profile, app.surroundings().profiles));
    control::SourceFindResponse response;
    response.profile = profile.name;
    response.title = profile.title;
    for (const profiles::Root& root : profile.roots)
        if (!root.variable.empty()) response.variables.push_back(root.variable);
    add_folders(app, request, profile, response);
    if (response.folders.empty()) return response;
    for (const std::string& name : profile.with) {
        SATCHEL_TRY(other, profiles::load_profile(name, app.surroundings().profiles));
        add_folders(app, request, other, response);
    }
    return response;
}

asio::awaitable<Result<control::SourceFindResponse>> find_folders(
    DeviceApp& app, control::SourceFindRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    (void)membership;
    co_return co_await app.worker().run([&] { return find(app, request); });
}

asio::awaitable<Result<control::SourceListResponse>> list(DeviceApp& app) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    control::SourceListResponse response;
    SATCHEL_CO_TRY(summaries, co_await app.worker().run([&] {
        return summarize_sources(membership->replica);
    }));
    response.sources = std::move(summaries);
    co_return response;
}

Result<std::vector<control::HeldItem>> held_items(engine::Replica& replica,
                                                  const engine::SourceSlot& slot) {
    std::vector<control::HeldItem> held;
    SATCHEL_TRY(parked, store::list_parked(replica.database(), kParkedRead));
    store::Rows rows(replica.database());
    for (const auto& [id, collection] : replica.ledger().collections()) {
        if (collection.source != slot.declaration.name) continue;
        for (const store::Parked& one : parked) {
            if (one.collection != collection.ord || one.kind == store::kStoredKind) continue;
            SATCHEL_TRY(row, rows.find(collection.ord, one.sid));
            if (row && held.size() < kHeldShown)
                held.push_back({engine::item_name(replica, collection, *row), one.reason});
        }
    }
    return held;
}

Result<control::SourceShowResponse> describe(engine::Replica& replica, const std::string& name) {
    engine::SourceSlot* slot = replica.find_slot(name);
    if (slot == nullptr)
        return Error{ErrorCode::not_found,
                     "no source is called '" + name + "'",
                     "satchelctl source list shows them"};
    control::SourceShowResponse response;
    SATCHEL_TRY(summary, summarize_source(replica, *slot));
    SATCHEL_TRY(held, held_items(replica, *slot));
    response.source = std::move(summary);
    response.held = std::move(held);
    SATCHEL_TRY(request, request_of(slot->declaration));
    response.profile = std::move(request.profile);
    response.secrets = std::move(request.secrets);
    const sources::SourceTraits traits = slot->source->traits();
    response.left_out = traits.left_out;
    response.program = traits.program;
    response.gate = traits.gate;
    for (const auto& [pattern, file_class] : traits.rules)
        response.rules.push_back({pattern, file_class});
    for (const sources::CollectionInfo& info : slot->source->collections()) {
        const auto known = replica.ledger().collections().find(info.id);
        control::SourceTable table;
        table.name = info.name;
        table.rows =
            known == replica.ledger().collections().end() ? 0 : count_of(known->second.held);
        const auto trait =
            std::ranges::find(traits.collections, info.id, &sources::CollectionTraits::collection);
        if (trait != traits.collections.end()) {
            table.identity = trait->identity;
            table.capture = trait->capture;
            table.key = trait->key;
        }
        for (const control::TablePending& one : response.source.pending_tables)
            if (one.table == info.name) table.pending = one.pending;
        if (known != replica.ledger().collections().end()) {
            const std::int64_t ord = known->second.ord;
            SATCHEL_TRY(waiting, store::Rows(replica.database()).count_pending(ord));
            SATCHEL_TRY(stored, store::count_stored(replica.database(), ord));
            table.parked = count_of(waiting - std::min(waiting, stored));
            table.stored = count_of(stored);
        }
        table.policy = engine::policy_word(slot->policies.of(info.name));
        response.tables.push_back(std::move(table));
    }
    const sources::SourceHealth health = slot->source->health();
    response.backlog = count_of(health.backlog);
    response.policy = engine::policy_word(slot->policies.all);
    if (traits.fingerprint != 0) response.fingerprint = fingerprint_text(traits.fingerprint);
    if (!health.detail.empty() && response.source.reason.empty() && response.left_out.empty())
        response.source.reason = health.detail;
    return response;
}

asio::awaitable<Result<control::SourceShowResponse>> show(DeviceApp& app, std::string name) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    co_return co_await app.worker().run([&] { return describe(membership->replica, name); });
}

asio::awaitable<Result<control::SourceRemoveResponse>> remove(
    DeviceApp& app, control::SourceRemoveRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    control::SourceRemoveResponse response;
    response.name = request.name;
    response.dry_run = request.dry_run;
    SATCHEL_CO_TRY(shown, co_await app.worker().run([&] {
        return describe(membership->replica, request.name);
    }));
    response.items_kept = shown.source.items;
    if (request.dry_run) co_return response;
    const Status removed = co_await app.remove_source(request.name);
    if (!removed) co_return removed.error();
    app.tell("source", "source removed", request.name);
    co_return response;
}

Result<engine::ResumeWord> resume_word(const std::string& choice) {
    if (choice.empty()) return engine::ResumeWord::unsaid;
    if (choice == "publish") return engine::ResumeWord::publish;
    if (choice == "restore") return engine::ResumeWord::restore;
    return Error{ErrorCode::invalid_argument,
                 "'" + choice + "' is no way to resume a source",
                 "publish and restore are"};
}

asio::awaitable<Result<control::SourceResumeResponse>> resume(
    DeviceApp& app, control::SourceResumeRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(word, resume_word(request.choice));
    SATCHEL_CO_TRY(was_halted, co_await app.worker().run([&] {
        return membership->replica.resume(request.name, word);
    }));
    control::SourceResumeResponse response;
    response.name = std::move(request.name);
    response.was_halted = was_halted;
    membership->engine.wake("source");
    co_return response;
}

}  // namespace

void add_source_handlers(DeviceApp& app) {
    app.server().on<control::SourceAddRequest>(
        [&app](const control::SourceAddRequest& request) { return add(app, request); });
    app.server().on<control::SourceFindRequest>(
        [&app](const control::SourceFindRequest& request) { return find_folders(app, request); });
    app.server().on<control::SourceListRequest>(
        [&app](const control::SourceListRequest&) { return list(app); });
    app.server().on<control::SourceShowRequest>(
        [&app](const control::SourceShowRequest& request) { return show(app, request.name); });
    app.server().on<control::SourceRemoveRequest>(
        [&app](const control::SourceRemoveRequest& request) { return remove(app, request); });
    app.server().on<control::SourceResumeRequest>(
        [&app](const control::SourceResumeRequest& request) { return resume(app, request); });
}

}  // namespace satchel::app
