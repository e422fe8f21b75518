// Small tables on purpose: devices are to meet in the same rows all the time.
#include "tests/simulation/application.h"

#include <algorithm>

namespace satchel::simulation {

namespace {

constexpr std::int64_t kKeys = 150;
constexpr std::size_t kMappedRows = 120;
constexpr std::uint64_t kSlugs = 400;

}  // namespace

std::optional<std::int64_t> AppTable::taken_by(const core::Value& value,
                                               std::int64_t except) const {
    if (value.is_null()) return std::nullopt;
    for (const auto& [key, row] : rows)
        if (key != except && row[*unique_column] == value) return key;
    return std::nullopt;
}

Application::Application(std::uint32_t device, Writes& writes) : device_(device), writes_(writes) {
    tables = {
        {"note", Identity::key, {"id", "body", "tag"}},
        {"seen", Identity::key, {"id"}},
        {"project", Identity::mapped, {"name", "path"}},
        {"task", Identity::mapped, {"title", "project", "slug", "detail"}, 2, 1, 2},
    };
}

void Application::act(Chance& chance) {
    // The key-only table is the least interesting one.
    static constexpr std::size_t kTables[] = {0, 0, 0, 1, 2, 2, 3, 3, 3};
    const std::size_t table = kTables[chance.below(std::size(kTables))];
    const std::uint64_t dice = chance.below(100);
    const auto key = pick(chance, table);
    if (!key || dice < 22) {
        insert(chance, table);
    } else if (dice < 86) {
        update(chance, table);
    } else if (dice < 97) {
        remove({table, *key});
    } else {
        // Deleted and written again before anyone looks.
        const AppRow row = tables[table].rows.at(*key);
        remove({table, *key});
        AppRow again = row;
        for (std::size_t i = 0; i < again.size(); ++i) again[i] = value_for(chance, table, i, *key);
        tables[table].rows[*key] = std::move(again);
        changed.insert({table, *key});
    }
}

void Application::set(const Place& place, std::size_t column, core::Value value) {
    touch(place, column);
    tables[place.table].rows.at(place.key)[column] = std::move(value);
    changed.insert(place);
}

void Application::remove(const Place& place) {
    touch(place, std::nullopt);
    tables[place.table].rows.erase(place.key);
    changed.insert(place);
    for (std::size_t child = 0; child < tables.size(); ++child) {
        if (tables[child].parent_table != place.table) continue;
        const std::size_t column = *tables[child].reference_column;
        std::vector<std::int64_t> orphans;
        for (const auto& [key, row] : tables[child].rows)
            if (row[column] == core::Value::integer(place.key)) orphans.push_back(key);
        for (const std::int64_t key : orphans) set({child, key}, column, core::Value());
    }
}

core::Value Application::fresh_slug() {
    return core::Value::text("u" + std::to_string(device_) + "." + std::to_string(next_slug_++));
}

void Application::insert(Chance& chance, std::size_t table) {
    AppTable& target = tables[table];
    std::int64_t key = chance.between(1, kKeys);
    if (target.identity == Identity::mapped) {
        if (target.rows.size() >= kMappedRows) return update(chance, table);
        key = target.rows.empty() ? 1 : target.rows.rbegin()->first + 1;
    }
    if (target.rows.contains(key)) return update(chance, table);
    AppRow row(target.columns.size());
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = value_for(chance, table, i, key);
    target.rows.emplace(key, std::move(row));
    changed.insert({table, key});
}

void Application::update(Chance& chance, std::size_t table) {
    const auto key = pick(chance, table);
    if (!key) return;
    AppTable& target = tables[table];
    const std::size_t first = target.identity == Identity::key ? 1 : 0;
    if (first >= target.columns.size()) return;
    const std::uint64_t count = chance.below(4) == 0 ? target.columns.size() - first : 1;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t column =
            count == 1 ? first + chance.below(target.columns.size() - first) : first + i;
        set({table, *key}, column, value_for(chance, table, column, *key));
    }
}

core::Value Application::value_for(Chance& chance,
                                   std::size_t table,
                                   std::size_t column,
                                   std::int64_t key) {
    const AppTable& target = tables[table];
    if (target.identity == Identity::key && column == 0) return core::Value::integer(key);
    if (target.reference_column == column) {
        const auto parent = pick(chance, *target.parent_table);
        return parent && chance.below(4) > 0 ? core::Value::integer(*parent) : core::Value();
    }
    if (target.unique_column == column) {
        const core::Value slug = core::Value::text("s" + std::to_string(chance.below(kSlugs)));
        return target.taken_by(slug, key) ? core::Value() : slug;
    }
    return writes_.fresh(device_);
}

std::optional<std::int64_t> Application::pick(Chance& chance, std::size_t table) const {
    const auto& rows = tables[table].rows;
    if (rows.empty()) return std::nullopt;
    const auto at = rows.lower_bound(chance.between(rows.begin()->first, rows.rbegin()->first));
    return at->first;
}

void Application::touch(const Place& place, std::optional<std::size_t> column) {
    if (before_change_) before_change_(place, column);
    const AppRow& row = tables[place.table].rows.at(place.key);
    const bool is_unsure = written_unsure.contains(place);
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (is_unsure) writes_.may_double(row[i].hash());
        if (!column || *column == i) writes_.replaced(row[i].hash());
    }
}

}  // namespace satchel::simulation
