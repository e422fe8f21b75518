// Replicas over real databases: each device has an application with a file of its own.
#pragma once

#include "daemon/sources/sqlite_tables/sqlite_tables.h"
#include "tests/unit/engine/replica_fixture.h"
#include "tests/unit/sqlite_tables/fixture.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace satchel::engine {

/// A place that dies at the end of a projection: what it wrote nobody is told.
class MortalTables final : public sources::SqliteTables {
  public:
    using SqliteTables::SqliteTables;

    Result<std::vector<sources::ProjectedRow>> project(std::span<const sources::WantedRow> rows,
                                                       sources::Memory& memory) override {
        auto projected = SqliteTables::project(rows, memory);
        ++calls;
        if (deaths == 0) return projected;
        --deaths;
        return Error{ErrorCode::io, "the daemon died"};
    }

    int deaths = 0;
    int calls = 0;
};

/// A device whose application keeps an SQLite database.
struct TablesDevice {
    TablesDevice(Workspace& shared,
                 std::size_t number,
                 const char* schema,
                 sources::Capture mode = sources::Capture::scan)
        : workspace(shared),
          path(shared_folder / ("app.db")),
          app(path),
          store(store::Database::open(":memory:").value()),
          identity{"device",
                   {},
                   crypto::DeviceKeys(shared.keys[number]),
                   shared.keyring.clone(),
                   crypto::Members::verify(std::span(shared.members), std::nullopt).value()},
          replica(*store, identity, shared.clock, shared.random, "test") {
        identity.device = identity.keys.device();
        app.run("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON");
        app.run(schema);
        replica.load().value();
        store::Declaration declaration;
        declaration.name = "app";
        declaration.kind = "tables";
        declaration.lane = replica.ids().lane("app");
        replica
            .in_step(
                [&](Step& step) { return store::add_declaration(step.transaction, declaration); })
            .value();
        sources::SqliteTables::Surroundings world{
            replica.ids(), shared.clock, [](std::span<Byte>) {}, [] { return ok(); }};
        auto made = std::make_unique<MortalTables>(test::settings_for(path, mode), world);
        tables = made.get();
        replica.add_source(declaration, std::move(made));
        capture();
    }

    void capture() { replica.capture(kNeverStop).value(); }

    std::vector<Bytes> log() {
        std::vector<Bytes> bodies;
        const auto unpushed = replica.unpushed(1u << 26).value();
        for (const store::OwnSegment& segment : unpushed.segments) bodies.push_back(segment.body);
        replica.mark_pushed(unpushed.segments).value();
        return bodies;
    }

    std::vector<store::Parked> parked() { return store::list_parked(*store, 100).value(); }

    /// Kinds of what is parked, sorted.
    std::string kinds() {
        std::multiset<std::string> kinds;
        for (const store::Parked& row : parked()) kinds.insert(row.kind);
        std::string text;
        for (const std::string& kind : kinds) text += kind + ";";
        return text;
    }

    /// For people, when something goes wrong.
    std::string reasons() {
        std::string text;
        for (const store::Parked& row : parked())
            text += row.sid.text().substr(18) + " " + row.kind + ": " + row.reason + "\n";
        return text;
    }

    Workspace& workspace;
    test::TempFolder shared_folder;
    std::filesystem::path path;
    test::App app;
    std::unique_ptr<store::Database> store;
    engine::Identity identity;
    Replica replica;
    MortalTables* tables = nullptr;
};

/// Devices that exchange everything they have, by hand.
struct Team {
    Team(std::size_t count, const char* schema, sources::Capture mode = sources::Capture::scan)
        : workspace(count) {
        for (std::size_t i = 0; i < count; ++i)
            devices.push_back(std::make_unique<TablesDevice>(workspace, i, schema, mode));
    }

    test::App& app(std::size_t number) { return devices[number]->app; }

    void exchange() {
        const std::string trouble = try_exchange();
        if (!trouble.empty()) FAIL(trouble);
    }

    /// What a source complained of, or nothing.
    std::string try_exchange() {
        std::string trouble;
        std::vector<std::vector<Bytes>> logs;
        for (auto& device : devices) {
            device->capture();
            logs.push_back(device->log());
        }
        for (std::size_t to = 0; to < devices.size(); ++to) {
            for (std::size_t from = 0; from < devices.size(); ++from)
                if (from != to) devices[to]->replica.receive(logs[from]).value();
            const StepReport report = devices[to]->replica.apply_received(kNeverStop).value();
            for (const std::string& note : report.notes) trouble += note + "\n";
        }
        workspace.clock.pass(1000);
        return trouble;
    }

    void settle() {
        for (int round = 0; round < 4; ++round) exchange();
    }

    /// The same answer everywhere, nothing dangling and nothing more to send.
    std::string same(const std::string& question) {
        const std::string answer = app(0).ask(question);
        for (auto& device : devices) {
            INFO(device->reasons());
            CHECK(device->app.ask(question) == answer);
            CHECK(device->app.ask("PRAGMA foreign_key_check") == "");
            CHECK(device->kinds() == devices[0]->kinds());
            device->capture();
            CHECK(device->log().empty());
        }
        return answer;
    }

    Workspace workspace;
    std::vector<std::unique_ptr<TablesDevice>> devices;
};

}  // namespace satchel::engine
