// Conflicts that nobody is asked about, and those that hold a row back until somebody is.
#include "daemon/engine/policy.h"

#include "daemon/engine/conflicts.h"
#include "tests/unit/engine/replica_fixture.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using namespace satchel::simulation;

namespace {

constexpr std::array kPolicies = {
    Policy::prefer_newer, Policy::manual_abort, Policy::prefer_local, Policy::prefer_remote};

/// Two devices that wrote one cell at the same time and have not talked since.
struct Parted {
    Workspace workspace{2};
    Device left{workspace, 0};
    Device right{workspace, 1};
    core::Value of_left;
    core::Value of_right;

    Parted(Policy left_policy, Policy right_policy) {
        left.insert(1);
        left.capture();
        right.capture();
        exchange();
        left.slot().policies.all = left_policy;
        right.slot().policies.all = right_policy;
        of_left = workspace.writes.fresh(0);
        of_right = workspace.writes.fresh(1);
        left.application.set({0, 1}, 1, of_left);
        workspace.clock.pass(1'000);
        right.application.set({0, 1}, 1, of_right);
    }

    /// One cycle of each; how many segments were sent.
    std::size_t exchange() {
        left.capture();
        right.capture();
        const auto from_left = left.log();
        const auto from_right = right.log();
        left.replica.receive(from_right).value();
        right.replica.receive(from_left).value();
        left.apply();
        right.apply();
        return from_left.size() + from_right.size();
    }

    static core::Value shown(Device& device) { return device.application.tables[0].rows.at(1)[1]; }
};

}  // namespace

TEST_SUITE("engine/policy") {
    TEST_CASE("every pair of policies comes to an end with the same state") {
        for (const Policy left : kPolicies) {
            for (const Policy right : kPolicies) {
                CAPTURE(std::string(policy_word(left)));
                CAPTURE(std::string(policy_word(right)));
                Parted world(left, right);
                std::size_t rounds = 0;
                while (world.exchange() > 0 && rounds < 10) ++rounds;
                CHECK(rounds <= 3);
                const auto here = list_conflicts(world.left.replica, {}, 10).value();
                const auto there = list_conflicts(world.right.replica, {}, 10).value();
                REQUIRE(here.size() == there.size());
                for (std::size_t i = 0; i < here.size(); ++i) CHECK(here[i].id == there[i].id);
                const bool is_manual =
                    left == Policy::manual_abort || right == Policy::manual_abort;
                if (!is_manual || here.empty())
                    CHECK(Parted::shown(world.left) == Parted::shown(world.right));
            }
        }
    }

    TEST_CASE("a preference of one device is carried out on both") {
        Policy policy = Policy::prefer_local;
        SUBCASE("local") {}
        SUBCASE("remote") {
            policy = Policy::prefer_remote;
        }
        Parted world(policy, Policy::prefer_newer);
        while (world.exchange() > 0) {
        }
        const core::Value wanted = policy == Policy::prefer_local ? world.of_left : world.of_right;
        CHECK(Parted::shown(world.left) == wanted);
        CHECK(Parted::shown(world.right) == wanted);
        CHECK(count_conflicts(world.left.replica).value() == 0);
        CHECK(count_conflicts(world.right.replica).value() == 0);
    }

    TEST_CASE("a policy of a table counts for that table only") {
        Parted world(Policy::prefer_newer, Policy::prefer_newer);
        world.left.slot().policies.tables["another"] = Policy::prefer_local;
        while (world.exchange() > 0) {
        }
        CHECK(count_conflicts(world.left.replica).value() == 1);
        CHECK(Parted::shown(world.left) == world.of_right);
        const std::string& name = world.left.slot().source->collections()[0].name;
        world.left.slot().policies.tables[name] = Policy::prefer_local;
        world.left.slot().has_unsettled = true;
        world.left.replica.show_waiting().value();
        CHECK(Parted::shown(world.left) == world.of_left);
        CHECK(count_conflicts(world.left.replica).value() == 0);
    }

    TEST_CASE("a row that waits for a person shows nothing new until somebody decides") {
        Parted world(Policy::manual_abort, Policy::prefer_newer);
        while (world.exchange() > 0) {
        }
        CHECK(Parted::shown(world.left) == world.of_left);
        CHECK(Parted::shown(world.right) == world.of_right);
        CHECK(world.left.apply().projected.withheld == 1);
        const auto listed = list_conflicts(world.left.replica, {}, 10).value();
        REQUIRE(listed.size() == 1);
        resolve_conflict(world.left.replica, listed[0], {1, false, {}}).value();
        CHECK(Parted::shown(world.left) == world.of_right);
        CHECK(world.left.apply().projected.withheld == 0);
        while (world.exchange() > 0) {
        }
        CHECK(count_conflicts(world.right.replica).value() == 0);
    }

    TEST_CASE("policies have words and no others are understood") {
        for (const Policy policy : kPolicies) CHECK(find_policy(policy_word(policy)) == policy);
        CHECK_FALSE(find_policy("prefer_me").has_value());
        CHECK_FALSE(find_policy("").has_value());
    }
}
