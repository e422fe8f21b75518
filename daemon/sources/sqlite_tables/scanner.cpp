// The scan: chunks of rows, hashes first, values only for rows that differ.
#include "daemon/sources/sqlite_tables/scanner.h"

#include "daemon/sources/sqlite_tables/content_scan.h"
#include "daemon/sources/sqlite_tables/secret_filter.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

namespace satchel::sources::sqlite {

namespace {

/// Rows read, and rows reported, in one read transaction: it stays well under 200 ms.
constexpr std::size_t kChunkRows = 20'000;
constexpr std::size_t kChunkReports = 2'000;
constexpr std::size_t kSweepKeys = 2'000;

Error stopped() {
    return Error{ErrorCode::interrupted, "capture stopped"};
}

}  // namespace

Status report_absent(Workbench bench, CaptureSink& sink, LocalRow gone) {
    SATCHEL_TRY(known, bench.memory.find(gone.collection, gone.key));
    if (!known || known->held_hash == 0) return ok();
    gone.sid = known->sid;
    gone.is_present = false;
    return sink.row(std::move(gone));
}

Status Scanner::scan_all() {
    for (const Table& table : bench_.schema.tables)
        if (const Status done = scan_table(table); !done) return done;
    return sink_.item_done();
}

Status Scanner::scan_marked() {
    return scan_those(false);
}

Status Scanner::scan_unmarked() {
    return scan_those(true);
}

Status Scanner::scan_those(bool is_by_content) {
    for (const Table& table : bench_.schema.tables)
        if (table.is_by_content() == is_by_content)
            if (const Status done = scan_table(table); !done) return done;
    return sink_.item_done();
}

Status Scanner::scan_table(const Table& table) {
    if (table.is_by_content()) return ContentScan(bench_, sink_, table, edited_ms_).run();
    SATCHEL_TRY(held_before, bench_.memory.count_held(table.collection));
    Progress progress;
    while (!progress.is_finished) {
        if (sink_.should_stop()) return stopped();
        progress.reported = 0;
        if (const Status done = scan_chunk(table, progress); !done) return done;
        if (progress.reported > 0 && !progress.is_finished)
            if (const Status done = sink_.item_done(); !done) return done;
    }
    if (progress.matched != held_before)
        if (const Status done = sweep_deleted(table); !done) return done;
    SATCHEL_TRY(is_first, is_first_capture(bench_.memory, table));
    return is_first ? note_captured(bench_.memory, table) : ok();
}

Status Scanner::scan_chunk(const Table& table, Progress& progress) {
    bench_.database.restart_deadline();
    SATCHEL_TRY(rows, bench_.database.query(scan_sql(table, progress.is_started)));
    const std::vector<core::Value> after = progress.key;
    if (progress.is_started) {
        if (table.rowid.empty())
            bind_key(rows, 1, after);
        else
            rows.bind(1, progress.rowid);
    }
    for (std::size_t count = 0; count < kChunkRows && progress.reported < kChunkReports; ++count) {
        const int code = rows.step_code();
        if (code == SQLITE_DONE) {
            progress.is_finished = true;
            return ok();
        }
        if (code != SQLITE_ROW) return bench_.database.error(code, "read");
        if (const Status done = take_row(table, rows, progress); !done) return done;
        note_position(table, rows, progress);
    }
    progress.is_started = true;
    return ok();
}

void Scanner::note_position(const Table& table, const Query& row, Progress& progress) {
    if (!table.rowid.empty()) {
        progress.rowid = row.integer(rowid_cell(table));
        return;
    }
    progress.key.clear();
    for (std::size_t i = 0; i < table.key.size(); ++i)
        progress.key.push_back(row.value(static_cast<int>(i)));
}

void Scanner::note_without_key(const Table& table, const Query& row) {
    constexpr std::size_t kNamed = 5;
    ++report_.rows_without_key;
    if (report_.without_key.size() >= kNamed || table.rowid.empty()) return;
    report_.without_key.push_back(table.name + " " + table.rowid + "=" +
                                  std::to_string(row.integer(rowid_cell(table))));
}

Status Scanner::take_row(const Table& table, const Query& row, Progress& progress) {
    std::array<Byte, 8> number;
    std::optional<Bytes> key;
    ByteView view;
    if (table.has_rowid_identity()) {
        number = integer_key(row.integer(0));
        view = number;
    } else {
        key = read_key(table, row, 0);
        if (!key) {
            note_without_key(table, row);
            return ok();
        }
        view = *key;
    }
    SATCHEL_TRY(hash, reader_.hash(table, row));
    SATCHEL_TRY(known, bench_.memory.find(table.collection, view));
    if (known && known->held_hash != 0) {
        ++progress.matched;
        if (known->held_hash == hash) return ok();
    }
    if (is_secret_row(bench_.schema, table, row)) return ok();
    ++progress.reported;
    return report_row(table, row, key ? std::move(*key) : to_bytes(view));
}

Status Scanner::report_row(const Table& table, const Query& row, Bytes key) {
    SATCHEL_TRY(local, reader_.local_row(table, row, std::move(key)));
    local.edited_ms = edited_ms_;
    if (!local.sid) {
        note_without_key(table, row);
        return ok();
    }
    if (table.identity == Identity::column) {
        SATCHEL_TRY(is_taken, is_identity_taken(table, local));
        if (is_taken) {
            ++report_.rows_with_taken_identity;
            return ok();
        }
        SATCHEL_TRY(known, bench_.memory.find(table.collection, local.key));
        if (known && known->held_hash != 0 && known->sid != *local.sid) {
            // The number is somebody else's now: the row that had it is gone.
            LocalRow gone;
            gone.collection = table.collection;
            gone.key = local.key;
            gone.sid = known->sid;
            gone.edited_ms = edited_ms_;
            if (const Status done = sink_.row(std::move(gone)); !done) return done;
        }
    }
    return sink_.row(std::move(local));
}

Result<bool> Scanner::is_identity_taken(const Table& table, const LocalRow& local) {
    SATCHEL_TRY(other, bench_.memory.find_key(table.collection, *local.sid));
    if (!other || *other == local.key) return false;
    const auto values = decode_key(table, *other);
    if (!values) return false;
    SATCHEL_TRY(row, bench_.database.query(read_sql(table)));
    bind_key(row, 1, *values);
    if (row.step_code() != SQLITE_ROW) return false;
    SATCHEL_TRY(sid, reader_.derived_sid(table, row));
    return sid == local.sid;
}

Status Scanner::sweep_deleted(const Table& table) {
    Bytes after;
    while (true) {
        if (sink_.should_stop()) return stopped();
        SATCHEL_TRY(keys, bench_.memory.held_keys(table.collection, after, kSweepKeys));
        if (keys.empty()) return ok();
        bench_.database.restart_deadline();
        SATCHEL_TRY(row, bench_.database.query(read_sql(table)));
        for (Bytes& key : keys) {
            const auto values = decode_key(table, key);
            int code = SQLITE_DONE;
            if (values) {
                bind_key(row, 1, *values);
                code = row.step_code();
                row.reset();
            }
            if (code != SQLITE_ROW && code != SQLITE_DONE)
                return bench_.database.error(code, "read");
            after = key;
            if (code == SQLITE_ROW) continue;
            LocalRow gone;
            gone.collection = table.collection;
            gone.key = std::move(key);
            gone.edited_ms = edited_ms_;
            if (const Status done = report_absent(bench_, sink_, std::move(gone)); !done)
                return done;
        }
    }
}

}  // namespace satchel::sources::sqlite
