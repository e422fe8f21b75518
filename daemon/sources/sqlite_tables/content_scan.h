// Finds changes in a table whose rows have no name of their own: a row is told by everything it
// holds, and equal rows by how many of them there are. A changed row is one that went and one that
// came, and a row that only moved to another rowid, as VACUUM moves them, is the same as before.
// Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/row_reader.h"

#include <unordered_map>

namespace satchel::sources::sqlite {

/// One look at one table.
class ContentScan {
  public:
    ContentScan(Workbench bench, CaptureSink& sink, const Table& table, UnixMs edited_ms)
        : bench_(bench), sink_(sink), table_(table), reader_(bench), edited_ms_(edited_ms) {}

    Status run();

  private:
    /// A row of the table that is not what was held under its rowid.
    struct Found {
        std::int64_t rowid = 0;
        std::uint64_t hash = 0;
    };

    /// An item that is not where it was held.
    struct Missing {
        Bytes key;
        Memory::Known known;
    };

    Status read_all();
    Status read_chunk();
    Status list_missing();
    Result<std::vector<std::pair<Missing, Found>>> pair_up();
    Result<std::uint64_t> hash_of_state(const Sid& sid);
    Status report_moved(const Missing& from, const Found& to);
    Status report_gone(const Missing& gone);
    Status report_new(const Found& found);
    Result<std::optional<LocalRow>> read(std::int64_t rowid);
    Result<Sid> name_new(const LocalRow& local);

    Workbench bench_;
    CaptureSink& sink_;
    const Table& table_;
    RowReader reader_;
    UnixMs edited_ms_;
    bool is_finished_ = false;
    std::optional<std::int64_t> position_;
    std::vector<std::int64_t> matched_;  ///< rowids, ascending
    std::vector<Found> found_;
    std::vector<Missing> missing_;
    std::unordered_map<Sid, std::uint64_t> copies_;  ///< equal rows named, by the first one's name
};

/// Who the row at this key is, as far as it is as it was held; else nobody.
Result<std::optional<Sid>> held_sid(Workbench bench, const Table& table, const LocalRow& local);

}  // namespace satchel::sources::sqlite
