// The small engine and the application of the tests.
#include "tests/unit/sqlite_tables/fixture.h"

#include "daemon/core/dangling.h"
#include "shared/base/hash.h"

#include <atomic>
#include <random>

#include <doctest/doctest.h>
#include <sqlite3.h>

namespace satchel::test {

using sources::LocalRow;
using sources::Outcome;
using sources::ProjectedRow;
using sources::WantedRow;

TempFolder::TempFolder() {
    static std::atomic<int> count{0};
    // Memory where there is some: these tests are about rows, not about disks.
    const std::filesystem::path memory = "/dev/shm";
    const bool has_memory = std::filesystem::is_directory(memory);
    path_ = (has_memory ? memory : std::filesystem::temp_directory_path()) /
            ("satchel-sqlite-" + std::to_string(std::random_device{}()) + "-" +
             std::to_string(count++));
    std::filesystem::create_directories(path_);
}

TempFolder::~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

milliseconds FakeClock::steady_ms() const {
    if (is_real)
        return std::chrono::duration_cast<milliseconds>(
            std::chrono::steady_clock::now().time_since_epoch());
    elapsed_ms += step_ms;
    if (on_look) on_look(elapsed_ms);
    return milliseconds(elapsed_ms);
}

App::App(const std::filesystem::path& path) {
    REQUIRE(sqlite3_open(path.string().c_str(), &handle_) == SQLITE_OK);
    sqlite3_busy_timeout(handle_, 1000);
}

App::~App() {
    sqlite3_close(handle_);
}

void App::run(const std::string& sql) {
    const bool is_done = try_run(sql);
    INFO(sql << ": " << sqlite3_errmsg(handle_));
    REQUIRE(is_done);
}

bool App::try_run(const std::string& sql) {
    return sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::string App::ask(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr);
    INFO(sql << ": " << sqlite3_errmsg(handle_));
    REQUIRE(code == SQLITE_OK);
    std::string out;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (!out.empty()) out += ";";
        for (int i = 0; i < sqlite3_column_count(statement); ++i) {
            if (i > 0) out += "|";
            const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
            out += text == nullptr ? "NULL" : text;
        }
    }
    sqlite3_finalize(statement);
    return out;
}

CollectionId FakeIds::collection(std::string_view source, std::string_view name) const {
    return CollectionId{combine64(hash64(as_bytes(source)), hash64(as_bytes(name)))};
}

ColumnId FakeIds::column(CollectionId collection, std::string_view name) const {
    const auto mixed = combine64(static_cast<std::uint64_t>(collection), hash64(as_bytes(name)));
    return ColumnId{static_cast<std::uint32_t>(mixed) | 1};
}

Sid FakeIds::row(CollectionId collection, ByteView key) const {
    Bytes bytes;
    const auto first = combine64(static_cast<std::uint64_t>(collection), hash64(key));
    ByteWriter(bytes).u64(first);
    ByteWriter(bytes).u64(combine64(first, 7));
    return *Sid::from(bytes);
}

Result<std::optional<sources::Memory::Known>> FakeEngine::find(CollectionId collection,
                                                               ByteView key) {
    Table& table = tables[collection];
    const Bytes bytes = to_bytes(key);
    const auto at = table.sids.find(bytes);
    if (at == table.sids.end()) return std::optional<Known>();
    const auto held = table.held.find(bytes);
    return std::optional<Known>(Known{at->second, held == table.held.end() ? 0 : held->second});
}

Result<Sid> FakeEngine::ensure_sid(CollectionId collection,
                                   ByteView key,
                                   std::optional<ByteView> import_content) {
    Table& table = tables[collection];
    const Bytes bytes = to_bytes(key);
    if (const auto at = table.sids.find(bytes); at != table.sids.end()) return at->second;
    Sid sid;
    if (import_content) {
        sid = FakeIds().row(collection, *import_content);
    } else {
        Bytes drawn;
        ByteWriter(drawn).u64(0xabcd);
        ByteWriter(drawn).u64(++next_sid_);
        sid = *Sid::from(drawn);
    }
    table.sids[bytes] = sid;
    table.items[sid].key = bytes;
    return sid;
}

Result<std::optional<Bytes>> FakeEngine::find_key(CollectionId collection, const Sid& sid) {
    Table& table = tables[collection];
    const auto at = table.items.find(sid);
    return at == table.items.end() ? std::optional<Bytes>() : at->second.key;
}

Result<std::optional<core::Row>> FakeEngine::find_row(CollectionId collection, const Sid& sid) {
    Table& table = tables[collection];
    const auto at = table.items.find(sid);
    return at == table.items.end() ? std::optional<core::Row>() : at->second.row;
}

