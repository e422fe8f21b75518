// Looking things up in a schema, and putting parents before children.
#include "daemon/sources/sqlite_tables/schema.h"

#include <algorithm>

namespace satchel::sources::sqlite {

std::string_view collation_name(Collation collation) {
    switch (collation) {
        case Collation::nocase:
            return "NOCASE";
        case Collation::rtrim:
            return "RTRIM";
        case Collation::binary:
            break;
    }
    return "BINARY";
}

const Column* Table::find_column(ColumnId id) const {
    const auto at = std::ranges::lower_bound(columns, id, {}, &Column::id);
    return at != columns.end() && at->id == id ? &*at : nullptr;
}

const Column* Table::find_column(std::string_view column_name) const {
    const auto at = std::ranges::find(columns, column_name, &Column::name);
    return at != columns.end() ? &*at : nullptr;
}

std::int64_t Table::mark_number() const {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(collection) & 0x7fff'ffff);
}

const Table* Schema::find(CollectionId collection) const {
    const auto at = std::ranges::find(tables, collection, &Table::collection);
    return at != tables.end() ? &*at : nullptr;
}

std::optional<std::size_t> Schema::index_of(CollectionId collection) const {
    const auto at = std::ranges::find(tables, collection, &Table::collection);
    if (at == tables.end()) return std::nullopt;
    return static_cast<std::size_t>(at - tables.begin());
}

std::size_t Schema::key_width() const {
    std::size_t width = 1;
    for (const Table& table : tables) width = std::max(width, table.key.size());
    return width;
}

namespace {

using Edges = std::vector<std::vector<std::size_t>>;  // table -> its parents

Edges parents_of(const std::vector<Table>& tables) {
    Edges edges(tables.size());
    for (std::size_t child = 0; child < tables.size(); ++child) {
        for (const ForeignKey& foreign : tables[child].foreign_keys) {
            const auto at = std::ranges::find(tables, foreign.parent, &Table::name);
            if (at != tables.end())
                edges[child].push_back(static_cast<std::size_t>(at - tables.begin()));
        }
    }
    return edges;
}

bool reaches(const Edges& edges, std::size_t from, std::size_t target) {
    std::vector<bool> is_seen(edges.size(), false);
    std::vector<std::size_t> open = edges[from];
    while (!open.empty()) {
        const std::size_t table = open.back();
        open.pop_back();
        if (table == target) return true;
        if (is_seen[table]) continue;
        is_seen[table] = true;
        open.insert(open.end(), edges[table].begin(), edges[table].end());
    }
    return false;
}

}  // namespace

void order_tables(std::vector<Table>& tables) {
    const Edges edges = parents_of(tables);
    for (std::size_t i = 0; i < tables.size(); ++i) tables[i].is_cyclic = reaches(edges, i, i);

    std::vector<std::size_t> order;
    std::vector<std::size_t> position(tables.size(), tables.size());
    while (order.size() < tables.size()) {
        std::size_t chosen = tables.size();
        for (std::size_t i = 0; i < tables.size() && chosen == tables.size(); ++i) {
            if (position[i] != tables.size()) continue;
            const bool is_ready = std::ranges::all_of(edges[i], [&](std::size_t parent) {
                return position[parent] != tables.size() || reaches(edges, parent, i);
            });
            if (is_ready) chosen = i;
        }
        position[chosen] = order.size();
        order.push_back(chosen);
    }

    std::vector<Table> ordered;
    ordered.reserve(tables.size());
    for (const std::size_t i : order) ordered.push_back(std::move(tables[i]));
    tables = std::move(ordered);
    for (Table& table : tables) {
        for (auto* columns : {&table.columns, &table.seeds})
            for (Column& column : *columns)
                if (column.parent) column.parent = position[*column.parent];
        for (auto* columns : {&table.key, &table.natural_rule})
            for (KeyColumn& column : *columns)
                if (column.parent) column.parent = position[*column.parent];
    }
}

namespace {

std::string_view identity_name(Identity identity) {
    switch (identity) {
        case Identity::column:
            return "column";
        case Identity::key:
            return "key";
        case Identity::mapped:
            return "mapped";
        case Identity::content:
            return "content";
    }
    return "content";
}

}  // namespace

std::vector<CollectionInfo> collections_of(const Schema& schema) {
    std::vector<CollectionInfo> collections;
    for (const Table& table : schema.tables) {
        CollectionInfo& info = collections.emplace_back();
        info.id = table.collection;
        info.name = table.name;
        info.is_by_content = table.is_by_content();
        for (const Column& column : table.columns) {
            info.columns.push_back({column.id, column.name});
            if (!column.fill.is_null()) info.fills.push_back({column.id, column.fill});
        }
        for (const Column& column : table.seeds) info.seeds.push_back({column.id, column.name});
    }
    return collections;
}

std::vector<CollectionTraits> traits_of(const Schema& schema, bool uses_marks) {
    std::vector<CollectionTraits> all;
    for (const Table& table : schema.tables) {
        CollectionTraits& made = all.emplace_back();
        made.collection = table.collection;
        made.identity = identity_name(table.identity);
        made.capture = uses_marks && !table.is_by_content() ? "marks" : "scan";
        if (table.identity == Identity::column)
            made.key.emplace_back("sync_id");
        else if (!table.is_by_content())
            for (const KeyColumn& column : table.key) made.key.push_back(column.name);
    }
    return all;
}

}  // namespace satchel::sources::sqlite
