#include "daemon/core/row.h"

#include "shared/base/hash.h"

#include <algorithm>
#include <tuple>

namespace satchel::core {

namespace {

bool in_place_order(const Sibling& left, const Sibling& right) {
    return std::tie(left.column, left.dot) < std::tie(right.column, right.dot);
}

bool touches(const Op& op, ColumnId column) {
    if (op.kind == OpKind::remove) return true;
    const auto at = std::ranges::lower_bound(op.columns, column, {}, &ColumnValue::column);
    return at != op.columns.end() && at->column == column;
}

bool replaces(const Op& op, const OpContext& context, const Sibling& sibling) {
    return touches(op, sibling.column) && context.follows(sibling.dot) &&
           std::ranges::find(op.unseen, sibling.dot) == op.unseen.end();
}

/// Of a shown sibling of a row that does not lag: the source, and nobody else here, has its value.
bool is_held(const Sibling& shown) {
    return !shown.value && shown.is_seen;
}

}  // namespace

bool shown_before(const Sibling& left, const Sibling& right) {
    return std::tie(left.stamp, left.dot) < std::tie(right.stamp, right.dot);
}

bool apply_op(Row& row, const Op& op, const OpContext& context, std::vector<Sibling>* replaced) {
    const bool will_change = (op.kind == OpKind::set && !op.columns.empty()) ||
                             std::ranges::any_of(row.siblings, [&](const Sibling& s) {
                                 return replaces(op, context, s);
                             });
    if (!will_change) return false;
    if (!row.lagging) row.lagging = held_shadow(row);
    std::erase_if(row.siblings, [&](Sibling& s) {
        if (!replaces(op, context, s)) return false;
        if (replaced != nullptr) replaced->push_back(std::move(s));
        return true;
    });
    if (op.kind != OpKind::set) return true;

    const auto kept = static_cast<std::ptrdiff_t>(row.siblings.size());
    row.siblings.reserve(row.siblings.size() + op.columns.size());
    for (const ColumnValue& cell : op.columns) {
        row.siblings.push_back(
            {cell.column, context.dot, op.stamp, cell.value.hash(), false, cell.value});
    }
    std::inplace_merge(
        row.siblings.begin(), row.siblings.begin() + kept, row.siblings.end(), in_place_order);
    return true;
}

Value first_wins_marker() {
    return Value::text("first");
}

bool shows_first(const Row& row) {
    static const std::uint64_t kFirstWinsHash = first_wins_marker().hash();
    for (const Sibling& sibling : row.siblings) {
        if (sibling.column != kRowMarker) return false;
        if (sibling.value_hash == kFirstWinsHash) return true;
    }
    return false;
}

bool shown_before(const Row& row, const Sibling& left, const Sibling& right) {
    const bool is_real = left.column >= kFirstColumn;
    return is_real && shows_first(row) ? shown_before(right, left) : shown_before(left, right);
}

std::vector<const Sibling*> shown_siblings(const Row& row) {
    std::vector<const Sibling*> shown;
    shown.reserve(row.siblings.size());
    for (const Sibling& sibling : row.siblings) {
        if (shown.empty() || shown.back()->column != sibling.column)
            shown.push_back(&sibling);
        else if (shown_before(row, *shown.back(), sibling))
            shown.back() = &sibling;
    }
    return shown;
}

Shadow wanted_shadow(const Row& row) {
    Shadow shadow;
    shadow.is_present = row.exists();
    for (const Sibling* sibling : shown_siblings(row))
        shadow.hashes.emplace_back(sibling->column, sibling->value_hash);
    return shadow;
}

Shadow held_shadow(const Row& row) {
    if (row.lagging) return *row.lagging;
    Shadow shadow;
    shadow.is_present = row.exists();
    for (const Sibling* sibling : shown_siblings(row))
        if (is_held(*sibling)) shadow.hashes.emplace_back(sibling->column, sibling->value_hash);
    return shadow;
}

void follow_schema(Row& row, const std::function<bool(ColumnId)>& holds) {
    const Shadow held = held_shadow(row);
    if (!held.is_present) return;
    const auto has_held = [&](ColumnId column) {
        return std::ranges::binary_search(
            held.hashes, column, {}, &std::pair<ColumnId, std::uint64_t>::first);
    };
    bool is_behind = false;
    for (Sibling& sibling : row.siblings) {
        if (sibling.column == kRowMarker) continue;
        const bool is_there = holds(sibling.column);
        if (is_there && !has_held(sibling.column)) {
            sibling.is_seen = false;
            is_behind = true;
        } else if (!is_there && is_held(sibling)) {
            sibling.is_seen = false;
        }
    }
    if (is_behind && !row.lagging) row.lagging = held;
}

void mark_projected(Row& row, const std::function<bool(ColumnId)>& holds) {
    row.lagging.reset();
    const auto shown = shown_siblings(row);
    auto next_shown = shown.begin();
    for (Sibling& sibling : row.siblings) {
        while (next_shown != shown.end() && (*next_shown)->column < sibling.column) ++next_shown;
        const bool is_shown = next_shown != shown.end() && *next_shown == &sibling;
        const bool is_there = holds(sibling.column);
        // What only the source had went with the column; having the column again brings no value.
        sibling.is_seen = !is_shown || sibling.value || (is_there && sibling.is_seen);
        if (is_shown && is_there) sibling.value.reset();
    }
}

void fill_values(Row& row, std::span<const ColumnValue> values) {
    for (Sibling& sibling : row.siblings) {
        if (sibling.value) continue;
        const auto at = std::ranges::lower_bound(values, sibling.column, {}, &ColumnValue::column);
        if (at != values.end() && at->column == sibling.column &&
            at->value.hash() == sibling.value_hash)
            sibling.value = at->value;
    }
}

void mark_absent(Row& row) {
    row.lagging.reset();
    if (row.exists()) row.lagging.emplace();
    for (Sibling& sibling : row.siblings) sibling.is_seen = false;
}

std::vector<Dot> unseen_dots(const Row& row, std::span<const ColumnValue> columns) {
    std::vector<Dot> dots;
    if (!row.is_pending()) return dots;
    for (const Sibling& sibling : row.siblings) {
        const bool is_asked =
            columns.empty() ||
            std::ranges::find(columns, sibling.column, &ColumnValue::column) != columns.end();
        if (!sibling.is_seen && is_asked) dots.push_back(sibling.dot);
    }
    std::ranges::sort(dots);
    dots.erase(std::unique(dots.begin(), dots.end()), dots.end());
    return dots;
}

std::size_t value_bytes(const Row& row) {
    std::size_t bytes = 0;
    for (const Sibling& sibling : row.siblings)
        if (sibling.value) bytes += sibling.value->encoded().size();
    return bytes;
}

std::uint64_t shadow_hash(const Shadow& shadow) {
    if (!shadow.is_present) return 0;
    std::uint64_t hash = 1;
    for (const auto& [column, value_hash] : shadow.hashes)
        hash = combine64(combine64(hash, static_cast<std::uint64_t>(column)), value_hash);
    return hash;
}

}  // namespace satchel::core
