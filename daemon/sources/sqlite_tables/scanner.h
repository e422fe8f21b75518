// Finds changes by reading every row and comparing its hash with the remembered one, in short read
// transactions. Deleted rows are looked for only when fewer rows matched than were held. Private to
// this folder.
#pragma once

#include "daemon/sources/sqlite_tables/row_reader.h"

namespace satchel::sources::sqlite {

/// What a scan met.
struct ScanReport {
    std::uint64_t rows_without_key = 0;
    std::vector<std::string> without_key;        ///< the first few of them, for people
    std::uint64_t rows_with_taken_identity = 0;  ///< two rows with one sync_id
};

/// One scan over the tables of a database.
class Scanner {
  public:
    Scanner(Workbench bench, CaptureSink& sink, UnixMs edited_ms)
        : bench_(bench), sink_(sink), reader_(bench), edited_ms_(edited_ms) {}

    /// All tables, parents first.
    Status scan_all();
    /// Those that have triggers where others have none, and the others. Marks are drained between
    /// the two: they may tell that a row the others refer to only got another number.
    Status scan_marked();
    Status scan_unmarked();
    /// Reports held rows of a table that are no longer there.
    Status sweep_deleted(const Table& table);

    [[nodiscard]] const ScanReport& report() const { return report_; }

  private:
    struct Progress {
        bool is_started = false;
        bool is_finished = false;
        std::int64_t rowid = 0;
        std::vector<core::Value> key;
        std::uint64_t matched = 0;
        std::size_t reported = 0;
    };

    Status scan_those(bool is_by_content);
    Status scan_table(const Table& table);
    Status scan_chunk(const Table& table, Progress& progress);
    void note_without_key(const Table& table, const Query& row);
    Status take_row(const Table& table, const Query& row, Progress& progress);
    Status report_row(const Table& table, const Query& row, Bytes key);
    Result<bool> is_identity_taken(const Table& table, const LocalRow& local);
    static void note_position(const Table& table, const Query& row, Progress& progress);

    Workbench bench_;
    CaptureSink& sink_;
    RowReader reader_;
    UnixMs edited_ms_;
    ScanReport report_;
};

/// Reports that the row with this key is gone, if it was held.
Status report_absent(Workbench bench, CaptureSink& sink, LocalRow gone);

}  // namespace satchel::sources::sqlite
