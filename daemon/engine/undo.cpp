// The oldest displaced value of each cell within what is asked for is what the cell held before.
// A row that is gone comes back whole, under the sync id it had, from what its removal displaced.
#include "daemon/engine/undo.h"

#include "daemon/engine/cell_values.h"
#include "daemon/engine/decide.h"
#include "daemon/engine/explain.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace satchel::engine {

namespace {

/// Displaced values one undo looks at: more than that is a restore from a backup.
constexpr std::size_t kUndoCellsMax = 100'000;

const store::Collection* find_collection(const Replica& replica, std::int64_t ord) {
    for (const auto& [id, collection] : replica.ledger().collections())
        if (collection.ord == ord) return &collection;
    return nullptr;
}

/// What messages call the row, even after it is gone.
std::string name_of(Replica& replica,
                    const store::Collection& collection,
                    const store::StoredRow& row,
                    const std::optional<Bytes>& former_key) {
    store::StoredRow named;
    named.sid = row.sid;
    named.key = row.key ? row.key : former_key;
    return item_name(replica, collection, named);
}

/// A row with what was displaced from it.
struct Past {
    const store::Collection* collection = nullptr;
    store::StoredRow row;
    std::string item;
    std::vector<store::Displaced> cells;  ///< in the order they were displaced
};

class Finder {
  public:
    Finder(Replica& replica, const UndoWish& wish) : replica_(replica), wish_(wish) {}

    /// The rows that fit the wish, in the order they were displaced.
    Result<std::vector<Past>> find(store::DisplacedFilter filter) {
        SATCHEL_TRY(displaced, store::list_displaced(replica_.database(), filter));
        std::vector<Past> pasts;
        std::map<std::pair<std::int64_t, Sid>, std::size_t> index;
        for (store::Displaced& one : displaced) {
            const bool is_other =
                !wish_.device.empty() && device_name(replica_, one.by.device) != wish_.device;
            if (is_other) continue;
            const auto [at, is_new] = index.try_emplace({one.collection, one.sid}, pasts.size());
            if (is_new) {
                SATCHEL_TRY(past, open(one));
                pasts.push_back(std::move(past));
            }
            pasts[at->second].cells.push_back(std::move(one));
        }
        std::erase_if(pasts, [&](Past& past) { return !fits(past); });
        return pasts;
    }

  private:
    Result<Past> open(const store::Displaced& one) {
        Past past;
        past.collection = find_collection(replica_, one.collection);
        past.row.sid = one.sid;
        if (past.collection == nullptr) return past;
        store::Rows rows(replica_.database());
        const auto row = rows.find(one.collection, one.sid);
        if (!row) return row.error();
        if (*row) past.row = **row;
        return past;
    }

    bool fits(Past& past) {
        if (past.collection == nullptr) return false;
        if (!wish_.source.empty() && past.collection->source != wish_.source) return false;
        std::optional<Bytes> key;
        for (const store::Displaced& one : past.cells)
            if (one.key) key = one.key;
        past.item = name_of(replica_, *past.collection, past.row, key);
        return wish_.item.empty() || past.item == wish_.item ||
               past.item.starts_with(wish_.item + " ") || past.row.sid.text() == wish_.item;
    }

    Replica& replica_;
    const UndoWish& wish_;
};

DisplacedCell to_cell(Replica& replica, const Past& past, const store::Displaced& one) {
    DisplacedCell cell;
    cell.source = past.collection->source;
    cell.item = past.item;
    cell.column = column_name(*past.collection, one.column);
    cell.value = one.value ? one.value->to_display() : "";
    cell.device = device_name(replica, one.dot.device);
    cell.time_ms = one.stamp.time_ms();
    cell.by_device = device_name(replica, one.by.device);
    cell.at_ms = one.at_ms;
    cell.cycle = one.cycle;
    cell.is_removal = one.kind == store::DisplacedKind::removed;
    cell.has_value = one.value.has_value();
    return cell;
}

/// The oldest displaced value of each cell; of several that one change took, the one shown.
std::map<ColumnId, const store::Displaced*> oldest_values(const Past& past) {
    std::map<ColumnId, const store::Displaced*> oldest;
    for (const store::Displaced& one : past.cells) {
        const auto [at, is_new] = oldest.try_emplace(one.column, &one);
        const store::Displaced& first = *at->second;
        if (is_new || first.by != one.by) continue;
        if (std::tie(first.stamp, first.dot) < std::tie(one.stamp, one.dot)) at->second = &one;
    }
    return oldest;
}

class Undo {
  public:
    Undo(Replica& replica, const UndoWish& wish, UndoReport& report)
        : replica_(replica), wish_(wish), report_(report) {}

    /// Plans what brings the row back to what it was.
    Status plan(const Past& past) {
        const bool exists = past.row.row.is_whole();
        const auto oldest = oldest_values(past);
        const bool was_removed = oldest.contains(core::kRowMarker);
        if (!exists && !was_removed)
            return skip(past, "it is gone, and not by what is to be undone");
        SATCHEL_TRY(held, held_values(replica_, past.collection->id, past.row));
        Decision decision{past.collection->id, past.row.sid, false, {}};
        const std::size_t told = report_.cells.size();
        for (const auto& [column, one] : oldest) {
            if (column == core::kRowNote) continue;
            if (column == core::kRowMarker) {
                if (!exists)
                    decision.columns.push_back({column, one->value.value_or(core::Value())});
                continue;
            }
            const core::Sibling* now = shown(past.row.row, column);
            if (now != nullptr && now->value_hash == one->value_hash) continue;
            if (const auto other = changed_since_by(now); !other.empty()) {
                if (auto done =
                        skip(past,
                             column_name(*past.collection, column) + ": changed since by " + other);
                    !done)
                    return done;
                continue;
            }
            if (!one->value) {
                if (auto done = skip(past,
                                     column_name(*past.collection, column) +
                                         ": its own program had overwritten the value here");
                    !done)
                    return done;
                continue;
            }
            decision.columns.push_back({column, *one->value});
            DisplacedCell cell = to_cell(replica_, past, *one);
            const core::Value* value = now == nullptr ? nullptr : value_of(*now, held);
            if (value != nullptr) cell.now = value->to_display();
            report_.cells.push_back(std::move(cell));
        }
        if (report_.cells.size() == told) return ok();
        ++report_.rows;
        decisions_[past.collection->source].push_back(std::move(decision));
        return ok();
    }

