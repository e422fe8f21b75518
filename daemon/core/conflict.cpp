#include "daemon/core/conflict.h"

#include <algorithm>

namespace satchel::core {

const Sibling* find_deletion_note(const Row& row) {
    if (!row.is_whole()) return nullptr;
    static const std::uint64_t kDecided = Value().hash();
    const Sibling* shown = nullptr;
    for (const Sibling& sibling : row.siblings) {
        if (sibling.column > kRowNote) break;
        if (sibling.column == kRowNote && (shown == nullptr || shown_before(*shown, sibling)))
            shown = &sibling;
    }
    return shown != nullptr && shown->value_hash != kDecided ? shown : nullptr;
}

bool has_conflict(const Row& row) {
    // Siblings of a cell stand together; one that differs from its neighbour makes the conflict.
    const auto differ = [](const Sibling& left, const Sibling& right) {
        return left.column == right.column && is_decidable(left.column) &&
               left.value_hash != right.value_hash;
    };
    return std::ranges::adjacent_find(row.siblings, differ) != row.siblings.end() ||
           find_deletion_note(row) != nullptr;
}

std::vector<CellConflict> find_conflicts(const Row& row) {
    std::vector<CellConflict> conflicts;
    for (auto first = row.siblings.begin(); first != row.siblings.end();) {
        const auto next = std::find_if(
            first, row.siblings.end(), [&](const Sibling& s) { return s.column != first->column; });
        if (next - first > 1 && is_decidable(first->column)) {
            CellConflict cell{first->column, {}};
            for (auto sibling = first; sibling != next; ++sibling)
                cell.versions.push_back(&*sibling);
            std::ranges::sort(cell.versions, [&](const Sibling* left, const Sibling* right) {
                return shown_before(row, *right, *left);
            });
            // Equal values written twice are one version; the first of them is the one shown.
            std::vector<const Sibling*> distinct;
            for (const Sibling* version : cell.versions) {
                const bool is_new = std::ranges::none_of(distinct, [&](const Sibling* known) {
                    return known->value_hash == version->value_hash;
                });
                if (is_new) distinct.push_back(version);
            }
            cell.versions = std::move(distinct);
            if (cell.versions.size() > 1) conflicts.push_back(std::move(cell));
        }
        first = next;
    }
    return conflicts;
}

}  // namespace satchel::core
