// Nothing is stored for a conflict: the list is read off the rows and what holds them back.
#include "daemon/engine/conflicts.h"

#include "daemon/engine/cell_values.h"
#include "daemon/engine/decide.h"
#include "daemon/engine/undo.h"
#include "daemon/store/clashes.h"

#include <algorithm>
#include <charconv>

namespace satchel::engine {

namespace {

constexpr std::size_t kPage = 256;
constexpr std::size_t kIdCharacters = 10;

/// The place of a conflict, before anything is read that only people want to know.
struct Found {
    ConflictKind kind = ConflictKind::cell;
    const store::Collection& collection;
    const store::StoredRow& row;
    const core::CellConflict* cell = nullptr;
    const store::Clash* clash = nullptr;

    [[nodiscard]] std::string id() const {
        Bytes bytes;
        ByteWriter out(bytes);
        out.u64(static_cast<std::uint64_t>(collection.id));
        out.raw(row.sid.view());
        if (cell != nullptr) {
            out.u32(static_cast<std::uint32_t>(cell->column));
            for (const core::Sibling* version : cell->versions) {
                out.raw(version->dot.device.view());
                out.u64(version->dot.seq);
            }
        } else {
            out.u8(static_cast<std::uint8_t>(kind));
            if (clash != nullptr && clash->against) out.raw(clash->against->view());
        }
        return to_base32(crypto::sha256(bytes)).substr(0, kIdCharacters);
    }
};

using Visit = std::function<Result<bool>(const Found&)>;

Result<bool> visit_row(const store::Collection& collection,
                       const store::StoredRow& row,
                       const Visit& visit) {
    if (core::find_deletion_note(row.row) != nullptr) {
        SATCHEL_TRY(goes_on, visit({ConflictKind::deletion, collection, row, nullptr, nullptr}));
        if (!goes_on) return false;
    }
    for (const core::CellConflict& cell : core::find_conflicts(row.row)) {
        SATCHEL_TRY(goes_on, visit({ConflictKind::cell, collection, row, &cell, nullptr}));
        if (!goes_on) return false;
    }
    return true;
}

Result<bool> visit_conflicted(store::Rows& rows,
                              const store::Collection& collection,
                              const Visit& visit) {
    Sid after;
    while (true) {
        SATCHEL_TRY(page, rows.conflicted(collection.ord, after, kPage));
        if (page.empty()) return true;
        after = page.back().sid;
        for (const store::StoredRow& row : page) {
            SATCHEL_TRY(goes_on, visit_row(collection, row, visit));
            if (!goes_on) return false;
        }
    }
}

Result<bool> visit_clashes(Replica& replica,
                           store::Rows& rows,
                           const store::Collection& collection,
                           const Visit& visit) {
    Sid after;
    while (true) {
        SATCHEL_TRY(page, store::list_clashes(replica.database(), collection.ord, after, kPage));
        if (page.empty()) return true;
        after = page.back().sid;
        for (const store::Clash& clash : page) {
            SATCHEL_TRY(row, rows.find(collection.ord, clash.sid));
            if (!row || !row->row.exists()) continue;
            const auto kind = clash.kind == "orphan" ? ConflictKind::orphan : ConflictKind::unique;
            SATCHEL_TRY(goes_on, visit({kind, collection, *row, nullptr, &clash}));
            if (!goes_on) return false;
        }
    }
}

/// Calls `visit` for every conflict until it returns false.
Status visit_all(Replica& replica, std::string_view source, const Visit& visit) {
    store::Rows rows(replica.database());
    for (const auto& [id, collection] : replica.ledger().collections()) {
        if (!source.empty() && collection.source != source) continue;
        SATCHEL_TRY(goes_on, visit_conflicted(rows, collection, visit));
        if (!goes_on) return ok();
        SATCHEL_TRY(goes_further, visit_clashes(replica, rows, collection, visit));
        if (!goes_further) return ok();
    }
    return ok();
}

Version word(std::string value, bool is_shown) {
    Version version;
    version.value = std::move(value);
    version.is_shown = is_shown;
    return version;
}

/// The newest change that stands in the row, as a version.
Version newest_of(Replica& replica, const store::StoredRow& row, std::string value, bool shown) {
    Version version = word(std::move(value), shown);
    const core::Sibling* newest = nullptr;
    for (const core::Sibling& sibling : row.row.siblings)
        if (sibling.column >= core::kFirstColumn &&
            (newest == nullptr || core::shown_before(*newest, sibling)))
            newest = &sibling;
    if (newest == nullptr) return version;
    version.device = device_name(replica, newest->dot.device);
    version.time_ms = newest->stamp.time_ms();
    version.dot = newest->dot;
    return version;
}

/// Kept with its edits, or deleted after all.
std::vector<Version> deletion_versions(Replica& replica, const store::StoredRow& row) {
    std::vector<Version> versions = {newest_of(replica, row, "edited", true),
                                     word("deleted", false)};
    const core::Sibling* note = core::find_deletion_note(row.row);
    if (note == nullptr || !note->value || note->value->kind() != core::ValueKind::text)
        return versions;
    const std::string_view text = note->value->as_text();
    const std::size_t space = text.find(' ');
    if (const auto device = DeviceId::parse(text.substr(0, space)))
        versions[1].device = device_name(replica, *device);
    if (space != text.npos)
        std::from_chars(text.data() + space + 1, text.data() + text.size(), versions[1].time_ms);
    return versions;
}

Result<std::vector<Version>> clash_versions(Replica& replica, const Found& found) {
    const std::string name = item_name(replica, found.collection, found.row);
    Version hidden = newest_of(replica, found.row, name, false);
    Version other = word(found.clash->reason, true);
    store::Rows rows(replica.database());
    if (found.kind == ConflictKind::unique && found.clash->against) {
        SATCHEL_TRY(row, rows.find(found.collection.ord, *found.clash->against));
        if (row) other = newest_of(replica, *row, item_name(replica, found.collection, *row), true);
    }
    return std::vector<Version>{std::move(other), std::move(hidden)};
}

Result<Conflict> describe(Replica& replica, const Found& found) {
    Conflict conflict;
    conflict.id = found.id();
    conflict.kind = found.kind;
    conflict.collection = found.collection.id;
    conflict.sid = found.row.sid;
    conflict.source = found.collection.source;
    conflict.item = item_name(replica, found.collection, found.row);
    if (found.kind == ConflictKind::deletion) {
        conflict.versions = deletion_versions(replica, found.row);
    } else if (found.clash != nullptr) {
        conflict.against = found.clash->against;
        SATCHEL_TRY(versions, clash_versions(replica, found));
        conflict.versions = std::move(versions);
    } else {
        conflict.column = found.cell->column;
        conflict.column_name = column_name(found.collection, found.cell->column);
        SATCHEL_TRY(held, held_values(replica, found.collection.id, found.row));
        for (const core::Sibling* version : found.cell->versions)
            conflict.versions.push_back(
                to_version(replica, *version, held, version == found.cell->versions.front()));
    }
    return conflict;
}

Error not_possible(const Conflict& conflict, std::string_view what) {
    return {ErrorCode::invalid_argument,
            "resolve conflict " + conflict.id + ": " + std::string(what),
            "take one of the versions: satchelctl conflict show " + conflict.id};
}

Result<core::Value> both_values(Replica& replica, const Conflict& conflict) {
    std::string text;
    for (std::size_t i = 1; i <= conflict.versions.size(); ++i) {
        SATCHEL_TRY(value, version_value(replica, conflict, i));
        if (value.kind() != core::ValueKind::text)
            return not_possible(conflict, "only texts can be put one below the other");
        if (i > 1 && !text.ends_with('\n')) text += '\n';
        text += value.as_text();
    }
    return core::Value::text(text);
}

/// What a cell is to hold.
Result<core::Value> decided_value(Replica& replica,
                                  const Conflict& conflict,
                                  const Resolution& resolution) {
    if (resolution.value) return *resolution.value;
    if (resolution.is_both) return both_values(replica, conflict);
    return version_value(replica, conflict, resolution.take);
}

/// Whole rows: one of the two stays, the other goes, and undo has it back.
Result<Decision> decide_on_row(const Conflict& conflict, const Resolution& resolution) {
    Decision decision{conflict.collection, conflict.sid, false, {}};
    const bool takes_shown = resolution.take == 1;
    switch (conflict.kind) {
        case ConflictKind::deletion:
            decision.is_removal = !takes_shown;
            if (takes_shown) decision.columns = {{core::kRowNote, core::Value()}};
            return decision;
        case ConflictKind::unique:
            decision.is_removal = true;
            if (!takes_shown && !conflict.against)
                return not_possible(conflict, "the row that is shown is not known");
            if (!takes_shown) decision.sid = *conflict.against;
            return decision;
        case ConflictKind::orphan:
        case ConflictKind::cell:
            break;
    }
    decision.is_removal = true;
    return decision;
}

/// The parent comes back as it was when it was deleted.
Status bring_parent_back(Replica& replica, const Conflict& conflict) {
    if (!conflict.against) return not_possible(conflict, "the row it belongs to is not known");
    UndoWish wish;
    wish.item = conflict.against->text();
    wish.source = conflict.source;
    SATCHEL_TRY(report, undo(replica, wish));
    if (report.rows > 0) return ok();
    return not_possible(conflict, "the row it belongs to is not in this device's history");
}

}  // namespace

Result<std::vector<Conflict>> list_conflicts(Replica& replica,
                                             std::string_view source,
                                             std::size_t limit) {
    std::vector<Conflict> all;
    const Status visited = visit_all(replica, source, [&](const Found& found) -> Result<bool> {
        if (all.size() >= limit) return false;
        SATCHEL_TRY(conflict, describe(replica, found));
        all.push_back(std::move(conflict));
        return true;
    });
    if (!visited) return visited.error();
    return all;
}

Result<std::uint64_t> count_conflicts(Replica& replica) {
    store::Rows rows(replica.database());
    std::uint64_t total = 0;
    for (const auto& [id, collection] : replica.ledger().collections()) {
        SATCHEL_TRY(cells, rows.count_conflicted(collection.ord));
        SATCHEL_TRY(clashes, store::count_clashes(replica.database(), collection.ord));
        total += cells + clashes;
    }
    return total;
}

Result<std::uint64_t> count_listed(Replica& replica, std::string_view source) {
    std::uint64_t total = 0;
    const Status visited = visit_all(replica, source, [&](const Found&) -> Result<bool> {
        ++total;
        return true;
    });
    if (!visited) return visited.error();
    return total;
}

Result<Conflict> find_conflict(Replica& replica, std::string_view prefix) {
    std::optional<Conflict> match;
    std::size_t matches = 0;
    const Status visited = visit_all(replica, {}, [&](const Found& found) -> Result<bool> {
        if (prefix.empty() || !found.id().starts_with(prefix)) return true;
        if (++matches > 1) return false;
        SATCHEL_TRY(conflict, describe(replica, found));
        match = std::move(conflict);
        return true;
    });
    if (!visited) return visited.error();
    const std::string id(prefix);
    if (matches > 1)
        return Error{ErrorCode::invalid_argument,
                     "several conflicts have ids that start with '" + id + "'",
                     "give more of the id"};
    if (!match)
        return Error{ErrorCode::not_found,
                     "there is no conflict '" + id + "'",
                     "satchelctl conflict list shows those that wait"};
    return std::move(*match);
}

Result<core::Value> version_value(Replica& replica, const Conflict& conflict, std::size_t number) {
    if (number == 0 || number > conflict.versions.size())
        return Error{ErrorCode::invalid_argument,
                     "conflict " + conflict.id + " has no version " + std::to_string(number)};
    const core::Dot chosen = conflict.versions[number - 1].dot;
    store::Rows rows(replica.database());
    const store::Collection& collection = replica.ledger().collections().at(conflict.collection);
    SATCHEL_TRY(row, rows.find(collection.ord, conflict.sid));
    if (row) {
        SATCHEL_TRY(held, held_values(replica, conflict.collection, *row));
        for (const core::Sibling& sibling : row->row.siblings) {
            if (sibling.column != conflict.column || sibling.dot != chosen) continue;
            if (const core::Value* value = value_of(sibling, held)) return *value;
        }
    }
    return Error{ErrorCode::busy,
                 "resolve conflict " + conflict.id + ": the item changed since it was listed",
                 "run satchelctl sync and look again"};
}

Status resolve_conflict(Replica& replica, const Conflict& conflict, const Resolution& resolution) {
    const std::string attempt = "resolve conflict " + conflict.id;
    SourceSlot* slot = replica.slot_of(conflict.collection);
    if (slot == nullptr)
        return Error{ErrorCode::not_found, attempt + ": its source is not declared on this device"};
    if (auto writable = check_writable(*slot, attempt); !writable) return writable;
    if (conflict.kind == ConflictKind::cell) {
        SATCHEL_TRY(value, decided_value(replica, conflict, resolution));
        const Decision decision{
            conflict.collection, conflict.sid, false, {{conflict.column, std::move(value)}}};
        return write_decisions(replica, *slot, std::span(&decision, 1));
    }
    if (resolution.take == 0 || resolution.take > conflict.versions.size())
        return not_possible(conflict, "it is about a whole row");
    if (conflict.kind == ConflictKind::orphan && resolution.take == 2)
        return bring_parent_back(replica, conflict);
    SATCHEL_TRY(decision, decide_on_row(conflict, resolution));
    return write_decisions(replica, *slot, std::span(&decision, 1));
}

}  // namespace satchel::engine
