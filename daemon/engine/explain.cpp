#include "daemon/engine/explain.h"

#include "daemon/core/dangling.h"
#include "daemon/crypto/membership.h"
#include "daemon/engine/cell_values.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr std::size_t kPage = 256;
/// Displaced values told of one row.
constexpr std::size_t kDisplacedShown = 200;
constexpr std::string_view kOverwritten = "(overwritten here by its own program)";

Replaced to_replaced(Replica& replica, const store::Displaced& displaced) {
    Replaced replaced;
    replaced.value = displaced.value ? displaced.value->to_display() : std::string(kOverwritten);
    replaced.device = device_name(replica, displaced.dot.device);
    replaced.time_ms = displaced.stamp.time_ms();
    replaced.by_device = device_name(replica, displaced.by.device);
    replaced.at_ms = displaced.at_ms;
    replaced.cycle = displaced.cycle;
    return replaced;
}

/// True for "project:4" or "project:atlas" when the name is `project id=4 name="atlas"`.
bool is_table_and_value(std::string_view table, std::string_view name, std::string_view item) {
    const auto colon = item.find(':');
    if (colon == std::string_view::npos || item.substr(0, colon) != table) return false;
    const std::string value(item.substr(colon + 1));
    const std::string whole = std::string(name) + " ";
    return !value.empty() && (whole.find("=" + value + " ") != std::string::npos ||
                              whole.find("=\"" + value + "\" ") != std::string::npos);
}

/// The row of a collection by its sync id, or by what messages call it.
Result<std::optional<store::StoredRow>> find_item(Replica& replica,
                                                  const store::Collection& collection,
                                                  std::string_view item) {
    store::Rows rows(replica.database());
    if (const auto sid = Sid::parse(item)) return rows.find(collection.ord, *sid);
    const std::string first_word = std::string(item) + " ";
    Sid after;
    while (true) {
        SATCHEL_TRY(page, rows.all(collection.ord, after, kPage));
        if (page.empty()) return std::optional<store::StoredRow>{};
        after = page.back().sid;
        for (store::StoredRow& row : page) {
            const std::string name = item_name(replica, collection, row);
            if (name == item || name.starts_with(first_word) ||
                is_table_and_value(collection.name, name, item))
                return std::optional<store::StoredRow>(std::move(row));
        }
    }
}

Result<Explanation> explain_row(Replica& replica,
                                const store::Collection& collection,
                                const store::StoredRow& row) {
    Explanation explanation;
    explanation.source = collection.source;
    explanation.item = item_name(replica, collection, row);
    explanation.sync_id = row.sid.text();
    if (row.row.is_pending()) explanation.held_back = "waits to be shown by the source";
    SATCHEL_TRY(held, held_values(replica, collection.id, row));
    store::DisplacedFilter filter{collection.ord, row.sid, {}, 0, true, kDisplacedShown};
    SATCHEL_TRY(displaced, store::list_displaced(replica.database(), filter));
    const auto shown = core::shown_siblings(row.row);
    for (const core::Sibling& sibling : row.row.siblings) {
        if (sibling.column < core::kFirstColumn || sibling.column == core::kDangles) continue;
        const bool is_shown = std::ranges::find(shown, &sibling) != shown.end();
        explanation.cells.push_back({column_name(collection, sibling.column),
                                     to_version(replica, sibling, held, is_shown),
                                     {}});
        if (!is_shown) continue;
        for (const store::Displaced& one : displaced)
            if (one.column == sibling.column)
                explanation.cells.back().replaced.push_back(to_replaced(replica, one));
    }
    return explanation;
}

}  // namespace

std::string column_name(const store::Collection& collection, ColumnId column) {
    const auto at = collection.columns.find(column);
    return at == collection.columns.end() ? "?" : at->second;
}

Version to_version(Replica& replica,
                   const core::Sibling& sibling,
                   const std::vector<core::ColumnValue>& held,
                   bool is_shown) {
    Version version;
    version.device = device_name(replica, sibling.dot.device);
    version.time_ms = sibling.stamp.time_ms();
    version.dot = sibling.dot;
    version.is_shown = is_shown;
    const core::Value* value = value_of(sibling, held);
    version.value = value == nullptr ? "(held by the source)" : value->to_display();
    version.bytes = value == nullptr ? 0 : value->encoded().size() - 1;
    return version;
}

std::string device_name(Replica& replica, const DeviceId& device) {
    if (device == replica.identity().device) return replica.identity().device_name;
    const crypto::Member* member = replica.identity().members.find(device);
    if (member != nullptr) {
        auto name = crypto::name_of(replica.identity().keyring, *member);
        if (name) return *name;
    }
    return device.text().substr(0, 8);
}

std::string item_name(Replica& replica,
                      const store::Collection& collection,
                      const store::StoredRow& row) {
    SourceSlot* slot = replica.slot_of(collection.id);
    if (slot != nullptr && row.key) return slot->source->describe(collection.id, *row.key);
    return collection.name + " " + row.sid.text();
}

Result<Explanation> explain_item(Replica& replica, std::string_view item, std::string_view source) {
    const store::Collection* found_in = nullptr;
    std::optional<store::StoredRow> found;
    for (const auto& [id, collection] : replica.ledger().collections()) {
        if (!source.empty() && collection.source != source) continue;
        if (found && collection.source == found_in->source) continue;
        SATCHEL_TRY(row, find_item(replica, collection, item));
        if (!row) continue;
        if (found)
            return Error{ErrorCode::invalid_argument,
                         "explain '" + std::string(item) + "': both '" + found_in->source +
                             "' and '" + collection.source + "' have such an item",
                         "name one with --source"};
        found = std::move(row);
        found_in = &collection;
    }
    if (found) return explain_row(replica, *found_in, *found);
    return Error{ErrorCode::not_found,
                 "explain '" + std::string(item) + "': no item has this name or sync id",
                 "names are like 'project id=4', 'project:4', a path below the source, or a sync "
                 "id"};
}

}  // namespace satchel::engine
