// Many worlds, one after another, until enough has happened. SIM_SEED=n runs one world, SIM_OPS=n
// changes how many application operations are enough, SIM_FIRST=n where seeds start, SIM_WHY=w12
// tells everything that happened to the rows a write was in.
#include "tests/simulation/world.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <doctest/doctest.h>

namespace {

using namespace satchel::simulation;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

WorldReport run_world(std::uint64_t seed, std::uint64_t operations) {
    WorldPlan plan;
    plan.seed = seed;
    plan.operations = operations;
    World world(plan);
    return world.run();
}

/// Prints what broke; false if anything did.
bool judge(std::uint64_t seed, const WorldReport& report) {
    for (const std::string& failure : report.failures)
        std::printf("seed=%llu %s\n", static_cast<unsigned long long>(seed), failure.c_str());
    std::fflush(stdout);
    return report.failures.empty();
}

std::uint64_t operations_of_world(std::uint64_t seed) {
    return seed % 4 == 0 ? 2'000 : 20'000;
}

}  // namespace

TEST_SUITE("simulation") {
    TEST_CASE("devices agree and nothing is lost whatever goes wrong") {
        const std::uint64_t wanted = from_environment("SIM_OPS", 1'000'000);
        const std::uint64_t only = from_environment("SIM_SEED", 0);
        std::uint64_t seed = only != 0 ? only : from_environment("SIM_FIRST", 1);
        Tally total;
        std::uint64_t worlds = 0;
        const auto start = std::chrono::steady_clock::now();
        do {
            const WorldReport report = run_world(seed, operations_of_world(seed));
            total.add(report.tally);
            ++worlds;
            CHECK_MESSAGE(judge(seed, report), "seed=" << seed);
            ++seed;
        } while (only == 0 && total.operations < wanted);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        std::printf(
            "operations=%llu seeds=%llu cycles=%llu crashes=%llu lost_messages=%llu conflicts=%llu "
            "parked=%llu hub_restores=%llu epochs=%llu divergences=%llu lost_writes=%llu "
            "seconds=%.1f "
            "operations_per_second=%.0f\n",
            static_cast<unsigned long long>(total.operations),
            static_cast<unsigned long long>(worlds),
            static_cast<unsigned long long>(total.cycles),
            static_cast<unsigned long long>(total.crashes),
            static_cast<unsigned long long>(total.lost_messages),
            static_cast<unsigned long long>(total.conflicts),
            static_cast<unsigned long long>(total.parked),
            static_cast<unsigned long long>(total.hub_restores),
            static_cast<unsigned long long>(total.epochs),
            static_cast<unsigned long long>(total.divergences),
            static_cast<unsigned long long>(total.lost_writes),
            took.count(),
            static_cast<double>(total.operations) / took.count());
    }

    TEST_CASE("the same seed gives the same trace") {
        const std::uint64_t seed = from_environment("SIM_SEED", 7);
        CHECK(run_world(seed, 3'000).trace == run_world(seed, 3'000).trace);
        CHECK(run_world(seed, 3'000).trace != run_world(seed + 1, 3'000).trace);
    }
}
