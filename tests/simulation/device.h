// One simulated machine: an application that survives everything, and a daemon (real engine, real
// store, real sealing) that can die at any moment and start again from its store.
#pragma once

#include "daemon/engine/cycle.h"
#include "tests/simulation/hub.h"
#include "tests/simulation/memory_source.h"

#include <memory>
#include <optional>

namespace satchel::simulation {

/// What every device of a world uses.
struct Surroundings {
    Hub& hub;
    Chance& chance;
    Writes& writes;
    const Faults& faults;
    Tally& tally;
    crypto::RandomSource& random;
};

/// How a device got its keys; kept outside the daemon as files would be.
struct Enrolment {
    std::uint32_t number = 0;
    crypto::ApiKey key;
    crypto::Keyring keyring;
    std::vector<Bytes> members;
};

/// A machine of the world.
class Device {
  public:
    Device(Surroundings surroundings, Enrolment enrolment, const std::string& store_name);
    ~Device();

    /// Starts a cycle unless one runs.
    void start_cycle();
    /// Rotates the workspace's key; false when that did not get through.
    bool begin_epoch();

    [[nodiscard]] bool is_cycling() const { return cycle_running_; }

    /// Runs one step of the running cycle; a crash inside restarts the daemon.
    void step();
    /// Lets the running cycle end.
    void finish_cycle();
    /// The daemon dies now and starts again.
    void crash();

    [[nodiscard]] engine::Replica& replica() { return *daemon_->replica; }

    [[nodiscard]] store::Database& database() { return *daemon_->database; }

    [[nodiscard]] MemorySource& source() { return *daemon_->source; }

    /// The last finished cycle, or its error.
    [[nodiscard]] const std::optional<Result<engine::CycleReport>>& last() const { return last_; }

    [[nodiscard]] const std::vector<std::string>& alarms() const { return alarms_; }

    Application application;
    SimClock clock;
    std::uint64_t sleeps_for = 0;  ///< rounds of the world
    MemoryTransport transport;

  private:
    struct Daemon {
        asio::io_context io{1};
        std::unique_ptr<store::Database> database;
        std::unique_ptr<engine::Identity> identity;
        std::unique_ptr<engine::Replica> replica;
        MemorySource* source = nullptr;  // owned by the replica
        std::unique_ptr<async::Worker> worker;
        std::unique_ptr<engine::Invitations> invitations;
        std::unique_ptr<engine::CycleParts> parts;
    };

    void boot();
    /// As the last run left it.
    [[nodiscard]] crypto::Keyring load_keyring() const;
    void note_seen(const Place& place, std::optional<std::size_t> column);
    void ended(std::exception_ptr failure, Result<engine::CycleReport> result);

    Surroundings surroundings_;
    Enrolment enrolment_;
    std::string store_path_;
    std::unique_ptr<store::Database>
        anchor_;  // keeps the store in memory alive while no daemon runs
    std::unique_ptr<Daemon> daemon_;
    bool cycle_running_ = false;
    bool has_crashed_ = false;
    std::optional<Result<engine::CycleReport>> last_;
    std::vector<std::string> alarms_;
};

}  // namespace satchel::simulation
