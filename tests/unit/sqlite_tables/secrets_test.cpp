// Secret settings stay where they are, in both directions, in both ways of capture.
#include "tests/unit/sources/setting_names.h"
#include "tests/unit/sqlite_tables/fixture.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::test {

using sources::Capture;
using sources::Outcome;

namespace {

constexpr const char* kSchema =
    "CREATE TABLE setting (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value TEXT)";

sources::SqliteTablesSettings guarded(const std::filesystem::path& path, Capture capture) {
    auto settings = settings_for(path, capture);
    settings.secret_rules = {{"SETTING", "name", "value"}};
    return settings;
}

void insert_all(App& app) {
    for (const auto& names : {std::span<const std::string_view>(kSecretNames),
                              std::span<const std::string_view>(kPlainNames)})
        for (const std::string_view name : names)
            app.run("INSERT INTO setting(name, value) VALUES('" + std::string(name) + "', 'v')");
}

/// The bytes of everything the engine was told.
std::string told(const Bench& bench) {
    std::string all;
    for (const auto& [collection, table] : bench.engine.tables)
        for (const auto& [sid, item] : table.items)
            for (const auto& [column, value] : item.values) all += value.to_display() + "\n";
    return all;
}

std::string joined(std::span<const std::string_view> names) {
    std::vector<std::string> sorted(names.begin(), names.end());
    std::ranges::sort(sorted);
    std::string out;
    for (const std::string& name : sorted) out += (out.empty() ? "" : ";") + name;
    return out;
}

}  // namespace

TEST_SUITE("sqlite_tables/secrets") {
    TEST_CASE("of two hundred settings the engine is told the plain ones only") {
        for (const Capture capture : {Capture::scan, Capture::trigger}) {
            TempFolder folder;
            App app(folder / "a.db");
            app.run(kSchema);
            Bench bench(guarded(folder / "a.db", capture));
            bench.capture();
            insert_all(app);
            CHECK(bench.capture() == kPlainNames.size());
            const std::string all = told(bench);
            for (const std::string_view name : kSecretNames) {
                CAPTURE(name);
                CHECK(all.find("\"" + std::string(name) + "\"") == std::string::npos);
            }
            CHECK(bench.capture() == 0);
        }
    }

    TEST_CASE("of two hundred settings that arrive the plain ones only are written") {
        TempFolder folder;
        App from(folder / "a.db");
        App to(folder / "b.db");
        from.run(kSchema);
        to.run(kSchema);
        Bench sender(settings_for(folder / "a.db"));
        Bench receiver(guarded(folder / "b.db", Capture::scan), 2);
        receiver.capture();
        insert_all(from);
        sender.capture();
        const auto results = receiver.project_from(sender);
        CHECK(std::ranges::count(results, Outcome::parked, &sources::ProjectedRow::outcome) ==
              static_cast<std::ptrdiff_t>(kSecretNames.size()));
        CHECK(to.ask("SELECT name FROM setting ORDER BY name COLLATE BINARY") ==
              joined(kPlainNames));
    }

    TEST_CASE("a setting that becomes a secret is deleted nowhere and its new value stays here") {
        for (const Capture capture : {Capture::scan, Capture::trigger}) {
            TempFolder folder;
            App app(folder / "a.db");
            app.run(kSchema);
            app.run("INSERT INTO setting(name, value) VALUES('service', 'plain'), ('b', '1')");
            Bench bench(guarded(folder / "a.db", capture));
            bench.capture();
            app.run(
                "UPDATE setting SET name = 'service.password', value = 'hunter2' WHERE "
                "name = 'service'");
            CHECK(bench.capture() == 0);
            app.run("UPDATE setting SET value = 'ghp_0123456789abcdefghij' WHERE name = 'b'");
            CHECK(bench.capture() == 0);
            app.run("DELETE FROM setting WHERE name = 'nothing'");
            bench.reopen();
            CHECK(bench.capture() == 0);
            CHECK(told(bench).find("hunter2") == std::string::npos);
            CHECK(told(bench).find("ghp_") == std::string::npos);
            app.run("UPDATE setting SET value = '2' WHERE name = 'b'");
            CHECK(bench.capture() == 1);
        }
    }

    TEST_CASE("a secret here is neither overwritten nor deleted from elsewhere") {
        TempFolder folder;
        App from(folder / "a.db");
        App to(folder / "b.db");
        from.run(kSchema);
        to.run(kSchema);
        from.run("INSERT INTO setting(name, value) VALUES('service', 'x'), ('other', 'y')");
        Bench sender(settings_for(folder / "a.db"));
        Bench receiver(guarded(folder / "b.db", Capture::scan), 2);
        sender.capture();
        receiver.project_from(sender);
        to.run("UPDATE setting SET name = name || '.token', value = 'mine'");
        from.run("UPDATE setting SET value = 'theirs' WHERE name = 'service'");
        from.run("DELETE FROM setting WHERE name = 'other'");
        sender.capture();
        for (const auto& result : receiver.project_from(sender))
            CHECK(result.outcome == Outcome::parked);
        CHECK(to.ask("SELECT name, value FROM setting ORDER BY name") ==
              "other.token|mine;service.token|mine");
    }

    TEST_CASE("names that stay are listed and a person's word changes what travels") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run(kSchema);
        app.run(
            "INSERT INTO setting(name, value) VALUES('sort.key', 'name'), ('api.token', 'x'), "
            "('company', 'acme')");
        auto settings = guarded(folder / "a.db", Capture::scan);
        {
            Bench bench(settings);
            CHECK(bench.capture() == 1);
            CHECK(bench.source.health().detail.find("2 settings look like secrets and stay on this "
                                                    "device: sort.key, api.token") !=
                  std::string::npos);
        }
        settings.secret_exceptions = {{"SORT.KEY"}, {"company"}};
        Bench bench(settings);
        CHECK(bench.capture() == 1);
        CHECK(told(bench).find("sort.key") != std::string::npos);
        CHECK(told(bench).find("acme") == std::string::npos);
    }

    TEST_CASE("a table whose settings cannot be judged does not travel") {
        TempFolder folder;
        App app(folder / "a.db");
        app.run("CREATE TABLE setting (id INTEGER PRIMARY KEY, label TEXT, value TEXT)");
        app.run("INSERT INTO setting VALUES(1, 'api.password', 'hunter2')");
        Bench bench(guarded(folder / "a.db", Capture::scan));
        CHECK(bench.capture() == 0);
        CHECK(bench.source.health().detail.find("secrets cannot be told") != std::string::npos);
    }
}

}  // namespace satchel::test
