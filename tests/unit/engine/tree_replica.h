// A replica with one folder of an assistant.
#pragma once

#include "daemon/crypto/hash.h"
#include "daemon/engine/approvals.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/engine/replica_fixture.h"

#include <filesystem>
#include <string>

namespace satchel::engine {

/// As Device, with a FileTree in the place of the application.
struct TreeReplica {
    Workspace& workspace;
    support::TempDir dir;
    std::unique_ptr<store::Database> database;
    engine::Identity identity;
    Replica replica;
    std::vector<std::string> backups;

    TreeReplica(Workspace& shared,
                std::size_t number,
                std::string_view profile,
                std::vector<sources::FileRule> rules = {})
        : workspace(shared),
          database(store::Database::open(":memory:").value()),
          identity{"device",
                   {},
                   crypto::DeviceKeys(shared.keys[number]),
                   shared.keyring.clone(),
                   crypto::Members::verify(shared.members, std::nullopt).value()},
          replica(*database, identity, shared.clock, shared.random, "test") {
        identity.device = identity.keys.device();
        replica.load().value();
        store::Declaration declaration;
        declaration.name = "home";
        declaration.kind = "files";
        declaration.lane = replica.ids().lane("home");
        replica
            .in_step(
                [&](Step& step) { return store::add_declaration(step.transaction, declaration); })
            .value();
        if (rules.empty()) rules = sources::profile_rules(profile);
        replica.add_source(declaration,
                           std::make_unique<sources::FileTree>(
                               sources::FileTreeSettings{"home", dir.path(), std::move(rules)},
                               sources::FileTree::Surroundings{
                                   replica.ids(),
                                   shared.clock,
                                   [](ByteView bytes) { return crypto::sha256(bytes); },
                                   [this](const std::filesystem::path& relative) -> Status {
                                       backups.push_back(relative.string());
                                       return ok();
                                   }}));
    }

    /// A change that the next capture finds and believes.
    void edit(const std::string& path, const std::string& text) {
        dir.write(path, text);
        workspace.clock.pass(61'000);
        const std::chrono::sys_time<milliseconds> now(milliseconds(workspace.clock.now_ms()));
        std::filesystem::last_write_time(dir / path, std::chrono::file_clock::from_sys(now));
        look();
    }

    void look() { replica.find_slot("home")->source->look_again(); }

    /// Twice, because what looks like being written is believed a while later only.
    StepReport capture() {
        StepReport first = replica.capture(kNeverStop).value();
        workspace.clock.pass(61'000);
        look();
        first.captured += replica.capture(kNeverStop).value().captured;
        return first;
    }

    /// What this device captured since the last call.
    std::vector<Bytes> log() {
        std::vector<Bytes> bodies;
        const auto unpushed = replica.unpushed(1u << 26).value();
        for (const store::OwnSegment& segment : unpushed.segments) bodies.push_back(segment.body);
        replica.mark_pushed(unpushed.segments).value();
        return bodies;
    }

    /// Everything this device captured since the last call goes to the others.
    void send(std::initializer_list<TreeReplica*> others) {
        capture();
        const std::vector<Bytes> bodies = log();
        for (TreeReplica* other : others) {
            if (!bodies.empty()) other->replica.receive(bodies).value();
            other->look();
            other->capture();
            last = other->replica.apply_received(kNeverStop).value();
            other->replica.show_waiting().value();
        }
    }

    [[nodiscard]] std::string read(const std::string& path) const {
        return std::filesystem::exists(dir / path) ? dir.read(path) : std::string();
    }

    std::vector<WaitingChange> waiting() { return list_waiting_changes(replica, 10'000).value(); }

    std::uint64_t count_conflicts() {
        std::uint64_t count = 0;
        for (const auto& [id, collection] : replica.ledger().collections())
            count += store::Rows(*database).count_conflicted(collection.ord).value();
        return count;
    }

    StepReport last;  ///< of the device that send() reached last
};

}  // namespace satchel::engine
