// Cutting, measuring, trying again.
#include "daemon/sources/sqlite_tables/slices.h"

#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>
#include <utility>

namespace satchel::sources::sqlite {

namespace {

/// Writing so long keeps an application waiting less than it notices.
constexpr std::int64_t kSliceMs = 40;
constexpr std::size_t kFirstRows = 128;
constexpr std::size_t kMostRows = 2'000;
/// Long enough for an application that sleeps between its attempts to get a turn.
constexpr int kTurnMs = 25;

/// One row, in a table where no trigger can be endless: its foreign keys may have no index.
constexpr milliseconds kPatience{8'000};

constexpr std::string_view kSlow = "writing it takes too long";
constexpr std::string_view kTogether = "it cannot be written together with the rows it depends on";
constexpr std::string_view kShunned =
    "a trigger of the application takes too long; its table is not written until its schema "
    "changes";

}  // namespace

CallMemory::CallMemory(Workbench bench, std::span<const WantedRow> rows) : bench_(bench) {
    for (const WantedRow& row : rows) rows_.emplace(Place{row.collection, row.sid}, &row);
}

void CallMemory::note_applied(const WantedRow& wanted, const std::optional<Bytes>& key) {
    const Place place{wanted.collection, wanted.sid};
    keys_[place] = key;
    if (key) written_[{wanted.collection, *key}] = wanted.sid;
}

Result<std::optional<Memory::Known>> CallMemory::find(CollectionId collection, ByteView key) {
    const auto written = written_.find({collection, to_bytes(key)});
    if (written == written_.end()) return bench_.memory.find(collection, key);
    // Asked for rarely: what was written is not remembered, it is there.
    const Table* table = bench_.schema.find(collection);
    const auto values = decode_key(*table, key);
    SATCHEL_TRY(row, bench_.database.query(read_sql(*table)));
    bind_key(row, 1, *values);
    if (row.step_code() != SQLITE_ROW) return std::optional(Known{written->second, 0});
    RowReader reader({bench_.database, bench_.schema, bench_.ids, *this});
    SATCHEL_TRY(hash, reader.hash(*table, row));
    return std::optional(Known{written->second, hash});
}

Result<std::optional<Bytes>> CallMemory::find_key(CollectionId collection, const Sid& sid) {
    const auto known = keys_.find({collection, sid});
    if (known != keys_.end()) return known->second;
    SATCHEL_TRY(key, bench_.memory.find_key(collection, sid));
    if (!key) return key;
    // The key may have been given to another row since.
    const auto other = written_.find({collection, *key});
    return other == written_.end() || other->second == sid ? key : std::optional<Bytes>();
}

Result<std::optional<core::Row>> CallMemory::find_row(CollectionId collection, const Sid& sid) {
    const auto own = rows_.find({collection, sid});
    if (own == rows_.end() || own->second->state == nullptr)
        return bench_.memory.find_row(collection, sid);
    core::Row row = *own->second->state;
    if (keys_.contains({collection, sid})) row.lagging.reset();
    return std::optional(std::move(row));
}

Result<Sid> CallMemory::ensure_sid(CollectionId collection,
                                   ByteView key,
                                   std::optional<ByteView> import_content) {
    const auto written = written_.find({collection, to_bytes(key)});
    if (written != written_.end()) return written->second;
    return bench_.memory.ensure_sid(collection, key, import_content);
}

Result<std::uint64_t> CallMemory::count_held(CollectionId collection) {
    return bench_.memory.count_held(collection);
}

Result<std::vector<Bytes>> CallMemory::held_keys(CollectionId collection,
                                                 ByteView after,
                                                 std::size_t limit) {
    return bench_.memory.held_keys(collection, after, limit);
}

Result<std::optional<Bytes>> CallMemory::note(ByteView name) {
    return bench_.memory.note(name);
}

Status CallMemory::set_note(ByteView name, ByteView value) {
    return bench_.memory.set_note(name, value);
}

Status CallMemory::erase_note(ByteView name) {
    return bench_.memory.erase_note(name);
}

Result<std::vector<std::pair<Bytes, Bytes>>> CallMemory::notes(ByteView prefix,
                                                               ByteView after,
                                                               std::size_t limit) {
    return bench_.memory.notes(prefix, after, limit);
}

Result<std::optional<Bytes>> CallMemory::piece(const Sid& sid,
                                               const Hash256& content,
                                               std::uint32_t index) {
    return bench_.memory.piece(sid, content, index);
}

Status CallMemory::keep_piece(const Piece& piece) {
    return bench_.memory.keep_piece(piece);
}

Status CallMemory::make_durable() {
    return bench_.memory.make_durable();
}

Slices::Slices(Workbench bench, std::span<const WantedRow> rows, Options options)
    : bench_(bench),
      rows_(rows),
      options_(options),
      memory_(bench, rows),
      results_(rows.size()),
      is_tried_(rows.size(), false),
      is_aside_(rows.size(), false) {}

Result<std::vector<ProjectedRow>> Slices::run() {
    SATCHEL_TRY(announcements, Announcements::load(bench_.memory));
    announcements_ = std::move(announcements);
    const Status done = run_rounds();
    if (!done && !is_anything_written_) return done.error();
    if (!done) defer_rest(done.error());
    return std::move(results_);
}

Status Slices::run_rounds() {
    std::vector<std::size_t> order = ordered();
    // Rows that make way for each other succeed or fail together.
    const bool is_joint = std::ranges::any_of(rows_, &WantedRow::is_hidden);
    slice_rows_ = is_joint ? order.size() : kFirstRows;
    Status done = is_joint ? run_whole(order, true) : run_round(order);
    // What waited for rows of other slices: once more in slices, then, what is left, in one.
    for (const bool is_last : {false, true}) {
        order = parked();
        if (!done || !is_cut_ || order.size() < 2) break;
        done = is_last ? run_whole(order, false) : run_round(order);
    }
    return done && has_dangling_ ? run_dangling(is_joint) : done;
}

/// Once more, and SQLite does not look at foreign keys; the projector does, but for rows that may
/// refer to nothing. It is a setting of the connection: within a transaction it cannot be changed.
Status Slices::run_dangling(bool is_joint) {
    std::vector<std::size_t> order = parked();
    if (is_joint)
        std::erase_if(order, [&, all = order](std::size_t i) {
            return rows_[i].yields_to && std::ranges::count(all, *rows_[i].yields_to) == 0;
        });
    if (const Status off = bench_.database.run("PRAGMA foreign_keys = OFF"); !off) return off;
    is_enforcing_ = false;
    const Status done = is_joint ? run_whole(order, false) : run_round(order);
    is_enforcing_ = true;
    const Status on = bench_.database.run("PRAGMA foreign_keys = ON");
    return done ? on : done;
}

/// Removals child-first, then the rest parent-first.
std::vector<std::size_t> Slices::ordered() const {
    std::vector<std::pair<std::size_t, std::size_t>> ranked;
    const std::size_t tables = bench_.schema.tables.size();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const std::size_t table = bench_.schema.index_of(rows_[i].collection).value_or(tables);
        ranked.emplace_back(rows_[i].is_present ? tables + table : tables - table, i);
    }
    std::ranges::sort(ranked);
    std::vector<std::size_t> order;
    order.reserve(ranked.size());
    for (const auto& [rank, row] : ranked) order.push_back(row);
    return order;
}

std::vector<std::size_t> Slices::parked() const {
    std::vector<std::size_t> left = ordered();
    std::erase_if(left, [&](std::size_t i) {
        return results_[i].outcome != Outcome::parked || is_aside_[i];
    });
    return left;
}

bool Slices::has_triggers(std::size_t row) const {
    const Table* table = bench_.schema.find(rows_[row].collection);
    return table != nullptr && table->has_app_triggers;
}

Status Slices::run_round(const std::vector<std::size_t>& order) {
    std::size_t at = 0;
    while (at < order.size()) {
        const std::size_t count = next_slice(std::span(order).subspan(at));
        const std::span slice = std::span(order).subspan(at, count);
        is_cut_ = is_cut_ || count < order.size();
        const milliseconds begun = options_.clock.steady_ms();
        const Status done = run_slice(slice);
        const bool is_slow = !done && done.error().code == ErrorCode::interrupted;
        const bool is_too_much = !done && done.error().code == ErrorCode::too_large;
        if ((is_slow || is_too_much) && count > 1) {
            slice_rows_ = is_slow ? 1 : count / 2;
            fewest_rows_ = 1;
            continue;
        }
        if (is_slow || is_too_much) {
            const Status alone = is_slow ? run_alone(order[at]) : ok();
            if (!alone) return alone;
            if (is_too_much) set_aside(order[at], kTogether);
            ++at;
            continue;
        }
        if (!done) return done;
        at += count;
        adapt(count, options_.clock.steady_ms() - begun);
        if (options_.is_shared && at < order.size()) sqlite3_sleep(kTurnMs);
    }
    return ok();
}

/// How many of the rows come next. What the triggers of a table cost is found out with one row.
std::size_t Slices::next_slice(std::span<const std::size_t> rest) {
    const std::size_t most = std::min(slice_rows_, rest.size());
    for (std::size_t n = 0; n < most; ++n) {
        if (!has_triggers(rest[n])) continue;
        const WantedRow& row = rows_[rest[n]];
        const std::pair kind(*bench_.schema.index_of(row.collection), row.is_present);
        if (measured_.contains(kind)) continue;
        if (n > 0) return n;
        measured_.insert(kind);
        return 1;
    }
    return most;
}

/// A disk that commits slowly makes slices short, but for single rows it would be slower still;
/// rows that are themselves slow are written one by one, if need be.
void Slices::adapt(std::size_t count, milliseconds took) {
    const auto fitting = [&](milliseconds time) {
        return count * static_cast<std::size_t>(kSliceMs) /
               static_cast<std::size_t>(std::max<std::int64_t>(time.count(), 1));
    };
    const std::size_t by_disk = std::max(fitting(took), fewest_rows_);
    const std::size_t by_rows = std::max<std::size_t>(fitting(worked_), 1);
    slice_rows_ = std::min({by_disk, by_rows, 4 * slice_rows_, kMostRows});
}

/// A row that took too long: its trigger may never end, or SQLite has much to look at.
Status Slices::run_alone(std::size_t row) {
    if (has_triggers(row)) {
        options_.shunned.insert(bench_.schema.find(rows_[row].collection)->name);
        set_aside(row, kShunned);
        return ok();
    }
    // One of them may take its time in a call.
    if (!std::exchange(was_patient_, true)) {
        const Status done = run_slice(std::span(&row, 1), kPatience);
        if (done || done.error().code != ErrorCode::interrupted) return done;
    }
    set_aside(row, kSlow);
    return ok();
}

/// Rows that are written together or not at all; `is_new` when nothing is known of them yet.
Status Slices::run_whole(std::span<const std::size_t> slice, bool is_new) {
    Status done = run_slice(slice);
    if (done) return done;
    const bool is_slow = done.error().code == ErrorCode::interrupted;
    if (!is_slow && done.error().code != ErrorCode::too_large) return done;
    if (is_new)
        for (const std::size_t row : slice) set_aside(row, is_slow ? kSlow : kTogether);
    return ok();
}

Status Slices::run_slice(std::span<const std::size_t> slice, milliseconds time_max) {
    std::vector<WantedRow> wanted;
    std::vector<std::size_t> rows;
    std::map<std::size_t, std::size_t> places;
    for (const std::size_t i : slice) {
        // Nothing makes way for a row that is not written.
        if (is_shunned(i) || (rows_[i].yields_to && is_shunned(*rows_[i].yields_to))) {
            results_[i] = {Outcome::parked, std::string(kShunned), {}, {}};
            continue;
        }
        places.emplace(i, rows.size());
        rows.push_back(i);
        wanted.push_back(rows_[i]);
    }
    for (WantedRow& row : wanted)
        if (row.yields_to) row.yields_to = places.at(*row.yields_to);
    Projector projector({bench_.database, bench_.schema, bench_.ids, memory_},
                        wanted,
                        announcements_,
                        {options_.has_marks, time_max, is_enforcing_, options_.clock});
    SATCHEL_TRY(results, projector.run());
    worked_ = projector.worked();
    has_dangling_ = has_dangling_ || projector.has_dangling();
    has_side_effects_ = has_side_effects_ || projector.has_side_effects();
    is_anything_written_ = true;
    for (std::size_t n = 0; n < rows.size(); ++n) {
        results_[rows[n]] = std::move(results[n]);
        is_tried_[rows[n]] = true;
        const ProjectedRow& result = results_[rows[n]];
        if (result.outcome != Outcome::applied) continue;
        ++applied_;
        memory_.note_applied(rows_[rows[n]], result.key);
    }
    return ok();
}

bool Slices::is_shunned(std::size_t row) const {
    const Table* table = bench_.schema.find(rows_[row].collection);
    return table != nullptr && options_.shunned.contains(table->name);
}

void Slices::set_aside(std::size_t row, std::string_view why) {
    results_[row] = {Outcome::parked, std::string(why), {}, {}};
    is_tried_[row] = true;
    is_aside_[row] = true;
    is_anything_written_ = true;
}

void Slices::defer_rest(const Error& why) {
    for (std::size_t i = 0; i < results_.size(); ++i)
        if (!is_tried_[i]) results_[i] = {Outcome::deferred, why.message, {}, {}};
}

}  // namespace satchel::sources::sqlite
