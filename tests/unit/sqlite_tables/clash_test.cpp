// Rows that stand in each other's way: values handed round, values claimed twice.
#include "tests/unit/sqlite_tables/pair.h"

#include <cstdlib>
#include <random>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::sources;
using namespace satchel::test;

namespace {

const Capture kBoth[] = {Capture::scan, Capture::trigger};

/// What the engine does with rows that stand in each other's way, in small: one table whose rows
/// have a state, shown in any order.
class Claims {
  public:
    explicit Claims(const std::filesystem::path& path)
        : app_(path), bench_(prepared(app_, path)), table_(bench_.engine.tables[collection()]) {
        bench_.capture();
    }

    static constexpr const char* kSchema =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, u TEXT COLLATE NOCASE UNIQUE, a INT, b INT, v,"
        " UNIQUE (a, b))";

    [[nodiscard]] CollectionId collection() const { return bench_.collection("t"); }

    [[nodiscard]] ColumnId column(const char* name) const {
        return bench_.ids.column(collection(), name);
    }

    [[nodiscard]] bool is_there(const Sid& sid) const {
        const auto at = states_.find(sid);
        return at != states_.end() && at->second.exists();
    }

    /// The op reaches this device.
    void receive(const Sid& sid, core::Op op, std::uint64_t seq) {
        std::ranges::sort(op.columns, {}, &core::ColumnValue::column);
        core::VersionVector deps;
        deps.raise(DeviceId{}, seq - 1);
        core::apply_op(states_[sid], op, {{DeviceId{}, seq}, deps});
        core::apply_op(table_.items[sid].row, op, {{DeviceId{}, seq}, deps});
    }

    /// Shows what can be shown, asking for `size` rows at a time in the order given.
    void settle(const std::vector<Sid>& order, std::size_t size) {
        bool has_progress = true;
        for (int round = 0; has_progress; ++round) {
            REQUIRE(round < 100);
            has_progress = false;
            std::vector<WantedRow> chunk;
            std::vector<std::pair<Sid, Obstacle>> blocked;
            for (std::size_t i = 0; i < order.size(); ++i) {
                if (table_.items[order[i]].row.is_pending()) chunk.push_back(wanted(order[i]));
                if (chunk.size() < size && i + 1 < order.size()) continue;
                has_progress = show(chunk, blocked) || has_progress;
                chunk.clear();
            }
            std::vector<std::pair<Sid, Obstacle>> ignored;
            make_way(blocked, chunk, false);
            has_progress = show(chunk, ignored) || has_progress;
            // Nothing moves: one row at a time, whatever is to leave anyway is put aside for it.
            for (std::size_t i = 0; i < blocked.size() && !has_progress; ++i) {
                std::vector<std::pair<Sid, Obstacle>> alone;
                for (const auto& one : blocked)
                    if (one.first == blocked[i].first) alone.push_back(one);
                chunk.clear();
                make_way(alone, chunk, true);
                has_progress = show(chunk, ignored);
            }
        }
    }

    /// The shown rows, as the database and as the engine know them.
    [[nodiscard]] std::set<Sid> shown() {
        std::set<Sid> sids;
        std::string expected;
        for (const auto& [key, hash] : table_.held) sids.insert(table_.sids.at(key));
        CHECK(app_.ask("SELECT count(*) FROM t") == std::to_string(sids.size()));
        CHECK(app_.ask("PRAGMA integrity_check") == "ok");
        for (const Sid& sid : sids) {
            const auto state = core::shown_siblings(states_.at(sid));
            for (const core::Sibling* cell : state)
                if (cell->column != core::kRowMarker)
                    CHECK(table_.items[sid].values.at(cell->column).to_display() ==
                          cell->value->to_display());
        }
        CHECK(bench_.capture() == 0);
        return sids;
    }

    /// By definition: in the order of their ranks, each row that no row shown before contradicts.
    [[nodiscard]] std::set<Sid> oracle() const {
        std::vector<std::pair<core::Stamp, Sid>> ranked;
        for (const auto& [sid, row] : states_) {
            if (!row.exists()) continue;
            core::Stamp made;
            for (const core::Sibling* cell : core::shown_siblings(row))
                if (cell->column == core::kRowMarker) made = cell->stamp;
            ranked.emplace_back(made, sid);
        }
        std::ranges::sort(ranked);
        std::set<Sid> shown;
        std::set<std::string> taken;
        for (const auto& [stamp, sid] : ranked) {
            std::vector<std::string> claims;
            const core::Value u = value(sid, "u"), a = value(sid, "a"), b = value(sid, "b");
            if (!u.is_null()) claims.push_back("u" + lower(u.to_display()));
            if (!a.is_null() && !b.is_null())
                claims.push_back("ab" + a.to_display() + "," + b.to_display());
            const bool is_free = std::ranges::none_of(
                claims, [&](const std::string& claim) { return taken.contains(claim); });
            if (!is_free) continue;
            shown.insert(sid);
            taken.insert(claims.begin(), claims.end());
        }
        return shown;
    }

