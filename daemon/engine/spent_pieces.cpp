#include "daemon/engine/spent_pieces.h"

#include "daemon/engine/named_content.h"
#include "daemon/store/inbox.h"
#include "daemon/store/pieces.h"
#include "daemon/store/rows.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr std::size_t kPage = 500;

/// Contents of the row that may have to be written or shown. What a source shows lies in its place.
void add_needed(const core::Row& row, bool is_shown_here, std::vector<Hash256>& needed) {
    const auto shown = core::shown_siblings(row);
    for (const core::Sibling& sibling : row.siblings) {
        const bool is_shown = std::ranges::find(shown, &sibling) != shown.end();
        if (is_shown && is_shown_here && !row.is_pending()) continue;
        if (const auto content = named_content(sibling)) needed.push_back(content->content);
    }
}

}  // namespace

Status drop_spent_pieces(Replica& replica) {
    SATCHEL_TRY(waiting, store::list_received(replica.database()));
    if (!waiting.empty()) return ok();
    Sid after;
    while (true) {
        SATCHEL_TRY(owners, store::list_piece_owners(replica.database(), after, kPage));
        if (owners.empty()) return ok();
        after = owners.back();
        const Status dropped = replica.in_step([&](Step& step) -> Status {
            store::Rows rows(step.transaction.database());
            for (const Sid& owner : owners) {
                std::vector<Hash256> needed;
                for (const auto& [id, collection] : step.ledger.collections()) {
                    SATCHEL_TRY(found, rows.find(collection.ord, owner));
                    const SourceSlot* slot = replica.slot_of(id);
                    const bool is_shown_here = slot != nullptr && slot->is_open;
                    if (found) add_needed(found->row, is_shown_here, needed);
                }
                const Status done = store::drop_pieces_except(step.transaction, owner, needed);
                if (!done) return done;
            }
            return ok();
        });
        if (!dropped) return dropped;
    }
}

}  // namespace satchel::engine
