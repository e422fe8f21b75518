// Rows that are about to be written, under which numbers.
//
// Problem: a row of a mapped table is told by its number. Killed after a row was written and before
// the engine noted where, the next look takes the row for the application's, and it is there twice.
// Idea: the numbers are chosen before anything is written and noted, durable, in the engine's
// store. The next capture looks there first: a row under an announced number that nobody is known
// to have, and that holds what it should, is the announced one.
// Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/row_reader.h"

#include <map>

namespace satchel::sources::sqlite {

/// The announcements of one call of Source::project().
class Announcements {
  public:
    /// Reads what an earlier call announced, if no capture came since.
    static Result<Announcements> load(Memory& memory);

    /// The number announced for the row, now or by the call before.
    [[nodiscard]] std::optional<std::int64_t> find(CollectionId collection, const Sid& sid) const;
    /// Adds the row to those that make_durable() notes.
    void add(CollectionId collection, const Sid& sid, std::int64_t number);
    /// Notes what was added since load(); nothing is written to the database before.
    Status make_durable(Memory& memory);

    /// Tells the sink of announced rows that were written but never noted, and forgets them all.
    static Status report(Workbench bench, CaptureSink& sink, UnixMs edited_ms);

  private:
    using Numbers = std::map<std::pair<CollectionId, Sid>, std::int64_t>;

    static Result<bool> report_row(Workbench bench,
                                   RowReader& reader,
                                   const Numbers::value_type& row,
                                   CaptureSink& sink,
                                   UnixMs edited_ms);

    Numbers earlier_;
    Numbers added_;
    bool is_news_ = false;
};

}  // namespace satchel::sources::sqlite
