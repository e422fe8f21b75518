// What doctor makes of a daemon's answers.
#include "ctl/commands/checks.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::ctl {
namespace {

constexpr UnixMs kNow = 1'780'000'000'000;
constexpr UnixMs kMinute = 60'000;

control::StatusResponse healthy() {
    control::StatusResponse status;
    status.workspace = "aaaaaaaaaaaaaaaaaaaaaaaaaa";
    status.hub_state = "ok";
    status.hub_url = "https://hub.example:9100";
    status.enabled = true;
    status.interval_s = 300;
    status.last_success = json::Time{kNow - 2 * kMinute};
    status.sources.push_back({"notes", "tables", "/n.db", "ok", "", 3, 0, 0});
    return status;
}

/// The check of this code, or null.
const Check* find(const std::vector<Check>& checks, std::string_view code) {
    const auto at = std::ranges::find(checks, code, &Check::code);
    return at == checks.end() ? nullptr : &*at;
}

/// What is not well, by code: its verdict, that it says something and what to do.
void check_told(const std::vector<Check>& checks, std::string_view code, std::string_view verdict) {
    CAPTURE(code);
    const Check* check = find(checks, code);
    REQUIRE(check != nullptr);
    CHECK(check->verdict == verdict);
    CHECK_FALSE(check->text.empty());
    CHECK_FALSE(check->fix.empty());
    CHECK(to_report(checks).verdict == verdict);
}

}  // namespace

