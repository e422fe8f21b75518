// SQLite's update hook, per statement.
#include "daemon/sources/sqlite_tables/side_effects.h"

#include <algorithm>

namespace satchel::sources::sqlite {

SideEffects::SideEffects(Database& database, const Schema& schema)
    : database_(database), schema_(schema) {
    const bool has_triggers = std::ranges::any_of(schema.tables, &Table::has_app_triggers);
    if (has_triggers || schema.has_foreign_actions)
        sqlite3_update_hook(database_.handle(), &SideEffects::on_change, this);
}

SideEffects::~SideEffects() {
    sqlite3_update_hook(database_.handle(), nullptr, nullptr);
}

void SideEffects::on_change(
    void* self, int operation, const char* database, const char* table, sqlite3_int64 rowid) {
    auto* effects = static_cast<SideEffects*>(self);
    if (std::string_view(database) != "main") return;
    const auto& tables = effects->schema_.tables;
    const auto at = std::ranges::find(tables, std::string_view(table), &Table::name);
    if (at == tables.end()) {
        const auto& local = effects->schema_.local_tables;
        if (operation == SQLITE_DELETE && std::ranges::find(local, table) != local.end())
            effects->lost_table_ = table;
        return;
    }
    effects->current_.push_back({static_cast<std::size_t>(at - tables.begin()), operation, rowid});
}

void SideEffects::end(const Event& meant) {
    const auto direct = std::ranges::find_if(current_, [&](const Event& event) {
        return event.table == meant.table && event.operation == meant.operation &&
               (meant.rowid == 0 || event.rowid == meant.rowid);
    });
    if (direct != current_.end()) current_.erase(direct);
    events_.insert(events_.end(), current_.begin(), current_.end());
    current_.clear();
}

void SideEffects::forget() {
    current_.clear();
    events_.clear();
}

}  // namespace satchel::sources::sqlite