Result<std::uint64_t> FakeEngine::count_held(CollectionId collection) {
    return tables[collection].held.size();
}

Result<std::vector<Bytes>> FakeEngine::held_keys(CollectionId collection,
                                                 ByteView after,
                                                 std::size_t limit) {
    std::vector<Bytes> keys;
    auto& held = tables[collection].held;
    for (auto at = held.upper_bound(to_bytes(after)); at != held.end() && keys.size() < limit; ++at)
        keys.push_back(at->first);
    return keys;
}

Result<std::optional<Bytes>> FakeEngine::note(ByteView name) {
    const auto at = note_map.find(to_bytes(name));
    return at == note_map.end() ? std::optional<Bytes>() : at->second;
}

Status FakeEngine::set_note(ByteView name, ByteView value) {
    note_map[to_bytes(name)] = to_bytes(value);
    return ok();
}

Status FakeEngine::erase_note(ByteView name) {
    note_map.erase(to_bytes(name));
    return ok();
}

Result<std::vector<std::pair<Bytes, Bytes>>> FakeEngine::notes(ByteView prefix,
                                                               ByteView after,
                                                               std::size_t limit) {
    std::vector<std::pair<Bytes, Bytes>> found;
    for (const auto& [name, value] : note_map) {
        const bool matches =
            name.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), name.begin());
        if (matches && name > to_bytes(after) && found.size() < limit)
            found.emplace_back(name, value);
    }
    return found;
}

void FakeEngine::release(Table& table, Item& item) {
    if (!item.key) return;
    table.held.erase(*item.key);
    const auto at = table.sids.find(*item.key);
    if (at != table.sids.end()) table.sids.erase(at);
    item.key.reset();
}

void FakeEngine::hold(Table& table, const Sid& sid, Item& item) {
    core::Shadow shadow;
    shadow.is_present = item.is_present;
    for (const auto& [column, value] : item.values)
        shadow.hashes.emplace_back(column, value.hash());
    table.sids[*item.key] = sid;
    if (item.is_present)
        table.held[*item.key] = core::shadow_hash(shadow);
    else
        table.held.erase(*item.key);
}

Status FakeEngine::row(LocalRow local) {
    ++reports;
    last.push_back(local);
    Table& table = tables[local.collection];
    Sid sid;
    const auto known = table.sids.find(local.old_key ? *local.old_key : local.key);
    if (local.sid)
        sid = *local.sid;
    else if (known != table.sids.end())
        sid = known->second;
    else
        return Error{ErrorCode::internal, "a row without identity"};
    Item& item = table.items[sid];
    if (item.key && *item.key != local.key) release(table, item);
    if (const auto at = table.sids.find(local.key); at != table.sids.end() && at->second != sid) {
        // Nobody may be pushed off a key while held, but where all rows move at once.
        if (!local.old_key && table.held.contains(local.key))
            return Error{ErrorCode::internal, "a held row lost its key unreported"};
        release(table, table.items[at->second]);
    }
    item.key = local.key;
    const auto is_real = [](ColumnId column) { return column != core::kDangles; };
    core::LocalState state{
        .is_present = local.is_present, .columns = local.columns, .edited_ms = local.edited_ms};
    while (auto op = core::diff_row(item.row, state)) {
        ++ops;
        op->collection = local.collection;
        op->sid = sid;
        const core::VersionVector deps = vector;
        const core::Dot dot{DeviceId{}, next_seq_++};
        // As with seeds: the source does not hold it, so it would always differ.
        std::erase_if(local.columns, [&](const auto& cell) { return !is_real(cell.column); });
        state.columns = local.columns;
        core::apply_own_op(item.row, *op, {dot, deps}, state, is_real);
        vector.raise(dot.device, dot.seq);
    }
    item.is_present = local.is_present;
    item.marker = local.marker;
    item.values.clear();
    for (const auto& cell : local.columns) item.values[cell.column] = cell.value;
    hold(table, sid, item);
    return ok();
}

std::vector<WantedRow> FakeEngine::wanted_from(const FakeEngine& other) const {
    std::vector<WantedRow> wanted;
    const Item nothing;
    for (const auto& [collection, table] : other.tables) {
        const auto here = tables.find(collection);
        for (const auto& [sid, item] : table.items) {
            const Item* mine = &nothing;
            if (here != tables.end())
                if (const auto at = here->second.items.find(sid); at != here->second.items.end())
                    mine = &at->second;
            WantedRow row;
            row.collection = collection;
            row.sid = sid;
            row.key = mine->key;
            row.is_present = item.is_present;
            row.marker = item.marker;
            row.state = &item.row;
            row.held.is_present = mine->is_present;
            for (const auto& [column, value] : mine->values)
                row.held.hashes.emplace_back(column, value.hash());
            if (item.is_present)
                for (const auto& [column, value] : item.values) {
                    const auto at = mine->values.find(column);
                    if (!mine->is_present || at == mine->values.end() || at->second != value)
                        row.columns.push_back({column, value});
                }
            const bool is_same = row.is_present == mine->is_present && row.columns.empty();
            if (!is_same) wanted.push_back(std::move(row));
        }
    }
    return wanted;
}

