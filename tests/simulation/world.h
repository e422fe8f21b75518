// A world from one seed: devices, a hub, and everything that goes wrong between them.
#pragma once

#include "tests/simulation/device.h"
#include "tests/simulation/history.h"

#include <memory>
#include <vector>

namespace satchel::simulation {

/// What a world is made of.
struct WorldPlan {
    std::uint64_t seed = 0;
    std::uint64_t operations = 20'000;  ///< of applications, over all devices
};

/// How a world ended.
struct WorldReport {
    Tally tally;
    std::uint64_t trace = 0;            ///< hash of what happened; equal seeds give equal traces
    std::vector<std::string> failures;  ///< broken promises, in words
};

/// One deterministic run.
class World {
  public:
    explicit World(const WorldPlan& plan);

    /// Lives through the plan, becomes quiet, and checks every promise.
    WorldReport run();

    [[nodiscard]] std::vector<std::unique_ptr<Device>>& devices() { return devices_; }

  private:
    void found_workspace(std::size_t count);
    void join_next();
    void live();
    void round(Device& device);
    void misfortune(Device& device);
    void begin_epoch(Device& device);
    void become_quiet();
    void settle();
    bool free_parked();
    bool free_one(Device& device, const store::Parked& parked);
    bool free_child(const Sid& sid);

    void note(std::uint64_t fact) { trace_ = trace_ * 0x9e3779b97f4a7c15u + fact; }

    WorldPlan plan_;
    Chance chance_;
    SeededRandom random_;
    Faults faults_;
    Writes writes_;
    Tally tally_;
    Hub hub_;
    std::vector<Enrolment> waiting_;  // devices that join later, last first
    std::vector<std::unique_ptr<Device>> devices_;
    std::uint64_t burst_ = 1;
    std::uint64_t trace_ = 0;
    std::vector<std::string> failures_;
};

/// Every promise that must hold once a world is quiet; appends what is broken.
void check_promises(World& world,
                    const Writes& writes,
                    const Definition& definition,
                    WorldReport& report);

}  // namespace satchel::simulation
