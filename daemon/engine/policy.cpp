#include "daemon/engine/policy.h"

#include "daemon/core/conflict.h"
#include "daemon/engine/log_writer.h"
#include "daemon/engine/project.h"
#include "daemon/engine/store_memory.h"

#include <algorithm>
#include <array>

namespace satchel::engine {

namespace {

constexpr std::size_t kPage = 256;

constexpr std::array<std::string_view, 4> kWords = {
    "prefer_newer", "manual_abort", "prefer_local", "prefer_remote"};

bool is_preference(Policy policy) {
    return policy == Policy::prefer_local || policy == Policy::prefer_remote;
}

class Settlement {
  public:
    Settlement(Step& step, SourceSlot& slot)
        : step_(step), slot_(slot), log_(step, slot.declaration.lane) {}

    Result<std::uint64_t> run() {
        // A copy: the source looks at its schema again whenever it is read or written.
        const std::vector<sources::CollectionInfo> collections = slot_.source->collections();
        for (const sources::CollectionInfo& info : collections) {
            const Policy policy = slot_.policies.of(info.name);
            const store::Collection* collection = step_.ledger.find(info.id);
            if (collection == nullptr || !is_preference(policy)) continue;
            if (auto done = settle_collection(info.id, collection->ord, policy); !done)
                return done.error();
        }
        return decided_;
    }

  private:
    Status settle_collection(CollectionId id, std::int64_t ord, Policy policy) {
        store::Rows rows(step_.transaction.database());
        Sid after;
        while (true) {
            SATCHEL_TRY(page, rows.conflicted(ord, after, kPage));
            if (page.empty()) return ok();
            after = page.back().sid;
            std::vector<RowEdit> edits;
            for (const store::StoredRow& row : page) {
                SATCHEL_TRY(edit, RowEdit::open(step_, id, row.sid));
                SATCHEL_TRY(is_decided, settle_row(edit, policy));
                if (is_decided) edits.push_back(std::move(edit));
            }
            if (edits.empty()) continue;
            if (auto flushed = log_.flush(); !flushed) return flushed;
            for (RowEdit& edit : edits)
                if (auto closed = edit.close(step_); !closed) return closed;
            SATCHEL_TRY(shown, project_rows(step_, slot_, edits));
            // What cannot be shown now waits as usual; the decision stands.
            if (shown.trouble || shown.applied + shown.stored < edits.size()) slot_.wake();
        }
    }

    Result<bool> settle_row(RowEdit& edit, Policy policy) {
        core::Row& row = edit.stored.row;
        if (!row.is_whole()) return false;
        core::Op op;
        op.collection = edit.collection();
        op.sid = edit.stored.sid;
        core::Stamp newest;
        for (const core::CellConflict& cell : core::find_conflicts(row)) {
            const core::Sibling* chosen = choose(row, cell, policy);
            if (chosen == nullptr) continue;
            SATCHEL_TRY(value, bytes_of(edit, *chosen));
            if (!value) continue;
            op.columns.push_back({cell.column, std::move(*value)});
            for (const core::Sibling* version : cell.versions)
                newest = std::max(newest, version->stamp);
        }
        if (op.columns.empty()) return false;
        op.stamp = core::Stamp::after(step_.clock.now_ms(), newest);
        const core::OpContext context = log_.next_context();
        std::vector<core::Sibling> replaced;
        core::apply_op(row, op, context, keeps_history(slot_) ? &replaced : nullptr);
        for (core::Sibling& sibling : row.siblings)
            if (sibling.dot == context.dot) sibling.is_decision = true;
        note_displaced(step_, edit, std::move(replaced), op, context.dot);
        decided_ += op.columns.size();
        log_.append(std::move(op));
        return true;
    }

    /// The sibling that the policy takes; null when this device has nothing to say, or said it.
    const core::Sibling* choose(const core::Row& row,
                                const core::CellConflict& cell,
                                Policy policy) const {
        const core::Sibling* own = nullptr;
        for (const core::Sibling& sibling : row.siblings)
            if (sibling.column == cell.column && sibling.dot.device == step_.identity.device &&
                (own == nullptr || core::shown_before(*own, sibling)))
                own = &sibling;
        if (own == nullptr || own->is_decision) return nullptr;
        if (policy == Policy::prefer_local) return own;
        const auto other = std::ranges::find_if(cell.versions, [&](const core::Sibling* version) {
            return version->value_hash != own->value_hash;
        });
        return other == cell.versions.end() ? nullptr : *other;
    }

    /// Nothing when only the source has it and cannot be read now.
    Result<std::optional<core::Value>> bytes_of(const RowEdit& edit, const core::Sibling& chosen) {
        if (chosen.value) return chosen.value;
        if (!edit.stored.key) return std::optional<core::Value>{};
        StoreMemory memory(step_, slot_.declaration.id);
        auto local = slot_.source->read(edit.collection(), *edit.stored.key, memory);
        if (!local) return std::optional<core::Value>{};
        for (core::ColumnValue& cell : local->columns)
            if (cell.column == chosen.column && cell.value.hash() == chosen.value_hash)
                return std::optional<core::Value>(std::move(cell.value));
        return std::optional<core::Value>{};
    }

    Step& step_;
    SourceSlot& slot_;
    LogWriter log_;
    std::uint64_t decided_ = 0;
};

}  // namespace

Policy Policies::of(std::string_view table) const {
    const auto at = tables.find(table);
    return at == tables.end() ? all : at->second;
}

bool Policies::has_preference() const {
    return is_preference(all) || std::ranges::any_of(tables, [](const auto& table) {
               return is_preference(table.second);
           });
}

std::optional<Policy> find_policy(std::string_view word) {
    const auto at = std::ranges::find(kWords, word);
    if (at == kWords.end()) return std::nullopt;
    return static_cast<Policy>(at - kWords.begin());
}

std::string_view policy_word(Policy policy) {
    return kWords.at(static_cast<std::size_t>(policy));
}

Result<std::uint64_t> settle_conflicts(Step& step, SourceSlot& slot) {
    return Settlement(step, slot).run();
}

}  // namespace satchel::engine