    /// For people, when a set goes wrong.
    [[nodiscard]] std::string text() {
        std::string out;
        for (const auto& [sid, row] : states_) {
            out += sid.text().substr(0, 6) + " u=" + value(sid, "u").to_display() +
                   " a=" + value(sid, "a").to_display() + " b=" + value(sid, "b").to_display();
            for (const core::Sibling* cell : core::shown_siblings(row))
                if (cell->column == column("u")) out += " @" + std::to_string(cell->stamp.packed);
            out += table_.items[sid].is_present ? " shown" : "";
            out += table_.items[sid].row.is_pending() ? " pending" : "";
            out += oracle().contains(sid) ? " expected\n" : "\n";
        }
        return out;
    }

  private:
    static SqliteTablesSettings prepared(App& app, const std::filesystem::path& path) {
        app.run("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
        app.run(kSchema);
        return settings_for(path);
    }

    static std::string lower(std::string text) {
        for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return text;
    }

    [[nodiscard]] core::Value value(const Sid& sid, const char* name) const {
        for (const core::Sibling* cell : core::shown_siblings(states_.at(sid)))
            if (cell->column == column(name)) return *cell->value;
        return {};
    }

    WantedRow wanted(const Sid& sid) {
        const auto& item = table_.items[sid];
        const core::Row& state = states_.at(sid);
        WantedRow row;
        row.collection = collection();
        row.sid = sid;
        row.key = item.key;
        row.is_present = state.exists();
        row.held = core::held_shadow(item.row);
        row.state = &item.row;
        for (const core::Sibling* cell : core::shown_siblings(state)) {
            if (cell->column == core::kRowMarker) continue;
            const auto held = std::ranges::find(
                row.held.hashes, cell->column, &std::pair<ColumnId, std::uint64_t>::first);
            const bool is_there = row.held.is_present && held != row.held.hashes.end() &&
                                  held->second == cell->value_hash;
            if (!is_there) row.columns.push_back({cell->column, *cell->value});
        }
        return row;
    }

    bool show(const std::vector<WantedRow>& rows, std::vector<std::pair<Sid, Obstacle>>& blocked) {
        if (rows.empty()) return false;
        const auto results = bench_.source.project(rows, bench_.engine);
        REQUIRE(results.has_value());
        bench_.engine.accept(rows, *results);
        bool is_any_shown = false;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const ProjectedRow& result = (*results)[i];
            const bool is_applied = result.outcome == Outcome::applied;
            for (const Obstacle& obstacle : result.obstacles)
                blocked.emplace_back(rows[i].sid, obstacle);
            CHECK((is_applied || result.outcome == Outcome::parked));
            if (rows[i].is_hidden && is_applied) {
                table_.items[rows[i].sid].row = states_.at(rows[i].sid);
                table_.items[rows[i].sid].row.lagging = core::Shadow{};
                table_.items[rows[i].sid].key.reset();
                is_any_shown = is_any_shown || !rows[i].yields_to;
            } else {
                is_any_shown = is_any_shown || is_applied;
            }
        }
        return is_any_shown;
    }

    void make_way(const std::vector<std::pair<Sid, Obstacle>>& blocked,
                  std::vector<WantedRow>& chunk,
                  bool is_aside) {
        std::map<Sid, std::size_t> places;
        const auto place = [&](const Sid& sid) {
            const auto [at, is_new] = places.emplace(sid, chunk.size());
            if (is_new) chunk.push_back(wanted(sid));
            return at->second;
        };
        const auto hide = [&](const Sid& sid, std::optional<std::size_t> target) {
            WantedRow& hidden = chunk[place(sid)];
            hidden.is_present = false;
            hidden.is_hidden = true;
            hidden.columns.clear();
            hidden.yields_to = target;
        };
        for (const auto& [sid, obstacle] : blocked) {
            if (obstacle.kind == Obstacle::Kind::claimed) {
                if (table_.items[sid].is_present) hide(sid, std::nullopt);
                continue;
            }
            const std::size_t target = place(sid);
            if (places.contains(obstacle.sid)) continue;
            if (obstacle.kind == Obstacle::Kind::leaves && !is_aside) {
                place(obstacle.sid);
                continue;
            }
            hide(obstacle.sid, target);
        }
    }

