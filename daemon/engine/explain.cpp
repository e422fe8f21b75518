#include "daemon/engine/explain.h"

#include "daemon/crypto/membership.h"
#include "daemon/engine/project.h"
#include "daemon/engine/store_memory.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr std::size_t kPage = 256;
constexpr std::size_t kIdCharacters = 10;

std::string conflict_id(CollectionId collection, const Sid& sid, const core::CellConflict& cell) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u64(static_cast<std::uint64_t>(collection));
    out.raw(sid.view());
    out.u32(static_cast<std::uint32_t>(cell.column));
    for (const core::Sibling* version : cell.versions) {
        out.raw(version->dot.device.view());
        out.u64(version->dot.seq);
    }
    return to_base32(crypto::sha256(bytes)).substr(0, kIdCharacters);
}

std::string column_name(const store::Collection& collection, ColumnId column) {
    const auto at = collection.columns.find(column);
    return at == collection.columns.end() ? "?" : at->second;
}

/// The values the source holds of a row; empty when it has none or cannot be read now.
Result<std::vector<core::ColumnValue>> held_values(Replica& replica,
                                                   CollectionId collection,
                                                   const store::StoredRow& row) {
    SourceSlot* slot = replica.slot_of(collection);
    std::vector<core::ColumnValue> values;
    if (slot == nullptr || !row.key || row.held_hash == 0) return values;
    const Status read = replica.in_step([&](Step& step) -> Status {
        StoreMemory memory(step, slot->declaration.id);
        auto local = slot->source->read(collection, *row.key, memory);
        if (local && local->is_present) values = std::move(local->columns);
        return ok();
    });
    if (!read) return read.error();
    return values;
}

const core::Value* value_of(const core::Sibling& sibling,
                            const std::vector<core::ColumnValue>& held) {
    if (sibling.value) return &*sibling.value;
    const auto at = std::ranges::lower_bound(held, sibling.column, {}, &core::ColumnValue::column);
    const bool is_there =
        at != held.end() && at->column == sibling.column && at->value.hash() == sibling.value_hash;
    return is_there ? &at->value : nullptr;
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

using Visit = std::function<Result<bool>(const store::Collection&, const store::StoredRow&)>;

/// Calls `visit` for every row with several values in a cell until it returns false.
Status visit_conflicted(Replica& replica, std::string_view source, const Visit& visit) {
    store::Rows rows(replica.database());
    for (const auto& [id, collection] : replica.ledger().collections()) {
        if (!source.empty() && collection.source != source) continue;
        Sid after;
        while (true) {
            SATCHEL_TRY(page, rows.conflicted(collection.ord, after, kPage));
            if (page.empty()) break;
            after = page.back().sid;
            for (const store::StoredRow& row : page) {
                SATCHEL_TRY(goes_on, visit(collection, row));
                if (!goes_on) return ok();
            }
        }
    }
    return ok();
}

Result<std::vector<Conflict>> conflicts_of(Replica& replica,
                                           const store::Collection& collection,
                                           const store::StoredRow& row) {
    SATCHEL_TRY(held, held_values(replica, collection.id, row));
    std::vector<Conflict> conflicts;
    for (const core::CellConflict& cell : core::find_conflicts(row.row)) {
        Conflict conflict;
        conflict.id = conflict_id(collection.id, row.sid, cell);
        conflict.collection = collection.id;
        conflict.sid = row.sid;
        conflict.column = cell.column;
        conflict.source = collection.source;
        conflict.item = item_name(replica, collection, row);
        conflict.column_name = column_name(collection, cell.column);
        for (const core::Sibling* version : cell.versions)
            conflict.versions.push_back(
                to_version(replica, *version, held, version == cell.versions.front()));
        conflicts.push_back(std::move(conflict));
    }
    return conflicts;
}

/// The value that the op `chosen` wrote to the conflict's cell.
Result<core::Value> chosen_value(Replica& replica,
                                 const Conflict& conflict,
                                 const core::Dot& chosen) {
    store::Rows rows(replica.database());
    const store::Collection& collection = replica.ledger().collections().at(conflict.collection);
    SATCHEL_TRY(row, rows.find(collection.ord, conflict.sid));
    if (row) {
        SATCHEL_TRY(held, held_values(replica, conflict.collection, *row));
        for (const core::Sibling& sibling : row->row.siblings) {
            if (sibling.column != conflict.column || sibling.dot != chosen) continue;
            if (const core::Value* value = value_of(sibling, held)) return *value;
        }
    }
    return Error{ErrorCode::busy,
                 "resolve conflict " + conflict.id + ": the item changed since it was listed",
                 "run satchelctl sync and look again"};
}

/// Writes the chosen value as an op that replaces every version, and shows it.
Status write_choice(Step& step,
                    SourceSlot& slot,
                    const Conflict& conflict,
                    const core::Value& value) {
    SATCHEL_TRY(edit, RowEdit::open(step, conflict.collection, conflict.sid));
    LogWriter log(step, slot.declaration.lane);
    core::Op op;
    op.collection = conflict.collection;
    op.sid = conflict.sid;
    op.columns = {{conflict.column, value}};
    core::Stamp newest;
    for (const core::Sibling& sibling : edit.stored.row.siblings)
        if (sibling.column == conflict.column) newest = std::max(newest, sibling.stamp);
    op.stamp = core::Stamp::after(step.clock.now_ms(), newest);
    core::apply_op(edit.stored.row, op, log.next_context());
    log.append(std::move(op));
    if (auto flushed = log.flush(); !flushed) return flushed;
    SATCHEL_TRY(shown, project_rows(step, slot, std::span<RowEdit>(&edit, 1)));
    // The choice is not written either then: there is one answer, and it is "not now".
    if (shown.trouble) return *shown.trouble;
    if (shown.applied == 0) slot.has_pending = true;
    return ok();
}

/// Refuses while the source must not be written.
Status check_writable(const SourceSlot& slot, const std::string& id) {
    if (slot.can_show()) return ok();
    const bool is_halted = slot.state == SourceState::halted;
    const std::string& name = slot.declaration.name;
    return Error{is_halted ? ErrorCode::halted : ErrorCode::busy,
                 "resolve conflict " + id + ": source '" + name +
                     (is_halted ? "' is halted" : "' cannot be written now"),
                 "satchelctl source show " + name + " says why"};
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
            if (name == item || name.starts_with(first_word))
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
    const auto shown = core::shown_siblings(row.row);
    for (const core::Sibling& sibling : row.row.siblings) {
        if (sibling.column == core::kRowMarker) continue;
        const bool is_shown = std::ranges::find(shown, &sibling) != shown.end();
        explanation.cells.push_back({column_name(collection, sibling.column),
                                     to_version(replica, sibling, held, is_shown)});
    }
    return explanation;
}

}  // namespace

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