void FakeEngine::accept(std::span<const WantedRow> wanted, std::span<const ProjectedRow> results) {
    // Those that went first: their keys may be others' now.
    std::vector<std::size_t> order;
    for (const bool is_present : {false, true})
        for (std::size_t i = 0; i < wanted.size(); ++i)
            if (wanted[i].is_present == is_present) order.push_back(i);
    for (const std::size_t i : order) {
        if (results[i].outcome != Outcome::applied) continue;
        Table& table = tables[wanted[i].collection];
        Item& item = table.items[wanted[i].sid];
        item.is_present = wanted[i].is_present;
        item.marker = wanted[i].marker;
        if (!item.is_present) item.values.clear();
        for (const auto& cell : wanted[i].columns) item.values[cell.column] = cell.value;
        if (results[i].key) item.key = results[i].key;
        // The state of this row is not modelled further: the next report starts from what is held.
        const bool has_state = wanted[i].state != nullptr && item.is_present;
        item.row = has_state ? *wanted[i].state : core::Row();
        core::mark_projected(item.row, [](ColumnId) { return true; });
        if (item.is_present && !has_state) {
            core::Op op;
            op.columns.push_back({core::kRowMarker, item.marker});
            for (const auto& [column, value] : item.values) op.columns.push_back({column, value});
            const core::VersionVector deps = vector;
            const core::Dot dot{DeviceId{}, next_seq_++};
            core::apply_op(item.row, op, {dot, deps});
            core::mark_projected(item.row, [](ColumnId) { return true; });
            vector.raise(dot.device, dot.seq);
        }
        if (item.key) hold(table, wanted[i].sid, item);
        if (!item.is_present) release(table, item);
    }
}

std::map<Sid, std::map<ColumnId, core::Value>> FakeEngine::state(CollectionId collection) const {
    std::map<Sid, std::map<ColumnId, core::Value>> out;
    const auto at = tables.find(collection);
    if (at == tables.end()) return out;
    for (const auto& [sid, item] : at->second.items)
        if (item.is_present) out[sid] = item.values;
    return out;
}

sources::SqliteTablesSettings settings_for(const std::filesystem::path& path,
                                           sources::Capture capture) {
    sources::SqliteTablesSettings settings;
    settings.name = "app";
    settings.path = path;
    settings.capture = capture;
    settings.writes = sources::Writes::live;
    settings.busy_timeout = milliseconds(20);
    return settings;
}

Bench::Bench(sources::SqliteTablesSettings settings, std::uint64_t seed)
    : engine(seed),
      name(settings.name),
      random(static_cast<std::uint8_t>(seed)),
      source(std::move(settings),
             {ids,
              clock,
              [this](std::span<Byte> out) {
                  for (Byte& byte : out) byte = random = static_cast<std::uint8_t>(random * 5 + 3);
              },
              [this] {
                  ++backups;
                  return ok();
              }}) {}

std::size_t Bench::capture() {
    const std::size_t before = engine.ops;
    engine.last.clear();
    const Status done = source.capture(engine, engine);
    if (!done) FAIL(done.error().message);
    return engine.ops - before;
}

void Bench::reopen() {
    const Status done = source.open(engine);
    if (!done) FAIL(done.error().message);
}

std::vector<ProjectedRow> Bench::project_from(const Bench& other) {
    const auto wanted = engine.wanted_from(other.engine);
    auto results = source.project(wanted, engine);
    if (!results) FAIL(results.error().message);
    engine.accept(wanted, *results);
    return std::move(*results);
}

CollectionId Bench::collection(const std::string& table) const {
    return ids.collection(name, table);
}

std::string Bench::dump(const std::string& table) const {
    std::string out;
    for (const auto& [sid, values] : engine.state(collection(table))) {
        out += sid.text() + ":";
        for (const auto& [column, value] : values)
            out += " " + std::to_string(static_cast<std::uint32_t>(column)) + "=" +
                   to_hex(value.encoded());
        out += "\n";
    }
    return out;
}

}  // namespace satchel::test
