#include "daemon/core/diff.h"

#include <algorithm>

namespace satchel::core {

namespace {

std::optional<std::uint64_t> held_hash(const Shadow& held, ColumnId column) {
    const auto at = std::ranges::lower_bound(
        held.hashes, column, {}, &std::pair<ColumnId, std::uint64_t>::first);
    if (at == held.hashes.end() || at->first != column) return std::nullopt;
    return at->second;
}

/// True for a column that the source was not known to have and that the schema filled, not the
/// application. Of NULL beside another default one cannot tell; it may not hide a value then.
bool is_filled(const Row& row, const LocalState& local, const ColumnValue& cell) {
    const auto fill = std::ranges::lower_bound(local.fills, cell.column, {}, &ColumnValue::column);
    const bool has_fill = fill != local.fills.end() && fill->column == cell.column;
    if (has_fill && fill->value == cell.value) return true;
    if (!cell.value.is_null()) return false;
    return !has_fill ||
           std::ranges::find(row.siblings, cell.column, &Sibling::column) != row.siblings.end();
}

/// True when a projection that nobody recorded can have written the cell: it holds what should be
/// shown, and nothing that only the source had was there to be overwritten.
bool may_be_projected(const Row& row, const ColumnValue& cell) {
    const Sibling* shown = nullptr;
    bool has_all_values = true;
    for (const Sibling& sibling : row.siblings) {
        if (sibling.column != cell.column) continue;
        if (shown == nullptr || shown_before(row, *shown, sibling)) shown = &sibling;
        has_all_values = has_all_values && sibling.value;
    }
    return shown != nullptr && has_all_values && shown->value_hash == cell.value.hash();
}

Shadow shadow_of(const LocalState& local) {
    Shadow shadow;
    shadow.is_present = local.is_present;
    for (const ColumnValue& cell : local.columns)
        shadow.hashes.emplace_back(cell.column, cell.value.hash());
    return shadow;
}

/// The latest stamp among the siblings that `op` replaces; those it has not seen stay beside it.
Stamp replaced_stamp(const Row& row, const Op& op) {
    Stamp latest;
    for (const Sibling& sibling : row.siblings) {
        const bool is_touched =
            op.kind == OpKind::remove ||
            std::ranges::find(op.columns, sibling.column, &ColumnValue::column) != op.columns.end();
        const bool is_seen = !std::ranges::binary_search(op.unseen, sibling.dot);
        if (is_touched && is_seen) latest = std::max(latest, sibling.stamp);
    }
    return latest;
}

/// An op names what its author had not seen by dots, and a dot stands in many columns: where one of
/// them was seen here and another was not, the columns cannot share an op.
void keep_separable(const Row& row, std::vector<ColumnValue>& columns) {
    const std::vector<Dot> unseen = unseen_dots(row, columns);
    if (unseen.empty()) return;
    const auto has = [&](const ColumnValue& cell, bool is_seen) {
        return std::ranges::any_of(row.siblings, [&](const Sibling& sibling) {
            return sibling.column == cell.column && sibling.is_seen == is_seen &&
                   std::ranges::binary_search(unseen, sibling.dot);
        });
    };
    const auto has_seen = [&](const ColumnValue& cell) { return has(cell, true); };
    const auto has_unseen = [&](const ColumnValue& cell) { return has(cell, false); };
    if (std::ranges::none_of(columns, has_seen)) return;
    if (std::ranges::all_of(columns, has_unseen))
        columns.resize(1);
    else
        std::erase_if(columns, has_unseen);
}

}  // namespace

std::optional<Op> diff_row(const Row& row, const LocalState& local) {
    const Shadow held = held_shadow(row);
    Op op;
    if (local.is_present) {
        op.kind = OpKind::set;
        // Judged by what the source held, not by what the workspace has: a row deleted elsewhere
        // and still here unchanged is no news.
        if (!held.is_present) op.columns.push_back({kRowMarker, local.marker});
        for (const ColumnValue& cell : local.columns) {
            const auto before = held_hash(held, cell.column);
            // A column that appears on a known row is a new schema, not an edit.
            const bool is_new_column = held.is_present && !before && is_filled(row, local, cell);
            // A projection that was written but not recorded is no edit either: taken for one, it
            // would replace the values it only hid.
            const bool is_ours = held.is_present && row.is_pending() && may_be_projected(row, cell);
            if (!is_new_column && !is_ours && before != cell.value.hash())
                op.columns.push_back(cell);
        }
        if (op.columns.empty()) return std::nullopt;
        keep_separable(row, op.columns);
        op.unseen = unseen_dots(row, op.columns);
    } else {
        if (!held.is_present) return std::nullopt;
        op.kind = OpKind::remove;
        op.unseen = unseen_dots(row, {});
    }
    op.stamp = Stamp::after(local.edited_ms, std::max(local.follows, replaced_stamp(row, op)));
    return op;
}

bool is_shown_by(const Row& row,
                 const LocalState& local,
                 const std::function<bool(ColumnId)>& holds) {
    if (row.exists() != local.is_present || row.exists() != row.is_whole()) return false;
    // A projection leaves no value without its bytes: where one is, an application wrote over it.
    const auto shown = shown_siblings(row);
    const auto is_hidden_and_gone = [&](const Sibling& sibling) {
        return !sibling.value && holds(sibling.column) &&
               std::ranges::find(shown, &sibling) == shown.end();
    };
    if (std::ranges::any_of(row.siblings, is_hidden_and_gone)) return false;
    const auto is_news = [&](const ColumnValue& cell) {
        return std::ranges::find(row.siblings, cell.column, &Sibling::column) ==
                   row.siblings.end() &&
               !is_filled(row, local, cell);
    };
    if (std::ranges::any_of(local.columns, is_news)) return false;
    return std::ranges::all_of(shown, [&](const Sibling* winner) {
        if (!holds(winner->column)) return true;
        const auto at =
            std::ranges::lower_bound(local.columns, winner->column, {}, &ColumnValue::column);
        return at != local.columns.end() && at->column == winner->column &&
               at->value.hash() == winner->value_hash;
    });
}

void apply_own_op(Row& row,
                  const Op& op,
                  const OpContext& context,
                  const LocalState& local,
                  const std::function<bool(ColumnId)>& holds,
                  std::vector<Sibling>* replaced) {
    const bool was_pending = row.is_pending();
    apply_op(row, op, context, replaced);
    for (Sibling& sibling : row.siblings)
        if (sibling.dot == context.dot) sibling.is_seen = true;
    if (!was_pending) {
        mark_projected(row, holds);
        return;
    }
    // Something received earlier still waits to be shown: remember what the source holds now, and
    // of it only what the op says while there is more to say.
    Shadow said = op.kind == OpKind::set && row.lagging->is_present ? *row.lagging : Shadow{};
    said.is_present = local.is_present;
    for (const ColumnValue& cell : op.columns) {
        const auto at = std::ranges::lower_bound(
            said.hashes, cell.column, {}, &std::pair<ColumnId, std::uint64_t>::first);
        if (at != said.hashes.end() && at->first == cell.column)
            at->second = cell.value.hash();
        else if (cell.column != kRowMarker)
            said.hashes.emplace(at, cell.column, cell.value.hash());
    }
    row.lagging = std::move(said);
    if (diff_row(row, local)) return;
    row.lagging = shadow_of(local);
    if (is_shown_by(row, local, holds)) mark_projected(row, holds);
}

}  // namespace satchel::core
