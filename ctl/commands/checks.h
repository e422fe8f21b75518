// The checks of doctor: what is asked, how it stands, and what to do about it.
#pragma once

#include "shared/json/fields.h"
#include "shared/platform/dirs.h"
#include "shared/protocol/control/device.h"
#include "shared/protocol/control/status.h"

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::ctl {

/// One check.
struct Check {
    std::string verdict{};  ///< "pass", "warn" or "fail"
    std::string code{};     ///< for programs; stays the same from version to version
    std::string text{};     ///< how it stands, in one sentence
    std::string fix{};      ///< what to do; empty when it passes
    /// What status ends with because of it; 0: it is no trouble, or one to be lived with.
    int exit_status = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&Check::verdict>{"verdict", json::Need::required},
        json::Field<&Check::code>{"code"},
        json::Field<&Check::text>{"text"},
        json::Field<&Check::fix>{"fix"},
    };
};

/// What doctor prints under --json.
struct DoctorReport {
    std::string verdict{};  ///< the worst of the checks
    std::vector<Check> checks{};
    static constexpr auto kFields = std::tuple{
        json::Field<&DoctorReport::verdict>{"verdict", json::Need::required},
        json::Field<&DoctorReport::checks>{"checks"},
    };
};

/// What a daemon's answers amount to, each thing once: those that pass, too.
std::vector<Check> check_status(const control::StatusResponse& status, UnixMs now_ms);
std::vector<Check> check_devices(const control::DeviceListResponse& list);
/// Told when the environment names a proxy, which is not used: people wonder. Nothing when not.
std::optional<Check> check_proxies(const platform::Environment& environment);
/// The daemon that runs may be of before an upgrade.
Check check_versions(std::string_view daemon, std::string_view own);
/// The daemon could not be asked.
Check check_unreachable(const Error& error);

/// Those that status has to tell, the most severe first: refused (7) and version (8) before what
/// halted (5), failed (1), is out of reach (6), is not set up (4), waits for a person (2) and waits
/// for an assistant (3).
std::vector<Check> find_problems(std::vector<Check> checks);
/// Of the most severe; 0 when there is none.
int exit_status_of(const std::vector<Check>& problems);

/// The checks with the worst verdict.
DoctorReport to_report(std::vector<Check> checks);

}  // namespace satchel::ctl
