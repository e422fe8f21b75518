// Capture and projection over maps.
#include "tests/simulation/memory_source.h"

#include "shared/base/assert.h"

#include <algorithm>

namespace satchel::simulation {

namespace {

constexpr std::string_view kSource = "app";

bool is_held(const core::Shadow& held, const sources::LocalRow& row) {
    if (held.is_present != row.is_present) return false;
    return std::ranges::all_of(row.columns, [&](const core::ColumnValue& cell) {
        const auto at = std::ranges::lower_bound(
            held.hashes, cell.column, {}, &std::pair<ColumnId, std::uint64_t>::first);
        return at != held.hashes.end() && at->first == cell.column &&
               at->second == cell.value.hash();
    });
}

}  // namespace

/// One call of project(): upserts parents first, then deletes children first.
struct MemorySource::Projection {
    MemorySource& source;
    sources::Memory& memory;
    std::map<Sid, std::int64_t> keys{};  ///< given in this call

    Result<sources::ProjectedRow> write(const sources::WantedRow& wanted);
    Result<sources::ProjectedRow> erase(const Place& place, const sources::LocalRow& local);
    Result<std::optional<core::Value>> to_local(const core::Value& value);
    [[nodiscard]] std::int64_t choose_key(const sources::WantedRow& wanted, AppTable& table) const;
};

MemorySource::MemorySource(Application& application,
                           const sources::IdMaker& ids,
                           const Clock& clock,
                           Chance& chance,
                           const Faults& faults)
    : application_(application), ids_(ids), clock_(clock), chance_(chance), faults_(faults) {
    describe_tables();
}

Status MemorySource::open(sources::Memory&) {
    is_scan_due_ = true;
    return ok();
}

void MemorySource::describe_tables() {
    for (const AppTable& table : application_.tables) {
        sources::CollectionInfo info;
        info.id = ids_.collection(kSource, table.name);
        info.name = table.name;
        auto& columns = columns_.emplace_back();
        for (const std::string& name : table.columns) {
            columns.push_back(ids_.column(info.id, name));
            info.columns.push_back({columns.back(), name});
        }
        std::ranges::sort(info.columns, {}, &sources::ColumnInfo::id);
        collections_.push_back(std::move(info));
    }
}

std::size_t MemorySource::table_of(CollectionId collection) const {
    const auto at = std::ranges::find(collections_, collection, &sources::CollectionInfo::id);
    SATCHEL_ASSERT(at != collections_.end());
    return static_cast<std::size_t>(at - collections_.begin());
}

Bytes MemorySource::encode_key(std::int64_t key) {
    Bytes bytes;
    ByteWriter(bytes).u64(static_cast<std::uint64_t>(key));
    return bytes;
}

std::int64_t MemorySource::decode_key(ByteView key) {
    return static_cast<std::int64_t>(ByteReader(key).u64());
}

std::string MemorySource::describe(CollectionId collection, ByteView key) const {
    return application_.tables[table_of(collection)].name + " " + std::to_string(decode_key(key));
}

void MemorySource::maybe_crash(const char* where) {
    if (chance_.happens(faults_.crash_in_source)) throw Crash(where);
}

Result<sources::LocalRow> MemorySource::read_place(const Place& place, sources::Memory& memory) {
    const AppTable& table = application_.tables[place.table];
    sources::LocalRow local;
    local.collection = collections_[place.table].id;
    local.key = encode_key(place.key);
    local.edited_ms = clock_.now_ms();
    if (table.identity == Identity::key)
        local.sid = ids_.row(local.collection, local.key);
    else
        local.marker = core::Value::integer(place.key);
    const auto row = table.rows.find(place.key);
    if (row == table.rows.end()) return local;
    local.is_present = true;
    for (std::size_t i = 0; i < row->second.size(); ++i) {
        core::Value value = row->second[i];
        if (table.reference_column == i && !value.is_null()) {
            const CollectionId parent = collections_[*table.parent_table].id;
            SATCHEL_TRY(sid,
                        memory.ensure_sid(parent, encode_key(value.as_integer()), std::nullopt));
            value = core::Value::reference(sid);
        }
        local.columns.push_back({columns_[place.table][i], std::move(value)});
    }
    std::ranges::sort(local.columns, {}, &core::ColumnValue::column);
    return local;
}

Result<sources::LocalRow> MemorySource::read(CollectionId collection,
                                             ByteView key,
                                             sources::Memory& memory) {
    return read_place({table_of(collection), decode_key(key)}, memory);
}

Status MemorySource::report(const Place& place,
                            sources::CaptureSink& sink,
                            sources::Memory& memory) {
    maybe_crash("while capturing");
    SATCHEL_TRY(local, read_place(place, memory));
    if (auto taken = sink.row(std::move(local)); !taken) return taken;
    if (auto done = sink.item_done(); !done) return done;
    return chance_.happens(faults_.crash_in_source) ? sink.make_durable() : ok();
}

Status MemorySource::capture(sources::CaptureSink& sink, sources::Memory& memory) {
    if (chance_.happens(faults_.source_busy))
        return Error{ErrorCode::busy, "read the application: locked"};
    if (is_scan_due_) {
        if (auto scanned = scan(sink, memory); !scanned) return scanned;
    } else {
        for (const Place& place : application_.changed)
            if (auto reported = report(place, sink, memory); !reported) return reported;
    }
    maybe_crash("after capturing");
    // As a real source lets go of its marks: only when the engine has it all.
    if (auto durable = sink.make_durable(); !durable) return durable;
    application_.changed.clear();
    application_.written_unsure.clear();
    is_scan_due_ = false;
    return ok();
}

Status MemorySource::scan(sources::CaptureSink& sink, sources::Memory& memory) {
    for (std::size_t table = 0; table < application_.tables.size(); ++table) {
        for (const auto& [key, row] : application_.tables[table].rows)
            if (auto reported = report({table, key}, sink, memory); !reported) return reported;
        Bytes after;
        while (true) {
            SATCHEL_TRY(held, memory.held_keys(collections_[table].id, after, 100));
            if (held.empty()) break;
            after = held.back();
            for (const Bytes& key : held) {
                const Place place{table, decode_key(key)};
                if (application_.tables[table].rows.contains(place.key)) continue;
                if (auto reported = report(place, sink, memory); !reported) return reported;
            }
        }
    }
    return ok();
}

Result<std::vector<sources::ProjectedRow>> MemorySource::project(
    std::span<const sources::WantedRow> rows, sources::Memory& memory) {
    if (chance_.happens(faults_.source_busy))
        return Error{ErrorCode::busy, "write the application: locked"};
    maybe_crash("before projecting");
    std::vector<sources::ProjectedRow> outcomes(rows.size());
    if (application_.is_open) {
        for (auto& outcome : outcomes) outcome = {sources::Outcome::deferred, "it is open", {}, {}};
        return outcomes;
    }
    std::vector<std::size_t> order(rows.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto rank = [&](std::size_t i) {
        const auto table = static_cast<int>(table_of(rows[i].collection));
        return rows[i].is_present ? table : 100 - table;
    };
    std::ranges::stable_sort(order, {}, rank);
    Projection projection{*this, memory};
    for (const std::size_t i : order) {
        SATCHEL_TRY(outcome, projection.write(rows[i]));
        outcomes[i] = std::move(outcome);
    }
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (outcomes[i].key)
            application_.written_now.insert(
                {table_of(rows[i].collection), decode_key(*outcomes[i].key)});
    maybe_crash("after projecting");
    return outcomes;
}

Result<std::optional<core::Value>> MemorySource::Projection::to_local(const core::Value& value) {
    if (value.kind() != core::ValueKind::reference) return std::optional<core::Value>(value);
    const std::size_t parent = 2;
    const auto given = keys.find(value.as_reference());
    if (given != keys.end()) return std::optional<core::Value>(core::Value::integer(given->second));
    SATCHEL_TRY(key, memory.find_key(source.collections_[parent].id, value.as_reference()));
    // The store does not know yet what this call did: the key may be another row's by now.
    const bool is_given = key && std::ranges::any_of(keys, [&](const auto& other) {
                              return other.second == decode_key(*key);
                          });
    if (!key || is_given || !source.application_.tables[parent].rows.contains(decode_key(*key)))
        return std::optional<core::Value>{};
    return std::optional<core::Value>(core::Value::integer(decode_key(*key)));
}

std::int64_t MemorySource::Projection::choose_key(const sources::WantedRow& wanted,
                                                  AppTable& table) const {
    if (wanted.marker.kind() == core::ValueKind::integer &&
        !table.rows.contains(wanted.marker.as_integer()))
        return wanted.marker.as_integer();
    return table.rows.empty() ? 1 : table.rows.rbegin()->first + 1;
}

Result<sources::ProjectedRow> MemorySource::Projection::erase(const Place& place,
                                                              const sources::LocalRow& local) {
    for (AppTable& child : source.application_.tables) {
        if (child.parent_table != place.table) continue;
        for (const auto& [key, row] : child.rows)
            if (row[*child.reference_column] == core::Value::integer(place.key))
                return sources::ProjectedRow{sources::Outcome::parked,
                                             "task " + std::to_string(key) + " refers to it",
                                             {},
                                             {}};
    }
    source.application_.tables[place.table].rows.erase(place.key);
    return sources::ProjectedRow{sources::Outcome::applied, "", {}, local.columns};
}

Result<sources::ProjectedRow> MemorySource::Projection::write(const sources::WantedRow& wanted) {
    const std::size_t number = source.table_of(wanted.collection);
    AppTable& table = source.application_.tables[number];
    Place place{number, 0};
    if (wanted.key) place.key = decode_key(*wanted.key);
    AppRow row(table.columns.size());
    for (const core::ColumnValue& cell : wanted.columns) {
        const auto& columns = source.columns_[number];
        const auto at = std::ranges::find(columns, cell.column);
        if (!wanted.key && table.identity == Identity::key && at == columns.begin())
            place.key = cell.value.as_integer();
    }
    sources::LocalRow local;
    const bool has_place = wanted.key || table.identity == Identity::key;
    if (has_place) {
        SATCHEL_TRY(found, source.read_place(place, memory));
        local = std::move(found);
    }
    if (!is_held(wanted.held, local))
        return sources::ProjectedRow{sources::Outcome::changed_meanwhile, "it changed", {}, {}};
    if (!wanted.is_present)
        return local.is_present ? erase(place, local)
                                : sources::ProjectedRow{sources::Outcome::applied, "", {}, {}};
    if (local.is_present)
        row = table.rows.at(place.key);
    else if (!has_place)
        place.key = choose_key(wanted, table);
    for (const core::ColumnValue& cell : wanted.columns) {
        const auto& columns = source.columns_[number];
        const auto at = std::ranges::find(columns, cell.column);
        SATCHEL_ASSERT(at != columns.end());
        SATCHEL_TRY(value, to_local(cell.value));
        if (!value)
            return sources::ProjectedRow{
                sources::Outcome::parked, "its project is missing", {}, {}};
        row[static_cast<std::size_t>(at - columns.begin())] = std::move(*value);
    }
    if (table.unique_column && table.taken_by(row[*table.unique_column], place.key))
        return sources::ProjectedRow{sources::Outcome::parked, "its slug is taken", {}, {}};
    table.rows[place.key] = std::move(row);
    if (number == 2) keys[wanted.sid] = place.key;
    return sources::ProjectedRow{
        sources::Outcome::applied, "", encode_key(place.key), local.columns};
}

}  // namespace satchel::simulation
