// Two ops, always in one batch. The first gives back what the delete took, stamped before everything,
// so that an old value never hides somebody's edit. The second repeats this device's own cells: from
// now on a delete that did not see the revival leaves the whole row standing, not a part of it.
#include "daemon/engine/revive.h"

#include <algorithm>

#include "daemon/core/diff.h"
#include "daemon/engine/store_memory.h"
#include "shared/base/assert.h"

namespace satchel::engine {

namespace {

/// True when the source holds exactly what we believe it holds.
bool is_as_captured(const core::Row& row, const sources::LocalRow& local) {
    if (!local.is_present || !row.lagging || !row.lagging->is_present) return false;
    return std::ranges::all_of(local.columns, [&](const core::ColumnValue& cell) {
        const auto at = std::ranges::find(
            row.lagging->hashes, cell.column, &std::pair<ColumnId, std::uint64_t>::first);
        return at == row.lagging->hashes.end() ? cell.value.is_null()
                                               : at->second == cell.value.hash();
    });
}

class Revival {
  public:
    Revival(LogWriter& log, const SourceSlot& slot, RowEdit& edit, const sources::LocalRow& local)
        : log_(log), edit_(edit), row_(edit.stored.row), local_(local) {
        info_ = slot.find(edit.collection());
        SATCHEL_ASSERT(info_ != nullptr);
    }

    void write(const DeviceId& self) {
        core::Op lost = op();
        core::Op own = op();
        lost.columns.push_back({core::kRowMarker, local_.marker});
        const auto shown = core::shown_siblings(row_);
        for (const core::ColumnValue& cell : local_.columns) {
            const auto mine = std::ranges::find_if(row_.siblings, [&](const core::Sibling& s) {
                return s.column == cell.column && s.dot.device == self;
            });
            const auto theirs = std::ranges::find(shown, cell.column, &core::Sibling::column);
            if (mine != row_.siblings.end()) {
                own.columns.push_back({cell.column, mine->value.value_or(cell.value)});
                own.stamp = std::max(own.stamp, mine->stamp);
            } else if (theirs != shown.end()) {
                lost.columns.push_back({cell.column, (*theirs)->value.value_or(cell.value)});
            } else {
                lost.columns.push_back(cell);
            }
        }
        // Values of others that stand beside ours are theirs to keep.
        for (const core::Sibling& sibling : row_.siblings)
            if (sibling.dot.device != self) lost.unseen.push_back(sibling.dot);
        std::ranges::sort(lost.unseen);
        const auto repeated = std::ranges::unique(lost.unseen);
        lost.unseen.erase(repeated.begin(), repeated.end());
        own.unseen = lost.unseen;
        apply(std::move(lost));
        if (!own.columns.empty()) apply(std::move(own));
    }

  private:
    [[nodiscard]] core::Op op() const {
        core::Op op;
        op.collection = edit_.collection();
        op.sid = edit_.stored.sid;
        return op;
    }

    void apply(core::Op op) {
        const core::LocalState state{true, local_.columns, local_.edited_ms, local_.marker, {}};
        core::apply_own_op(row_, op, log_.next_context(), state, [this](ColumnId column) {
            return info_->holds(column);
        });
        log_.append(std::move(op));
    }

    LogWriter& log_;
    RowEdit& edit_;
    core::Row& row_;
    const sources::LocalRow& local_;
    const sources::CollectionInfo* info_ = nullptr;
};

}  // namespace

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
    if (!is_as_captured(edit.stored.row, local)) return false;
    Revival(log, slot, edit, local).write(step.identity.device);
    return true;
}

}  // namespace satchel::engine
