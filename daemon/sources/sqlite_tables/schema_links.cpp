// Foreign keys by name become places in the list of tables.
#include "daemon/sources/sqlite_tables/schema_links.h"

#include "daemon/sources/sqlite_tables/schema_keys.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

class Linker {
  public:
    Linker(Schema& schema, std::span<const RawTable> raw) : schema_(schema), raw_(raw) {}

    void link_parents() {
        for (std::size_t i = 0; i < schema_.tables.size(); ++i) {
            Table& table = schema_.tables[i];
            for (ForeignKey& foreign : table.foreign_keys) {
                const RawTable* parent = find_raw(foreign.parent);
                if (parent == nullptr) continue;
                foreign.parent = parent->name;
                if (foreign.to.empty())
                    for (const RawColumn* column : primary_key(*parent))
                        foreign.to.push_back(column->name);
                schema_.has_foreign_actions = schema_.has_foreign_actions || foreign.has_action;
                if (foreign.from.size() == 1 && foreign.to.size() == 1)
                    link_column(table, foreign, *parent);
            }
        }
    }

    /// What is in the file beside the synced rows and would suffer if one was taken out.
    void learn_local() {
        for (const RawTable& raw : raw_) {
            if (const auto own = index_of(raw.name)) {
                Table& table = schema_.tables[*own];
                for (const RawColumn& column : raw.columns)
                    if (is_needed_locally(table, column)) table.needed_locally = column.name;
                continue;
            }
            schema_.local_tables.push_back(raw.name);
            for (ForeignKey foreign : raw.foreign_keys) {
                const auto parent = index_of(foreign.parent);
                if (!parent) continue;
                if (foreign.to.empty())
                    for (const RawColumn* column : primary_key(*find_raw(foreign.parent)))
                        foreign.to.push_back(column->name);
                if (foreign.from.size() == foreign.to.size())
                    schema_.tables[*parent].local_children.push_back(
                        {raw.name, std::move(foreign)});
            }
        }
    }

  private:
    static bool is_needed_locally(const Table& table, const RawColumn& column) {
        const auto is_it = [&](const auto& one) { return same_name(one.name, column.name); };
        return column.is_not_null && !column.has_default && !column.is_hidden &&
               !same_name(column.name, table.rowid) && std::ranges::none_of(table.key, is_it) &&
               std::ranges::none_of(table.columns, is_it);
    }

    /// Follows `table.column -> parent` to the table whose integer key the value is.
    void link_column(Table& table, const ForeignKey& foreign, const RawTable& parent) {
        std::string name = parent.name;
        std::string column = foreign.to[0];
        for (int depth = 0; depth < 8; ++depth) {
            const RawTable* raw = find_raw(name);
            if (raw == nullptr || !same_name(integer_key_of(*raw), column)) return;
            const auto target = index_of(name);
            if (!target) {
                leave_local(table, foreign.from[0], name);
                return;
            }
            if (schema_.tables[*target].has_rowid_identity()) {
                set_parent(table, foreign.from[0], *target);
                return;
            }
            const auto next =
                std::ranges::find_if(raw->foreign_keys, [&](const ForeignKey& further) {
                    return further.from.size() == 1 && same_name(further.from[0], column);
                });
            if (next == raw->foreign_keys.end()) return;
            name = next->parent;
            const RawTable* above = find_raw(name);
            if (above == nullptr) return;
            column = next->to.empty() ? integer_key_of(*above) : next->to[0];
        }
    }

    static void set_parent(Table& table, std::string_view from, std::size_t parent) {
        for (auto* columns : {&table.columns, &table.seeds})
            for (Column& column : *columns)
                if (same_name(column.name, from)) column.parent = parent;
        for (auto* columns : {&table.key, &table.natural_rule})
            for (KeyColumn& column : *columns)
                if (same_name(column.name, from)) column.parent = parent;
    }

    /// The number of a row that is not synced means nothing on another machine.
    void leave_local(Table& table, std::string_view from, const std::string& parent) {
        const bool is_key = std::ranges::any_of(
            table.key, [&](const KeyColumn& column) { return same_name(column.name, from); });
        if (is_key) return;
        const auto is_it = [&](const Column& column) { return same_name(column.name, from); };
        const auto erased = std::erase_if(table.columns, is_it) + std::erase_if(table.seeds, is_it);
        if (erased > 0)
            schema_.remarks.push_back("column " + table.name + "." + std::string(from) +
                                      " stays local: table " + parent + " is not synced");
    }

    const RawTable* find_raw(std::string_view name) const {
        const auto at = std::ranges::find_if(
            raw_, [&](const RawTable& raw) { return same_name(raw.name, name); });
        return at != raw_.end() ? &*at : nullptr;
    }

    std::optional<std::size_t> index_of(std::string_view name) const {
        for (std::size_t i = 0; i < schema_.tables.size(); ++i)
            if (same_name(schema_.tables[i].name, name)) return i;
        return std::nullopt;
    }

    Schema& schema_;
    std::span<const RawTable> raw_;
};

}  // namespace

void link_tables(Schema& schema, std::span<const RawTable> raw) {
    Linker linker(schema, raw);
    linker.link_parents();
    linker.learn_local();
}

}  // namespace satchel::sources::sqlite
