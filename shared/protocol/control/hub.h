// Methods of a hub process on its own control socket.
#pragma once

#include "shared/json/fields.h"
#include "shared/protocol/control/workspace.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// Admits a device to this hub. The first device founds the workspace.
struct HubRegisterRequest {
    static constexpr std::string_view kMethod = "hub.register";
    using Response = InviteResponse;
    std::string name{};
    static constexpr auto kFields = std::tuple{
        json::Field<&HubRegisterRequest::name>{"name", json::Need::required},
    };
};

/// Answer of hub.status.
struct HubStatusResponse {
    std::string listen{};  ///< address and port
    std::string url{};     ///< that devices use; empty: not told
    bool tls = false;
    std::int64_t devices = 0;   ///< admitted
    std::int64_t objects = 0;   ///< sealed segments stored
    std::int64_t bytes = 0;     ///< of these segments
    std::int64_t requests = 0;  ///< answered since the start, refused ones too
    std::int64_t uptime_ms = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&HubStatusResponse::listen>{"listen"},
        json::Field<&HubStatusResponse::url>{"url"},
        json::Field<&HubStatusResponse::tls>{"tls"},
        json::Field<&HubStatusResponse::devices>{"devices"},
        json::Field<&HubStatusResponse::objects>{"objects"},
        json::Field<&HubStatusResponse::bytes>{"bytes"},
        json::Field<&HubStatusResponse::requests>{"requests"},
        json::Field<&HubStatusResponse::uptime_ms>{"uptime_ms"},
    };
};

/// Asks what this hub holds and serves.
struct HubStatusRequest {
    static constexpr std::string_view kMethod = "hub.status";
    using Response = HubStatusResponse;
    static constexpr auto kFields = std::tuple<>{};
};

}  // namespace satchel::control
