// Matching rows by what they hold: in place, moved, seen through another schema, gone, new.
#include "daemon/sources/sqlite_tables/content_scan.h"

#include "daemon/sources/sqlite_tables/secret_filter.h"
#include "daemon/sources/sqlite_tables/table_sql.h"
#include "shared/base/hash.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

constexpr std::size_t kChunkRows = 20'000;
constexpr std::size_t kPageKeys = 2'000;

Error stopped() {
    return Error{ErrorCode::interrupted, "capture stopped"};
}

/// As the engine remembers what a row holds: what travels with a new row only does not count.
std::uint64_t hash_of(const Table& table, const LocalRow& local) {
    core::Shadow shadow;
    shadow.is_present = true;
    for (const core::ColumnValue& cell : local.columns)
        if (table.find_column(cell.column) != nullptr)
            shadow.hashes.emplace_back(cell.column, cell.value.hash());
    return core::shadow_hash(shadow);
}

/// What a row holds, the same on every device; in tables that differ only by columns nobody has
/// filled yet, too.
Bytes content_of(const Table& table, const LocalRow& local) {
    Bytes out;
    ByteWriter writer(out);
    writer.sized(as_bytes("content"));
    for (const core::ColumnValue& cell : local.columns) {
        const Column* column = table.find_column(cell.column);
        if (column == nullptr || cell.value.is_null() || cell.value == column->fill) continue;
        writer.u32(static_cast<std::uint32_t>(cell.column));
        writer.sized(cell.value.encoded());
    }
    return out;
}

}  // namespace

Result<std::optional<Sid>> held_sid(Workbench bench, const Table& table, const LocalRow& local) {
    SATCHEL_TRY(known, bench.memory.find(table.collection, local.key));
    if (!known || known->held_hash != hash_of(table, local)) return std::optional<Sid>();
    return std::optional(known->sid);
}

Status ContentScan::run() {
    if (const Status done = read_all(); !done) return done;
    SATCHEL_TRY(held, bench_.memory.count_held(table_.collection));
    if (held != matched_.size())
        if (const Status done = list_missing(); !done) return done;
    SATCHEL_TRY(moves, pair_up());
    // In this order no row is ever put in the place of one that was not spoken of.
    for (const Missing& gone : missing_)
        if (const Status done = report_gone(gone); !done) return done;
    for (const auto& [from, to] : moves)
        if (const Status done = report_moved(from, to); !done) return done;
    const bool is_growth = missing_.empty();
    for (const Found& found : found_) {
        if (sink_.should_stop()) return stopped();
        if (const Status done = report_new(found); !done) return done;
        // What went and what came is weighed together.
        if (is_growth)
            if (const Status done = sink_.item_done(); !done) return done;
    }
    SATCHEL_TRY(is_first, is_first_capture(bench_.memory, table_));
    return is_first ? note_captured(bench_.memory, table_) : ok();
}

Status ContentScan::read_all() {
    while (!is_finished_) {
        if (sink_.should_stop()) return stopped();
        if (const Status done = read_chunk(); !done) return done;
    }
    return ok();
}

Status ContentScan::read_chunk() {
    bench_.database.restart_deadline();
    SATCHEL_TRY(rows, bench_.database.query(scan_sql(table_, position_.has_value())));
    if (position_) rows.bind(1, *position_);
    for (std::size_t count = 0; count < kChunkRows; ++count) {
        const int code = rows.step_code();
        if (code == SQLITE_DONE) {
            is_finished_ = true;
            return ok();
        }
        if (code != SQLITE_ROW) return bench_.database.error(code, "read");
        position_ = rows.integer(0);
        const auto key = sqlite::integer_key(*position_);
        SATCHEL_TRY(hash, reader_.hash(table_, rows));
        SATCHEL_TRY(known, bench_.memory.find(table_.collection, key));
        if (known && known->held_hash == hash)
            matched_.push_back(*position_);
        else if (!is_secret_row(bench_.schema, table_, rows))
            found_.push_back({*position_, hash});
    }
    return ok();
}

Status ContentScan::list_missing() {
    Bytes after;
    while (true) {
        if (sink_.should_stop()) return stopped();
        SATCHEL_TRY(keys, bench_.memory.held_keys(table_.collection, after, kPageKeys));
        if (keys.empty()) return ok();
        after = keys.back();
        for (Bytes& key : keys) {
            const auto rowid = integer_of_key(key);
            if (rowid && std::ranges::binary_search(matched_, *rowid)) continue;
            SATCHEL_TRY(known, bench_.memory.find(table_.collection, key));
            if (known) missing_.push_back({std::move(key), *known});
        }
    }
}