TEST_SUITE("ctl/checks") {
    TEST_CASE("a device that is well passes every check") {
        const auto checks = check_status(healthy(), kNow);
        CHECK(std::ranges::all_of(checks, [](const Check& check) {
            return check.verdict == "pass" && check.fix.empty();
        }));
        CHECK(to_report(checks).verdict == "pass");
    }

    TEST_CASE("a device that belongs to no workspace is told how to get into one") {
        check_told(check_status({}, kNow), "not_enrolled", "fail");
    }

    TEST_CASE("a single holder of the keys is worth a warning") {
        control::StatusResponse status = healthy();
        status.keys_detail = "only this device has the keys";
        check_told(check_status(status, kNow), "one_key_holder", "warn");
    }

    TEST_CASE("each trouble with the hub is named with its cause") {
        for (const char* state : {"offline", "refused", "halted"}) {
            control::StatusResponse status = healthy();
            status.hub_state = state;
            status.hub_detail = "the cause";
            const auto checks = check_status(status, kNow);
            const std::string code = std::string("hub_") + state;
            check_told(checks, code, "fail");
            CHECK(find(checks, code)->text.find("the cause") != std::string::npos);
            status.hub_hint = "what the daemon says to do";
            CHECK(find(check_status(status, kNow), code)->fix == status.hub_hint);
        }
    }

    TEST_CASE("no success for three intervals is an error and one minute less is none") {
        control::StatusResponse status = healthy();
        status.last_success = json::Time{kNow - 15 * kMinute};
        CHECK(find(check_status(status, kNow), "last_success")->verdict == "pass");
        status.last_success = json::Time{kNow - 16 * kMinute};
        check_told(check_status(status, kNow), "last_success", "fail");
        status.enabled = false;
        check_told(check_status(status, kNow), "cycles_off", "warn");
    }

    TEST_CASE("alarms keep their codes and say since when") {
        for (const char* code : {"rolled_back", "forked", "withheld", "clock_off"}) {
            control::StatusResponse status = healthy();
            status.alarms.push_back({code, "something is wrong", "do this", json::Time{kNow}});
            const auto checks = check_status(status, kNow);
            check_told(checks, code, "fail");
            CHECK(find(checks, code)->text.find("since 20") != std::string::npos);
            CHECK(find(checks, code)->fix == "do this");
        }
    }

    TEST_CASE("what was noticed and what waits for a person is a warning") {
        control::StatusResponse status = healthy();
        status.notices.push_back({json::Time{kNow - kMinute}, "the hub was rolled back"});
        check_told(check_status(status, kNow), "noticed", "warn");
        status = healthy();
        status.conflicts = 2;
        check_told(check_status(status, kNow), "conflicts", "warn");
        status = healthy();
        status.approvals = 1;
        check_told(check_status(status, kNow), "approvals", "warn");
    }

    TEST_CASE("a source that waits is a warning and one that stopped is an error") {
        control::StatusResponse status = healthy();
        status.sources[0].state = "deferred";
        check_told(check_status(status, kNow), "source_deferred", "fail");
        status.sources[0].deferred = 1;
        check_told(check_status(status, kNow), "source_deferred", "warn");
        status.sources[0].state = "halted";
        check_told(check_status(status, kNow), "source_halted", "fail");
        status.sources.clear();
        check_told(check_status(status, kNow), "no_sources", "warn");
    }

    TEST_CASE("status ends as the most severe of its troubles does") {
        const auto ends = [](const control::StatusResponse& status) {
            return exit_status_of(find_problems(check_status(status, kNow)));
        };
        control::StatusResponse status = healthy();
        status.keys_detail = "only this device has the keys";
        status.notices.push_back({json::Time{kNow - 16 * kMinute}, "something that is over"});
        CHECK(ends(status) == 0);
        status.notices[0].time.ms = kNow;
        CHECK(ends(status) == 5);
        status.notices.clear();
        status.sources[0].state = "deferred";
        CHECK(ends(status) == 1);
        status.sources[0].deferred = 1;
        CHECK(ends(status) == 3);
        status.approvals = 1;
        CHECK(ends(status) == 2);
        status.alarms.push_back({"config_bad", "no such thing", "mend it", json::Time{kNow}});
        CHECK(ends(status) == 4);
        status.last_success = json::Time{kNow - 16 * kMinute};
        CHECK(ends(status) == 6);
        status.sources.push_back({"more", "files", "/m", "missing", "full", 3, 0, 0});
        status.sources.back().error = "disk_full";
        CHECK(ends(status) == 1);
        status.alarms.push_back({"forked", "two stories", "look", json::Time{kNow}});
        CHECK(ends(status) == 5);
        status.hub_state = "refused";
        CHECK(ends(status) == 7);
        status.quarantined = 1;
        CHECK(ends(status) == 8);
        CHECK(ends({}) == 4);
    }

    TEST_CASE("what the daemon could not begin with is told in its words") {
        control::StatusResponse status;
        status.state = "failed";
        status.error = "refused";
        status.state_detail = "the key file can be read by others";
        status.hub_hint = "chmod 600 it";
        const auto problems = find_problems(check_status(status, kNow));
        REQUIRE(problems.size() == 1);
        CHECK(problems[0].exit_status == 7);
        CHECK(problems[0].text.find(status.state_detail) != std::string::npos);
        CHECK(problems[0].fix == status.hub_hint);
    }

    TEST_CASE("a device without success is late after three intervals and says so after a day") {
        control::StatusResponse status = healthy();
        status.last_success.reset();
        status.started = json::Time{kNow - 14 * kMinute};
        CHECK(find_problems(check_status(status, kNow)).empty());
        status.started = json::Time{kNow - 16 * kMinute};
        CHECK(find_problems(check_status(status, kNow)).size() == 1);
        status.last_success = json::Time{kNow - 25 * 60 * kMinute};
        status.enabled = false;
        const auto checks = check_status(status, kNow);
        CHECK(find(checks, "cycles_off")->text.find("for more than a day") != std::string::npos);
        status.enabled = true;
        CHECK(find(check_status(status, kNow), "last_success")->exit_status == 6);
    }

    TEST_CASE("a device that is not heard of is named") {
        control::DeviceListResponse list;
        list.devices.resize(2);
        list.devices[0].self = true;
        list.devices[1].name = "tablet";
        list.devices[1].state = "healthy";
        CHECK(check_devices(list).front().verdict == "pass");
        list.devices[1].state = "inactive";
        check_told(check_devices(list), "device_inactive", "warn");
        list.devices[1].role = "paper";
        list.devices[1].state = "healthy";
        CHECK(check_devices(list).empty());
        list.devices[1].role = "normal";
        list.devices[1].state = "revoked";
        CHECK(check_devices(list).front().verdict == "pass");
    }

    TEST_CASE("a proxy in the environment is named and nothing to look at") {
        const auto with = [](std::string_view set) {
            return check_proxies([set](std::string_view name) -> std::optional<std::string> {
                if (name == set) return "http://127.0.0.1:1";
                return std::nullopt;
            });
        };
        CHECK_FALSE(with("no_proxy"));
        for (const char* name : {"http_proxy", "HTTPS_PROXY", "all_proxy"}) {
            CAPTURE(name);
            const auto told = with(name);
            REQUIRE(told);
            CHECK(told->verdict == "pass");
            CHECK(told->text.find(name) == 0);
        }
    }

    TEST_CASE("a daemon that does not run is one failed check") {
        check_told({check_unreachable({ErrorCode::offline, "connect: no such file"})},
                   "daemon_down",
                   "fail");
        const Check other = check_unreachable({ErrorCode::version_mismatch, "newer", "update"});
        CHECK(other.code == "daemon");
        CHECK(other.fix == "update");
    }
}

}  // namespace satchel::ctl
