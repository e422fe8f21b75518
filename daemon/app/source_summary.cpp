#include "daemon/app/source_summary.h"

#include "daemon/app/source_factory.h"
#include "daemon/engine/left_out.h"
#include "daemon/engine/unsent.h"
#include "daemon/store/segments.h"

#include <algorithm>

namespace satchel::app {

namespace {

std::string state_word(const engine::SourceSlot& slot, std::uint64_t waiting) {
    if (slot.state == engine::SourceState::halted) return "halted";
    if (slot.state == engine::SourceState::unavailable) return "missing";
    return waiting > 0 ? "deferred" : "ok";
}

}  // namespace

Result<control::SourceSummary> summarize_source(engine::Replica& replica,
                                                engine::SourceSlot& slot) {
    control::SourceSummary summary;
    summary.name = slot.declaration.name;
    summary.kind = slot.declaration.kind;
    summary.path = slot.declaration.path;
    store::Rows rows(replica.database());
    std::uint64_t items = 0;
    std::uint64_t waiting = 0;
    for (const auto& [id, collection] : replica.ledger().collections()) {
        if (collection.source != slot.declaration.name) continue;
        items += collection.held;
        SATCHEL_TRY(pending, rows.count_pending(collection.ord));
        SATCHEL_TRY(stored, store::count_stored(replica.database(), collection.ord));
        waiting += pending - std::min(pending, stored);
    }
    SATCHEL_TRY(outgoing, store::count_unpushed(replica.database()));
    const auto unsent = outgoing.find(slot.declaration.lane);
    summary.items = static_cast<std::int64_t>(items);
    summary.parked = static_cast<std::int64_t>(waiting);
    summary.pending =
        unsent == outgoing.end() ? 0 : static_cast<std::int64_t>(unsent->second.items);
    SATCHEL_TRY(by_table, engine::count_unsent(replica.database(), slot.declaration.lane));
    for (const auto& [id, count] : by_table) {
        const auto known = replica.ledger().collections().find(id);
        if (known != replica.ledger().collections().end())
            summary.pending_tables.push_back(
                {known->second.name, static_cast<std::int64_t>(count)});
    }
    if (slot.waiting.deferred > 0) {
        summary.deferred = static_cast<std::int64_t>(slot.waiting.deferred);
        const int outcome = static_cast<int>(sources::Outcome::deferred);
        for (const auto& [id, collection] : replica.ledger().collections()) {
            if (collection.source != slot.declaration.name || !summary.waiting.empty()) continue;
            SATCHEL_TRY(reason,
                        store::find_parked_reason(replica.database(), collection.ord, outcome));
            summary.waiting = std::move(reason);
        }
    }
    const sources::SourceHealth health = slot.source->health();
    summary.secrets_masked = static_cast<std::int64_t>(health.secrets_masked);
    summary.secrets_held = static_cast<std::int64_t>(health.secrets_held);
    summary.state = state_word(slot, waiting);
    if (slot.state != engine::SourceState::ok) {
        summary.error = error_row(slot.trouble.code).name;
        summary.fix = slot.trouble.hint;
    }
    summary.reason = slot.trouble.message;
    if (!slot.trouble.hint.empty()) summary.reason += " (" + slot.trouble.hint + ")";
    if (summary.reason.empty() && !summary.waiting.empty())
        summary.reason =
            std::to_string(summary.deferred) + " items wait to be written: " + summary.waiting;
    if (summary.reason.empty() && waiting > 0)
        summary.reason = std::to_string(waiting) +
                         " items wait to be shown; satchelctl source show " +
                         slot.declaration.name + " tells why";
    if (summary.reason.empty()) summary.reason = engine::describe_left_out(slot);
    // Of a database it is what stays local by its rules, which is no news.
    if (summary.reason.empty() && slot.declaration.kind == kFilesKind)
        summary.reason = health.detail;
    return summary;
}

Result<std::vector<control::SourceSummary>> summarize_sources(engine::Replica& replica) {
    std::vector<control::SourceSummary> summaries;
    for (engine::SourceSlot& slot : replica.slots()) {
        SATCHEL_TRY(summary, summarize_source(replica, slot));
        summaries.push_back(std::move(summary));
    }
    return summaries;
}

}  // namespace satchel::app
