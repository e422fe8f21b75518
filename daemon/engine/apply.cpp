#include "daemon/engine/apply.h"

#include "daemon/core/batch.h"
#include "daemon/core/conflict.h"
#include "daemon/core/diff.h"
#include "daemon/crypto/seal.h"
#include "daemon/engine/copied.h"
#include "daemon/engine/log_writer.h"
#include "daemon/engine/store_memory.h"
#include "daemon/store/pieces.h"
#include "shared/base/limits.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

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
        SATCHEL_TRY(batches, read_batches(opened.plain));
        if (auto sound = check(batches, opened.header); !sound) return std::move(sound).error();
        // From here on nothing is the sender's fault any more: sources may be written.
        for (const Part& part : batches) {
            SATCHEL_TRY(is_ready, apply_batch(part.batch, part.bytes));
            if (!is_ready) return report_;
        }
        report_.is_complete = true;
        return report_;
    }

  private:
    /// A batch with the bytes its link in the chain is made of.
    struct Part {
        core::Batch batch;
        ByteView bytes;
    };

    static Result<std::vector<Part>> read_batches(ByteView plain) {
        std::vector<Part> parts;
        core::BatchReader reader(plain);
        while (!reader.at_end()) {
            const std::size_t left = reader.remaining();
            SATCHEL_TRY(batch, reader.next());
            const ByteView bytes =
                plain.subspan(plain.size() - left).first(left - reader.remaining());
            parts.push_back({std::move(batch), bytes});
        }
        return parts;
    }

    /// Everything that can be wrong with a segment, before anything is changed for it.
    Status check(const std::vector<Part>& parts, const wire::SegmentHeader& header) {
        store::LogEnd end = step_.ledger.lane(lane_).end_of(author_);
        std::uint64_t next = header.from;
        std::set<CollectionId> described;
        for (const Part& part : parts) {
            if (part.batch.first_seq != next || part.batch.ops.empty())
                return Error{ErrorCode::corrupt,
                             "the batches of a segment do not follow each other"};
            next += part.batch.ops.size();
            const bool is_next = is_ready(part.batch, header);
            for (const core::Op& op : part.batch.ops)
                if (auto sound = check_op(op, described, is_next); !sound) return sound;
            if (part.batch.first_seq != end.seq + 1) continue;
            end = {next - 1, crypto::link_next(step_.link_prf, end.link, part.bytes)};
        }
        if (next != header.to + 1)
            return Error{ErrorCode::corrupt, "a segment holds other ops than its header says"};
        if (end.seq == header.to && end.link != header.link && header.to > applied_before())
            return Error{ErrorCode::corrupt,
                         "the log of a device does not continue what was received of it before"};
        return ok();
    }

    [[nodiscard]] std::uint64_t applied_before() const {
        return step_.ledger.lane(lane_).end_of(author_).seq;
    }

    /// True when everything the batch builds on is here or stands before it in the segment.
    [[nodiscard]] bool is_ready(const core::Batch& batch, const wire::SegmentHeader& header) const {
        if (header.from > applied_before() + 1) return false;
        core::VersionVector seen = step_.ledger.lane(lane_).vector();
        seen.raise(author_, batch.first_seq - 1);
        return seen.covers(batch.deps);
    }

    Status check_op(const core::Op& op, std::set<CollectionId>& described, bool is_next) const {
        if (op.kind == core::OpKind::piece && !is_piece(op))
            return Error{ErrorCode::corrupt, "a piece op is malformed"};
        if (op.kind == core::OpKind::schema) {
            if (op.names.size() != op.columns.size() + 2)
                return Error{ErrorCode::corrupt, "a schema op's names do not match its columns"};
            described.insert(op.collection);
        }
        if (auto copied = find_copied(op); !copied) return copied.error();
        if (op.kind != core::OpKind::set && op.kind != core::OpKind::remove) return ok();
        const store::Collection* known = step_.ledger.find(op.collection);
        const bool is_described = described.contains(op.collection);
        // Another device may have described it, in a segment that is still to come.
        if (known == nullptr ? !is_described && is_next : known->lane != lane_)
            return Error{ErrorCode::corrupt, "an op speaks of a table nobody described"};
        return ok();
    }

    static bool is_piece(const core::Op& op) {
        return op.columns.size() == 3 && op.columns[0].value.kind() == core::ValueKind::blob &&
               op.columns[0].value.as_text().size() == sizeof(Hash256) &&
               op.columns[1].value.kind() == core::ValueKind::integer &&
               op.columns[2].value.kind() == core::ValueKind::blob;
    }

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
        // A segment before this one has not arrived, or waits itself.
        if (batch.first_seq > end.seq + 1) return false;
        if (batch.first_seq != end.seq + 1)
            return Error{ErrorCode::corrupt, "a segment overlaps what was received before it"};
        if (!lane.vector().covers(batch.deps)) return false;

        for (std::size_t i = 0; i < batch.ops.size(); ++i) {
            const core::OpContext context{{author_, batch.first_seq + i}, batch.deps};
            if (auto applied = apply(batch.ops[i], context); !applied)
                return std::move(applied).error();
            if (edits_.size() < limits::kApplyRowsMax && edit_bytes_ < store::kPageBytes) continue;
            if (auto closed = close_edits(); !closed) return std::move(closed).error();
        }
        end = {batch.first_seq + batch.ops.size() - 1,
               crypto::link_next(step_.link_prf, end.link, bytes)};
        step_.ledger.advance(lane_, author_, end);
        report_.ops += batch.ops.size();
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
                break;
        }
        SATCHEL_TRY(copied, find_copied(op));
        return copied ? merge_copied(op, *copied, context) : merge(op, context);
    }

    /// Takes a value from the row that has it; without that it is looked up in a log later.
    Status merge_copied(const core::Op& op,
                        const CopiedValue& copied,
                        const core::OpContext& context) {
        core::Op whole = op;
        std::erase_if(whole.columns, [](const auto& cell) { return cell.column == kCopiedColumn; });
        SATCHEL_TRY(source, edit_of({op.collection, copied.from}));
        SourceSlot* slot = find_slot_(op.collection);
        SATCHEL_TRY(value, value_in(step_, slot, copied, source->stored, op.collection));
        const auto place =
            std::ranges::lower_bound(whole.columns, copied.column, {}, &core::ColumnValue::column);
        whole.columns.insert(place, {copied.column, value.value_or(core::Value())});
        if (auto merged = merge(whole, context); !merged) return merged;
        if (slot != nullptr)
            if (auto noted = note_copied(step_, *slot, context.dot, copied.origin); !noted)
                return noted;
        if (value) return ok();
        SATCHEL_TRY(edit, edit_of({op.collection, op.sid}));
        for (core::Sibling& sibling : edit->stored.row.siblings) {
            if (sibling.dot != context.dot || sibling.column != copied.column) continue;
            sibling.value.reset();
            sibling.value_hash = copied.value_hash;
        }
        if (slot != nullptr) slot->has_lost_values = true;
        return ok();
    }

    Status learn(const core::Op& op) {
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
        SATCHEL_TRY(edit, edit_of({op.collection, op.sid}));
        const SourceSlot* slot = find_slot_(op.collection);
        const bool keeps = slot != nullptr && keeps_history(*slot);
        std::vector<core::Sibling> replaced;
        core::apply_op(edit->stored.row, op, context, keeps ? &replaced : nullptr);
        note_displaced(step_, *edit, std::move(replaced), op, context.dot);
        std::size_t bytes = 0;
        for (const core::ColumnValue& cell : op.columns) bytes += cell.value.encoded().size();
        edit_bytes_ += bytes;
        const sources::CollectionInfo* info = slot == nullptr ? nullptr : slot->find(op.collection);
        if (info != nullptr && info->has_parts) report_.part_bytes += bytes;
        return ok();
    }

    Result<RowEdit*> edit_of(const Place& place) {
        const auto known = index_.find(place);
        if (known != index_.end()) return &edits_[known->second];
        SATCHEL_TRY(opened, RowEdit::open(step_, place.first, place.second));
        edit_bytes_ += core::value_bytes(opened.stored.row);
        index_.emplace(place, edits_.size());
        edits_.push_back(std::move(opened));
        return &edits_.back();
    }

    /// Puts the touched rows away. They are shown when they are durable: a source never holds what
    /// the store may have forgotten.
    Status close_edits() {
        for (RowEdit& edit : edits_) {
            ++report_.items;
            if (core::has_conflict(edit.stored.row)) ++report_.conflicts;
            SourceSlot* slot = find_slot_(edit.collection());
            if (slot != nullptr && edit.stored.row.is_pending()) slot->wake();
            if (auto closed = edit.close(step_); !closed) return closed;
        }
        edits_.clear();
        index_.clear();
        edit_bytes_ = 0;
        return ok();
    }

    Step& step_;
    const FindSlot& find_slot_;
    DeviceId author_;
    LaneId lane_{};
    std::vector<RowEdit> edits_;
    std::size_t edit_bytes_ = 0;
    std::unordered_map<Place, std::size_t, PlaceHash> index_;
    ApplyReport report_;
};

}  // namespace

Result<ApplyReport> apply_segment(Step& step, const FindSlot& find_slot, ByteView object) {
    return Application(step, find_slot).run(object);
}

}  // namespace satchel::engine
