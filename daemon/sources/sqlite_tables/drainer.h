// Turns marks into reported rows.
//
// A mark only says which key to look at; the row is read as it is now. Where rows are named by a
// remembered number (mapped), chains of key changes between two drains are followed, so that a row
// keeps its identity: 3 → -1 → 5 is reported once, as 5 that was 3. Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/scanner.h"

#include <map>
#include <set>

namespace satchel::sources::sqlite {

/// One capture from marks.
class Drainer {
  public:
    /// `scanner` looks for deletions that left no mark.
    Drainer(Workbench bench, CaptureSink& sink, Scanner& scanner)
        : bench_(bench), sink_(sink), scanner_(scanner), reader_(bench) {}

    /// Reports and deletes all marks, in steps of at most limits::kDrainKeysMax.
    Status drain_all();

  private:
    struct Dirty {
        UnixMs at = 0;
        std::optional<Bytes> was;  ///< key of the identity that stands here now, if it moved
        bool is_vacated = false;   ///< the identity that stood here moved away
    };

    using DirtyKeys = std::map<Bytes, Dirty>;

    struct Step {
        std::int64_t last_seq = 0;
        std::size_t count = 0;
        std::map<std::size_t, DirtyKeys> tables;  // in schema order: parents first
    };

    Result<Step> read_step();
    void note_mark(Step& step, const Query& mark);
    static void note_move(DirtyKeys& keys, const Bytes& from, const Bytes& to, UnixMs at);
    Status report_table(const Table& table, DirtyKeys& keys);
    Status report_moves(const Table& table, DirtyKeys& keys, std::set<Bytes>& present);
    Status report_present(const Table& table, const Bytes& key, const Dirty& dirty);
    Status report_gone(const Table& table, const Bytes& key, UnixMs at);
    Result<std::set<Bytes>> find_present(const Table& table, const DirtyKeys& keys);
    Status compare_counts(const Table& table, std::int64_t expected);
    Status delete_marks(std::int64_t last_seq);

    Workbench bench_;
    CaptureSink& sink_;
    Scanner& scanner_;
    RowReader reader_;
    std::map<std::size_t, std::int64_t> held_;  // expected rows of tables with inexact rules
};

}  // namespace satchel::sources::sqlite