/// Takes out of both lists what is one row at another place, or with other columns.
Result<std::vector<std::pair<ContentScan::Missing, ContentScan::Found>>> ContentScan::pair_up() {
    std::vector<std::pair<Missing, Found>> moves;
    for (const bool is_by_state : {false, true}) {
        if (missing_.empty() || found_.empty()) break;
        std::unordered_multimap<std::uint64_t, std::size_t> places;
        // Equal rows are taken in their order.
        for (std::size_t i = missing_.size(); i-- > 0;) {
            std::uint64_t hash = missing_[i].known.held_hash;
            if (is_by_state) {
                SATCHEL_TRY(seen, hash_of_state(missing_[i].known.sid));
                hash = seen;
            }
            places.emplace(hash, i);
        }
        std::vector<bool> is_taken(missing_.size(), false);
        std::erase_if(found_, [&](const Found& found) {
            const auto at = places.find(found.hash);
            if (at == places.end()) return false;
            is_taken[at->second] = true;
            moves.emplace_back(missing_[at->second], found);
            places.erase(at);
            return true;
        });
        std::size_t next = 0;
        std::erase_if(missing_, [&](const Missing&) { return is_taken[next++]; });
    }
    return moves;
}

/// What the row would hash to if the present columns showed it; 0 when it is not known.
Result<std::uint64_t> ContentScan::hash_of_state(const Sid& sid) {
    SATCHEL_TRY(row, bench_.memory.find_row(table_.collection, sid));
    if (!row || !row->exists()) return std::uint64_t{0};
    core::Shadow shadow;
    shadow.is_present = true;
    const auto shown = core::shown_siblings(*row);
    for (const Column& column : table_.columns) {
        const auto at = std::ranges::find_if(
            shown, [&](const core::Sibling* one) { return one->column == column.id; });
        shadow.hashes.emplace_back(column.id,
                                   at == shown.end() ? column.fill.hash() : (*at)->value_hash);
    }
    return core::shadow_hash(shadow);
}

Status ContentScan::report_gone(const Missing& gone) {
    LocalRow local;
    local.collection = table_.collection;
    local.key = gone.key;
    local.sid = gone.known.sid;
    local.edited_ms = edited_ms_;
    return sink_.row(std::move(local));
}

Status ContentScan::report_moved(const Missing& from, const Found& to) {
    SATCHEL_TRY(local, read(to.rowid));
    if (!local || hash_of(table_, *local) != to.hash) return report_gone(from);
    if (local->key != from.key) local->old_key = from.key;
    local->sid = from.known.sid;
    return sink_.row(std::move(*local));
}

Status ContentScan::report_new(const Found& found) {
    SATCHEL_TRY(local, read(found.rowid));
    // Changed since it was read: the next look takes it.
    if (!local || hash_of(table_, *local) != found.hash) return ok();
    SATCHEL_TRY(sid, name_new(*local));
    local->sid = sid;
    return sink_.row(std::move(*local));
}

Result<std::optional<LocalRow>> ContentScan::read(std::int64_t rowid) {
    SATCHEL_TRY(row, bench_.database.query(read_sql(table_)));
    row.bind(1, rowid);
    const int code = row.step_code();
    if (code == SQLITE_DONE) return std::optional<LocalRow>();
    if (code != SQLITE_ROW) return bench_.database.error(code, "read");
    SATCHEL_TRY(local, reader_.local_row(table_, row, to_bytes(sqlite::integer_key(rowid))));
    local.edited_ms = edited_ms_;
    return std::optional(std::move(local));
}

/// The name of the first copy of this content that nobody has here.
Result<Sid> ContentScan::name_new(const LocalRow& local) {
    Bytes content = content_of(table_, local);
    const std::size_t size = content.size();
    const auto name = [&](std::uint64_t copy) {
        content.resize(size);
        ByteWriter(content).varint(copy);
        return bench_.ids.row(table_.collection, content);
    };
    std::uint64_t& copy = copies_[name(1)];
    while (true) {
        const Sid sid = name(++copy);
        SATCHEL_TRY(key, bench_.memory.find_key(table_.collection, sid));
        if (!key) return sid;
        SATCHEL_TRY(holder, bench_.memory.find(table_.collection, *key));
        if (!holder || holder->sid != sid || holder->held_hash == 0) return sid;
    }
}

}  // namespace satchel::sources::sqlite
