#include "daemon/engine/apply.h"

#include <algorithm>
#include <unordered_map>

#include "daemon/core/batch.h"
#include "daemon/core/conflict.h"
#include "daemon/core/diff.h"
#include "daemon/crypto/seal.h"
#include "daemon/engine/log_writer.h"
#include "daemon/engine/store_memory.h"
#include "daemon/store/pieces.h"
#include "shared/base/assert.h"
#include "shared/base/limits.h"

namespace satchel::engine {

namespace {

class Application {
  public:
    Application(Step& step, const FindSlot& find_slot) : step_(step), find_slot_(find_slot) {}

    Result<ApplyReport> run(ByteView object) {
        SATCHEL_TRY(opened,
                    crypto::open_segment(step_.identity.keyring, step_.identity.members, object));
        author_ = opened.header.device;
        lane_ = opened.header.lane;
        core::BatchReader reader(opened.plain);
        while (!reader.at_end()) {
            const std::size_t left = reader.remaining();
            SATCHEL_TRY(batch, reader.next());
            const ByteView bytes = ByteView(opened.plain)
                                       .subspan(opened.plain.size() - left)
                                       .first(left - reader.remaining());
            SATCHEL_TRY(is_ready, apply_batch(batch, bytes));
            if (!is_ready) return report_;
        }
        const store::LogEnd end = step_.ledger.lane(lane_).end_of(author_);
        if (end.seq == opened.header.to && end.link != opened.header.link)
            return Error{ErrorCode::corrupt,
                         "the log of a device does not continue what was received of it before"};
        report_.is_complete = true;
        return report_;
    }

  private:
    using Place = std::pair<CollectionId, Sid>;

    struct PlaceHash {
        std::size_t operator()(const Place& place) const {
            return std::hash<Sid>()(place.second) ^ static_cast<std::size_t>(place.first);
        }
    };

    /// False when the batch has to wait for ops of other devices.
    Result<bool> apply_batch(const core::Batch& batch, ByteView bytes) {
        const store::Lane& lane = step_.ledger.lane(lane_);
        store::LogEnd end = lane.end_of(author_);
        if (batch.ops.empty() || batch.first_seq + batch.ops.size() - 1 <= end.seq) return true;
        if (batch.first_seq != end.seq + 1)
            return Error{ErrorCode::corrupt, "a segment does not start where the one before ended"};
        if (!lane.vector().covers(batch.deps)) return false;

        for (std::size_t i = 0; i < batch.ops.size(); ++i) {
            const core::OpContext context{{author_, batch.first_seq + i}, batch.deps};
            if (auto applied = apply(batch.ops[i], context); !applied)
                return std::move(applied).error();
            if (edits_.size() < limits::kApplyRowsMax) continue;
            if (auto closed = close_edits(); !closed) return std::move(closed).error();
        }
        end = {batch.first_seq + batch.ops.size() - 1,
               crypto::link_next(step_.link_prf, end.link, bytes)};
        step_.ledger.advance(lane_, author_, end);
        report_.ops += batch.ops.size();
        if (auto revived = revive(); !revived) return std::move(revived).error();
        if (auto closed = close_edits(); !closed) return std::move(closed).error();
        return true;
    }

    Status apply(const core::Op& op, const core::OpContext& context) {
        switch (op.kind) {
            case core::OpKind::schema:
                return learn(op);
            case core::OpKind::piece:
                return keep_piece(op);
            case core::OpKind::set:
            case core::OpKind::remove:
                return merge(op, context);
        }
        return ok();
    }

    Status learn(const core::Op& op) {
        if (op.names.size() != op.columns.size() + 2)
            return Error{ErrorCode::corrupt, "a schema op's names do not match its columns"};
        store::Collection described;
        described.id = op.collection;
        described.lane = lane_;
        described.source = op.names[0];
        described.name = op.names[1];
        for (std::size_t i = 0; i < op.columns.size(); ++i)
            described.columns.emplace(op.columns[i].column, op.names[i + 2]);
        SATCHEL_TRY(is_news, step_.ledger.learn(step_.transaction, described));
        (void)is_news;
        return ok();
    }

    Status keep_piece(const core::Op& op) {
        const bool is_well_formed =
            op.columns.size() == 3 && op.columns[0].value.kind() == core::ValueKind::blob &&
            op.columns[0].value.as_text().size() == sizeof(Hash256) &&
            op.columns[1].value.kind() == core::ValueKind::integer &&
            op.columns[2].value.kind() == core::ValueKind::blob;
        if (!is_well_formed) return Error{ErrorCode::corrupt, "a piece op is malformed"};
        Hash256 content{};
        const ByteView hash = as_bytes(op.columns[0].value.as_text());
        std::copy(hash.begin(), hash.end(), content.begin());
        return store::put_piece(step_.transaction,
                                op.sid,
                                content,
                                static_cast<std::uint32_t>(op.columns[1].value.as_integer()),
                                as_bytes(op.columns[2].value.as_text()));
    }

