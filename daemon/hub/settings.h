// What whoever runs a hub can set.
#pragma once

#include "daemon/hub/proxies.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace satchel::hub {

/// Settings of the hub role; the defaults suit a handful of people.
struct HubSettings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    std::filesystem::path data_dir;
    /// PEM files; both or none. Without them TLS is a proxy's business.
    std::optional<std::filesystem::path> tls_certificate{};
    std::optional<std::filesystem::path> tls_key{};
    /// What devices are told to connect to; empty: made of address and port.
    std::string public_url{};
    /// Where /metrics and /healthz are served, apart from the devices' port; empty: nowhere.
    std::string metrics_address{};
    std::uint16_t metrics_port = 0;  ///< 0: any free one
    TrustedProxies trusted_proxies{};
    std::size_t connections_max = 16'000;
    std::size_t connections_per_address = 64;  ///< 0: no limit, as behind a proxy
    double requests_per_second = 100;          ///< each device may sustain; 0: no limit
    double opens_per_second = 10;   ///< unsigned requests each address may sustain; 0: no limit
    std::uint64_t quota_bytes = 0;  ///< of one workspace; 0: no limit
    std::string version{};          ///< of this program, for backups
    std::size_t devices_max = 64;   ///< members of one workspace, and as many that wait
};

}  // namespace satchel::hub
