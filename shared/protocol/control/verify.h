// Method verify: are all copies equal?
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// One source, its items read again and compared with the store.
struct VerifiedSource {
    std::string name{};
    std::string state{};   ///< "ok", "drifted", "unsound" (the store's own sum) or "unread"
    std::string detail{};  ///< why, when it is not "ok"
    std::int64_t checked = 0;
    std::int64_t waiting = 0;          ///< items that are not shown here yet
    std::int64_t drifted = 0;          ///< items that are not what was last seen
    std::vector<std::string> items{};  ///< the first hundred of them, with the reason
    static constexpr auto kFields = std::tuple{
        json::Field<&VerifiedSource::name>{"name", json::Need::required},
        json::Field<&VerifiedSource::state>{"state"},
        json::Field<&VerifiedSource::detail>{"detail"},
        json::Field<&VerifiedSource::checked>{"checked"},
        json::Field<&VerifiedSource::waiting>{"waiting"},
        json::Field<&VerifiedSource::drifted>{"drifted"},
        json::Field<&VerifiedSource::items>{"items"},
    };
};

/// Another device, as its newest head says.
struct VerifiedDevice {
    std::string name{};
    std::string id{};
    std::string state{};  ///< "equal", "behind", "ahead", "apart", "differs" or "silent"
    std::vector<std::string> sources{};  ///< in which it is not equal
    std::optional<json::Time> last_seen{};
    static constexpr auto kFields = std::tuple{
        json::Field<&VerifiedDevice::name>{"name"},
        json::Field<&VerifiedDevice::id>{"id", json::Need::required},
        json::Field<&VerifiedDevice::state>{"state"},
        json::Field<&VerifiedDevice::sources>{"sources"},
        json::Field<&VerifiedDevice::last_seen>{"last_seen"},
    };
};

/// Answer of verify.
struct VerifyResponse {
    std::string verdict{};         ///< "equal", "unsettled" (something is under way) or "different"
    std::string hub_detail{};      ///< why the hub could not be asked; empty: it was
    std::int64_t pending_out = 0;  ///< items to send
    std::vector<VerifiedSource> sources{};
    std::vector<VerifiedDevice> devices{};  ///< beside this one; none of paper
    static constexpr auto kFields = std::tuple{
        json::Field<&VerifyResponse::verdict>{"verdict"},
        json::Field<&VerifyResponse::hub_detail>{"hub_detail"},
        json::Field<&VerifyResponse::pending_out>{"pending_out"},
        json::Field<&VerifyResponse::sources>{"sources"},
        json::Field<&VerifyResponse::devices>{"devices"},
    };
};

/// Reads everything again and compares it: what the sources hold, what the store says, what the
/// other devices say. After a cycle, so that all of it is new.
struct VerifyRequest {
    static constexpr std::string_view kMethod = "verify";
    using Response = VerifyResponse;
    static constexpr auto kFields = std::tuple<>{};
};

}  // namespace satchel::control