    Status merge(const core::Op& op, const core::OpContext& context) {
        const store::Collection* collection = step_.ledger.find(op.collection);
        if (collection == nullptr || collection->lane != lane_)
            return Error{ErrorCode::corrupt, "an op speaks of a table nobody described"};
        SATCHEL_TRY(edit, edit_of({op.collection, op.sid}));
        const std::size_t columns_before = core::shown_siblings(edit->stored.row).size();
        core::apply_op(edit->stored.row, op, context);
        const bool is_partial = op.kind == core::OpKind::remove && edit->stored.row.exists() &&
                                core::shown_siblings(edit->stored.row).size() < columns_before;
        if (is_partial && has_own_sibling(edit->stored.row))
            revivable_.push_back({op.collection, op.sid});
        return ok();
    }

    Result<RowEdit*> edit_of(const Place& place) {
        const auto known = index_.find(place);
        if (known != index_.end()) return &edits_[known->second];
        SATCHEL_TRY(opened, RowEdit::open(step_, place.first, place.second));
        index_.emplace(place, edits_.size());
        edits_.push_back(std::move(opened));
        return &edits_.back();
    }

    [[nodiscard]] bool has_own_sibling(const core::Row& row) const {
        return std::ranges::any_of(row.siblings, [&](const core::Sibling& sibling) {
            return sibling.dot.device == step_.identity.device;
        });
    }

    /// A row deleted elsewhere while this device edited it lives on. This device still has the
    /// columns the delete took and writes them again; being the edit's only author, it alone does.
    Status revive() {
        for (const Place& place : std::exchange(revivable_, {})) {
            SourceSlot* slot = find_slot_(place.first);
            SATCHEL_TRY(edit, edit_of(place));
            if (slot == nullptr || !edit->stored.key || !edit->stored.row.exists()) continue;
            StoreMemory memory(step_, slot->declaration.id);
            auto local = slot->source->read(place.first, *edit->stored.key, memory);
            if (!local || !local->is_present) continue;
            if (auto written = rewrite_lost(*slot, *edit, *local); !written) return written;
        }
        return ok();
    }

    Status rewrite_lost(const SourceSlot& slot, RowEdit& edit, const sources::LocalRow& local) {
        core::Row& row = edit.stored.row;
        core::Op op;
        op.collection = edit.collection();
        op.sid = edit.stored.sid;
        const auto shown = core::shown_siblings(row);
        const auto is_lost = [&](ColumnId column) {
            return std::ranges::find(shown, column, &core::Sibling::column) == shown.end();
        };
        if (is_lost(core::kRowMarker)) op.columns.push_back({core::kRowMarker, local.marker});
        for (const core::ColumnValue& cell : local.columns)
            if (is_lost(cell.column)) op.columns.push_back(cell);
        if (op.columns.empty()) return ok();
        op.stamp = core::Stamp::after(step_.clock.now_ms(), {});
        LogWriter log(step_, lane_);
        const sources::CollectionInfo* info = slot.find(edit.collection());
        SATCHEL_ASSERT(info != nullptr);
        const core::LocalState state{true, local.columns, local.edited_ms, local.marker, {}};
        core::apply_own_op(row, op, log.next_context(), state, [info](ColumnId column) {
            return info->holds(column);
        });
        log.append(std::move(op));
        ++report_.revived;
        return log.flush();
    }

    /// Shows the touched rows where a source is declared for them, and puts them all away.
    Status close_edits() {
        std::map<SourceSlot*, std::vector<RowEdit>> by_slot;
        for (RowEdit& edit : edits_) {
            ++report_.items;
            if (!core::find_conflicts(edit.stored.row).empty()) ++report_.conflicts;
            SourceSlot* slot = find_slot_(edit.collection());
            if (slot != nullptr && edit.stored.row.is_pending()) {
                by_slot[slot].push_back(std::move(edit));
            } else if (auto closed = edit.close(step_); !closed) {
                return closed;
            }
        }
        edits_.clear();
        index_.clear();
        for (auto& [slot, edits] : by_slot)
            if (auto shown = show(*slot, edits); !shown) return shown;
        return ok();
    }

    Status show(SourceSlot& slot, std::vector<RowEdit>& edits) {
        if (!slot.is_open || slot.state != SourceState::ok) {
            slot.has_pending = true;
            for (RowEdit& edit : edits)
                if (auto closed = edit.close(step_); !closed) return closed;
            return ok();
        }
        auto projected = project_rows(step_, slot, edits);
        if (projected) {
            report_.projected.add(*projected);
            return ok();
        }
        // The workspace's state is merged all the same; the source shows it when it can.
        slot.state = projected.error().code == ErrorCode::halted ? SourceState::halted
                                                                  : SourceState::unavailable;
        slot.trouble = std::move(projected).error();
        return ok();
    }

    Step& step_;
    const FindSlot& find_slot_;
    DeviceId author_;
    LaneId lane_{};
    std::vector<RowEdit> edits_;
    std::unordered_map<Place, std::size_t, PlaceHash> index_;
    std::vector<Place> revivable_;
    ApplyReport report_;
};

}  // namespace

Result<ApplyReport> apply_segment(Step& step, const FindSlot& find_slot, ByteView object) {
    return Application(step, find_slot).run(object);
}

}  // namespace satchel::engine
