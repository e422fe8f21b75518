#include "daemon/engine/since.h"

#include "daemon/engine/explain.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr std::size_t kPage = 256;

bool is_newer(const core::Row& row, const DeviceId& self, UnixMs since) {
    const auto shown = core::shown_siblings(row);
    return std::ranges::any_of(shown, [&](const core::Sibling* sibling) {
        return sibling->dot.device != self && sibling->stamp.time_ms() > since;
    });
}

}  // namespace

Result<NewerItems> list_newer(Replica& replica, UnixMs since, std::size_t limit) {
    NewerItems newer;
    store::Rows rows(replica.database());
    for (const auto& [id, collection] : replica.ledger().collections()) {
        if (replica.slot_of(id) == nullptr) continue;
        Sid after;
        while (true) {
            SATCHEL_TRY(page, rows.all(collection.ord, after, kPage));
            if (page.empty()) break;
            after = page.back().sid;
            for (const store::StoredRow& row : page) {
                if (!is_newer(row.row, replica.identity().device, since)) continue;
                ++newer.count;
                if (newer.names.size() < limit)
                    newer.names.push_back(collection.source + ": " +
                                          item_name(replica, collection, row));
            }
        }
    }
    return newer;
}

}  // namespace satchel::engine