    Status write() {
        // Looked at before anything is written: a wish is granted or it is not.
        for (const auto& [source, decisions] : decisions_) {
            const SourceSlot* slot = replica_.find_slot(source);
            if (slot == nullptr)
                return Error{ErrorCode::not_found,
                             "undo: source '" + source + "' is not declared on this device"};
            if (auto writable = check_writable(*slot, "undo"); !writable) return writable;
        }
        for (const auto& [source, decisions] : decisions_) {
            SourceSlot* slot = replica_.find_slot(source);
            if (auto done = write_decisions(replica_, *slot, decisions); !done) return done;
        }
        // Rows that wait for one another, over pages.
        SATCHEL_TRY(shown, replica_.show_waiting());
        (void)shown;
        return ok();
    }

  private:
    static const core::Sibling* shown(const core::Row& row, ColumnId column) {
        for (const core::Sibling* sibling : core::shown_siblings(row))
            if (sibling->column == column) return sibling;
        return nullptr;
    }

    /// Who wrote what is shown, when the changes of another device are to be taken back.
    [[nodiscard]] std::string changed_since_by(const core::Sibling* now) const {
        if (wish_.device.empty() || now == nullptr) return {};
        std::string device = device_name(replica_, now->dot.device);
        return device == wish_.device ? std::string() : device;
    }

    Status skip(const Past& past, std::string reason) {
        report_.skipped.push_back({past.collection->source + ": " + past.item, std::move(reason)});
        return ok();
    }

    Replica& replica_;
    const UndoWish& wish_;
    UndoReport& report_;
    std::map<std::string, std::vector<Decision>> decisions_;
};

/// The newest cycle that displaced something restorable of what the wish names; 0 when none did.
Result<std::uint64_t> newest_cycle(Replica& replica, const UndoWish& wish) {
    if (wish.item.empty() && wish.source.empty() && wish.device.empty())
        return store::last_restorable_cycle(replica.database());
    store::DisplacedFilter filter;
    filter.limit = kUndoCellsMax;
    filter.is_newest_first = true;
    SATCHEL_TRY(pasts, Finder(replica, wish).find(filter));
    std::uint64_t newest = 0;
    for (const Past& past : pasts)
        for (const store::Displaced& one : past.cells)
            if (one.value) newest = std::max(newest, one.cycle);
    return newest;
}

Error nothing_to_undo(const UndoWish& wish) {
    std::string of = wish.item.empty() ? wish.source : wish.item;
    if (of.empty()) of = wish.device;
    return {ErrorCode::not_found,
            "undo: nothing was displaced" + (of.empty() ? of : " of '" + of + "'"),
            "satchelctl undo --list shows what was"};
}

}  // namespace

Result<UndoReport> undo(Replica& replica, const UndoWish& wish) {
    store::DisplacedFilter filter;
    filter.limit = kUndoCellsMax + 1;
    filter.cycle = wish.cycle;
    filter.since_ms = wish.since_ms.value_or(0);
    if (!wish.cycle && !wish.since_ms) {
        SATCHEL_TRY(cycle, newest_cycle(replica, wish));
        if (cycle == 0) return nothing_to_undo(wish);
        filter.cycle = cycle;
    }
    SATCHEL_TRY(pasts, Finder(replica, wish).find(filter));
    if (pasts.empty()) return nothing_to_undo(wish);
    std::size_t cells = 0;
    for (const Past& past : pasts) cells += past.cells.size();
    if (cells > kUndoCellsMax)
        return Error{
            ErrorCode::invalid_argument,
            "undo: more than " + std::to_string(kUndoCellsMax) + " values were displaced by that",
            "name a source or an item"};
    UndoReport report;
    Undo work(replica, wish, report);
    for (const Past& past : pasts)
        if (auto planned = work.plan(past); !planned) return std::move(planned).error();
    if (wish.is_dry_run) return report;
    if (auto written = work.write(); !written) return std::move(written).error();
    return report;
}

Result<std::vector<DisplacedCell>> list_displaced(Replica& replica,
                                                  const UndoWish& wish,
                                                  std::size_t limit) {
    store::DisplacedFilter filter;
    filter.cycle = wish.cycle;
    filter.since_ms = wish.since_ms.value_or(0);
    filter.is_newest_first = true;
    const bool is_filtered = !wish.item.empty() || !wish.source.empty() || !wish.device.empty();
    filter.limit = is_filtered ? kUndoCellsMax : limit;
    SATCHEL_TRY(pasts, Finder(replica, wish).find(filter));
    std::vector<std::pair<std::int64_t, DisplacedCell>> cells;
    for (const Past& past : pasts)
        for (const store::Displaced& one : past.cells)
            if (one.column >= core::kFirstColumn)
                cells.emplace_back(one.id, to_cell(replica, past, one));
    std::ranges::sort(cells,
                      [](const auto& left, const auto& right) { return left.first > right.first; });
    if (cells.size() > limit) cells.resize(limit);
    std::vector<DisplacedCell> listed;
    for (auto& [id, cell] : cells) listed.push_back(std::move(cell));
    return listed;
}

}  // namespace satchel::engine
