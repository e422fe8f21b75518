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

}  // namespace

bool shown_before(const Sibling& left, const Sibling& right) {
    return std::tie(left.stamp, left.dot) < std::tie(right.stamp, right.dot);
}

bool apply_op(Row& row, const Op& op, const OpContext& context) {
    const bool will_change = (op.kind == OpKind::set && !op.columns.empty()) ||
                             std::ranges::any_of(row.siblings, [&](const Sibling& s) {
                                 return replaces(op, context, s);
                             });
    if (!will_change) return false;
    if (!row.lagging) row.lagging = held_shadow(row);
    std::erase_if(row.siblings, [&](const Sibling& s) { return replaces(op, context, s); });
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

std::vector<const Sibling*> shown_siblings(const Row& row) {
    std::vector<const Sibling*> shown;
    shown.reserve(row.siblings.size());
    for (const Sibling& sibling : row.siblings) {
        if (shown.empty() || shown.back()->column != sibling.column)
            shown.push_back(&sibling);
        else if (shown_before(*shown.back(), sibling))
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
    return row.lagging ? *row.lagging : wanted_shadow(row);
}

void mark_projected(Row& row, const std::function<bool(ColumnId)>& holds) {
    row.lagging.reset();
    const auto shown = shown_siblings(row);
    auto next_shown = shown.begin();
    for (Sibling& sibling : row.siblings) {
        sibling.is_seen = true;
        while (next_shown != shown.end() && (*next_shown)->column < sibling.column) ++next_shown;
        const bool is_shown = next_shown != shown.end() && *next_shown == &sibling;
        if (is_shown && holds(sibling.column)) sibling.value.reset();
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
