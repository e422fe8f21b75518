// Notices rows that our own writes changed without being asked to: by triggers of the application
// and by foreign key actions. Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/schema.h"

#include <vector>

namespace satchel::sources::sqlite {

/// Watches a connection while it lives.
class SideEffects {
  public:
    struct Event {
        std::size_t table = 0;
        int operation = 0;  ///< SQLITE_INSERT, SQLITE_UPDATE or SQLITE_DELETE
        std::int64_t rowid = 0;
    };

    SideEffects(Database& database, const Schema& schema);
    ~SideEffects();
    SideEffects(const SideEffects&) = delete;
    SideEffects& operator=(const SideEffects&) = delete;

    /// A statement of ours is about to run.
    void begin() {
        current_.clear();
        lost_table_.clear();
    }

    /// It ran and was meant to do this to one row; `rowid` 0 when it cannot be known.
    void end(const Event& meant);
    void forget();

    [[nodiscard]] const std::vector<Event>& events() const { return events_; }

    /// What happened since begin().
    [[nodiscard]] std::vector<Event> current() const { return current_; }

    /// A table that is not synced and lost rows since begin(); empty if none did.
    [[nodiscard]] const std::string& lost_table() const { return lost_table_; }

  private:
    static void on_change(
        void* self, int operation, const char* database, const char* table, sqlite3_int64 rowid);

    Database& database_;
    const Schema& schema_;
    std::vector<Event> current_;
    std::vector<Event> events_;
    std::string lost_table_;
};

}  // namespace satchel::sources::sqlite
