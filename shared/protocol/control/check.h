// Method daemon.check: what only the daemon can look at for doctor.
#pragma once

#include "shared/json/fields.h"

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// One thing that was looked at.
struct DaemonCheck {
    std::string verdict{};  ///< "pass", "warn" or "fail"
    std::string code{};     ///< for programs
    std::string text{};     ///< how it stands
    std::string fix{};      ///< what to do; empty when it passes
    static constexpr auto kFields = std::tuple{
        json::Field<&DaemonCheck::verdict>{"verdict", json::Need::required},
        json::Field<&DaemonCheck::code>{"code", json::Need::required},
        json::Field<&DaemonCheck::text>{"text"},
        json::Field<&DaemonCheck::fix>{"fix"},
    };
};

/// Answer of daemon.check.
struct DaemonCheckResponse {
    std::vector<DaemonCheck> checks{};
    static constexpr auto kFields = std::tuple{
        json::Field<&DaemonCheckResponse::checks>{"checks"},
    };
};

/// Reads the store, the databases in sync and the list of copies through; writes nothing.
struct DaemonCheckRequest {
    static constexpr std::string_view kMethod = "daemon.check";
    using Response = DaemonCheckResponse;
    static constexpr auto kFields = std::tuple<>{};
};

}  // namespace satchel::control