Result<std::vector<Conflict>> list_conflicts(Replica& replica,
                                             std::string_view source,
                                             std::size_t limit) {
    std::vector<Conflict> all;
    const Status visited = visit_conflicted(
        replica,
        source,
        [&](const store::Collection& collection, const store::StoredRow& row) -> Result<bool> {
            SATCHEL_TRY(found, conflicts_of(replica, collection, row));
            std::ranges::move(found, std::back_inserter(all));
            return all.size() < limit;
        });
    if (!visited) return visited.error();
    return all;
}

Result<std::uint64_t> count_conflicts(Replica& replica) {
    store::Rows rows(replica.database());
    std::uint64_t total = 0;
    for (const auto& [id, collection] : replica.ledger().collections()) {
        SATCHEL_TRY(count, rows.count_conflicted(collection.ord));
        total += count;
    }
    return total;
}

Status resolve_conflict(Replica& replica, const std::string& id, std::size_t number) {
    SATCHEL_TRY(conflicts, list_conflicts(replica, {}, ~std::size_t{0}));
    const auto at = std::ranges::find(conflicts, id, &Conflict::id);
    if (at == conflicts.end())
        return Error{ErrorCode::not_found,
                     "resolve conflict " + id + ": there is no such conflict",
                     "satchelctl conflict list shows those that wait"};
    if (number == 0 || number > at->versions.size())
        return Error{ErrorCode::invalid_argument,
                     "resolve conflict " + id + ": there is no version " + std::to_string(number)};
    SourceSlot* slot = replica.slot_of(at->collection);
    if (slot == nullptr)
        return Error{ErrorCode::not_found,
                     "resolve conflict " + id + ": its source is not declared on this device"};
    if (auto writable = check_writable(*slot, id); !writable) return writable;
    SATCHEL_TRY(value, chosen_value(replica, *at, at->versions[number - 1].dot));
    const Status written =
        replica.in_step([&](Step& step) { return write_choice(step, *slot, *at, value); });
    if (written)
        replica.note_own_op();
    else
        replica.distrust_sources();
    return written;
}

Result<Explanation> explain_item(Replica& replica, std::string_view item, std::string_view source) {
    for (const auto& [id, collection] : replica.ledger().collections()) {
        if (!source.empty() && collection.source != source) continue;
        SATCHEL_TRY(row, find_item(replica, collection, item));
        if (row) return explain_row(replica, collection, *row);
    }
    return Error{ErrorCode::not_found,
                 "explain '" + std::string(item) + "': no item has this name or sync id",
                 "names are like 'project id=4', a path below the source, or a sync id"};
}

}  // namespace satchel::engine
