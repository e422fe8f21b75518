// Ops of one batch. The first gives back what the delete took, stamped before everything, so that
// an old value never hides somebody's edit. The others repeat this device's own cells: from now on
// a delete that did not see the revival leaves the whole row standing, not a part of it.
#include "daemon/engine/revive.h"

#include "daemon/engine/store_memory.h"
#include "shared/base/assert.h"

#include <algorithm>
#include <map>
#include <set>

namespace satchel::engine {

namespace {

/// Displaced cells looked through for the deletion.
constexpr std::size_t kRemovedCells = 1'000;

class Revival {
  public:
    Revival(LogWriter& log, RowEdit& edit, const sources::LocalRow& local)
        : log_(log), edit_(edit), row_(edit.stored.row), local_(local) {}

    /// `note` says who deleted the row; empty where that is not to be decided on.
    void write(const DeviceId& self, const std::string& note, UnixMs now_ms) {
        core::Op lost = op();
        std::map<core::Stamp, core::Op> own;  // as old as they are, or one would outrank another
        lost.columns.push_back({core::kRowMarker, local_.marker});
        const auto shown = core::shown_siblings(row_);
        for (const core::ColumnValue& cell : local_.columns) {
            const auto mine = std::ranges::find_if(row_.siblings, [&](const core::Sibling& s) {
                return s.column == cell.column && s.dot.device == self;
            });
            const auto theirs = std::ranges::find(shown, cell.column, &core::Sibling::column);
            if (mine != row_.siblings.end()) {
                core::Op& repeated = own.try_emplace(mine->stamp, op()).first->second;
                repeated.stamp = mine->stamp;
                repeated.columns.push_back({cell.column, mine->value.value_or(cell.value)});
            } else if (theirs != shown.end()) {
                lost.columns.push_back({cell.column, (*theirs)->value.value_or(cell.value)});
            } else {
                lost.columns.push_back(cell);
            }
        }
        // Values of others that stand beside ours are theirs to keep.
        std::set<core::Dot> others;
        for (const core::Sibling& sibling : row_.siblings)
            if (sibling.dot.device != self) others.insert(sibling.dot);
        apply(std::move(lost), others);
        for (auto& [stamp, repeated] : own) apply(std::move(repeated), others);
        if (!note.empty()) apply(note_op(note, now_ms), {});
    }

  private:
    /// An earlier note, decided or not, is about an earlier deletion.
    [[nodiscard]] core::Op note_op(const std::string& note, UnixMs now_ms) const {
        core::Stamp newest;
        for (const core::Sibling& sibling : row_.siblings)
            if (sibling.column == core::kRowNote) newest = std::max(newest, sibling.stamp);
        core::Op noted = op();
        noted.stamp = core::Stamp::after(now_ms, newest);
        noted.columns.push_back({core::kRowNote, core::Value::text(note)});
        return noted;
    }

    [[nodiscard]] core::Op op() const {
        core::Op op;
        op.collection = edit_.collection();
        op.sid = edit_.stored.sid;
        return op;
    }

    /// What the source holds is not changed by this: the row stays pending and is shown as usual.
    void apply(core::Op op, const std::set<core::Dot>& others) {
        op.unseen.assign(others.begin(), others.end());
        const core::OpContext context = log_.next_context();
        core::apply_op(row_, op, context);
        for (core::Sibling& sibling : row_.siblings)
            if (sibling.dot == context.dot) sibling.is_seen = true;
        log_.append(std::move(op));
    }

    LogWriter& log_;
    RowEdit& edit_;
    core::Row& row_;
    const sources::LocalRow& local_;
};

/// "DEVICE TIME" of the newest deletion that this device took note of; empty for files, whose items
/// merge by rules of their own.
Result<std::string> deletion_note(Step& step, const SourceSlot& slot, const RowEdit& edit) {
    if (!keeps_history(slot)) return std::string();
    const store::Collection* collection = step.ledger.find(edit.collection());
    SATCHEL_ASSERT(collection != nullptr);
    store::DisplacedFilter filter{collection->ord, edit.stored.sid, {}, 0, true, kRemovedCells};
    SATCHEL_TRY(displaced, store::list_displaced(step.transaction.database(), filter));
    for (const store::Displaced& one : displaced)
        if (one.kind == store::DisplacedKind::removed)
            return one.by.device.text() + " " + std::to_string(one.at_ms);
    // Only cells that this device had changed were left of the row when it was deleted.
    return std::string("- ") + std::to_string(step.clock.now_ms());
}

}  // namespace

bool is_as_captured(const sources::CollectionInfo& info,
                    const core::Shadow& held,
                    const sources::LocalRow& local) {
    if (!local.is_present || !held.is_present) return false;
    return std::ranges::all_of(local.columns, [&](const core::ColumnValue& cell) {
        const auto at =
            std::ranges::find(held.hashes, cell.column, &std::pair<ColumnId, std::uint64_t>::first);
        if (at != held.hashes.end()) return at->second == cell.value.hash();
        return cell.value.is_null() || std::ranges::find(info.fills, cell) != info.fills.end();
    });
}

bool needs_revival(const Step& step, const core::Row& row) {
    return row.exists() && !row.is_whole() &&
           std::ranges::any_of(row.siblings, [&](const core::Sibling& sibling) {
               return sibling.dot.device == step.identity.device;
           });
}

Result<bool> revive_row(Step& step, LogWriter& log, SourceSlot& slot, RowEdit& edit) {
    if (!edit.stored.key) return false;
    StoreMemory memory(step, slot.declaration.id);
    SATCHEL_TRY(local, slot.source->read(edit.collection(), *edit.stored.key, memory));
    const sources::CollectionInfo* info = slot.find(edit.collection());
    const auto& held = edit.stored.row.lagging;
    if (info == nullptr || !held || !is_as_captured(*info, *held, local)) return false;
    SATCHEL_TRY(note, deletion_note(step, slot, edit));
    Revival(log, edit, local).write(step.identity.device, note, step.clock.now_ms());
    return true;
}

}  // namespace satchel::engine
