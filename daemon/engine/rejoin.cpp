// The note "engine/joined" tells how far a declared source is: absent, keys checked, captured.
#include "daemon/engine/rejoin.h"

#include "daemon/core/diff.h"
#include "daemon/engine/store_memory.h"
#include "daemon/store/notes.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr std::string_view kJoinedNote = "engine/joined";
constexpr std::string_view kChecked = "checked";
constexpr std::string_view kCaptured = "captured";
constexpr std::size_t kPage = 256;

/// Calls `work` with every row known of the source, page by page; `after_page` when one is done.
template <class Work, class AfterPage>
Status for_each_row(Step& step, const SourceSlot& slot, Work work, AfterPage after_page) {
    std::vector<std::pair<CollectionId, std::int64_t>> known;
    for (const auto& [id, collection] : step.ledger.collections())
        if (collection.lane == slot.declaration.lane) known.emplace_back(id, collection.ord);
    store::Rows rows(step.transaction.database());
    for (const auto& [id, ord] : known) {
        Sid after;
        while (true) {
            SATCHEL_TRY(page, rows.all(ord, after, kPage));
            if (page.empty()) break;
            after = page.back().sid;
            for (const store::StoredRow& row : page)
                if (auto done = work(id, row); !done) return done;
            if (auto done = after_page(); !done) return done;
        }
    }
    return ok();
}

bool lacks_values(const core::Row& row) {
    return std::ranges::any_of(row.siblings,
                               [](const core::Sibling& sibling) { return !sibling.value; });
}

/// Copies what only the place holds: values, and the content that values name.
Status copy_out(Step& step, SourceSlot& slot, RowEdit& edit) {
    store::StoredRow& stored = edit.stored;
    const bool is_readable = slot.is_open && slot.find(edit.collection()) != nullptr;
    if (!is_readable || !stored.key || stored.held_hash == 0 || !lacks_values(stored.row))
        return ok();
    StoreMemory memory(step, slot.declaration.id);
    auto local = slot.source->read(edit.collection(), *stored.key, memory);
    // What cannot be read now is not known here any more; the workspace has it.
    if (!local || !local->is_present) return ok();
    core::fill_values(stored.row, local->columns);
    // The same holds for content that is not as it was captured.
    (void)slot.source->keep_content(edit.collection(), *stored.key, memory);
    return ok();
}

Status leave_row(Step& step,
                 SourceSlot& slot,
                 CollectionId collection,
                 const store::StoredRow& row) {
    SATCHEL_TRY(edit, RowEdit::open(step, collection, row.sid));
    if (auto copied = copy_out(step, slot, edit); !copied) return copied;
    edit.stored.held_hash = 0;
    core::mark_absent(edit.stored.row);
    if (!edit.stored.row.exists()) edit.stored.key.reset();
    auto cleared = store::unpark(step.transaction, step.ledger.find(collection)->ord, row.sid);
    return cleared ? edit.close(step) : cleared;
}

/// True for a row whose identity a local number stands for; other identities follow from content.
bool has_local_number(const core::Row& row) {
    return row.is_whole() && row.siblings.front().value &&
           row.siblings.front().value->kind() == core::ValueKind::integer;
}

/// Rows of one collection whose key the place uses for other content.
struct Comparison {
    std::uint64_t equal = 0;
    std::vector<Sid> different;
};

Status compare(Step& step,
               SourceSlot& slot,
               CollectionId collection,
               const store::StoredRow& row,
               Comparison& result) {
    const sources::CollectionInfo* info = slot.find(collection);
    const bool is_ours = info != nullptr && row.key && row.held_hash == 0;
    if (!is_ours || !has_local_number(row.row)) return ok();
    StoreMemory memory(step, slot.declaration.id);
    SATCHEL_TRY(local, slot.source->read(collection, *row.key, memory));
    if (!local.is_present) return ok();
    const core::LocalState state{true, local.columns, local.edited_ms, local.marker, {}};
    const Holds holds = [&](ColumnId column) { return info->holds(column); };
    if (core::is_shown_by(row.row, state, holds))
        ++result.equal;
    else
        result.different.push_back(row.sid);
    return ok();
}

Status forget_keys(Step& step, CollectionId collection, const std::vector<Sid>& sids) {
    for (const Sid& sid : sids) {
        SATCHEL_TRY(edit, RowEdit::open(step, collection, sid));
        edit.stored.key.reset();
        if (auto closed = edit.close(step); !closed) return closed;
    }
    return ok();
}

Status check_keys(Step& step, SourceSlot& slot) {
    std::map<CollectionId, Comparison> found;
    const auto look = [&](CollectionId collection, const store::StoredRow& row) {
        return compare(step, slot, collection, row, found[collection]);
    };
    if (auto looked = for_each_row(step, slot, look, [] { return ok(); }); !looked) return looked;
    for (const auto& [collection, result] : found) {
        if (result.different.size() <= result.equal) continue;
        auto forgotten = forget_keys(step, collection, result.different);
        if (!forgotten) return forgotten;
    }
    return ok();
}

}  // namespace

Status leave_source(Step& step, SourceSlot& slot) {
    const std::int64_t id = slot.declaration.id;
    if (auto erased = store::erase_note(step.transaction, id, as_bytes(kJoinedNote)); !erased)
        return erased;
    const auto leave = [&](CollectionId collection, const store::StoredRow& row) {
        return leave_row(step, slot, collection, row);
    };
    const auto commit = [&]() -> Status {
        if (auto saved = step.ledger.save(step.transaction); !saved) return saved;
        return step.transaction.commit_and_continue();
    };
    return for_each_row(step, slot, leave, commit);
}

Status rejoin_source(Step& step, SourceSlot& slot) {
    const std::int64_t id = slot.declaration.id;
    SATCHEL_TRY(note, store::find_note(step.transaction.database(), id, as_bytes(kJoinedNote)));
    slot.is_joined = note && as_text(*note) == kCaptured;
    if (note) return ok();
    if (auto checked = check_keys(step, slot); !checked) return checked;
    return store::set_note(step.transaction, id, as_bytes(kJoinedNote), as_bytes(kChecked));
}

Result<std::uint64_t> bring_back(Step& step, SourceSlot& slot, const IsWanted& is_wanted) {
    std::uint64_t count = 0;
    const auto bring = [&](CollectionId collection, const store::StoredRow& row) -> Status {
        if (!row.key || !row.row.exists() || !is_wanted(collection, *row.key)) return ok();
        ++count;
        return leave_row(step, slot, collection, row);
    };
    const Status done = for_each_row(step, slot, bring, [] { return ok(); });
    if (!done) return done.error();
    slot.has_lost_values = true;
    slot.wake();
    return count;
}

Status mark_joined(Step& step, SourceSlot& slot) {
    return store::set_note(
        step.transaction, slot.declaration.id, as_bytes(kJoinedNote), as_bytes(kCaptured));
}

}  // namespace satchel::engine
