// Replicas driven by hand, each with one application in memory.
#pragma once

#include "daemon/crypto/membership.h"
#include "daemon/engine/replica.h"
#include "daemon/store/meta.h"
#include "tests/simulation/memory_source.h"

#include <map>
#include <memory>
#include <vector>

namespace satchel::engine {

using namespace satchel::simulation;

inline const std::function<bool()> kNeverStop = [] { return false; };

/// Everything two or three devices share.
struct Workspace {
    SeededRandom random{1};
    Chance chance{1};
    Faults faults;
    Writes writes;
    SimClock clock;
    crypto::Keyring keyring = crypto::Keyring::create(random).value();
    std::vector<crypto::ApiKey> keys;
    std::vector<Bytes> members;

    explicit Workspace(std::size_t count) {
        keys.push_back(crypto::ApiKey::create(random).value());
        const crypto::DeviceKeys founder(keys[0]);
        members.push_back(crypto::make_genesis(keyring, founder, "zero", random).value());
        auto log = crypto::Members::verify(members, std::nullopt).value();
        while (keys.size() < count) {
            keys.push_back(crypto::ApiKey::create(random).value());
            const crypto::DeviceKeys added(keys.back());
            const crypto::Newcomer newcomer{
                added.device(), added.ed_public(), added.x_public(), "more"};
            members.push_back(crypto::make_add(keyring, founder, log, newcomer, random).value());
            log.append(members.back()).value();
        }
    }
};

/// One replica with one application.
struct Device {
    Workspace& workspace;
    Application application;
    std::unique_ptr<store::Database> database;
    engine::Identity identity;
    Replica replica;

    Device(Workspace& shared, std::size_t number, std::size_t known_members)
        : workspace(shared),
          application(static_cast<std::uint32_t>(number), shared.writes),
          database(store::Database::open(":memory:").value()),
          identity{
              "device",
              {},
              crypto::DeviceKeys(shared.keys[number]),
              shared.keyring.clone(),
              crypto::Members::verify(std::span(shared.members).first(known_members), std::nullopt)
                  .value()},
          replica(*database, identity, shared.clock, shared.random, "test") {
        identity.device = identity.keys.device();
        replica.load().value();
        declare_source();
    }

    Device(Workspace& shared, std::size_t number) : Device(shared, number, shared.members.size()) {}

    void insert(std::int64_t key) {
        application.tables[0].rows[key] = {
            core::Value::integer(key), workspace.writes.fresh(0), core::Value()};
        application.changed.insert({0, key});
    }

    void insert_project(std::int64_t key) {
        application.tables[2].rows[key] = {workspace.writes.fresh(0), core::Value()};
        application.changed.insert({2, key});
    }

    /// As DeviceApp does.
    void declare_source() {
        store::Declaration declaration;
        declaration.name = "app";
        declaration.kind = "memory";
        declaration.lane = replica.ids().lane("app");
        replica
            .in_step(
                [&](Step& step) { return store::add_declaration(step.transaction, declaration); })
            .value();
        replica.add_source(
            declaration,
            std::make_unique<MemorySource>(
                application, replica.ids(), workspace.clock, workspace.chance, workspace.faults));
    }

    /// As DeviceApp does.
    void remove_source() {
        const std::int64_t id = slot().declaration.id;
        replica.leave_source("app").value();
        replica.in_step([&](Step& step) { return store::remove_declaration(step.transaction, id); })
            .value();
        replica.drop_source("app");
        application.changed.clear();
    }

    StepReport capture() { return replica.capture(kNeverStop).value(); }

    StepReport apply() { return replica.apply_received(kNeverStop).value(); }

    /// What was captured since the last call.
    std::vector<Bytes> log() {
        std::vector<Bytes> bodies;
        const auto unpushed = replica.unpushed(1u << 26).value();
        for (const store::OwnSegment& segment : unpushed.segments) bodies.push_back(segment.body);
        replica.mark_pushed(unpushed.segments).value();
        return bodies;
    }

    Bytes head() { return *replica.new_head().value(); }

    [[nodiscard]] std::size_t rows() const { return application.tables[0].rows.size(); }

    /// What the application shows, table by table.
    [[nodiscard]] std::vector<std::map<std::int64_t, AppRow>> tables() const {
        std::vector<std::map<std::int64_t, AppRow>> all;
        for (const AppTable& table : application.tables) all.push_back(table.rows);
        return all;
    }

    std::uint64_t count_pending() {
        std::uint64_t count = 0;
        for (const auto& [id, collection] : replica.ledger().collections())
            count += store::Rows(*database).count_pending(collection.ord).value();
        return count;
    }

    std::uint64_t count_conflicts() {
        std::uint64_t count = 0;
        for (const auto& [id, collection] : replica.ledger().collections())
            count += store::Rows(*database).count_conflicted(collection.ord).value();
        return count;
    }

    [[nodiscard]] SourceSlot& slot() { return replica.slots().front(); }
};

}  // namespace satchel::engine
