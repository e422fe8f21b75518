#include "daemon/engine/unrecorded.h"

#include "shared/base/assert.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::engine {

Result<std::optional<Sid>> Unrecorded::take(CollectionId collection, const core::Shadow& content) {
    if (!slot_.has_pending) return std::optional<Sid>{};
    auto waiting = waiting_.find(collection);
    if (waiting == waiting_.end()) {
        SATCHEL_TRY(listed, list(collection));
        waiting = waiting_.emplace(collection, std::move(listed)).first;
    }
    const auto at = waiting->second.find(content_hash(collection, content));
    if (at == waiting->second.end()) return std::optional<Sid>{};
    const Sid sid = at->second;
    waiting->second.erase(at);
    return std::optional<Sid>(sid);
}

/// Over what says something: not what rows hold that nobody gave a value.
std::uint64_t Unrecorded::content_hash(CollectionId collection, core::Shadow shadow) const {
    const sources::CollectionInfo* info = slot_.find(collection);
    SATCHEL_ASSERT(info != nullptr);
    const std::uint64_t null_hash = core::Value().hash();
    std::erase_if(shadow.hashes, [&](const auto& cell) {
        const auto fill = std::ranges::find(info->fills, cell.first, &core::ColumnValue::column);
        const bool is_filled = fill != info->fills.end() && fill->value.hash() == cell.second;
        return cell.second == null_hash || is_filled || !info->holds(cell.first);
    });
    return core::shadow_hash(shadow);
}

/// Pending rows the source is not known to hold, by what it would hold.
Result<Unrecorded::Waiting> Unrecorded::list(CollectionId collection) const {
    const store::Collection* known = step_.ledger.find(collection);
    SATCHEL_ASSERT(known != nullptr);
    Waiting waiting;
    store::Rows rows(step_.transaction.database());
    std::int64_t after = 0;
    while (true) {
        SATCHEL_TRY(page, rows.pending(known->ord, after, limits::kApplyRowsMax));
        if (page.empty()) return waiting;
        after = page.back().number;
        for (const store::StoredRow& row : page) {
            if (row.key || row.held_hash != 0 || !row.row.is_whole()) continue;
            waiting.emplace(content_hash(collection, core::wanted_shadow(row.row)), row.sid);
        }
    }
}

}  // namespace satchel::engine
