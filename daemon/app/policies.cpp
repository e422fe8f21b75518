// The declaration's options are a JSON object; the policies are two of its members, so that the
// request that declared the source needs not know of them.
#include "daemon/app/policies.h"

#include "daemon/app/handlers.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::app {

namespace {

asio::awaitable<Result<control::SourcePolicies>> set(DeviceApp& app,
                                                     control::SourceSetRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(words, co_await app.worker().run([&]() -> Result<control::SourcePolicies> {
        engine::SourceSlot* slot = membership->replica.find_slot(request.name);
        if (slot == nullptr)
            return Error{ErrorCode::not_found,
                         "no source is called '" + escape_for_terminal(request.name) + "'",
                         "satchelctl source list shows them"};
        if (request.policy.empty()) return policy_words_of(slot->declaration);
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
        slot->has_pending = true;
        return policy_words_of(slot->declaration);
    }));
    if (!request.policy.empty()) membership->engine.wake("source");
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
    SATCHEL_TRY(document, json::parse(declaration.options));
    if (!document.is_object())
        return Error{ErrorCode::corrupt, "the options of a source are no object"};
    const json::Value changed = json::to_json(words);
    for (const auto& member : changed.as_object())
        document.as_object()[member.key()] = member.value();
    declaration.options = json::to_text(document);
    return ok();
}

void add_policy_handlers(DeviceApp& app) {
    app.server().on<control::SourceSetRequest>(
        [&app](const control::SourceSetRequest& request) { return set(app, request); });
}

}  // namespace satchel::app
