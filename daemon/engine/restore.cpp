#include "daemon/engine/restore.h"

#include "daemon/engine/history.h"

#include <algorithm>

namespace satchel::engine {

void fall_behind(core::Row& row, const core::Shadow& local) {
    if (!local.is_present) {
        core::mark_absent(row);
        return;
    }
    const auto shown = core::shown_siblings(row);
    for (core::Sibling& sibling : row.siblings) {
        if (sibling.column == core::kRowMarker) continue;
        const auto at = std::ranges::lower_bound(
            local.hashes, sibling.column, {}, &std::pair<ColumnId, std::uint64_t>::first);
        const bool is_there = at != local.hashes.end() && at->first == sibling.column;
        if (is_there && at->second == sibling.value_hash) continue;
        if (std::ranges::find(shown, &sibling) != shown.end()) sibling.is_seen = false;
    }
    row.lagging = local;
}

Status leave_vanished(Step& step, SourceSlot& slot) {
    constexpr std::size_t kPage = 500;
    std::vector<std::pair<CollectionId, std::int64_t>> vanished;
    for (const auto& [id, collection] : step.ledger.collections()) {
        const bool is_ours = collection.lane == slot.declaration.lane && collection.held > 0;
        if (is_ours && slot.find(id) == nullptr) vanished.emplace_back(id, collection.ord);
    }
    store::Rows rows(step.transaction.database());
    for (const auto& [id, ord] : vanished) {
        Bytes after;
        while (true) {
            SATCHEL_TRY(keys, rows.held_keys(ord, after, kPage));
            if (keys.empty()) break;
            after = keys.back();
            for (const Bytes& key : keys) {
                SATCHEL_TRY(held, rows.find_held(ord, key));
                if (!held) continue;
                SATCHEL_TRY(edit, RowEdit::open(step, id, held->sid));
                core::mark_absent(edit.stored.row);
                edit.stored.held_hash = 0;
                if (auto closed = edit.close(step); !closed) return closed;
            }
        }
        slot.wake();
    }
    return ok();
}

Error older_copy(const SourceSlot& slot, std::uint64_t changed, std::uint64_t removed) {
    const std::string& name = slot.declaration.name;
    return Error{ErrorCode::halted,
                 "source '" + name + "' looks like an older copy of itself: " +
                     std::to_string(changed - removed) + " items changed back and " +
                     std::to_string(removed) + " are gone; nothing was sent",
                 "put the newer one back, or say which counts: 'satchelctl source resume " + name +
                     " --restore' writes the workspace's rows back, --publish sends the older "
                     "ones everywhere"};
}

Error lost_much(const SourceSlot& slot, std::uint64_t lost, std::uint64_t held) {
    const std::string& name = slot.declaration.name;
    return Error{ErrorCode::halted,
                 "source '" + name + "' lost " + std::to_string(lost) + " of " +
                     std::to_string(held) + " items at once; nothing was sent",
                 "if that is right: satchelctl source resume " + name};
}

Result<bool> holds_earlier_values(Step& step, const RowEdit& edit, const core::Op& op) {
    const std::int64_t ord = step.ledger.find(edit.collection())->ord;
    for (const core::ColumnValue& cell : op.columns) {
        SATCHEL_TRY(
            was_there,
            store::was_before(
                step.transaction.database(), ord, edit.stored.sid, cell.column, cell.value.hash()));
        if (!was_there) return false;
    }
    return true;
}

Status check_word(const SourceSlot& slot, ResumeWord word) {
    const std::string& name = slot.declaration.name;
    if (word == ResumeWord::unsaid && slot.is_older_copy)
        return Error{ErrorCode::invalid_argument,
                     "source '" + name + "' looks like an older copy of itself: which one counts?",
                     "satchelctl source resume " + name +
                         " --restore writes the workspace's rows back, --publish sends the older "
                         "ones everywhere"};
    if (word != ResumeWord::restore) return ok();
    if (!keeps_history(slot))
        return Error{ErrorCode::invalid_argument,
                     "source '" + name + "' is a folder: its files are restored from backups",
                     "satchelctl backup list shows them"};
    if (slot.is_halted_inward)
        return Error{ErrorCode::invalid_argument,
                     "source '" + name + "' still has its rows: other devices deleted them",
                     "undo that on the device that did, or let it happen here: satchelctl source "
                     "resume " +
                         name};
    return ok();
}

}  // namespace satchel::engine
