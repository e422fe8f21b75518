#include "daemon/engine/decide.h"

#include "daemon/engine/approvals.h"
#include "daemon/engine/log_writer.h"
#include "daemon/engine/project.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::engine {

namespace {

/// Applies one decision to its row and to our log.
Result<RowEdit> apply_decision(Step& step, LogWriter& log, const Decision& decision, bool keeps) {
    SATCHEL_TRY(edit, RowEdit::open(step, decision.collection, decision.sid));
    core::Op op;
    op.kind = decision.is_removal ? core::OpKind::remove : core::OpKind::set;
    op.collection = decision.collection;
    op.sid = decision.sid;
    op.columns = decision.columns;
    core::Stamp newest;
    for (const core::Sibling& sibling : edit.stored.row.siblings) {
        const bool is_touched =
            decision.is_removal ||
            std::ranges::find(op.columns, sibling.column, &core::ColumnValue::column) !=
                op.columns.end();
        if (is_touched) newest = std::max(newest, sibling.stamp);
    }
    op.stamp = core::Stamp::after(step.clock.now_ms(), newest);
    std::vector<core::Sibling> replaced;
    const core::OpContext context = log.next_context();
    core::apply_op(edit.stored.row, op, context, keeps ? &replaced : nullptr);
    note_displaced(step, edit, std::move(replaced), op, context.dot);
    log.append(std::move(op));
    return edit;
}

Status write_page(Step& step, SourceSlot& slot, std::span<const Decision> decisions) {
    LogWriter log(step, slot.declaration.lane);
    std::vector<RowEdit> edits;
    edits.reserve(decisions.size());
    for (const Decision& decision : decisions) {
        SATCHEL_TRY(edit, apply_decision(step, log, decision, keeps_history(slot)));
        edits.push_back(std::move(edit));
        if (log.pending_bytes() < limits::kSegmentPlainBytes) continue;
        if (auto flushed = log.flush(); !flushed) return flushed;
    }
    if (auto flushed = log.flush(); !flushed) return flushed;
    if (auto approved = approve_rows(step, slot, edits); !approved) return approved;
    for (RowEdit& edit : edits)
        if (auto closed = edit.close(step); !closed) return closed;
    SATCHEL_TRY(shown, project_rows(step, slot, edits));
    // The decision is not written either then: there is one answer, and it is "not now".
    if (shown.trouble) return *shown.trouble;
    if (shown.applied + shown.stored < edits.size()) slot.wake();
    return ok();
}

}  // namespace

Status check_writable(const SourceSlot& slot, const std::string& attempt) {
    if (slot.can_show()) return ok();
    const bool is_halted = slot.state == SourceState::halted;
    const std::string& name = slot.declaration.name;
    return Error{
        is_halted ? ErrorCode::halted : ErrorCode::busy,
        attempt + ": source '" + name + (is_halted ? "' is halted" : "' cannot be written now"),
        "satchelctl source show " + name + " says why"};
}

Status write_decisions(Replica& replica, SourceSlot& slot, std::span<const Decision> decisions) {
    const Status written = replica.in_step([&](Step& step) -> Status {
        for (auto rest = decisions; !rest.empty();) {
            const auto page = rest.first(std::min(rest.size(), limits::kApplyRowsMax));
            rest = rest.subspan(page.size());
            if (auto done = write_page(step, slot, page); !done) return done;
        }
        return ok();
    });
    if (!written) {
        replica.distrust_sources();
        return written;
    }
    replica.note_own_op();
    return ok();
}

}  // namespace satchel::engine