    App app_;
    Bench bench_;
    FakeEngine::Table& table_;
    std::map<Sid, core::Row> states_;
};

/// The only row of table n, to make way for the first row of a call.
WantedRow hidden_for_first(Bench& bench) {
    WantedRow hidden;
    hidden.collection = bench.collection("n");
    const auto& [sid, item] = *bench.engine.tables[hidden.collection].items.begin();
    hidden.sid = sid;
    hidden.key = item.key;
    hidden.state = &item.row;
    hidden.held = core::held_shadow(item.row);
    hidden.is_hidden = true;
    hidden.yields_to = 0;
    return hidden;
}

}  // namespace

TEST_SUITE("sqlite_tables/clash") {
    TEST_CASE("unique values that two rows exchange arrive") {
        for (const char* schema :
             {"CREATE TABLE n (id INTEGER PRIMARY KEY, u TEXT UNIQUE, v)",
              "CREATE TABLE n (id INTEGER PRIMARY KEY, u TEXT NOT NULL UNIQUE, v)",
              "CREATE TABLE n (k TEXT PRIMARY KEY, u TEXT UNIQUE CHECK (length(u) < 4), v)"
              " WITHOUT ROWID"}) {
            for (const Capture mode : kBoth) {
                Pair pair(schema, mode);
                pair.left_app.run("INSERT INTO n VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
                pair.send();
                pair.left_app.run(
                    "UPDATE n SET u = 't' WHERE u = 'a'; UPDATE n SET u = 'a', v = 9 WHERE u = 'b';"
                    "UPDATE n SET u = 'b' WHERE u = 'c'; UPDATE n SET u = 'c' WHERE u = 't'");
                pair.send();
                CHECK(pair.right_app.ask("SELECT * FROM n ORDER BY 1") == "1|c|1;2|a|9;3|b|3");
                CHECK(pair.right.capture() == 0);
            }
        }
    }

    TEST_CASE("a search index follows rows that exchange values") {
        Pair pair(
            "CREATE TABLE n (id INTEGER PRIMARY KEY, u TEXT UNIQUE);"
            "CREATE VIRTUAL TABLE s USING fts5(u, content='n', content_rowid='id');"
            "CREATE TRIGGER i AFTER INSERT ON n BEGIN"
            " INSERT INTO s (rowid, u) VALUES (NEW.id, NEW.u); END;"
            "CREATE TRIGGER u AFTER UPDATE ON n BEGIN"
            " INSERT INTO s (s, rowid, u) VALUES ('delete', OLD.id, OLD.u);"
            " INSERT INTO s (rowid, u) VALUES (NEW.id, NEW.u); END",
            Capture::scan);
        pair.left_app.run("INSERT INTO n VALUES (1, 'one'), (2, 'two')");
        pair.send();
        pair.left_app.run(
            "UPDATE n SET u = 't' WHERE id = 1; UPDATE n SET u = 'one' WHERE id = 2;"
            "UPDATE n SET u = 'two' WHERE id = 1");
        pair.send();
        CHECK(pair.right_app.ask("SELECT rowid FROM s WHERE s MATCH 'one'") == "2");
        CHECK(pair.right_app.try_run("INSERT INTO s (s, rank) VALUES ('integrity-check', 1)"));
    }

    TEST_CASE("the rows shown are those a brute force finds and whatever arrives first") {
        const char* asked = std::getenv("SATCHEL_CLAIMS");
        const int sets = asked == nullptr ? 2'000 : std::atoi(asked);
        std::mt19937_64 random(7);
        const auto below = [&](std::size_t limit) {
            return static_cast<std::size_t>(random()) % limit;
        };
        std::size_t hidden = 0;
        TempFolder folder;
        for (int set = 0; set < sets; ++set) {
            const std::string name = std::to_string(set);
            Claims left(folder / (name + "l.db")), right(folder / (name + "r.db"));
            std::vector<Sid> sids(2 + below(7));
            for (Sid& sid : sids)
                for (Byte& byte : sid.bytes) byte = static_cast<Byte>(random());
            std::uint64_t seq = 0;
            for (int round = 0; round < 3; ++round) {
                for (const Sid& sid : sids) {
                    if (round > 0 && below(2) == 0) continue;
                    core::Op op;
                    op.kind = round > 0 && below(6) == 0 ? core::OpKind::remove : core::OpKind::set;
                    op.stamp = {1 + below(5) + static_cast<std::uint64_t>(round)};
                    const auto text = [&] {
                        const char* const words[] = {"x", "X", "y", "z"};
                        const std::size_t word = below(5);
                        return word == 4 ? core::Value() : core::Value::text(words[word]);
                    };
                    const auto number = [&] {
                        const std::size_t value = below(4);
                        return value == 3 ? core::Value()
                                          : core::Value::integer(static_cast<int>(value));
                    };
                    if (op.kind == core::OpKind::set)
                        op.columns = {{left.column("u"), text()},
                                      {left.column("a"), number()},
                                      {left.column("b"), number()},
                                      {left.column("v"), number()}};
                    // A row is made once; what follows are edits.
                    if (op.kind == core::OpKind::set && !left.is_there(sid))
                        op.columns.push_back({core::kRowMarker, core::Value()});
                    ++seq;
                    left.receive(sid, op, seq);
                    right.receive(sid, op, seq);
                    // One device may show in between, the other need not.
                    if (below(3) == 0) left.settle(sids, 1 + below(9));
                }
                left.settle(sids, 1 + below(9));
                std::ranges::shuffle(sids, random);
                right.settle(sids, 1 + below(9));
                INFO("set " << set << " round " << round);
                INFO(left.text());
                INFO(right.text());
                const auto expected = left.oracle();
                hidden += sids.size() - expected.size();
                CHECK(left.shown() == expected);
                CHECK(right.shown() == expected);
            }
            std::filesystem::remove(folder / (name + "l.db"));
            std::filesystem::remove(folder / (name + "r.db"));
        }
        MESSAGE("sets=" << sets << " rows hidden or removed=" << hidden);
    }

    TEST_CASE("a row is hidden for another one only if that one comes") {
        Pair pair("CREATE TABLE n (id INTEGER PRIMARY KEY, u UNIQUE, c CHECK (c < 5))",
                  Capture::scan);
        pair.right_app.run("INSERT INTO n VALUES (1, 'a', 1)");
        pair.right.capture();
        pair.left_app.run("PRAGMA ignore_check_constraints = ON; INSERT INTO n VALUES (2, 'a', 9)");
        pair.left.capture();
        auto rows = pair.right.engine.wanted_from(pair.left.engine);
        REQUIRE(rows.size() == 1);
        rows.push_back(hidden_for_first(pair.right));
        const auto results = pair.right.source.project(rows, pair.right.engine);
        REQUIRE(results.has_value());
        CHECK((*results)[0].outcome == Outcome::parked);
        CHECK((*results)[1].outcome == Outcome::parked);
        CHECK(pair.right_app.ask("SELECT u FROM n") == "a");
    }

    TEST_CASE("a row that something needs which is not synced is not hidden") {
        const std::string plain = "CREATE TABLE n (id INTEGER PRIMARY KEY, u UNIQUE);";

        const struct {
            std::string schema;
            Obstacle::Kind kind;
        } cases[] = {{plain + "CREATE TABLE l (n INT REFERENCES n ON DELETE CASCADE)",
                      Obstacle::Kind::stays},
                     {plain + "CREATE TABLE l (n INT); CREATE TRIGGER gone AFTER DELETE ON n BEGIN"
                              " DELETE FROM l WHERE n = OLD.id; END",
                      Obstacle::Kind::yields},
                     {"CREATE TABLE n (id INTEGER PRIMARY KEY, u UNIQUE, synced_at INT NOT NULL);"
                      " CREATE TABLE l (n INT); CREATE TRIGGER fill AFTER INSERT ON l BEGIN"
                      " UPDATE n SET synced_at = 7; END",
                      Obstacle::Kind::stays}};

        for (const auto& [schema, kind] : cases) {
            TempFolder folder;
            App left_app(folder / "a.db");
            App right_app(folder / "b.db");
            left_app.run(plain + "INSERT INTO n VALUES (2, 'a')");
            right_app.run(schema);
            const bool has_column = schema.find("synced_at") != std::string::npos;
            right_app.run(std::string("INSERT INTO n VALUES (1, 'a'") +
                          (has_column ? ", 7)" : ")"));
            right_app.run("INSERT INTO l VALUES (1)");
            auto settings = settings_for(folder / "b.db");
            settings.tables = {"n"};
            Bench left(settings_for(folder / "a.db"), 1);
            Bench right(settings, 2);
            left.capture();
            right.capture();
            core::Row early;
            early.siblings.push_back({core::kRowMarker, {}, {}, 0, false, {}, false});
            auto rows = right.engine.wanted_from(left.engine);
            REQUIRE(rows.size() == 1);
            rows[0].state = &early;
            const auto alone = right.source.project(rows, right.engine);
            REQUIRE(alone.has_value());
            if (!has_column) {
                REQUIRE((*alone)[0].obstacles.size() == 1);
                CHECK((*alone)[0].obstacles[0].kind == kind);
                CHECK((*alone)[0].is_clash);
            }
            rows.push_back(hidden_for_first(right));
            const auto together = right.source.project(rows, right.engine);
            REQUIRE(together.has_value());
            CHECK((*together)[1].reason.find("not synced") != std::string::npos);
            CHECK(right_app.ask("SELECT id, u FROM n") == "1|a");
            CHECK(right_app.ask("SELECT n FROM l") == "1");
        }
    }
}
